/**
 * An event in words and numbers, as every pane tells it.
 *
 * Owns the wording, so that the same event reads the same everywhere. Knows no widths.
 */
import type { Event, EventKind } from "../../src/recording/Event.ts"
import { outcomeText } from "../../src/turbulence/ChoicePoint.ts"
import { shown, type Marks } from "./Look.ts"
import type { Style } from "./Line.ts"

/** Virtual time in seconds with milliseconds: `3.214`. */
export const secondsText = (micros: number): string => (micros / 1_000_000).toFixed(3)

/** Virtual time as exact as it is: `3.214s`, and `3.214017s` where the microseconds matter. */
export const exactText = (micros: number): string =>
  `${micros % 1_000 === 0 ? secondsText(micros) : (micros / 1_000_000).toFixed(6)}s`

/** Whether an event is one that a person looks for when asking what went wrong around here. */
export const isTrouble = (event: Event): boolean =>
  event.kind === "fault" ||
  event.kind === "crash" ||
  event.kind === "defect" ||
  event.kind === "leak" ||
  (event.deviations !== undefined && event.deviations.length > 0)

/** Whether an event is about a message between two nodes. */
export const isMessage = (kind: EventKind): boolean =>
  kind === "send" || kind === "deliver" || kind === "lost" || kind === "refused" || kind === "reset"

/** The arrow between the node of a message event and the node at its other end. */
export const arrowOf = (kind: EventKind, marks: Marks): string =>
  kind === "send" ? marks.to : kind === "deliver" ? marks.from : marks.never

/** The style in which an event stands out, or `plain`. */
export const styleOf = (event: Event): Style => {
  if (event.kind === "check" || event.kind === "defect" || event.kind === "leak") return "fail"
  if (isTrouble(event)) return "fault"
  if (event.kind === "lost" || event.kind === "refused" || event.kind === "reset") return "fault"
  if (event.kind === "healed") return "good"
  return event.kind === "task" || event.kind === "held" ? "quiet" : "plain"
}

/** The choices at an event that were not calm: `!delay 2s, !lose`. Empty when all were. */
export const deviationsText = (event: Event): string =>
  (event.deviations ?? [])
    .map(({ kind, outcome }) => {
      const text = outcomeText(kind, outcome)
      return text === "yes" ? `!${kind}` : `!${kind} ${text}`
    })
    .join(", ")

/** What happened, with the deviations behind it. */
export const whatText = (event: Event, ascii: boolean): string => {
  const deviations = deviationsText(event)
  const what = deviations === "" ? event.what : `${event.what}  ${deviations}`
  return event.kind === "check" ? `${shown(what, ascii)}  FAIL` : shown(what, ascii)
}

/** An event as half a sentence: `ledger ← payments append o-17`, `gateway timer after 1s`. */
export const sentence = (event: Event, marks: Marks, ascii: boolean): string => {
  const node = event.node === undefined ? "" : `${shown(event.node, ascii)} `
  const what = whatText(event, ascii)
  if (isMessage(event.kind)) {
    const kind = event.kind === "send" || event.kind === "deliver" ? "" : `${event.kind} `
    return `${node}${arrowOf(event.kind, marks)} ${shown(event.peer ?? "?", ascii)} ${kind}${what}`
  }
  return event.kind === "log" ? `${node}${what}` : `${node}${event.kind} ${what}`
}
