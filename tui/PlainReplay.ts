/**
 * A recording as plain text, for pipes and terminals that cannot be drawn on.
 *
 * Owns the wording and the columns: the verdict, the causal events one line each, what is needed
 * and the passing twin. No styles, no trailing blanks.
 */
import type { Event } from "../src/recording/Event.ts"
import type { Recording } from "../src/recording/Recording.ts"
import { visible } from "../src/recording/VisibleText.ts"
import { arrowOf, isMessage, secondsText, whatText } from "./core/EventText.ts"
import { unicodeMarks } from "./core/Look.ts"
import { padLeft, padTo, widthOf } from "./core/Width.ts"

/** Most events told; of a longer chain the latest, which are nearest to the failure. */
export const plainEventsMax = 200

const nameColumnsMax = 16
const lineColumns = 79
const sourceColumn = 58

const heading = (recording: Recording): ReadonlyArray<string> => {
  const { cause, events, eventsBefore, failure, runIndex, source, system, title } = recording.header
  const name = ` ${failure === undefined ? "OK  " : "FAIL"}  ${visible(`${system} › ${title}`)}`
  const where = source === undefined ? "" : visible(source)
  const gap = Math.max(2, lineColumns - widthOf(name) - widthOf(where))
  const sizes =
    eventsBefore === undefined ? `${events} events` : `shrunk ${eventsBefore} → ${events} events`
  return [
    where === "" ? name : name + " ".repeat(gap) + where,
    ...(failure === undefined
      ? []
      : [`       ${visible(failure.expected)}      got ${visible(failure.actual)}`]),
    `       run ${runIndex}, seed ${cause.seed}, ${sizes}`
  ]
}

const eventText = (event: Event, stepColumns: number, nameColumns: number): string => {
  const step = padLeft(String(event.step), stepColumns, "")
  const time = padLeft(`${secondsText(event.time)}s`, 9, "")
  const node = event.node === undefined ? event.kind : visible(event.node)
  const kind = event.node === undefined || event.kind === "log" ? "" : `${event.kind} `
  const words = isMessage(event.kind)
    ? `${arrowOf(event.kind, unicodeMarks)} ${visible(event.peer ?? "?")} `
    : kind
  const start = `  ${step} ${time}  ${padTo(node, nameColumns, "…")}  ${words}${whatText(event, false)}`
  if (event.source === undefined) return start.trimEnd()
  const gap = Math.max(2, sourceColumn - widthOf(start))
  return `${start}${" ".repeat(gap)}${visible(event.source)}`
}

const causalLines = (recording: Recording): ReadonlyArray<string> => {
  if (recording.header.events === 0) return []
  const chain = recording.causalChain(recording.violation)
  const told = chain.slice(-plainEventsMax)
  const events = told.map((step) => recording.event(step))
  const nameColumns = Math.min(
    nameColumnsMax,
    events.reduce((most, { kind, node }) => Math.max(most, widthOf(visible(node ?? kind))), 5)
  )
  const stepColumns = Math.max(3, String(recording.violation).length)
  const left = chain.length - told.length
  return [
    "",
    ...(left === 0 ? [] : [`  … ${left} earlier causes left out`]),
    ...events.map((event) => eventText(event, stepColumns, nameColumns))
  ]
}

const verdict = (recording: Recording): ReadonlyArray<string> => {
  const { needed, twin } = recording.header
  const parts = needed.map(({ atLeast, what }) =>
    atLeast === undefined ? what : `${what} ≥ ${atLeast}`
  )
  const lines = [
    ...(parts.length === 0 ? [] : [`   needed   ${visible(parts.join(", "))}`]),
    ...(twin === undefined
      ? []
      : [
          `   twin     ${visible(twin.change)} passes; first difference at event ${twin.firstDifference}`
        ])
  ]
  return lines.length === 0 ? [] : ["", ...lines]
}

/** The whole text, ending with a newline. */
export const plainReplay = (recording: Recording): string =>
  [...heading(recording), ...causalLines(recording), ...verdict(recording), ""].join("\n")
