/**
 * The state pane: what the probes say after the selected event, by default only what changed.
 *
 * Owns how a change is written: `before → after` for scalars, `-` and `+` lines for the rest.
 */
import type { Schema } from "effect"
import type { StateChange } from "../../src/recording/Recording.ts"
import { marksOf, said, shown } from "./Look.ts"
import { ellipsis, span, type Line } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { differences, differencesMax, isScalar, valueText, type Difference } from "./ValueText.ts"
import { padTo, widthOf } from "./Width.ts"

/** Most lines of the pane, however it is scrolled. */
const linesMax = 500
const labelColumnsMax = 36
/** How far back along the causes to look for a change when the event itself changed nothing. */
const causesMax = 20

const text = (value: Schema.Json, ascii: boolean): string => shown(valueText(value), ascii)

const differenceLines = (
  model: ReplayModel,
  label: string,
  { after, before, path }: Difference,
  labelColumns: number
): ReadonlyArray<Line> => {
  const { ascii } = model
  const name = shown(label + path, ascii)
  if (isScalar(before) && isScalar(after) && before !== undefined && after !== undefined) {
    const arrow = said(" → ", ascii)
    const change = `${text(before, ascii)}${arrow}${text(after, ascii)}`
    return [[span(` ${padTo(name, labelColumns, marksOf(ascii).more)} `), span(change, "strong")]]
  }
  if (before !== undefined && after !== undefined) {
    return [
      [span(` ${name}`)],
      [span(`   - ${text(before, ascii)}`, "fault")],
      [span(`   + ${text(after, ascii)}`, "good")]
    ]
  }
  const padded = span(` ${padTo(name, labelColumns, marksOf(ascii).more)} `)
  if (after !== undefined) return [[padded, span(`+ ${text(after, ascii)}`, "good")]]
  return before === undefined ? [] : [[padded, span(`- ${text(before, ascii)}`, "fault")]]
}

const changeLines = (
  model: ReplayModel,
  changes: ReadonlyArray<StateChange>,
  width: number
): ReadonlyArray<Line> => {
  const found = changes.flatMap((change) =>
    differences(change.before, change.after).map((difference) => ({
      label: `${change.node}.${change.probe}`,
      difference
    }))
  )
  const labelColumns = found.reduce(
    (most, { difference, label }) =>
      Math.max(most, widthOf(shown(label + difference.path, model.ascii))),
    0
  )
  const room = Math.min(labelColumns, labelColumnsMax, Math.floor(width / 2))
  const lines = found
    .slice(0, linesMax)
    .flatMap(({ difference, label }) => differenceLines(model, label, difference, room))
  return found.length > differencesMax
    ? [...lines, [span(said(" … and more", model.ascii), "quiet")]]
    : lines
}

const count = (model: ReplayModel): number => {
  let probes = 0
  for (const values of model.recording.stateAfter(model.selected).values()) probes += values.size
  return probes
}

const allLines = (model: ReplayModel): ReadonlyArray<Line> => {
  const { ascii, recording, selected } = model
  const changed = new Set(
    recording.changes(selected).map(({ node, probe }) => `${node}\u0000${probe}`)
  )
  const lines: Array<Line> = []
  for (const [node, values] of recording.stateAfter(selected)) {
    for (const [probe, value] of values) {
      if (lines.length >= linesMax) return lines
      const isChanged = changed.has(`${node}\u0000${probe}`)
      const mark = isChanged ? marksOf(ascii).state : " "
      lines.push([
        span(`${mark}${shown(`${node}.${probe}`, ascii)}  `, isChanged ? "strong" : "plain"),
        span(text(value, ascii), isChanged ? "strong" : "quiet")
      ])
    }
  }
  return lines.length === 0 ? [[span(" no node has a probe", "quiet")]] : lines
}

/** The nearest cause of an event that changed something: what a check looked at, mostly. */
const changingCause = ({ recording, selected }: ReplayModel): number | undefined => {
  let step: number | undefined = selected
  for (let gone = 0; gone < causesMax && step !== undefined; gone++) {
    step = recording.causes(step)[0]
    if (step !== undefined && recording.event(step).state !== undefined) return step
  }
  return undefined
}

/** Every line of the pane. */
export const stateLines = (model: ReplayModel, width: number): ReadonlyArray<Line> => {
  if (model.recording.header.events === 0) return []
  if (model.stateShown === "all") return allLines(model)
  const changes = model.recording.changes(model.selected)
  const unchanged = Math.max(
    0,
    count(model) - changes.filter((change) => change.after !== undefined).length
  )
  const rest: Line = [
    span(unchanged === 0 ? "" : ` ${unchanged} unchanged (d shows them)`, "quiet")
  ]
  if (changes.length === 0) {
    const cause = changingCause(model)
    if (cause === undefined) return [[span(" nothing changed at this event", "quiet")], rest]
    const lines = changeLines(model, model.recording.changes(cause), width)
    return [[span(` nothing changed here; its cause ${cause} changed`, "quiet")], ...lines, rest]
  }
  return [...changeLines(model, changes, width), rest]
}

/** The lines in view, cut to the pane. */
export const statePane = (
  model: ReplayModel,
  width: number,
  height: number
): ReadonlyArray<Line> => {
  const lines = stateLines(model, width)
  const first = model.pane === "state" ? model.scroll : 0
  const { more } = marksOf(model.ascii)
  return lines.slice(first, first + height).map((line) => ellipsis(line, width, more))
}

/** How many lines there are to scroll. */
export const stateLength = (model: ReplayModel): number => stateLines(model, model.columns).length
