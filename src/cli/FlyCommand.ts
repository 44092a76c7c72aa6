/**
 * `fly`: flies scenarios, saves what fails, and reports.
 *
 * Owns the order of things and what is printed when. A wind tunnel is flown by FlyTunnel, what is
 * searched by FlyStress; what a failure or a summary looks like is the report's.
 */
import { availableParallelism } from "node:os"
import { Effect, Result } from "effect"
import { visible } from "../recording/VisibleText.ts"
import { errorReport, flyReport } from "../report/FlyReport.ts"
import { colored, plain } from "../report/Paint.ts"
import { idColumnsOf, totalLine } from "../report/Summary.ts"
import { type AnyScenario, isStress } from "../stress/StressScenario.ts"
import { toText } from "../turbulence/Seed.ts"
import { baseSeed } from "./BaseSeed.ts"
import { CommandError, linesOf } from "./CommandError.ts"
import { commitOf } from "./Commit.ts"
import { type ExitCode, exitCodes, worst } from "./ExitCode.ts"
import type { FlyContext, FlyInput, Flown } from "./FlyContext.ts"
import { flyStress } from "./FlyStress.ts"
import { flyTunnel } from "./FlyTunnel.ts"
import { printList } from "./ListCommand.ts"
import * as ProgressShow from "./ProgressShow.ts"
import * as Recordings from "./Recordings.ts"
import { select } from "./Selection.ts"
import * as StopSignal from "./StopSignal.ts"
import { data, dataLook, keepDataApart, message } from "./Streams.ts"
import { wallMillis } from "./WallClock.ts"
import * as WorkerCrew from "./WorkerCrew.ts"

/** The most worker threads that are started unasked. */
export const workersDefaultMax = 8

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
const warnOfOrphans = (root: string, scenarios: ReadonlyArray<AnyScenario>): void => {
  const ids = scenarios.map(({ id }) => id)
  for (const file of Recordings.orphansOf(root, ids)) {
    message(
      visible(`${file}: no scenario has this id any more; rename the file with it or delete it`)
    )
  }
}

const flyAll = Effect.fnUntraced(function* (
  context: FlyContext,
  scenarios: ReadonlyArray<AnyScenario>
): Effect.fn.Return<ExitCode> {
  const { commit, input, progress, seed, stop } = context
  const paint = dataLook().color ? colored : plain
  const idColumns = idColumnsOf(scenarios.map(({ id }) => id))
  const startedAt = wallMillis()
  const flown: Array<Flown> = []
  let error: CommandError | undefined
  for (const [at, scenario] of scenarios.entries()) {
    if (stop.requested()) break
    const place = { place: at + 1, places: scenarios.length, idColumns }
    const result = yield* Effect.result(
      isStress(scenario) ? flyStress(context, scenario, place) : flyTunnel(context, scenario, place)
    )
    progress.clear()
    if (Result.isFailure(result)) {
      error = result.failure
      break
    }
    flown.push(result.success)
    if (!input.json) data(result.success.line)
  }
  progress.close()
  error ??= stop.requested() ? interrupted(scenarios, flown) : undefined
  if (error !== undefined) for (const line of linesOf(error)) message(`downforce: ${line}`)
  if (input.json) {
    const reports = flown.map(({ report }) => report)
    const why = error === undefined ? undefined : errorReport(error)
    data(JSON.stringify(flyReport(seed, commit, reports, why), undefined, 2))
  } else if (flown.length > 0) {
    data(`\n${totalLine(flown, wallMillis() - startedAt, seed, paint)}`)
  }
  return error?.exitCode ?? worst(flown.map(({ code }) => code))
})

const interrupted = (
  scenarios: ReadonlyArray<AnyScenario>,
  flown: ReadonlyArray<Flown>
): CommandError => {
  const left = scenarios.length - flown.length
  const rest = left === 0 ? "" : `; ${left} of ${scenarios.length} scenarios were not flown`
  return new CommandError({ exitCode: exitCodes.interrupted, problem: `interrupted${rest}` })
}
