/**
 * Who flies the runs of a batch: this thread, or several workers.
 *
 * Owns the interface and the crew of one. Which thread flies a run must not matter to its result.
 */
import { Effect } from "effect"
import type { RunSummary } from "./BatchResult.ts"
import { flyRun } from "./Explore.ts"
import type { Scenario } from "./Scenario.ts"
import * as Thread from "./Thread.ts"

/** A crew: flies ranges of runs, at most `size` at a time. */
export interface Crew {
  readonly size: number
  /** Flies the runs from `from` up to, not including, `to`; in order of their index. */
  readonly flyRange: (
    scenarioId: string,
    baseSeed: number,
    from: number,
    to: number
  ) => Effect.Effect<ReadonlyArray<RunSummary>, Error>
}

/** Flies a range of runs of a scenario, one after the other. */
export const flyRange = Effect.fnUntraced(function* (
  scenario: Scenario,
  baseSeed: number,
  from: number,
  to: number
): Effect.fn.Return<ReadonlyArray<RunSummary>> {
  const summaries: Array<RunSummary> = []
  for (let runIndex = from; runIndex < to; runIndex++) {
    summaries.push(yield* flyRun(scenario.tunnel, baseSeed, runIndex))
  }
  return summaries
}, Thread.guarded)

/** A crew of one: this thread. */
export const local = (scenario: Scenario): Crew => ({
  size: 1,
  flyRange: (_, baseSeed, from, to) => flyRange(scenario, baseSeed, from, to)
})
