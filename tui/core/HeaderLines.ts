/**
 * The top of the replay: what failed, which recording this is, and where in it one is.
 *
 * Owns what is said there and what is left out first when there is little room.
 */
import { exactText } from "./EventText.ts"
import { said, shown, marksOf } from "./Look.ts"
import { ends, lineWidth, span, type Line, type Style } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { timeLine } from "./Timeline.ts"
import { cutTo, widthOf } from "./Width.ts"

const replayText = (model: ReplayModel): readonly [string, Style] => {
  const { replay } = model
  if (replay === "unchecked") return ["replay not checked", "quiet"]
  if (replay === "checking") return ["checking replay", "quiet"]
  switch (replay._tag) {
    case "exact":
      return ["replay exact", "good"]
    case "differs":
      return [`replay differs at ${replay.step}`, "fail"]
    case "unavailable":
      return ["replay not checked", "quiet"]
  }
}

/** A fact for the right edge; those of a higher rank are given up first. */
interface Fact {
  readonly text: string
  readonly style: Style
  readonly rank: number
}

/** In the order in which they stand. */
const facts = (model: ReplayModel): ReadonlyArray<Fact> => {
  const { cause, commit, events, eventsBefore } = model.recording.header
  const [text, style] = replayText(model)
  const shrunk = `shrunk ${eventsBefore ?? 0}→${events} events`
  return [
    { text: `seed ${cause.seed}`, style: "quiet", rank: 1 },
    ...(commit === undefined
      ? []
      : [{ text: `commit ${commit.slice(0, 7)}`, style: "quiet", rank: 3 } as const]),
    ...(eventsBefore === undefined ? [] : [{ text: shrunk, style: "quiet", rank: 2 } as const]),
    { text, style, rank: 0 }
  ]
}

/** Left text, and at the right edge as many of the facts as fit beside it. */
const beside = (
  left: Line,
  right: ReadonlyArray<Fact>,
  { ascii }: ReplayModel,
  width: number
): Line => {
  const separator = said(" · ", ascii)
  const fits: Array<Fact> = []
  let used = lineWidth(left) + 1
  for (const fact of [...right].sort((one, other) => one.rank - other.rank)) {
    const columns = widthOf(shown(fact.text, ascii)) + widthOf(separator)
    if (used + columns > width) break
    used += columns
    fits.push(fact)
  }
  const kept = right
    .filter((fact) => fits.includes(fact))
    .flatMap((fact, index): Line => {
      const words = span(shown(fact.text, ascii), fact.style)
      return index === 0 ? [words] : [span(separator, "quiet"), words]
    })
  return ends(left, [...kept, span(" ")], width)
}

const titleLine = (model: ReplayModel, width: number): Line => {
  const { ascii } = model
  const { failure, system, title } = model.recording.header
  const name = shown(`${system} › ${title}`, ascii)
  const verdict = failure === undefined ? span(" OK   ", "good") : span(" FAIL ", "fail")
  // The name may take what the most important fact leaves.
  const [replay] = replayText(model)
  const room = Math.max(10, width - widthOf(verdict.text) - widthOf(replay) - 4)
  return beside(
    [verdict, span(` ${cutTo(name, room, marksOf(ascii).more)}`, "strong")],
    facts(model),
    model,
    width
  )
}

const positionText = (model: ReplayModel): string => {
  const { events } = model.recording.header
  if (events === 0) return "no events"
  const time = exactText(model.recording.event(model.selected).time)
  return `event ${model.selected}/${events - 1} · t=${time} virtual`
}

const claimLine = (model: ReplayModel, width: number): Line => {
  const { ascii } = model
  const { failure, scenario, source } = model.recording.header
  const position = said(positionText(model), ascii)
  const claim = failure === undefined ? scenario : `${failure.expected}   got ${failure.actual}`
  const room = Math.max(0, width - widthOf(position) - 6)
  const left = cutTo(shown(claim, ascii), room, marksOf(ascii).more)
  return beside(
    [span(` ${left}`, failure === undefined ? "quiet" : "fail")],
    [
      ...(source === undefined ? [] : [{ text: source, style: "quiet", rank: 1 } as const]),
      { text: position, style: "plain", rank: 0 }
    ],
    model,
    width
  )
}

/** The one line of a small screen: the verdict and where one is. */
const smallLine = (model: ReplayModel, width: number): Line => {
  const { ascii } = model
  const { events, failure, title } = model.recording.header
  const verdict = failure === undefined ? span(" OK ", "good") : span(" FAIL ", "fail")
  const position = events === 0 ? "no events" : `${model.selected}/${events - 1}`
  const room = Math.max(0, width - widthOf(verdict.text) - widthOf(position) - 3)
  const name = cutTo(shown(title, ascii), room, marksOf(ascii).more)
  return beside(
    [verdict, span(name, "strong")],
    [{ text: position, style: "plain", rank: 0 }],
    model,
    width
  )
}

/** So many lines for the top. */
export const headerLines = (
  model: ReplayModel,
  width: number,
  height: number
): ReadonlyArray<Line> => {
  if (height <= 0) return []
  if (height === 1) return [smallLine(model, width)]
  const lines = [titleLine(model, width), claimLine(model, width)]
  return height === 2 ? lines : [...lines, timeLine(model, width)]
}
