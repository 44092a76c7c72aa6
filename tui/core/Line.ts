/**
 * Styled text: a line is a list of spans, a frame is a list of lines. Plain data, no terminal.
 *
 * Owns the styles there are, cutting and joining lines, and writing them with or without colour.
 * Styles only ever repeat what marks and words already say.
 */
import { cutTo, prefixOf, widthOf } from "./Width.ts"

/** What a span is about; how that looks is decided in one table below. */
export type Style = "plain" | "quiet" | "strong" | "fail" | "good" | "fault" | "cause" | "selected"

/** A piece of text in one style. */
export interface Span {
  readonly text: string
  readonly style: Style
}

/** One row of the terminal. */
export type Line = ReadonlyArray<Span>

/** The rows of the terminal from top to bottom. */
export type Frame = ReadonlyArray<Line>

/** SGR parameters that switch a style on, and those that switch exactly that off. */
const sgr: Record<Style, readonly [on: string, off: string] | undefined> = {
  plain: undefined,
  quiet: ["2", "22"],
  strong: ["1", "22"],
  fail: ["1;31", "22;39"],
  good: ["32", "39"],
  fault: ["33", "39"],
  cause: ["36", "39"],
  selected: ["7", "27"]
}

/** A span. */
export const span = (text: string, style: Style = "plain"): Span => ({ text, style })

/** An empty line. */
export const blank: Line = []

/** The columns a line takes. */
export const lineWidth = (line: Line): number =>
  line.reduce((width, part) => width + widthOf(part.text), 0)

/** The line cut to so many columns, without padding. */
export const clip = (line: Line, columns: number): Line => {
  const kept: Array<Span> = []
  let left = columns
  for (const part of line) {
    if (left <= 0) break
    const width = widthOf(part.text)
    const text = width <= left ? part.text : prefixOf(part.text, left)
    kept.push({ text, style: part.style })
    left -= width
  }
  return kept
}

/** The line cut to so many columns, with a mark where something was cut off. */
export const ellipsis = (line: Line, columns: number, more: string): Line => {
  if (lineWidth(line) <= columns) return line
  const kept: Array<Span> = []
  let left = columns
  for (const [index, part] of line.entries()) {
    const rest = line.slice(index + 1).reduce((width, { text }) => width + widthOf(text), 0)
    const width = widthOf(part.text)
    // The mark goes into the first span after which the others no longer fit.
    if (width > left || (rest > 0 && width >= left)) {
      const cut =
        width + rest > left ? cutTo(`${part.text}${rest > 0 ? more : ""}`, left, more) : part.text
      return [...kept, { text: cut, style: part.style }]
    }
    kept.push(part)
    left -= width
  }
  return kept
}

/** The line cut or padded to exactly so many columns. */
export const fit = (line: Line, columns: number): Line => {
  const cut = clip(line, columns)
  const missing = columns - lineWidth(cut)
  return missing > 0 ? [...cut, span(" ".repeat(missing))] : cut
}

/** All of the line in one style. */
export const restyle = (line: Line, style: Style): Line =>
  line.map((part) => ({ text: part.text, style }))

/** A line with something on the right edge; the left gives way when both do not fit. */
export const ends = (left: Line, right: Line, columns: number): Line => {
  const edge = clip(right, columns)
  const room = columns - lineWidth(edge)
  return [...fit(left, room), ...edge]
}

/** The text of a line without its styles, and without blanks at the end. */
export const toPlain = (line: Line): string =>
  line
    .map((part) => part.text)
    .join("")
    .trimEnd()

/** The text of a line with its styles as SGR sequences. */
export const toAnsi = (line: Line): string =>
  line
    .map((part) => {
      const codes = sgr[part.style]
      return codes === undefined || part.text === ""
        ? part.text
        : `\u001b[${codes[0]}m${part.text}\u001b[${codes[1]}m`
    })
    .join("")
