/** Bounded liveness: what must come to hold within a bound. */
import type { CheckResult, View } from "./View.ts"
import type { Duration } from "effect"
import * as Micros from "../system/Micros.ts"

/** What the bound is counted from. `faults heal`: the workload is done and no fault acts. */
export type Anchor = "faults heal" | "start"

/** Must hold at some moment within the bound, and then is settled. */
export interface Eventually {
  readonly _tag: "Eventually"
  readonly name: string
  /** Not a number when it could not be read: PropertyProblem reports it. */
  readonly withinMicros: number
  readonly after: Anchor
  readonly check: (view: View) => CheckResult
}

/**
 * Declares a bound on how long something may take: `check` must come to hold within `within`,
 * counted from the moment the workload is done and the last fault has healed (default), or from
 * the start of the flight. The bound itself is still in time.
 */
export const make = (
  name: string,
  options: { readonly within: Duration.Input; readonly after?: Anchor },
  check: (view: View) => CheckResult
): Eventually => ({
  _tag: "Eventually",
  name,
  withinMicros: Micros.fromDuration(options.within) ?? Number.NaN,
  after: options.after ?? "faults heal",
  check
})
