/**
 * The `?` screen: the table of keys, and what the marks mean.
 *
 * Owns its layout only; the words are in Keys and the marks in Look.
 */
import { eventKinds } from "../../src/recording/Event.ts"
import { bindings } from "./Keys.ts"
import { marksOf, said } from "./Look.ts"
import { clip, span, type Line } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { padTo } from "./Width.ts"

const keyColumns = 12

const legend = (ascii: boolean): ReadonlyArray<Line> => {
  const marks = marksOf(ascii)
  const drawn: ReadonlyArray<readonly [string, string]> = [
    [">", "the selected event"],
    [marks.cause, "an event that led to the selected one"],
    [marks.trouble, "a fault, a violation, or a choice that was not calm"],
    [marks.state, "an event that changed a probe"],
    [marks.sent[0].repeat(2) + marks.sent[1], "a message leaves"],
    [marks.arrived[0].repeat(2) + marks.arrived[1], "a message arrives"],
    [marks.sent[0] + marks.never + marks.sent[0], "a message is lost, refused or reset"],
    ...eventKinds
      .filter((kind) => !["send", "deliver", "lost", "refused", "reset"].includes(kind))
      .map((kind) => [marks.event[kind], kind] as const)
  ]
  return drawn.map(([mark, means]) => [
    span(` ${padTo(mark, keyColumns, "")}`, "strong"),
    span(means)
  ])
}

const lines = (ascii: boolean): ReadonlyArray<Line> => [
  ...bindings.map((binding): Line => {
    const counted =
      binding.counted === undefined ? [] : [span(`  (with a count: ${binding.counted})`, "quiet")]
    return [
      span(` ${padTo(binding.shown, keyColumns, "")}`, "strong"),
      span(said(binding.does, ascii)),
      ...counted
    ]
  }),
  [],
  [span(" marks", "quiet")],
  ...legend(ascii)
]

/** The lines in view, cut to the pane. */
export const keysPane = (model: ReplayModel, width: number, height: number): ReadonlyArray<Line> =>
  lines(model.ascii)
    .slice(model.scroll, model.scroll + height)
    .map((line) => clip(line, width))

/** How many lines there are to scroll. */
export const keysLength = (model: ReplayModel): number => lines(model.ascii).length
