/**
 * The events pane: one line per event, the selected one pointed at, its causes starred.
 *
 * Owns the columns of the list. Which events are in view is Rows' business.
 */
import type { Event } from "../../src/recording/Event.ts"
import type { Recording } from "../../src/recording/Recording.ts"
import { arrowOf, isMessage, isTrouble, secondsText, styleOf, whatText } from "./EventText.ts"
import { marksOf, shown } from "./Look.ts"
import { clip, ellipsis, restyle, span, type Line } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { padLeft, padTo, widthOf } from "./Width.ts"

/** Ancestors looked at when starring the causes in view. */
const ancestorsMax = 2_000
/** Widest column for names of nodes. */
const nameColumnsMax = 12
/** Below so many columns the time is left out. */
const timeColumnsMin = 44

/** Widths of the columns of the list. */
interface Columns {
  readonly step: number
  readonly time: number
  readonly name: number
  readonly other: number
}

const columnsFor = (recording: Recording, width: number, ascii: boolean): Columns => {
  const { events, nodes, simulatedMicros } = recording.header
  const longest = nodes
    .slice(0, 200)
    .reduce((most, { name }) => Math.max(most, widthOf(shown(name, ascii))), 5)
  const name = Math.min(longest, nameColumnsMax, Math.max(3, Math.floor(width / 5)))
  return {
    step: Math.max(3, String(Math.max(0, events - 1)).length),
    time: width < timeColumnsMin ? 0 : Math.max(5, secondsText(simulatedMicros).length),
    name,
    other: name + 2
  }
}

/** The steps among those in view that led to the selected event. */
export const causesInView = (
  recording: Recording,
  selected: number,
  first: number
): ReadonlySet<number> => {
  const seen = new Set<number>()
  const open = [selected]
  while (open.length > 0 && seen.size < ancestorsMax) {
    const step = open.pop()
    if (step === undefined) break
    for (const cause of recording.causes(step)) {
      if (cause < first || seen.has(cause)) continue
      seen.add(cause)
      open.push(cause)
    }
  }
  return seen
}

/** The heading of the columns. */
export const listHeading = (model: ReplayModel, width: number): Line => {
  const columns = columnsFor(model.recording, width, model.ascii)
  const time = columns.time === 0 ? "" : `${padLeft("t (s)", columns.time, "")} `
  const text = `   ${padLeft("#", columns.step, "")} ${time}${padTo("from", columns.name, "")} what`
  return clip([span(text, "quiet")], width)
}

const eventLine = (
  model: ReplayModel,
  event: Event,
  columns: Columns,
  width: number,
  isCause: boolean
): Line => {
  const { ascii } = model
  const marks = marksOf(ascii)
  const isSelected = event.step === model.selected
  const pointer = isSelected ? ">" : isCause ? marks.cause : " "
  const trouble = isTrouble(event) || event.kind === "check" ? marks.trouble : " "
  const from = event.node === undefined ? event.kind : shown(event.node, ascii)
  const isBare = event.node === undefined
  const other = isMessage(event.kind)
    ? `${arrowOf(event.kind, marks)} ${shown(event.peer ?? "", ascii)}`
    : isBare
      ? ""
      : event.kind
  const time =
    columns.time === 0 ? "" : `${padLeft(secondsText(event.time), columns.time, marks.more)} `
  const what = whatText(event, ascii)
  const changed = event.state === undefined ? "" : ` ${marks.state}`
  const style = styleOf(event)
  const line: Line = [
    span(`${pointer}${trouble} `, isCause && !isSelected ? "cause" : style),
    span(`${padLeft(String(event.step), columns.step, marks.more)} ${time}`, "quiet"),
    span(`${padTo(from, columns.name, marks.more)} `, style),
    span(isBare ? "" : `${padTo(other, columns.other, marks.more)} `, style),
    span(`${what}${changed}`, style)
  ]
  const cut = ellipsis(line, width, marks.more)
  return isSelected ? restyle(cut, "selected") : cut
}

/** The lines of the events in view. */
export const listLines = (
  model: ReplayModel,
  steps: ReadonlyArray<number>,
  width: number
): ReadonlyArray<Line> => {
  const { recording } = model
  if (recording.header.events === 0) return [[span(" no events", "quiet")]]
  const columns = columnsFor(recording, width, model.ascii)
  const causes = causesInView(recording, model.selected, steps[0] ?? model.selected)
  return steps.map((step) =>
    eventLine(model, recording.event(step), columns, width, causes.has(step))
  )
}

/** One event on a line of its own, for panes that show no list. */
export const oneEventLine = (model: ReplayModel, step: number, width: number): Line => {
  const columns = columnsFor(model.recording, width, model.ascii)
  return eventLine(model, model.recording.event(step), columns, width, false)
}
