/**
 * An event in words, as printed text tells it: when, who, what, where in the code.
 *
 * All words are made visible: they come from recordings and from users.
 */
import type { Event } from "../recording/Event.ts"
import { visible } from "../recording/VisibleText.ts"
import { type ChoiceKind, outcomeText } from "../turbulence/ChoicePoint.ts"

/** Virtual time in seconds with milliseconds, `3.214s`; to the microsecond where that matters. */
export const timeText = (micros: number): string =>
  micros % 1_000 === 0
    ? `${(micros / 1_000_000).toFixed(3)}s`
    : `${(micros / 1_000_000).toFixed(6)}s`

/** Who an event happened to: a node, or for want of one its kind. */
export const whoText = (event: Event): string => visible(event.node ?? event.kind)

const arrow = (event: Event): string | undefined => {
  switch (event.kind) {
    case "send":
      return "→"
    case "deliver":
      return "←"
    case "lost":
    case "refused":
    case "reset":
      return `✗ ${event.kind}`
    default:
      return undefined
  }
}

/** What was chosen at a choice point: `delay 2s`, `lose`. */
export const deviationText = (kind: ChoiceKind, outcome: number): string => {
  const text = outcomeText(kind, outcome)
  return text === "yes" ? kind : `${kind} ${text}`
}

/** The choices at an event that were not calm: `!delay 2s, !lose`. */
export const deviationsText = (event: Event): string =>
  (event.deviations ?? []).map(({ kind, outcome }) => `!${deviationText(kind, outcome)}`).join(", ")

/** What happened, with the deviations behind it: `→ payments append o-17  !delay 2s`. */
export const whatText = (event: Event): string => {
  const way = arrow(event)
  const peer = event.peer === undefined ? "" : ` ${visible(event.peer)}`
  const isSaid = event.node === undefined || event.kind === "log"
  const start = way === undefined ? (isSaid ? "" : event.kind) : `${way}${peer}`
  const parts = [`${start} ${visible(event.what)}`.trim(), deviationsText(event)]
  return parts.filter((part) => part !== "").join("  ")
}

/** Columns that a text takes, near enough for people's names: one for each character. */
export const widthOf = (text: string): number => [...text].length

/** Fills up with blanks on the right. */
export const padEnd = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - widthOf(text)))

/** Fills up with blanks on the left. */
export const padStart = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - widthOf(text))) + text

/** A count with its thousands apart: `12,345`. */
export const countText = (count: number): string =>
  String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ",")

/** A count of things: `1 run`, `12,345 runs`. */
export const countOf = (count: number, thing: string): string =>
  `${countText(count)} ${thing}${count === 1 ? "" : "s"}`

/** Events as lines: step, time, who, what, and where in the code at the right. */
export const eventLines = (
  events: ReadonlyArray<Event>,
  columns: number,
  what: (event: Event) => string = whatText
): ReadonlyArray<string> => {
  const widest = (texts: ReadonlyArray<string>): number =>
    texts.reduce((most, text) => Math.max(most, widthOf(text)), 0)
  const steps = Math.max(4, widest(events.map(({ step }) => String(step))))
  const times = widest(events.map(({ time }) => timeText(time)))
  const names = Math.min(24, Math.max(9, widest(events.map(whoText))))
  return events.map((event) => {
    const start = `${padStart(String(event.step), steps)}  ${padStart(timeText(event.time), times)}`
    const line = ` ${start}  ${padEnd(whoText(event), names)}  ${what(event)}`
    return event.source === undefined ? line : atRight(line, visible(event.source), columns)
  })
}

/** A text at the right edge of a line, or two blanks after it when there is no room. */
export const atRight = (line: string, text: string, columns: number): string =>
  line + " ".repeat(Math.max(2, columns - widthOf(line) - widthOf(text))) + text
