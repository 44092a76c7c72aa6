/**
 * The time line: where in virtual time the selected event, the violation and the faults are.
 *
 * Owns the drawing of one row. Faults come from the plan; deviations only of short recordings,
 * since finding them means looking at every event.
 */
import type { Recording } from "../../src/recording/Recording.ts"
import { isTrouble } from "./EventText.ts"
import { marksOf } from "./Look.ts"
import { clip, span, type Line } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { durationText } from "../../src/turbulence/ChoicePoint.ts"
import { said } from "./Look.ts"
import { widthOf } from "./Width.ts"

/** Longest recording of which every event of trouble is on the line. */
const troubleEventsMax = 2_000

const known = new WeakMap<Recording, ReadonlyArray<number>>()

/** The times of what is marked as trouble, in virtual microseconds. */
const troubleTimes = (recording: Recording): ReadonlyArray<number> => {
  const before = known.get(recording)
  if (before !== undefined) return before
  const { cause, events } = recording.header
  const times = cause.faults.map((fault) => fault.atMs * 1_000)
  if (events <= troubleEventsMax) {
    for (let step = 0; step < events; step++) {
      const event = recording.event(step)
      if (isTrouble(event)) times.push(event.time)
    }
  }
  known.set(recording, times)
  return times
}

/** The line. */
export const timeLine = (model: ReplayModel, width: number): Line => {
  const { ascii, recording, selected } = model
  const marks = marksOf(ascii)
  const { events, failure, simulatedMicros } = recording.header
  if (events === 0) return []
  const selectedTime = recording.event(selected).time
  const end = Math.max(simulatedMicros, selectedTime, 1)
  const before = " time     0s "
  const after = said(` ${durationText(end)} `, ascii)
  const columns = width - widthOf(before) - widthOf(after) - 2
  if (columns < 10) return []
  const columnOf = (time: number): number =>
    Math.max(0, Math.min(columns - 1, Math.floor((time / end) * (columns - 1))))
  const cells = Array.from({ length: columns }, () => marks.row)
  for (const time of troubleTimes(recording)) cells[columnOf(time)] = marks.event.fault
  if (failure !== undefined && failure.step < events) {
    cells[columnOf(recording.event(failure.step).time)] = marks.event.check
  }
  const at = columnOf(selectedTime)
  cells[at] = marks.event.operation
  return clip(
    [
      span(`${before}${marks.timeStart}`, "quiet"),
      span(cells.slice(0, at).join(""), "quiet"),
      span(cells[at] ?? "", "strong"),
      span(`${cells.slice(at + 1).join("")}${marks.timeEnd}${after}`, "quiet")
    ],
    width
  )
}
