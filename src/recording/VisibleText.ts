/**
 * Text from elsewhere made safe to print: what would steer a terminal or a reader's eye is shown.
 *
 * Owns which characters are shown instead of obeyed and how they look. Knows nothing of widths,
 * colours or where the text is printed.
 */

const picture = "\\p{Extended_Pictographic}"

/** What stays: the selector and the joiners inside emoji, which hide nothing there. */
const insideEmoji = [
  `(?!(?<=${picture})\\ufe0f)`,
  `(?!(?<=${picture}[\\ufe0f\\u{1f3fb}-\\u{1f3ff}]?)\\u200d(?=${picture}))`
]

/**
 * Properties of characters without a look of their own or that change the look of others: controls
 * (C0, DEL, C1), format characters (bidirectional marks and overrides, zero-width ones, tags),
 * separators of lines and paragraphs, lone surrogates, private use, noncharacters, fillers.
 */
const unseen = [
  "Cc",
  "Cf",
  "Zl",
  "Zp",
  "Cs",
  "Co",
  "Noncharacter_Code_Point",
  "Default_Ignorable_Code_Point"
]

const invisible = new RegExp(
  `${insideEmoji.join("")}[${unseen.map((property) => `\\p{${property}}`).join("")}]`,
  "gu"
)

/** A control picture for C0 and DEL (`␛`), else the code point: `\u{202e}`. */
const shown = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return "\u2421"
  return `\\u{${code.toString(16)}}`
}

/**
 * The text on one line with nothing in it that a terminal obeys: `\x1b[31m` becomes `␛[31m`, a
 * newline `␊`, a tab `␉`, a bidirectional override `\u{202e}`. What is visible stays as it is.
 */
export const visible = (text: string): string => text.replace(invisible, shown)
