/**
 * What a property may look at, and what its check may answer.
 *
 * Owns types only: the flight makes views, Always, Eventually and Sometimes look at them.
 */
import type { Counterexample } from "./Verdict.ts"
import type { History } from "./History.ts"
import type { Probe } from "./Probe.ts"

/** A moment of a flight. It is valid during the check only: keep what you read, not the view. */
export interface View {
  /** Virtual microseconds since the flight began. */
  readonly time: number
  /** The operations begun so far. */
  readonly history: History
  /** The value of a probe on every live node that exposes it, by node, in order of declaration. */
  readonly read: <A>(probe: Probe<A>) => ReadonlyMap<string, A>
  /** Live nodes, in order of declaration. */
  readonly nodes: ReadonlyArray<string>
  /**
   * The nodes that are not faulty for good, in order of declaration: all of them, until the
   * liveness phase begins. One that is may still be alive: frozen, or cut off.
   */
  readonly core: ReadonlyArray<string>
}

/** What a check returns: true or nothing when it holds, else false or the evidence. */
export type CheckResult = boolean | undefined | void | Counterexample
