/**
 * Flies a wind tunnel: its saved regressions and a batch of runs; prints and saves what fails.
 */
import { Effect } from "effect"
import { type BatchError, flyBatch } from "../flight/Batch.ts"
import type { BatchResult } from "../flight/BatchResult.ts"
import type { Scenario } from "../flight/Scenario.ts"
import { runsMax } from "../flight/WindTunnel.ts"
import { visible } from "../recording/VisibleText.ts"
import { type Distinct, distinct } from "../report/Distinct.ts"
import { failureText, type Saved } from "../report/FailureText.ts"
import { tunnelReport } from "../report/FlyReport.ts"
import { leakLines } from "../report/LeakReport.ts"
import { colored, plain } from "../report/Paint.ts"
import { progressLine, scenarioLine } from "../report/Summary.ts"
import { CommandError, wrong } from "./CommandError.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import type { FlyContext, Flown, Place } from "./FlyContext.ts"
import { recordRuns } from "./RecordRuns.ts"
import * as Recordings from "./Recordings.ts"
import { data, dataLook, message } from "./Streams.ts"
import { versionOf } from "./Version.ts"
import { wallMillis } from "./WallClock.ts"
import type { Pool } from "./WorkerCrew.ts"

const codeOf = (batch: BatchResult): ExitCode => {
  if (batch.verdict === "violated") return exitCodes.violated
  const isStale = batch.regressions.some(({ outcome }) => outcome === "stale")
  if (isStale) return exitCodes.notDeterministic
  return batch.verdict === "unknown" ? exitCodes.inconclusive : exitCodes.holds
}

/** Flies a wind tunnel, prints and saves its failures. */
export const flyTunnel = Effect.fnUntraced(function* (
  context: FlyContext,
  scenario: Scenario,
  { idColumns, ...place }: Place
): Effect.fn.Return<Flown, CommandError> {
  const { commit, input, pool, progress, root, seed, stop } = context
  const { timeMillis } = input
  const regressions = yield* Recordings.regressionsOf(root, scenario.id)
  const startedAt = wallMillis()
  const flown = yield* Effect.mapError(
    flyBatch(scenario, {
      seed,
      runs: input.runs ?? (timeMillis === undefined ? scenario.tunnel.runs : runsMax),
      timeMillis,
      shrinkMillis: input.shrinkMillis,
      failuresMax: input.failuresMax,
      regressions,
      crew: pool.crewFor(scenario),
      commit,
      version: versionOf(),
      wallMillis,
      onProgress: (each) => {
        const standing = {
          ...place,
          id: scenario.id,
          progress: each,
          wallMillis: wallMillis() - startedAt,
          timeMillis
        }
        // A shrinker that has begun holds the thread.
        const urgency = each.phase === "shrinking" ? "pressing" : "in time"
        progress.update(() => progressLine(standing), urgency)
      },
      stopRequested: stop.requested
    }),
    (error) => explain(error, scenario, pool)
  )
  const wall = wallMillis() - startedAt
  progress.clear()
  for (const { file, outcome, reason } of flown.regressions) {
    // The line of the scenario says of a stale one that it is.
    if (reason !== undefined && outcome !== "stale") message(visible(`${file}: ${reason}`))
  }
  const { failures, known } = distinct(flown.failures)
  const batch = { ...flown, failures }
  const saved = yield* report(context, batch, known)
  if (input.record === "all") yield* recordRuns(root, scenario, batch, commit)
  return {
    verdict: batch.verdict,
    code: codeOf(batch),
    runs: batch.runs,
    simulatedMicros: batch.simulatedMicros,
    line: scenarioLine(batch, idColumns, dataLook().color ? colored : plain),
    report: tunnelReport(batch, saved, wall)
  }
})

const explain = (error: BatchError, scenario: Scenario, pool: Pool): CommandError => {
  switch (error.kind) {
    case "author":
      return wrong(`${scenario.file}: ${error.message}; correct the scenario`)
    case "nondeterminism":
      return new CommandError({
        exitCode: exitCodes.notDeterministic,
        ...problemsOf(error)
      })
    case "crew": {
      const death = pool.death()
      if (death !== undefined) return wrong(`${scenario.file}: ${death}`)
      return new CommandError({ exitCode: exitCodes.ourBug, problem: error.message })
    }
  }
}

/** One line for each leak: what was called, where, and what to do instead. */
const problemsOf = (
  error: BatchError
): Pick<CommandError, "problem" | "leaks" | "further"> & object => {
  const { leaks, scenario } = error
  if (leaks === undefined) return { problem: error.message }
  const [problem = error.message, ...further] = leakLines(scenario, leaks)
  return { problem, leaks, further }
}

/** Saves and prints the failures of a batch. */
const report = Effect.fnUntraced(function* (
  context: FlyContext,
  batch: BatchResult,
  known: Distinct["known"]
): Effect.fn.Return<ReadonlyArray<Saved>, CommandError> {
  const { input, root } = context
  const look = dataLook()
  const paint = look.color ? colored : plain
  const saved: Array<Saved> = []
  for (const failure of batch.failures) {
    const regression = known.get(failure.header.failure?.signature ?? "")
    const each =
      input.record === "none"
        ? { regression, recording: undefined, ref: undefined }
        : yield* Recordings.saveFailure(root, failure, regression)
    saved.push(each)
    if (input.json) continue
    data(`${failureText(failure, batch, each, { columns: look.columns, paint })}\n\n`)
  }
  return saved
})
