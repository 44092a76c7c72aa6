/**
 * How many columns a text takes on a terminal, and cutting a text to a number of columns.
 *
 * Owns the measuring; it agrees with Ink, which lays out by the same package. Knows no styles.
 */
import stringWidth from "string-width"

/** Measured texts that are kept; frames repeat most of their texts. */
const measuredMax = 4_096

/** Characters that are one column each and never join: ASCII, and the marks the replay draws. */
const plain =
  /^[\u0020-\u007e\u00b5\u00b7\u203a\u2190-\u2193\u2264\u2265\u2500-\u25fc\u2713\u2717]*$/

const segmenter = new Intl.Segmenter()
const measured = new Map<string, number>()

/** The columns a text takes. Ambiguous characters count one, wide ones and emoji two. */
export const widthOf = (text: string): number => {
  if (plain.test(text)) return text.length
  const known = measured.get(text)
  if (known !== undefined) return known
  const width = stringWidth(text)
  if (measured.size >= measuredMax) measured.clear()
  measured.set(text, width)
  return width
}

/** The longest prefix of whole characters that fits into so many columns. */
export const prefixOf = (text: string, columns: number): string => {
  if (columns <= 0) return ""
  if (plain.test(text)) return text.slice(0, columns)
  let end = 0
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment)
    if (used > columns) break
    end += segment.length
  }
  // Characters can join across the cut and measure differently from the sum of their parts.
  while (end > 0 && widthOf(text.slice(0, end)) > columns) end--
  return text.slice(0, end)
}

/** The text cut to so many columns; what was cut off is told by `more` at the end. */
export const cutTo = (text: string, columns: number, more: string): string =>
  widthOf(text) <= columns
    ? text
    : prefixOf(text, columns - widthOf(more)) + prefixOf(more, columns)

/** The text cut in the middle to so many columns: the end of a name tells replicas apart. */
export const cutMiddle = (text: string, columns: number, more: string): string => {
  if (widthOf(text) <= columns) return text
  const end = [...text].slice(-2).join("")
  const room = columns - widthOf(more) - widthOf(end)
  return room < 1 ? cutTo(text, columns, more) : prefixOf(text, room) + more + end
}

/** The text cut or padded on the right to exactly so many columns. */
export const padTo = (text: string, columns: number, more: string): string => {
  const cut = cutTo(text, columns, more)
  return cut + " ".repeat(Math.max(0, columns - widthOf(cut)))
}

/** The text cut or padded on the left to exactly so many columns. */
export const padLeft = (text: string, columns: number, more: string): string => {
  const cut = cutTo(text, columns, more)
  return " ".repeat(Math.max(0, columns - widthOf(cut))) + cut
}

/** Whether a character is measured without asking the package; a test asks it for each. */
export const isPlain = (character: string): boolean => plain.test(character)
