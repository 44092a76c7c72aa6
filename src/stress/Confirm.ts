/**
 * The third part of a search: from below the middle one step down after another, until a load is
 * accepted by the sequential test. That is the load to quote: it was demonstrated, not estimated.
 *
 * Owns the loads it is tried at; the test at each of them is `SequentialTest.ts`.
 */
import * as Axis from "./Axis.ts"
import * as Options from "./Options.ts"
import type * as Probe from "./Probe.ts"
import * as SequentialTest from "./SequentialTest.ts"
import * as Staircase from "./Staircase.ts"

/** A test that came to an end. */
export interface Attempt extends SequentialTest.Count {
  readonly load: number
  readonly answer: Exclude<SequentialTest.Answer, "open">
}

/** Where the walk is. */
export interface Confirm {
  readonly load: number
  /** `undefined` when the middle is beyond the axis. */
  readonly middle: Staircase.Middle | undefined
  readonly count: SequentialTest.Count
  readonly attempts: ReadonlyArray<Attempt>
}

/** All tests; the last is accepted, or no load below is left. */
export interface Confirmed {
  readonly _tag: "confirmed"
  readonly attempts: ReadonlyArray<Attempt>
}

/**
 * Spreads from the middle down to the first test. If the load that is just carried is normal, 98 of
 * 100 probes pass there: the test takes 37 probes. At 95 of 100 (1.645 spreads) it would take 58,
 * and often be rejected after all, for 3 % more load where the spread is 8 %.
 */
const spreadsBelow = 2
/** At least so many spreads from one test down to the next. */
const spreadsBetween = 0.5

const begin = (load: number, middle: Staircase.Middle | undefined): Confirm => ({
  load,
  middle,
  count: SequentialTest.empty,
  attempts: []
})

/** Begins where 98 of 100 probes should pass. */
export const beginBelow = (
  resolved: Options.Resolved,
  middle: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Confirm => {
  const spread = Staircase.spread(resolved, middle, probes)
  return begin(Axis.loadAt(resolved.grid, middle.middle - spreadsBelow * spread), middle)
}

/** Begins at the highest load of the axis. */
export const beginAtTop = (resolved: Options.Resolved): Confirm =>
  begin(Axis.highest(resolved.axis), undefined)

/** The load to try after this one; the same when there is none below. */
const lower = (
  resolved: Options.Resolved,
  { load, middle }: Confirm,
  probes: ReadonlyArray<Probe.Probe>
): number => {
  const { grid } = resolved
  const place = Axis.placeOf(grid, load)
  if (middle === undefined) {
    return Axis.loadAt(grid, place - Options.spacingAt(resolved, load))
  }
  // The test that just failed says much about the spread.
  const spread = Staircase.spread(resolved, middle, probes)
  const step = Axis.distanceAt(grid, Math.max(spreadsBetween * spread, middle.spacing / 2))
  return Axis.loadAt(grid, Math.min(place - step, middle.middle - spreadsBelow * spread))
}

/** Goes on after a probe at `load`, the last of all `probes`. */
export const tell = (
  resolved: Options.Resolved,
  confirm: Confirm,
  passed: boolean,
  probes: ReadonlyArray<Probe.Probe>
): Confirm | Confirmed => {
  const count = SequentialTest.tell(confirm.count, passed)
  const answer = SequentialTest.answer(count, resolved.test)
  if (answer === "open") return { ...confirm, count }
  const attempts = [...confirm.attempts, { load: confirm.load, ...count, answer }]
  if (answer === "accepted") return { _tag: "confirmed", attempts }
  const load = lower(resolved, confirm, probes)
  if (load >= confirm.load) return { _tag: "confirmed", attempts }
  return { ...confirm, load, count: SequentialTest.empty, attempts }
}
