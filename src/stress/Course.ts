/**
 * The course of a search, one probe after another: targets, bracket, locate, refine, confirm,
 * rupture.
 *
 * Owns which part follows which, and all bounds. It is a pure state machine: what it asks for next
 * depends on nothing but the outcomes so far. Asking ahead is `Search.ts`; what all of it comes to
 * is `Estimate.ts`.
 */
import * as Axis from "./Axis.ts"
import * as Bracket from "./Bracket.ts"
import * as Confirm from "./Confirm.ts"
import * as Inversions from "./Inversions.ts"
import type * as Options from "./Options.ts"
import * as Probe from "./Probe.ts"
import * as Refine from "./Refine.ts"
import * as SequentialTest from "./SequentialTest.ts"
import * as Staircase from "./Staircase.ts"
import * as Sweep from "./Sweep.ts"

/** Why a search is over. */
export type End =
  | { readonly _tag: "complete" }
  | { readonly _tag: "bottom" }
  | { readonly _tag: "notMonotone" }
  | { readonly _tag: "unlocated" }
  | { readonly _tag: "budget" }
  | { readonly _tag: "invalid"; readonly load: number; readonly reason: string }

type Stage =
  | {
      readonly _tag: "limit"
      readonly target: Options.TargetLoads
      readonly count: SequentialTest.Count
    }
  | {
      readonly _tag: "ultimate"
      readonly target: Options.TargetLoads
      readonly trials: number
    }
  | { readonly _tag: "bracket"; readonly bracket: Bracket.Bracket }
  | { readonly _tag: "locate"; readonly walk: Staircase.Staircase }
  | {
      readonly _tag: "refine"
      readonly middle: Staircase.Middle
      readonly refine: Refine.Refine
    }
  | { readonly _tag: "confirm"; readonly confirm: Confirm.Confirm }
  | { readonly _tag: "rupture"; readonly sweep: Sweep.Sweep }
  | { readonly _tag: "over"; readonly end: End }

/** How far a search is. */
export interface Course {
  readonly resolved: Options.Resolved
  readonly stage: Stage
  /** Every probe whose answer was used, in the order in which the search asked for them. */
  readonly probes: ReadonlyArray<Probe.Probe>
  readonly invalids: number
  readonly invalidsAtOnce: number
  readonly located: Staircase.Located | undefined
  readonly attempts: ReadonlyArray<Confirm.Attempt>
}

const over = (end: End): Stage => ({ _tag: "over", end })

const afterTargets = (resolved: Options.Resolved): Stage => ({
  _tag: "bracket",
  bracket: Bracket.begin(resolved.start)
})

/** Before the first probe. */
export const begin = (resolved: Options.Resolved): Course => ({
  resolved,
  stage:
    resolved.target === undefined
      ? afterTargets(resolved)
      : { _tag: "limit", target: resolved.target, count: SequentialTest.empty },
  probes: [],
  invalids: 0,
  invalidsAtOnce: 0,
  located: undefined,
  attempts: []
})

const wanted = ({ resolved, stage }: Course): Omit<Probe.Ask, "repetition"> | undefined => {
  switch (stage._tag) {
    case "limit":
      return { phase: "limit", load: stage.target.limit }
    case "ultimate":
      return { phase: "ultimate", load: stage.target.ultimate }
    case "bracket":
      return { phase: "bracket", load: stage.bracket.load }
    case "locate":
      return { phase: "locate", load: Staircase.load(resolved, stage.walk) }
    case "refine":
      return { phase: "locate", load: stage.refine.load }
    case "confirm":
      return { phase: "confirm", load: stage.confirm.load }
    case "rupture": {
      const visit = stage.sweep.visits[0]
      return visit && { phase: visit.side === "above" ? "rupture" : "bracket", load: visit.load }
    }
    case "over":
      return undefined
  }
}

/** The probe that is wanted next; `undefined` when the search is over. */
export const next = (course: Course): Probe.Ask | undefined => {
  const want = wanted(course)
  if (want === undefined) return undefined
  const repetition = course.probes.filter(({ ask }) => ask.load === want.load).length
  return { ...want, repetition }
}

/** Whether the probe after this one is the same whatever this one comes to. */
export const isForegone = ({ stage }: Course): boolean =>
  stage._tag === "refine" && stage.refine.left > 0

const afterBracket = (course: Course, after: Bracket.Bracket | Bracket.Found): Course => {
  const { axis } = course.resolved
  if (!("_tag" in after)) return { ...course, stage: { _tag: "bracket", bracket: after } }
  const [pass, fail] =
    after._tag === "found"
      ? [after.pass, after.fail]
      : after._tag === "top"
        ? [Axis.highest(axis), Axis.highest(axis)]
        : [axis.min, axis.min]
  const walk = Staircase.begin(course.resolved, pass, fail)
  return { ...course, stage: { _tag: "locate", walk } }
}

const refined = (
  course: Course,
  middle: Staircase.Middle,
  refine: Refine.Refine | undefined
): Course => ({
  ...course,
  stage:
    refine === undefined
      ? { _tag: "confirm", confirm: Confirm.beginBelow(course.resolved, middle, course.probes) }
      : { _tag: "refine", middle, refine }
})

const afterLocate = (course: Course, located: Staircase.Located): Course => {
  const told = { ...course, located }
  const { resolved } = course
  switch (located._tag) {
    case "located":
      return refined(told, located, Refine.begin(resolved, located, course.probes))
    case "above":
      return { ...told, stage: { _tag: "confirm", confirm: Confirm.beginAtTop(resolved) } }
    case "below":
      return { ...told, stage: over({ _tag: "bottom" }) }
    case "unlocated":
      return { ...told, stage: over({ _tag: "unlocated" }) }
  }
}

const swept = (course: Course, sweep: Sweep.Sweep): Course => ({
  ...course,
  stage:
    sweep.visits.length === 0 || sweep.probes >= course.resolved.limits.ruptureProbesMax
      ? over({ _tag: "complete" })
      : { _tag: "rupture", sweep }
})

const afterConfirm = (course: Course, { attempts }: Confirm.Confirmed): Course => {
  const told = { ...course, attempts }
  const { located, probes, resolved } = course
  const lowest = Math.min(...probes.map(({ ask }) => ask.load))
  const middle =
    located?._tag === "located"
      ? Axis.exactLoadAt(resolved.grid, located.middle)
      : Axis.highest(resolved.axis)
  return swept(told, Sweep.begin(resolved, middle, lowest))
}

const afterRupture = (course: Course, sweep: Sweep.Sweep, outcome: Probe.Outcome): Course => {
  const isAbove = sweep.visits[0]?.side === "above"
  if (isAbove && Probe.isSafetyFailure(outcome)) {
    return { ...course, stage: over({ _tag: "complete" }) }
  }
  const next = Sweep.tell(course.resolved, sweep, outcome._tag === "pass")
  // Only a load that was surprising often enough can have made an inversion clear.
  const isSurprising = next.trials === 0 && sweep.surprises > 0
  const isMonotone =
    !isSurprising || Inversions.count(Probe.shares(course.probes)) < Inversions.inversionsMax
  return isMonotone ? swept(course, next) : { ...course, stage: over({ _tag: "notMonotone" }) }
}

const told = (course: Course, outcome: Probe.Outcome): Course => {
  const { resolved, stage } = course
  const passed = outcome._tag === "pass"
  switch (stage._tag) {
    case "limit": {
      const count = SequentialTest.tell(stage.count, passed)
      const isOpen = SequentialTest.answer(count, resolved.test) === "open"
      return {
        ...course,
        stage: isOpen ? { ...stage, count } : { _tag: "ultimate", target: stage.target, trials: 0 }
      }
    }
    case "ultimate": {
      const trials = stage.trials + 1
      const isBroken = Probe.isSafetyFailure(outcome)
      const isOpen = !isBroken && trials < resolved.ultimateProbes
      return {
        ...course,
        stage: isOpen ? { ...stage, trials } : afterTargets(resolved)
      }
    }
    case "bracket":
      return afterBracket(course, Bracket.tell(resolved, stage.bracket, passed))
    case "locate": {
      const after = Staircase.tell(resolved, stage.walk, passed, course.probes)
      if ("_tag" in after) return afterLocate(course, after)
      return { ...course, stage: { _tag: "locate", walk: after } }
    }
    case "refine": {
      const { middle, refine } = stage
      return refined(course, middle, Refine.tell(resolved, refine, middle, course.probes))
    }
    case "confirm": {
      const after = Confirm.tell(resolved, stage.confirm, passed, course.probes)
      if ("_tag" in after) return afterConfirm(course, after)
      return { ...course, attempts: after.attempts, stage: { _tag: "confirm", confirm: after } }
    }
    case "rupture":
      return afterRupture(course, stage.sweep, outcome)
    case "over":
      return course
  }
}

const withoutAnswer = (course: Course, load: number, reason: string): Course => {
  const { invalidsAtOnceMax, invalidsMax } = course.resolved.limits
  const invalids = course.invalids + 1
  const invalidsAtOnce = course.invalidsAtOnce + 1
  const counted = { ...course, invalids, invalidsAtOnce }
  return invalidsAtOnce >= invalidsAtOnceMax || invalids >= invalidsMax
    ? { ...counted, stage: over({ _tag: "invalid", load, reason }) }
    : counted
}

/** Goes on after the probe that `next` wants. */
export const tell = (course: Course, outcome: Probe.Outcome): Course => {
  const ask = next(course)
  if (ask === undefined) return course
  const flown = { ...course, probes: [...course.probes, { ask, outcome }] }
  const after =
    outcome._tag === "invalid"
      ? withoutAnswer(flown, ask.load, outcome.reason)
      : told({ ...flown, invalidsAtOnce: 0 }, outcome)
  const isUsedUp = after.probes.length >= after.resolved.limits.probesMax
  return isUsedUp && after.stage._tag !== "over"
    ? { ...after, stage: over({ _tag: "budget" }) }
    : after
}
