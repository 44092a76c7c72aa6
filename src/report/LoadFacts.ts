/**
 * The facts about loads: which were demonstrated, where it breaks, and how far that is from what it
 * is meant to carry.
 *
 * Owns which numbers may be told: only those that the search supports.
 */
import { visible } from "../recording/VisibleText.ts"
import * as Axis from "../stress/Axis.ts"
import type { DrivenAxis } from "../stress/DrivenAxis.ts"
import type { Demonstrated, Estimate, Middle, TargetAnswer } from "../stress/Estimate.ts"
import type { BreakingResult } from "../stress/StressResult.ts"
import type { Fact, Mood } from "./Fact.ts"
import {
  betweenText,
  estimateText,
  estimateWithUnit,
  loadText,
  percentRangeText,
  percentText,
  rangeText,
  timesText
} from "./StressWords.ts"

/** A cliff narrower than this share of the load is brittle: there is no warning before it. */
export const brittleMax = 0.05

const moodOf: { readonly [Answer in TargetAnswer["answer"]]: Mood } = {
  holds: "good",
  fails: "bad",
  unknown: "doubtful"
}

const countText = ({ passes, trials }: Pick<Demonstrated, "passes" | "trials">): string =>
  `${passes} of ${trials}`

/** What a count says of all probes that could be flown there. */
const passText = (count: Demonstrated): string =>
  `${countText(count)} probes pass, so ${percentRangeText(count.interval)} of all would`

/** At the ultimate load levels may fail, and safety may not. */
const safetyText = (count: Demonstrated): string =>
  count.passes === count.trials
    ? `safety holds in all ${count.trials} probes`
    : `safety holds in ${countText(count)} probes`

const targetFact = (
  label: string,
  axis: DrivenAxis,
  answer: TargetAnswer | undefined,
  count: (answer: TargetAnswer) => string
): ReadonlyArray<Fact> => {
  if (answer === undefined) return []
  const lead = { text: answer.answer, mood: moodOf[answer.answer] }
  const at = `at ${loadText(axis, answer.load)}`
  const text = answer.trials === 0 ? `${at}: not probed` : `${at}: ${count(answer)}`
  return [{ label, lead, text }]
}

const demonstratedFact = (axis: DrivenAxis, { attempts, demonstrated }: Estimate): Fact => {
  if (demonstrated === undefined) {
    const tried = attempts.map(({ load, passes, trials }) => {
      return `${loadText(axis, load)} (${countText({ passes, trials })} pass)`
    })
    const text = tried.length === 0 ? "no load" : `no load; tried were ${tried.join(", ")}`
    return { label: "demonstrated", text }
  }
  return {
    label: "demonstrated",
    lead: { text: `${loadText(axis, demonstrated.load)}:`, mood: "good" },
    text: passText(demonstrated)
  }
}

/** Why there is no breaking point. */
const notBroken = (axis: DrivenAxis, { breaking, middle, verdict }: Estimate): string => {
  switch (verdict._tag) {
    case "neverBroke":
      return `not found: beyond ${loadText(axis, Axis.highest(axis))}, the highest load there is`
    case "failsAtOnce":
      return `not found: below ${loadText(axis, verdict.load)}, the lowest load there is`
    case "notMonotone":
      return "there is none: see how it does by most probes"
    case "found":
      return "not known: no service level explains it"
    default:
      return breaking === undefined && middle !== undefined
        ? "not known; see half pass"
        : "not known"
  }
}

const breakingFact = (axis: DrivenAxis, estimate: Estimate): Fact => {
  const { breaking } = estimate
  if (breaking === undefined) return { label: "breaks at", text: notBroken(axis, estimate) }
  const { interval, level, load } = breaking
  return {
    label: "breaks at",
    lead: { text: `${estimateWithUnit(axis, load)}:`, mood: "bad" },
    text: `${visible(level)} holds no longer; ${percentText(0.95)} sure of ${rangeText(interval)}`
  }
}

/** How wide the cliff is as a share of its middle; `undefined` where shares mean nothing. */
export const cliffShare = ({ cliff, load }: Middle): number | undefined =>
  load > 0 ? (cliff.high - cliff.low) / load : undefined

const middleFacts = (axis: DrivenAxis, { middle }: Estimate): ReadonlyArray<Fact> => {
  if (middle === undefined) return []
  const share = cliffShare(middle)
  const width = share === undefined ? "" : `${percentText(share)} wide; `
  const ends =
    `${percentText(0.95)} of probes pass at ${estimateText(middle.cliff.low)}, ` +
    `${percentText(0.05)} at ${estimateWithUnit(axis, middle.cliff.high)}`
  const isBrittle = share !== undefined && share < brittleMax
  return [
    {
      label: "half pass",
      text: `at ${estimateWithUnit(axis, middle.load)} (${rangeText(middle.interval)})`
    },
    {
      label: "cliff",
      ...(isBrittle ? { lead: { text: "brittle,", mood: "bad" } } : {}),
      text: `${width}${ends}`
    }
  ]
}

/** Loads of one answer that lie next to each other: `passes at 10, fails at 22.5 to 33.75`. */
const bandsText = (axis: DrivenAxis, { shares }: Estimate): string => {
  const bands: Array<{ isPass: boolean; low: number; high: number }> = []
  for (const { load, passes, trials } of shares) {
    const isPass = 2 * passes >= trials
    const last = bands.at(-1)
    if (last?.isPass === isPass) last.high = load
    else bands.push({ isPass, low: load, high: load })
  }
  return bands
    .map(({ isPass, ...loads }) => `${isPass ? "passes" : "fails"} at ${betweenText(axis, loads)}`)
    .join(", ")
}

const bandFacts = (axis: DrivenAxis, estimate: Estimate): ReadonlyArray<Fact> =>
  estimate.verdict._tag === "notMonotone"
    ? [{ label: "by most probes", text: bandsText(axis, estimate) }]
    : []

const ruptureFact = (axis: DrivenAxis, { rupture }: Estimate): Fact => {
  switch (rupture._tag) {
    case "ruptured":
      return {
        label: "rupture",
        text: `${visible(rupture.criterion)} is violated at ${loadText(axis, rupture.load)}`
      }
    case "none": {
      const end = rupture.isEndOfAxis ? ", the highest load there is" : ""
      return { label: "rupture", text: `none up to ${loadText(axis, rupture.load)}${end}` }
    }
    case "notSought":
      return { label: "rupture", text: "not looked for" }
  }
}

/** How a load compares to the limit: a factor, or a difference where the limit is not above 0. */
const comparedText = (axis: DrivenAxis, load: number, limit: number): string => {
  const factor = load / limit
  return limit > 0 && Number.isFinite(factor)
    ? timesText(factor)
    : `${loadText(axis, load - limit)} above`
}

const marginFacts = ({ axis, estimate, target }: BreakingResult): ReadonlyArray<Fact> => {
  if (target === undefined) return []
  const { breaking, demonstrated, rupture } = estimate
  const compared = (load: number): string => comparedText(axis, load, target.limit)
  const margins = [
    ...(demonstrated === undefined ? [] : [`carries ${compared(demonstrated.load)} the limit`]),
    ...(breaking === undefined ? [] : [`breaks at ${compared(breaking.load)} the limit`])
  ]
  const reached =
    rupture._tag === "ruptured"
      ? `ruptures at ${compared(rupture.load)} the limit`
      : rupture._tag === "none"
        ? `no rupture up to ${compared(rupture.load)} the limit`
        : undefined
  const asked = `${compared(target.ultimate)} is asked for`
  return [
    ...(margins.length === 0 ? [] : [{ label: "margin", text: margins.join(", ") }]),
    ...(reached === undefined ? [] : [{ label: "safety factor", text: `${reached}; ${asked}` }])
  ]
}

/** All facts about loads, from what it is meant to carry to where it ruptures. */
export const loadFacts = (result: BreakingResult): ReadonlyArray<Fact> => {
  const { axis, estimate } = result
  return [
    ...targetFact("limit", axis, estimate.limit, passText),
    ...targetFact("ultimate", axis, estimate.ultimate, safetyText),
    demonstratedFact(axis, estimate),
    breakingFact(axis, estimate),
    ...middleFacts(axis, estimate),
    ...bandFacts(axis, estimate),
    ruptureFact(axis, estimate),
    ...marginFacts(result)
  ]
}
