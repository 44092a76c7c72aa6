/**
 * What comes of flying a batch: many runs of one scenario, and the failures found, shrunk.
 *
 * Types only. Reports and commands render these; Batch makes them.
 */
import type { Leak } from "../kernel/Surroundings.ts"
import type { Event } from "../recording/Event.ts"
import type { Header } from "../recording/Header.ts"

/** What a run, or a batch, comes to. */
export type BatchVerdict = "holds" | "violated" | "unknown"

/** What is kept of every single run. Plain data: it crosses from worker threads. */
export interface RunSummary {
  readonly runIndex: number
  readonly seed: number
  readonly verdict: BatchVerdict
  /** Set when violated: the property and what it was about, see Header's Failure. */
  readonly failure: { readonly property: string; readonly subject: string } | undefined
  readonly signature: string | undefined
  /** It failed only when it was flown without its later faults: see Masking. */
  readonly isMasked: boolean
  /** A property's own code failed: an author error, as a sentence. */
  readonly threw: string | undefined
  /** Where code reached past the simulation. */
  readonly leaks: ReadonlyArray<Leak>
  /** False when it was flown twice and did not come out the same. */
  readonly isRepeatable: boolean
  readonly unknown: ReadonlyArray<string>
  /** The `Sometimes` that this run reached. */
  readonly reached: ReadonlyArray<string>
  readonly steps: number
  readonly simulatedMicros: number
  readonly digest: number
}

/** A failure as it is shown: shrunk, flown again, and recorded. */
export interface FoundFailure {
  /** The recording of the shrunk flight: seed, workload, faults, deviations, failure are in it. */
  readonly header: Header
  readonly events: ReadonlyArray<Event>
  /** How many runs of the batch failed with the same signature, out of how many flown. */
  readonly metCount: number
  /** Flights the shrinker flew. */
  readonly shrinkFlights: number
  /** Whether nothing more could be taken away, or the shrinker ran out of time. */
  readonly isMinimal: boolean
  /** Set when it came from a saved regression: the name of its file. */
  readonly regression: string | undefined
}

/** A saved regression that was flown before the batch and did not fail. */
export interface RegressionOutcome {
  /** The name of its file, relative to the project. */
  readonly file: string
  /** `stale`: it names what the system no longer has; `reason` says which choice point. */
  readonly outcome: "violated" | "holds" | "stale"
  readonly reason: string | undefined
}

/** What came of a batch. Everything in it is the same whatever the number of workers. */
export interface BatchResult {
  /** `<path under simulations>/<kebab-case name>`. */
  readonly id: string
  readonly title: string
  readonly system: string
  readonly source: string | undefined
  readonly verdict: BatchVerdict
  readonly seed: number
  /** Runs flown, regressions not counted. */
  readonly runs: number
  /** How many runs each `Sometimes` was reached in, in order of declaration. */
  readonly sometimes: ReadonlyArray<{ readonly name: string; readonly count: number }>
  /** Kernel steps of all runs together. */
  readonly steps: number
  readonly simulatedMicros: number
  /** One for each distinct signature, in order of the run that met it first. */
  readonly failures: ReadonlyArray<FoundFailure>
  readonly regressions: ReadonlyArray<RegressionOutcome>
  /** Why the verdict is unknown, each reason with how many runs gave it. */
  readonly unknown: ReadonlyArray<{ readonly reason: string; readonly count: number }>
  /** Hash of the digests of all runs in order, 14 hexadecimal digits. */
  readonly digest: string
}

/** How far a batch has come. */
export interface Progress {
  readonly phase: "regressions" | "flying" | "shrinking"
  readonly runsDone: number
  readonly runsTotal: number
  readonly failures: number
}
