/**
 * The last line: the prompt, a count, a notice, or the most useful keys.
 *
 * Owns which of these comes first. The keys are those of the table that have words for it.
 */
import { isComplete } from "./Filter.ts"
import { bindings } from "./Keys.ts"
import { marksOf, shown } from "./Look.ts"
import { clip, lineWidth, span, type Line } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { widthOf } from "./Width.ts"

const hints = (width: number): Line => {
  const offered = [
    "j/k step",
    ...bindings.flatMap(({ foot }) => (foot === undefined ? [] : [foot]))
  ]
  // The way out and the way to all the others are always there; the rest as far as it fits.
  const last = offered.slice(-2)
  let used = last.reduce((columns, words) => columns + widthOf(words) + 2, 1)
  const first: Array<string> = []
  for (const words of offered.slice(0, -2)) {
    used += widthOf(words) + 2
    if (used > width) break
    first.push(words)
  }
  return [span(` ${[...first, ...last].join("  ")}`, "quiet")]
}

const filterText = (model: ReplayModel): string => {
  const { filter, recording } = model
  if (filter === undefined) return ""
  const { events } = recording.header
  const share = Math.floor((100 * filter.scanned) / Math.max(1, events))
  return isComplete(filter, recording)
    ? `/${filter.text}  ${filter.matches.length} of ${events}`
    : `/${filter.text}  ${share}%`
}

/** The line. */
export const footerLine = (model: ReplayModel, width: number): Line => {
  const { ascii } = model
  if (model.prompt !== undefined) {
    // The end of a long prompt is what is being typed.
    const typed = shown(model.prompt, ascii)
    const start = Math.max(0, typed.length - Math.max(0, width - 4))
    return clip([span(` /${typed.slice(start)}_`, "strong")], width)
  }
  const waiting = model.waiting === undefined ? "" : model.waiting === "setMark" ? "m" : "'"
  const typed = `${model.count}${waiting}`
  const filter = filterText(model)
  const left: Line = [
    ...(typed === "" ? [] : [span(` ${typed}_`, "strong")]),
    ...(filter === "" ? [] : [span(` ${shown(filter, ascii)} `, "cause")]),
    ...(model.notice === "" ? [] : [span(` ${shown(model.notice, ascii)} `, "strong")])
  ]
  if (left.length === 0) return clip(hints(width), width)
  const more = width - lineWidth(left)
  const separator = span(` ${marksOf(ascii).column}`, "quiet")
  return clip(more > 20 ? [...left, separator, ...hints(more - 2)] : left, width)
}
