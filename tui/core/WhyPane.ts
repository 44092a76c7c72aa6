/**
 * The why pane: the selected event in full, and the chain of its causes down to where it began.
 *
 * Owns the order: nearest cause first and on from there, other causes of the same event beside it.
 */
import type { Event } from "../../src/recording/Event.ts"
import type { Recording } from "../../src/recording/Recording.ts"
import { outcomeText } from "../../src/turbulence/ChoicePoint.ts"
import { exactText, sentence, styleOf } from "./EventText.ts"
import { marksOf, said, shown } from "./Look.ts"
import { ellipsis, ends, lineWidth, span, type Line, type Span } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { valueText } from "./ValueText.ts"

/** Longest chain told; `w` walks on from its end. */
const chainMax = 100
/** Other causes told beside the nearest one. */
const besideMax = 3
const indentMax = 12

/** A line with where it is in the code on the right, if there is room. */
const withSource = (line: Line, event: Event, model: ReplayModel, width: number): Line => {
  const { more } = marksOf(model.ascii)
  if (event.source === undefined) return ellipsis(line, width, more)
  const source: Line = [span(` ${shown(event.source, model.ascii)} `, "quiet")]
  return lineWidth(line) + lineWidth(source) > width
    ? ellipsis(line, width, more)
    : ends(line, source, width)
}

const detailLines = (model: ReplayModel, event: Event): ReadonlyArray<Line> => {
  const { ascii, recording } = model
  const { failure } = recording.header
  const lines: Array<Line> = []
  if (failure !== undefined && failure.step === event.step) {
    const claim = `${failure.expected}   got ${failure.actual}`
    lines.push([span(`   ${shown(claim, ascii)}`, "fail")])
  }
  if (event.value !== undefined) {
    lines.push([span("   value "), span(shown(valueText(event.value), ascii))])
  }
  for (const { kind, outcome, path } of event.deviations ?? []) {
    const choice = `   ! ${kind} ${outcomeText(kind, outcome)} at `
    lines.push([span(said(choice, ascii), "fault"), span(shown(path, ascii), "fault")])
  }
  return lines
}

/** Causes of a step beside the nearest, each short, and each told once in a chain. */
const beside = (
  model: ReplayModel,
  others: ReadonlyArray<number>,
  told: Set<number>
): ReadonlyArray<Span> =>
  others
    .filter((step) => !told.has(step))
    .slice(0, besideMax)
    .map((step) => {
      told.add(step)
      const event = model.recording.event(step)
      const words = sentence(event, marksOf(model.ascii), model.ascii)
      return span(`  < ${step} ${words}`, styleOf(event))
    })

/** A cause as the chain tells it: a message that arrived is one line with where it was sent. */
interface Link {
  readonly number: string
  readonly event: Event
  readonly causes: ReadonlyArray<number>
}

const linkOf = (recording: Recording, step: number): Link => {
  const event = recording.event(step)
  const causes = recording.causes(step)
  const [nearest, ...others] = causes
  if (nearest === undefined || event.kind !== "deliver" || recording.otherEnd(step) !== nearest) {
    return { number: String(step), event, causes }
  }
  const sent = recording.event(nearest)
  return {
    number: `${nearest}-${step}`,
    event: event.source === undefined ? sent : { ...sent, source: event.source },
    causes: [...recording.causes(nearest), ...others]
  }
}

const chainLines = (model: ReplayModel, width: number): ReadonlyArray<Line> => {
  const { ascii, recording } = model
  const marks = marksOf(ascii)
  const lines: Array<Line> = []
  const told = new Set<number>()
  let causes = recording.causes(model.selected)
  for (let depth = 1; depth <= chainMax; depth++) {
    const [nearest, ...others] = causes
    if (nearest === undefined) break
    told.add(nearest)
    const link = linkOf(recording, nearest)
    const indent = " ".repeat(1 + Math.min(indentMax, 2 * depth))
    const line: Line = [
      span(`${indent}because ${link.number} `, "quiet"),
      span(sentence(link.event, marks, ascii), styleOf(link.event)),
      ...beside(model, others, told)
    ]
    lines.push(withSource(line, link.event, model, width))
    causes = link.causes
  }
  if (lines.length === 0) return [[span("   nothing caused it: it is where this began", "quiet")]]
  return lines
}

/** What is true of the failure as a whole, told below the chain at the violation. */
const verdictLines = (model: ReplayModel): ReadonlyArray<Line> => {
  const { ascii, recording, selected } = model
  const { failure, needed, twin } = recording.header
  if (failure === undefined || failure.step !== selected) return []
  const lines: Array<Line> = []
  if (needed.length > 0) {
    const parts = needed.map(({ atLeast, what }) =>
      atLeast === undefined ? what : `${what} ≥ ${atLeast}`
    )
    lines.push([span(shown(` needed: ${parts.join(", ")}`, ascii))])
  }
  if (twin !== undefined) {
    const first = `First difference: event ${twin.firstDifference}`
    lines.push([span(shown(` passing twin: ${twin.change}. ${first}`, ascii), "good")])
  }
  return lines
}

/** Every line of the pane but the verdict. */
export const whyLines = (model: ReplayModel, width: number): ReadonlyArray<Line> => {
  const { ascii, recording, selected } = model
  if (recording.header.events === 0) return []
  const event = recording.event(selected)
  const head: Line = [
    span(` ${selected} `, "strong"),
    span(sentence(event, marksOf(ascii), ascii), styleOf(event)),
    span(`  t=${exactText(event.time)}`, "quiet")
  ]
  return [
    withSource(head, event, model, width),
    ...detailLines(model, event),
    ...chainLines(model, width)
  ]
}

/** The lines in view, cut to the pane. */
export const whyPane = (model: ReplayModel, width: number, height: number): ReadonlyArray<Line> => {
  const { more } = marksOf(model.ascii)
  const lines = whyLines(model, width)
  const first = model.pane === "why" ? model.scroll : 0
  const verdict = first === 0 && height >= 6 ? verdictLines(model) : []
  const room = Math.max(0, height - verdict.length)
  return [...lines.slice(first, first + room), ...verdict].map((line) =>
    ellipsis(line, width, more)
  )
}

/** How many lines there are to scroll, with room for the verdict that only the top shows. */
export const whyLength = (model: ReplayModel): number => whyLines(model, model.columns).length
