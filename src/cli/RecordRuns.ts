/**
 * `--record all`: recordings of the runs that did not fail, so that they can be looked at too.
 */
import { Effect, Result } from "effect"
import type { BatchResult } from "../flight/BatchResult.ts"
import { drawRun } from "../flight/Draw.ts"
import * as Record from "../flight/Record.ts"
import type { Scenario } from "../flight/Scenario.ts"
import { ofRun } from "../turbulence/Seed.ts"
import type { CommandError } from "./CommandError.ts"
import * as Recordings from "./Recordings.ts"
import { message } from "./Streams.ts"
import { versionOf } from "./Version.ts"

/** How many runs of a scenario are recorded at most: the first ones. */
export const recordedRunsMax = 100

/** Flies the first runs of a batch again and records those without a failure of their own. */
export const recordRuns = Effect.fnUntraced(function* (
  root: string,
  scenario: Scenario,
  batch: BatchResult,
  commit: string | undefined
): Effect.fn.Return<void, CommandError> {
  const failed = new Set(batch.failures.map(({ header }) => header.cause.seed))
  let recorded = 0
  for (let runIndex = 0; runIndex < Math.min(batch.runs, recordedRunsMax); runIndex++) {
    const drawn = drawRun(scenario.tunnel, ofRun(batch.seed, runIndex))
    if (Result.isFailure(drawn)) continue
    const provenance = { runIndex, commit, version: versionOf() }
    const { events, header } = yield* Record.ofDrawn(scenario, drawn.success, provenance)
    if (failed.has(header.cause.seed)) continue
    yield* Recordings.save(root, header, events)
    recorded++
  }
  const all = batch.runs <= recordedRunsMax ? "" : ` of ${batch.runs}, the first ones`
  message(`recorded ${recorded} runs${all} in ${Recordings.recordingFolder}`)
})
