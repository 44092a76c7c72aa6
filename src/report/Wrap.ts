/**
 * Text broken into lines that are no wider than a terminal.
 *
 * Owns where lines break: between words, never at a no-break space, and within a word only when it
 * is wider than a whole line. Styles take no columns.
 */
import { widthOf } from "./EventWords.ts"

const style = /\u001b\[\d+m/gu

/** Keeps two words on one line: printed as a blank. */
export const glue = "\u00a0"

/** Columns that a text takes, styles left out. */
export const shownWidth = (text: string): number => widthOf(text.replaceAll(style, ""))

/** Cuts a word that is wider than a line; a styled one stays whole, or its style would not end. */
const cut = (word: string, columns: number): ReadonlyArray<string> => {
  if (shownWidth(word) <= columns || word.includes("\u001b")) return [word]
  const characters = [...word]
  const pieces: Array<string> = []
  for (let at = 0; at < characters.length; at += columns) {
    pieces.push(characters.slice(at, at + columns).join(""))
  }
  return pieces
}

/** The text in lines of at most so many columns; at least one line. */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  const width = Math.max(1, columns)
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ").flatMap((word) => cut(word, width))) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && shownWidth(longer) > width) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line].map((each) => each.replaceAll(glue, " "))
}

/** A text in at most so many columns, with an ellipsis where something is left out. */
export const shortened = (text: string, columns: number): string => {
  const characters = [...text]
  return characters.length <= columns
    ? text
    : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`
}
