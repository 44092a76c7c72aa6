/**
 * How the machine comes to rest, and the bounds that may bring it there.
 */

/** Bounds on one flight. Reaching one ends it with the verdict unknown, or livelock. */
export interface Limits {
  /** Tasks in a flight. */
  readonly stepsMax: number
  /** Tasks at one instant of virtual time: more is a livelock. */
  readonly stepsPerInstantMax: number
  /** Operations of the Effect runtime in one task: more is a livelock. */
  readonly operationsPerTaskMax: number
}

/**
 * How the machine came to rest. `turn`: promises of the flight wait for the thread's microtasks,
 * which run when the thread is let go; then `run` goes on.
 */
export type End =
  | { readonly _tag: "quiescent" }
  | { readonly _tag: "stopped" }
  | { readonly _tag: "horizon" }
  | { readonly _tag: "turn" }
  | { readonly _tag: "limit"; readonly limit: keyof Limits; readonly processName: string }
