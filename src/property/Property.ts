/**
 * Properties: what must be true of a flight. Data and plain functions; the kernel never appears.
 *
 * Owns the four kinds and what they may look at. Judging them over a flight is Monitor's.
 */
import type { Counterexample, Verdict } from "./Verdict.ts"
import type { History } from "./History.ts"
import type { Probe } from "./Probe.ts"
import { Duration } from "effect"

/** What a property may look at: a moment of a flight. */
export interface View {
  /** Virtual microseconds since the flight began. */
  readonly time: number
  /** The operations begun so far. */
  readonly history: History
  /** The value of a probe on every live node that exposes it, by node, in order of declaration. */
  readonly read: <A>(probe: Probe<A>) => ReadonlyMap<string, A>
  /** Live nodes, in order of declaration. */
  readonly nodes: ReadonlyArray<string>
}

/** What a check returns: true or nothing when it holds, else false or the evidence. */
export type CheckResult = boolean | undefined | void | Counterexample

/** Must hold after every event. */
export interface Always {
  readonly _tag: "Always"
  readonly name: string
  readonly check: (view: View) => CheckResult
}

/** Must hold at some moment within the bound, and then is settled. */
export interface Eventually {
  readonly _tag: "Eventually"
  readonly name: string
  readonly withinMicros: number
  readonly after: "faults heal" | "start"
  readonly check: (view: View) => CheckResult
}

/** Must hold at some moment of some run of a batch: green means that it was tested. */
export interface Sometimes {
  readonly _tag: "Sometimes"
  readonly name: string
  readonly check: (view: View) => boolean
}

/** Judges the whole history once, when the flight is over. */
export interface OfHistory {
  readonly _tag: "OfHistory"
  readonly name: string
  readonly judge: (history: History) => Verdict
}

/** A property of a scenario. */
export type Property = Always | Eventually | Sometimes | OfHistory

/** Declares an invariant: `check` must hold after every event of every run. */
export const always = (name: string, check: (view: View) => CheckResult): Always => ({
  _tag: "Always",
  name,
  check
})

/**
 * Declares a bound on how long something may take: `check` must come to hold within `within`,
 * counted from the moment the workload is done and the last fault has healed (default), or from
 * the start of the flight.
 */
export const eventually = (
  name: string,
  options: { readonly within: Duration.Input; readonly after?: "faults heal" | "start" },
  check: (view: View) => CheckResult
): Eventually => ({
  _tag: "Eventually",
  name,
  withinMicros: Math.round(Duration.toMillis(Duration.fromInputUnsafe(options.within)) * 1000),
  after: options.after ?? "faults heal",
  check
})

/** Declares a situation that some run of every batch must reach, else the batch is inconclusive. */
export const sometimes = (name: string, check: (view: View) => boolean): Sometimes => ({
  _tag: "Sometimes",
  name,
  check
})

/** Evidence from a check's result; `undefined` when it holds. */
export const evidence = (name: string, result: CheckResult): Counterexample | undefined => {
  if (result === true || result === undefined) return undefined
  if (result === false) return { subject: name, expected: name, actual: "it does not hold" }
  return result
}
