/**
 * Marks and texts: how things of a recording look as characters.
 *
 * Owns the marks, each with its ASCII twin, and making text from a recording fit to print. The
 * ASCII twins exist because terminals disagree on the width of the others.
 */
import type { EventKind } from "../../src/recording/Event.ts"
import { visible } from "../../src/recording/VisibleText.ts"

/** Longest text taken from a recording before it is cut to its place on the screen. */
const textLengthMax = 2_000

/** The marks of a look. Every mark is one column wide. */
export interface Marks {
  readonly event: Record<EventKind, string>
  readonly state: string
  readonly pointer: string
  readonly cause: string
  readonly trouble: string
  readonly more: string
  readonly to: string
  readonly from: string
  readonly never: string
  readonly row: string
  readonly column: string
  readonly cross: string
  readonly teeDown: string
  readonly teeUp: string
  /** A message under way: its line, its heads to the right and to the left. */
  readonly sent: readonly [line: string, right: string, left: string]
  /** A message that arrived. */
  readonly arrived: readonly [line: string, right: string, left: string]
  readonly timeStart: string
  readonly timeEnd: string
}

/** The marks of a terminal that knows Unicode. */
export const unicodeMarks: Marks = {
  event: {
    operation: "●",
    result: "○",
    send: "├",
    deliver: "┤",
    lost: "✗",
    refused: "✗",
    reset: "✗",
    timer: "◷",
    task: "▹",
    held: "▫",
    fault: "✗",
    healed: "✓",
    crash: "▼",
    start: "△",
    up: "▲",
    stop: "▽",
    log: "▪",
    defect: "◈",
    disk: "▤",
    clock: "◴",
    span: "◌",
    leak: "◍",
    check: "◉"
  },
  state: "◆",
  pointer: "▸",
  cause: "*",
  trouble: "!",
  more: "…",
  to: "→",
  from: "←",
  never: "✗",
  row: "─",
  column: "│",
  cross: "┼",
  teeDown: "┬",
  teeUp: "┴",
  sent: ["╌", "▷", "◁"],
  arrived: ["─", "▶", "◀"],
  timeStart: "├",
  timeEnd: "┤"
}

/** The same in ASCII. */
export const asciiMarks: Marks = {
  event: {
    operation: "O",
    result: "o",
    send: "+",
    deliver: "+",
    lost: "x",
    refused: "x",
    reset: "x",
    timer: "t",
    task: "r",
    held: "h",
    fault: "X",
    healed: "v",
    crash: "#",
    start: "s",
    up: "^",
    stop: "_",
    log: ".",
    defect: "D",
    disk: "d",
    clock: "T",
    span: "~",
    leak: "L",
    check: "@"
  },
  state: "$",
  pointer: ">",
  cause: "*",
  trouble: "!",
  more: "~",
  to: ">",
  from: "<",
  never: "x",
  row: "-",
  column: "|",
  cross: "+",
  teeDown: "+",
  teeUp: "+",
  sent: [".", ">", "<"],
  arrived: ["-", ">", "<"],
  timeStart: "|",
  timeEnd: "|"
}

/** The marks to use. */
export const marksOf = (ascii: boolean): Marks => (ascii ? asciiMarks : unicodeMarks)

/** What the texts of flights and of this screen use beyond ASCII, spelt in ASCII. */
const spelt: Record<string, string> = {
  "→": "->",
  "←": "<-",
  "⇸": "-/>",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "›": ">",
  "·": "|",
  "…": "...",
  µ: "u",
  "–": "-",
  "—": "-",
  "✗": "x",
  "│": "|"
}

const spellable = /[→←⇸≤≥≠›·…µ–—✗│\u2400-\u2421]/g

const spell = (character: string): string => {
  const code = character.charCodeAt(0)
  if (code < 0x2400 || code > 0x2421) return spelt[character] ?? character
  return `^${code === 0x2421 ? "?" : String.fromCharCode(code - 0x2400 + 0x40)}`
}

/** A text of our own in the chosen look. */
export const said = (text: string, ascii: boolean): string =>
  ascii ? text.replace(spellable, spell) : text

/** A text from a recording: one line, nothing a terminal obeys, and not absurdly long. */
export const shown = (text: string, ascii: boolean): string =>
  said(visible(text.length > textLengthMax ? text.slice(0, textLengthMax) : text), ascii)
