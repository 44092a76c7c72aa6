/**
 * The history of a flight as its clients saw it: every operation with its outcome.
 *
 * Outcomes after Jepsen: `ok` it happened, `fail` it definitely did not, `info` it may have
 * happened (no answer, or an answer that leaves it open). An operation without an outcome is
 * still under way, and counts as `info` when the flight is over.
 */

/** How an operation ended. */
export type Outcome =
  | { readonly _tag: "ok"; readonly value: unknown }
  | { readonly _tag: "fail"; readonly error: unknown }
  | { readonly _tag: "info"; readonly reason: string }

/** One operation as its client saw it. Times in virtual microseconds. */
export interface HistoryEntry {
  readonly id: string
  readonly client: string
  readonly contract: string
  readonly procedure: string
  /** The decoded payload. */
  readonly payload: unknown
  /** When the client meant to start it. */
  readonly intendedAt: number
  readonly startedAt: number
  /** Absent while it is under way. */
  readonly endedAt?: number
  readonly outcome?: Outcome
}

/** All operations begun so far, in the order they began. */
export type History = ReadonlyArray<HistoryEntry>
