/**
 * A recording that has been opened: random access to events, causes, messages and state.
 *
 * Owns the interface every reader uses (reports, trace, the terminal). Where the events come from
 * (a file just decoded, a flight just flown) is the business of RecordingFile and the flight.
 */
import type { Schema } from "effect"
import type { Event } from "./Event.ts"
import type { Header } from "./Header.ts"

/** One probe whose value changed at a step. `before` is absent when it did not exist. */
export interface StateChange {
  readonly node: string
  readonly probe: string
  readonly before?: Schema.Json
  /** Absent when the probe is gone: its node crashed or stopped. */
  readonly after?: Schema.Json
}

/** The state after a step: probe values by node, then by probe name, both in sorted order. */
export type State = ReadonlyMap<string, ReadonlyMap<string, Schema.Json>>

/** An opened recording. Steps run from 0 to `header.events - 1`; others throw a RangeError. */
export interface Recording {
  readonly header: Header
  readonly event: (step: number) => Event
  /** The step at which the failure showed, or the last step. */
  readonly violation: number
  /** The earlier steps that caused a step, nearest first. */
  readonly causes: (step: number) => ReadonlyArray<number>
  /** All ancestors of a step and the step itself, in order of time. */
  readonly causalChain: (step: number) => ReadonlyArray<number>
  /** The other end of the message at a step, when it has one and the message is at two steps. */
  readonly otherEnd: (step: number) => number | undefined
  /** What changed at a step, with the values before. Sorted by node and probe. */
  readonly changes: (step: number) => ReadonlyArray<StateChange>
  readonly stateAfter: (step: number) => State
}
