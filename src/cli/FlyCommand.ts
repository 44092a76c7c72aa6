/**
 * `fly`: flies scenarios, saves what fails, and reports.
 *
 * Owns the order of things and what is printed when. Flying itself is Batch's; what a failure or a
 * summary looks like is the report's.
 */
import { availableParallelism } from "node:os"
import { Effect, Result } from "effect"
import { type BatchError, flyBatch } from "../flight/Batch.ts"
import type { BatchResult } from "../flight/BatchResult.ts"
import type { Scenario } from "../flight/Scenario.ts"
import { runsMax } from "../flight/WindTunnel.ts"
import { visible } from "../recording/VisibleText.ts"
import { type Distinct, distinct } from "../report/Distinct.ts"
import { failureText, type Saved } from "../report/FailureText.ts"
import { errorReport, flyReport, type ScenarioReport, scenarioReport } from "../report/FlyReport.ts"
import { leakLines } from "../report/LeakReport.ts"
import { colored, plain } from "../report/Paint.ts"
import { idColumnsOf, scenarioLine, totalLine } from "../report/Summary.ts"
import { toText } from "../turbulence/Seed.ts"
import { CommandError, linesOf, wrong } from "./CommandError.ts"
import { baseSeed } from "./BaseSeed.ts"
import { commitOf } from "./Commit.ts"
import { type ExitCode, exitCodes, worst } from "./ExitCode.ts"
import { printList } from "./ListCommand.ts"
import * as ProgressShow from "./ProgressShow.ts"
import { recordRuns } from "./RecordRuns.ts"
import * as Recordings from "./Recordings.ts"
import { select } from "./Selection.ts"
import { data, dataLook, keepDataApart, message } from "./Streams.ts"
import * as StopSignal from "./StopSignal.ts"
import { versionOf } from "./Version.ts"
import { wallMillis } from "./WallClock.ts"
import * as WorkerCrew from "./WorkerCrew.ts"

/** The most worker threads that are started unasked. */
export const workersDefaultMax = 8

/** How `fly` was asked to fly. */
export interface FlyInput {
  readonly patterns: ReadonlyArray<string>
  readonly seed: number | undefined
  readonly runs: number | undefined
  /** For each scenario. */
  readonly timeMillis: number | undefined
  readonly workers: number | undefined
  readonly failuresMax: number
  /** 0: not at all. */
  readonly shrinkMillis: number
  readonly record: "failures" | "all" | "none"
  readonly json: boolean
  readonly list: boolean
}

/** What flying all scenarios needs besides the input. */
interface Context {
  readonly root: string
  readonly input: FlyInput
  readonly seed: number
  readonly commit: string | undefined
  readonly pool: WorkerCrew.Pool
  readonly progress: ProgressShow.ProgressShow
  readonly stop: StopSignal.StopSignal
}

/** What came of a scenario, and what is said of it in the document. */
interface Flown {
  readonly batch: BatchResult
  readonly report: ScenarioReport
}

/** Flies, and gives the exit code. */
export const fly = Effect.fnUntraced(function* (
  root: string,
  input: FlyInput
): Effect.fn.Return<ExitCode, CommandError> {
  keepDataApart()
  const scenarios = yield* select(root, input.patterns, "skipped")
  if (input.list) return printList(scenarios, input.json)
  const commit = commitOf(root)
  const seed = input.seed ?? baseSeed(commit)
  const workers = input.workers ?? Math.min(workersDefaultMax, availableParallelism())
  const here = input.workers === undefined ? "until-ready" : "never"
  const pool = workers === 1 ? WorkerCrew.thisThread : WorkerCrew.make(root, workers, here)
  const progress = ProgressShow.start()
  const stop = StopSignal.listen(() => progress.clear())
  message(`seed ${toText(seed)}`)
  if (input.patterns.length === 0) warnOfOrphans(root, scenarios)
  const context = { root, input, seed, commit, pool, progress, stop }
  return yield* Effect.ensuring(
    flyAll(context, scenarios),
    Effect.promise(() => {
      progress.close()
      stop.close()
      return pool.close()
    })
  )
})

/** A regression that nothing flies protects nobody: its scenario was renamed or deleted. */
const warnOfOrphans = (root: string, scenarios: ReadonlyArray<Scenario>): void => {
  const ids = scenarios.map(({ id }) => id)
  for (const file of Recordings.orphansOf(root, ids)) {
    message(
      visible(`${file}: no scenario has this id any more; rename the file with it or delete it`)
    )
  }
}

const flyAll = Effect.fnUntraced(function* (
  context: Context,
  scenarios: ReadonlyArray<Scenario>
): Effect.fn.Return<ExitCode> {
  const { commit, input, progress, seed, stop } = context
  const paint = dataLook().color ? colored : plain
  const idColumns = idColumnsOf(scenarios.map(({ id }) => id))
  const startedAt = wallMillis()
  const flown: Array<Flown> = []
  let error: CommandError | undefined
  for (const [at, scenario] of scenarios.entries()) {
    if (stop.requested()) break
    const result = yield* Effect.result(
      flyOne(context, scenario, { place: at + 1, places: scenarios.length })
    )
    progress.clear()
    if (Result.isFailure(result)) {
      error = result.failure
      break
    }
    flown.push(result.success)
    if (!input.json) data(scenarioLine(result.success.batch, idColumns, paint))
  }
  progress.close()
  error ??= stop.requested() ? interrupted(scenarios, flown) : undefined
  if (error !== undefined) for (const line of linesOf(error)) message(`downforce: ${line}`)
  const batches = flown.map(({ batch }) => batch)
  if (input.json) {
    const reports = flown.map(({ report }) => report)
    const why = error === undefined ? undefined : errorReport(error)
    data(JSON.stringify(flyReport(seed, commit, reports, why), undefined, 2))
  } else if (batches.length > 0) {
    data(`\n${totalLine(batches, wallMillis() - startedAt, seed, paint)}`)
  }
  return error?.exitCode ?? worst(batches.map(codeOf))
})

const interrupted = (
  scenarios: ReadonlyArray<Scenario>,
  flown: ReadonlyArray<Flown>
): CommandError => {
  const left = scenarios.length - flown.length
  const rest = left === 0 ? "" : `; ${left} of ${scenarios.length} scenarios were not flown`
  return new CommandError({ exitCode: exitCodes.interrupted, problem: `interrupted${rest}` })
}

const codeOf = (batch: BatchResult): ExitCode => {
  if (batch.verdict === "violated") return exitCodes.violated
  const isStale = batch.regressions.some(({ outcome }) => outcome === "stale")
  if (isStale) return exitCodes.notDeterministic
  return batch.verdict === "unknown" ? exitCodes.inconclusive : exitCodes.holds
}

const flyOne = Effect.fnUntraced(function* (
  context: Context,
  scenario: Scenario,
  place: { readonly place: number; readonly places: number }
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
      onProgress: (each) =>
        progress.update({
          ...place,
          id: scenario.id,
          progress: each,
          wallMillis: wallMillis() - startedAt,
          timeMillis
        }),
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
  return { batch, report: scenarioReport(batch, saved, wall) }
})

const explain = (error: BatchError, scenario: Scenario, pool: WorkerCrew.Pool): CommandError => {
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
  context: Context,
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
