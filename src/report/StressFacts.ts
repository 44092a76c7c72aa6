/**
 * All that a report says in words: which facts there are of a result, in which order.
 *
 * Owns the selection, for the terminal and the page alike. The facts about loads and about causes
 * have files of their own; so have charts.
 */
import { visible } from "../recording/VisibleText.ts"
import * as Axis from "../stress/Axis.ts"
import { type DrivenAxis, numberText } from "../stress/DrivenAxis.ts"
import type { Interval } from "../stress/Statistics.ts"
import type { EnvelopeResult, Row, StressResult } from "../stress/StressResult.ts"
import { toText } from "../turbulence/Seed.ts"
import { causeFacts, predictionFacts } from "./CauseFacts.ts"
import { countOf, countText } from "./EventWords.ts"
import { type Fact, type Section, underOneLabel } from "./Fact.ts"
import { replayCommand } from "./FailureText.ts"
import { loadFacts } from "./LoadFacts.ts"
import type { Change, StressSaved } from "./StressSaved.ts"
import {
  estimateText,
  estimateWithUnit,
  loadText,
  outcomeText,
  percentText,
  rangeText,
  resourceText,
  searchAgainCommand,
  settingText
} from "./StressWords.ts"
import { simulatedText } from "./Summary.ts"
import { glue } from "./Wrap.ts"

/** One value of the second axis of an envelope, in the words of its table. */
export interface FrontierRow {
  readonly y: string
  readonly target: string
  readonly demonstrated: string
  readonly breaks: string
  readonly culprit: string
}

const breaksText = (axis: DrivenAxis, { estimate }: Row): string => {
  const { breaking } = estimate
  if (breaking !== undefined) {
    return `${estimateText(breaking.load)} (${rangeText(breaking.interval)})`
  }
  switch (estimate.verdict._tag) {
    case "neverBroke":
      return `above ${numberText(Axis.highest(axis))}`
    case "failsAtOnce":
      return `below ${numberText(axis.min)}`
    case "notMonotone":
      return "not monotone"
    case "found":
    case "inconclusive":
    case "invalid":
    case "open":
      return "not known"
  }
}

/** What is to be said of the rows that have no breaking point. */
const unfoundFacts = ({ rows, x, y }: EnvelopeResult): ReadonlyArray<Fact> =>
  underOneLabel(
    "not found",
    rows
      .filter(({ estimate }) => estimate.breaking === undefined)
      .map((row) => ({
        lead: { text: `${loadText(y, row.y)}:`, mood: "doubtful" },
        text: outcomeText(x, row.estimate)
      }))
  )

/** The table of a frontier, one row for each value of the second axis, in its order. */
export const frontierRows = ({ rows, x }: EnvelopeResult): ReadonlyArray<FrontierRow> =>
  rows.map((row) => {
    const { bottleneck, estimate, target, y } = row
    const limit = estimate.limit?.answer
    return {
      y: numberText(y),
      target: target === undefined ? "" : `${numberText(target.limit)} ${limit ?? "unknown"}`,
      demonstrated: estimate.demonstrated ? numberText(estimate.demonstrated.load) : "-",
      breaks: breaksText(x, row),
      culprit: bottleneck === undefined ? "-" : resourceText(bottleneck)
    }
  })

/** What breaks first, with the values of the second axis where it does. */
const culpritFacts = ({ rows, y }: EnvelopeResult): ReadonlyArray<Fact> => {
  const byCulprit = new Map<string, Array<number>>()
  for (const { bottleneck, y } of rows) {
    if (bottleneck === undefined) continue
    const culprit = resourceText(bottleneck)
    byCulprit.set(culprit, [...(byCulprit.get(culprit) ?? []), y])
  }
  return underOneLabel(
    "breaks first",
    [...byCulprit].map(([culprit, values]) => ({
      lead: { text: `${culprit}:`, mood: "bad" },
      text: `with ${values.map(numberText).join(", ")}${glue}${visible(y.unit)}`
    }))
  )
}

const envelopeFacts = (result: EnvelopeResult): ReadonlyArray<Fact> => [
  ...culpritFacts(result),
  ...unfoundFacts(result),
  ...predictionFacts(result.prediction)
]

const costFacts = ({ cost, seed }: StressResult): ReadonlyArray<Fact> => {
  const { invalid, probes, requests, simulatedMicros, steps } = cost
  const said = invalid === 1 ? "says nothing, and is" : "say nothing, and are"
  return [
    {
      label: "invalid",
      ...(invalid > 0 ? { lead: { text: `${invalid}`, mood: "doubtful" } } : {}),
      text:
        invalid === 0
          ? "no probe"
          : `of ${countOf(probes, "probe")} (${percentText(invalid / probes)}) ${said} not counted`
    },
    {
      label: "cost",
      text: [
        countOf(probes, "probe"),
        countOf(requests, "request"),
        `${simulatedText(simulatedMicros)} simulated`,
        `${countText(steps)} steps`,
        `seed ${toText(seed)}`
      ]
        .map((part) => part.replaceAll(" ", glue))
        .join(", ")
    }
  ]
}

/** Characters of a commit that tell it from others. */
const commitCharacters = 7

const overlap = (one: Interval, other: Interval): boolean =>
  one.low <= other.high && other.low <= one.high

const changedText = (now: number, before: number): string => {
  if (before === now) return "the same"
  if (before <= 0) return now > before ? "higher" : "lower"
  const share = now / before - 1
  return `${percentText(Math.abs(share))} ${share > 0 ? "higher" : "lower"}`
}

const changeFacts = (
  axis: DrivenAxis,
  row: Row["estimate"],
  change: Change
): ReadonlyArray<Fact> => {
  const { breaking, demonstrated } = row
  const was = change.breaking
  const parts: Array<string> = []
  if (breaking !== undefined && was !== undefined) {
    const sure = overlap(breaking.interval, was) ? ", which may be chance" : ""
    const before = `${estimateWithUnit(axis, was.load)} (${rangeText(was)})`
    parts.push(`broke at ${before}: now ${changedText(breaking.load, was.load)}${sure}`)
  } else if (was !== undefined) {
    parts.push(
      `broke at ${estimateWithUnit(axis, was.load)} (${rangeText(was)}); now it is not found`
    )
  } else if (breaking !== undefined) {
    parts.push("its breaking point was not found")
  }
  if (change.demonstrated !== undefined) {
    const now =
      demonstrated === undefined
        ? "now no load is demonstrated"
        : `now ${changedText(demonstrated.load, change.demonstrated)}`
    parts.push(`carried ${loadText(axis, change.demonstrated)}: ${now}`)
  }
  const since = `since ${visible(change.commit).slice(0, commitCharacters)}`
  return parts.length === 0
    ? []
    : underOneLabel(
        since,
        parts.map((text) => ({ text }))
      )
}

const pairFacts = (result: StressResult, { pair }: StressSaved): ReadonlyArray<Fact> =>
  result.edge.map(({ criteria, seed, setting, side }, at) => {
    const ref = pair[at]?.ref
    const what = side === "under" ? "passes" : `fails by ${criteria.map(visible).join(", ")}`
    const where = settingText(result, setting)
    return {
      label: side === "under" ? "just under" : "just over",
      text: `${where}: ${what}, seed${glue}${toText(seed)}`,
      ...(ref === undefined ? {} : { command: replayCommand(ref) })
    }
  })

const savedFacts = (result: StressResult, saved: StressSaved): ReadonlyArray<Fact> => [
  ...pairFacts(result, saved),
  ...(saved.html === undefined ? [] : [{ label: "page", text: "", command: visible(saved.html) }]),
  { label: "rerun", text: "", command: visible(searchAgainCommand(result)) }
]

/** The facts of a result, section by section; sections without facts are left out. */
export const sectionsOf = (result: StressResult, saved: StressSaved): ReadonlyArray<Section> => {
  const { change } = saved
  const isPoint = result.kind === "breaking-point"
  const changes =
    change === undefined || !isPoint ? [] : changeFacts(result.axis, result.estimate, change)
  const sections: ReadonlyArray<Section> = [
    { title: "Loads", facts: isPoint ? loadFacts(result) : [] },
    { title: "Causes", facts: isPoint ? causeFacts(result) : envelopeFacts(result) },
    { title: "Search", facts: [...costFacts(result), ...changes] },
    { title: "Look into it", facts: savedFacts(result, saved) }
  ]
  return sections.filter(({ facts }) => facts.length > 0)
}
