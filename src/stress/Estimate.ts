/**
 * What a search comes to: a verdict, and the numbers that its probes support, and no others.
 *
 * Owns the definitions. **The breaking point** is the load at which a service level is on average
 * just what is allowed (`Crossing.ts`): what a textbook calls the limit of a queue. The *middle* is
 * the load that a probe passes with probability one half; it is higher wherever values are skewed.
 * Neither is what a system can be relied on to carry. That is the *demonstrated* load: the highest
 * at which so many probes in a row passed that 95 of 100 is believable and 85 of 100 is not (50 of
 * 100, for a small budget). Quote the demonstrated load.
 */
import * as Axis from "./Axis.ts"
import type * as Confirm from "./Confirm.ts"
import type * as Course from "./Course.ts"
import * as Crossing from "./Crossing.ts"
import * as Inversions from "./Inversions.ts"
import type * as Options from "./Options.ts"
import * as Probe from "./Probe.ts"
import * as SequentialTest from "./SequentialTest.ts"
import * as Staircase from "./Staircase.ts"
import * as Statistics from "./Statistics.ts"

/** What can be said about the axis. Only `found` has a breaking point. */
export type Verdict =
  | { readonly _tag: "found" }
  /** It still passed at the highest load: what was demonstrated is a lower bound. */
  | { readonly _tag: "neverBroke" }
  /** It failed at the lowest load. */
  | { readonly _tag: "failsAtOnce"; readonly load: number }
  /** It passes again above loads at which it fails: see `shares`. */
  | { readonly _tag: "notMonotone" }
  /** A budget was used up, or a sequential test. */
  | { readonly _tag: "inconclusive"; readonly reason: string }
  /** Too many probes said nothing, the last at this load. */
  | { readonly _tag: "invalid"; readonly load: number; readonly reason: string }
  /** The search is not over. */
  | { readonly _tag: "open" }

/** The load at which the first level is on average just what is allowed. */
export interface Breaking {
  readonly load: number
  /** Covers the breaking point with a confidence of 95 %. */
  readonly interval: Statistics.Interval
  /** The level that breaks there; for what has no values, the criterion that fails most. */
  readonly level: string
}

/** The load that is passed with probability one half. */
export interface Middle {
  readonly load: number
  /** Covers the middle with a confidence of 95 %. */
  readonly interval: Statistics.Interval
  /** The loads that 95 and 5 of 100 probes pass: where the cliff begins and where it ends. */
  readonly cliff: Statistics.Interval
}

/** A load that was tried over and over, and how it did. */
export interface Demonstrated extends SequentialTest.Count {
  readonly load: number
  /** Covers the probability to pass, by Clopper and Pearson, with a confidence of 95 %. */
  readonly interval: Statistics.Interval
}

/** How a system did at the limit load and at the ultimate load. */
export interface TargetAnswer extends Demonstrated {
  readonly answer: "holds" | "fails" | "unknown"
}

/** The first safety failure on the way up. */
export type Rupture =
  | { readonly _tag: "ruptured"; readonly load: number; readonly criterion: string }
  /** None up to this load, the highest that was probed past the middle. */
  | { readonly _tag: "none"; readonly load: number; readonly isEndOfAxis: boolean }
  /** The search did not come as far as looking for it. */
  | { readonly _tag: "notSought" }

/** A criterion that failed, with the lowest load at which it did. */
export interface Failed {
  readonly criterion: string
  readonly isSafety: boolean
  readonly load: number
  readonly count: number
}

/** All that a search found out. */
export interface Estimate {
  readonly verdict: Verdict
  readonly breaking: Breaking | undefined
  readonly middle: Middle | undefined
  readonly demonstrated: Demonstrated | undefined
  readonly limit: TargetAnswer | undefined
  readonly ultimate: TargetAnswer | undefined
  readonly rupture: Rupture
  /** In the order of the lowest load at which each failed, then of first appearance. */
  readonly failed: ReadonlyArray<Failed>
  /** Every load that was probed, the lowest first. */
  readonly shares: ReadonlyArray<Statistics.Share>
  /** The tests below the middle, in their order. */
  readonly attempts: ReadonlyArray<Confirm.Attempt>
  /** Clear inversions, counted up to two. */
  readonly inversions: number
  /** Probes whose answers were used, invalid ones among them. */
  readonly probes: number
  readonly invalids: number
}

/** Spreads from the middle to the loads that 95 and 5 of 100 probes pass. */
const spreadsOfCliff = 1.645

const loadAt = ({ grid }: Options.Resolved, place: number): number =>
  Math.min(grid.max, Math.max(grid.min, Axis.exactLoadAt(grid, place)))

const loadsOf = (resolved: Options.Resolved, { high, low }: Statistics.Interval) => ({
  low: loadAt(resolved, low),
  high: loadAt(resolved, high)
})

const breakingOf = (
  resolved: Options.Resolved,
  located: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Breaking | undefined => {
  const crossing = Crossing.lowest(resolved, located, probes)
  return (
    crossing && {
      load: loadAt(resolved, crossing.place),
      interval: loadsOf(resolved, crossing.interval),
      level: crossing.level
    }
  )
}

const middleOf = (
  resolved: Options.Resolved,
  located: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Middle => {
  const { middle } = located
  const spread = Staircase.spread(resolved, located, probes)
  const reach = spreadsOfCliff * spread
  return {
    load: loadAt(resolved, middle),
    interval: loadsOf(resolved, Staircase.interval(located, spread)),
    cliff: loadsOf(resolved, { low: middle - reach, high: middle + reach })
  }
}

const demonstratedAt = (load: number, { passes, trials }: SequentialTest.Count): Demonstrated => ({
  load,
  passes,
  trials,
  interval: Statistics.clopperPearson(passes, trials)
})

const countOf = (
  probes: ReadonlyArray<Probe.Probe>,
  phase: Probe.Phase,
  isPass: (probe: Probe.Probe) => boolean
): SequentialTest.Count => {
  const valid = probes.filter(
    ({ ask, outcome }) => ask.phase === phase && outcome._tag !== "invalid"
  )
  return { passes: valid.filter(isPass).length, trials: valid.length }
}

const limitOf = ({ probes, resolved }: Course.Course): TargetAnswer | undefined => {
  if (resolved.target === undefined) return undefined
  const count = countOf(probes, "limit", ({ outcome }) => outcome._tag === "pass")
  const tested = SequentialTest.answer(count, resolved.test)
  const answer = tested === "accepted" ? "holds" : tested === "rejected" ? "fails" : "unknown"
  return { ...demonstratedAt(resolved.target.limit, count), answer }
}

const ultimateOf = ({ probes, resolved }: Course.Course): TargetAnswer | undefined => {
  if (resolved.target === undefined) return undefined
  const count = countOf(probes, "ultimate", ({ outcome }) => !Probe.isSafetyFailure(outcome))
  const isHeld = count.trials >= resolved.ultimateProbes
  const answer = count.passes < count.trials ? "fails" : isHeld ? "holds" : "unknown"
  return { ...demonstratedAt(resolved.target.ultimate, count), answer }
}

const failedOf = (probes: ReadonlyArray<Probe.Probe>): ReadonlyArray<Failed> => {
  const byCriterion = new Map<string, Failed>()
  for (const { ask, outcome } of probes) {
    if (outcome._tag !== "fail") continue
    for (const { isSafety, name } of outcome.criteria) {
      const key = `${isSafety} ${name}`
      const known = byCriterion.get(key) ?? { criterion: name, isSafety, load: Infinity, count: 0 }
      const load = Math.min(known.load, ask.load)
      byCriterion.set(key, { ...known, load, count: known.count + 1 })
    }
  }
  return [...byCriterion.values()].sort((left, right) => left.load - right.load)
}

const ruptureOf = ({ probes, resolved }: Course.Course, failed: ReadonlyArray<Failed>): Rupture => {
  const first = failed.find(({ isSafety }) => isSafety)
  if (first !== undefined) {
    return { _tag: "ruptured", load: first.load, criterion: first.criterion }
  }
  const highest = Axis.highest(resolved.axis)
  const loads = probes
    .filter(({ outcome }) => outcome._tag !== "invalid")
    .filter(({ ask }) => ask.phase === "rupture" || ask.load === highest)
    .map(({ ask }) => ask.load)
  if (loads.length === 0) return { _tag: "notSought" }
  const load = Math.max(...loads)
  return { _tag: "none", load, isEndOfAxis: load === highest }
}

const ofHundred = (share: number): number => Math.round(100 * share)

const notDemonstrated = ({ test }: Options.Resolved): string =>
  `no load passes ${ofHundred(test.good)} of 100 probes rather than ${ofHundred(test.bad)} for sure`

const verdictOf = (
  { attempts, located, probes, resolved, stage }: Course.Course,
  inversions: number
): Verdict => {
  if (stage._tag !== "over") return { _tag: "open" }
  const { end } = stage
  // From here on answers only got more: what was demonstrated stays so, whatever ended the search.
  if (inversions >= Inversions.inversionsMax) return { _tag: "notMonotone" }
  const isDemonstrated = attempts.at(-1)?.answer === "accepted"
  if (isDemonstrated) return { _tag: located?._tag === "located" ? "found" : "neverBroke" }
  switch (end._tag) {
    case "bottom":
      return { _tag: "failsAtOnce", load: resolved.axis.min }
    case "invalid":
      return { _tag: "invalid", load: end.load, reason: end.reason }
    case "budget":
      return { _tag: "inconclusive", reason: `all ${probes.length} probes were used` }
    case "unlocated":
      return {
        _tag: "inconclusive",
        reason: `${resolved.limits.locateProbesMax} probes did not locate the breaking point`
      }
    case "complete":
    case "notMonotone":
      return { _tag: "inconclusive", reason: notDemonstrated(resolved) }
  }
}

/** What is known so far; the verdict is `open` until the search is over. */
export const of = (course: Course.Course): Estimate => {
  const { attempts, invalids, located, probes, resolved } = course
  const shares = Probe.shares(probes)
  const failed = failedOf(probes)
  const inversions = Inversions.count(shares)
  const verdict = verdictOf(course, inversions)
  const hasMiddle = ["found", "inconclusive", "open"].includes(verdict._tag)
  const middle = hasMiddle && located?._tag === "located" ? located : undefined
  const accepted = attempts.find(({ answer }) => answer === "accepted")
  const hasDemonstrated = accepted !== undefined && verdict._tag !== "notMonotone"
  return {
    verdict,
    breaking: middle && breakingOf(resolved, middle, probes),
    middle: middle && middleOf(resolved, middle, probes),
    demonstrated: hasDemonstrated ? demonstratedAt(accepted.load, accepted) : undefined,
    limit: limitOf(course),
    ultimate: ultimateOf(course),
    rupture: ruptureOf(course, failed),
    failed,
    shares,
    attempts,
    inversions,
    probes: probes.length,
    invalids
  }
}
