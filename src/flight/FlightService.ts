/**
 * What the replay may ask of flights: the one door between the terminal and the machine that flies.
 *
 * Owns the question and the shape of its answer. Flying the cause of a recording again, and
 * comparing the two, is the business of whoever implements it.
 */
import type { Recording } from "../recording/Recording.ts"

/**
 * How today's code flies the cause of a recording: `exact` every event is the same, `differs` the
 * first step that is not, with the choice point at which the two part, `unavailable` it could not
 * be flown, and why (the scenario is gone, its file does not load).
 */
export type ReplayCheck =
  | { readonly _tag: "exact" }
  | { readonly _tag: "differs"; readonly step: number; readonly choicePoint: string }
  | { readonly _tag: "unavailable"; readonly reason: string }

/** Flights, as far as the replay needs them. */
export interface FlightService {
  /** Flies the cause of the recording once more. Bad news is an answer, not a rejection. */
  readonly verify: (recording: Recording) => Promise<ReplayCheck>
}
