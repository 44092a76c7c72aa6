/**
 * Flies what is searched: a breaking point or an envelope; prints its page, and saves it with the
 * pair of recordings on either side of the edge.
 */
import { Effect } from "effect"
import { type StressError, measure, type StressProgress } from "../stress/Measure.ts"
import { recordProbe } from "../stress/RecordProbe.ts"
import type { EdgeProbe, StressResult } from "../stress/StressResult.ts"
import type { StressScenario } from "../stress/StressScenario.ts"
import { leakLines } from "../report/LeakReport.ts"
import { colored, plain } from "../report/Paint.ts"
import { stressHtml } from "../report/StressHtml.ts"
import { stressLine, stressTotals } from "../report/StressLine.ts"
import { stressProgressLine } from "../report/StressProgressLine.ts"
import { stressDocument, stressScenarioReport } from "../report/StressReport.ts"
import type { SavedProbe, StressSaved } from "../report/StressSaved.ts"
import { stressText } from "../report/StressText.ts"
import { CommandError, wrong } from "./CommandError.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import type { FlyContext, Flown, Place } from "./FlyContext.ts"
import * as Recordings from "./Recordings.ts"
import { data, dataLook } from "./Streams.ts"
import * as StressReports from "./StressReports.ts"
import { versionOf } from "./Version.ts"
import { wallMillis } from "./WallClock.ts"
import { writeWhole } from "./WholeFile.ts"
import type { Pool } from "./WorkerCrew.ts"

const codeOf = ({ verdict }: StressResult): ExitCode => {
  if (verdict === "violated") return exitCodes.violated
  return verdict === "unknown" ? exitCodes.inconclusive : exitCodes.holds
}

const explain = (error: StressError, scenario: StressScenario, pool: Pool): CommandError => {
  switch (error.kind) {
    case "author":
      return wrong(`${scenario.file}: ${error.message}; correct the scenario`)
    case "nondeterminism": {
      const { leaks = [] } = error
      const [problem = error.message, ...further] = leakLines(scenario.id, leaks)
      const exitCode = exitCodes.notDeterministic
      return new CommandError({
        exitCode,
        problem,
        further,
        ...(leaks.length > 0 ? { leaks } : {})
      })
    }
    case "crew": {
      const death = pool.death()
      if (death !== undefined) return wrong(`${scenario.file}: ${death}`)
      return new CommandError({ exitCode: exitCodes.ourBug, problem: error.message })
    }
  }
}

/** Flies a probe of the pair again with a recording, and saves it. */
const saveProbe = Effect.fnUntraced(function* (
  { commit, root }: FlyContext,
  scenario: StressScenario,
  { seed, setting, side }: EdgeProbe
): Effect.fn.Return<SavedProbe, CommandError> {
  const provenance = { runIndex: 0, commit, version: versionOf() }
  const { events, header } = yield* Effect.mapError(
    recordProbe(scenario, setting, seed, provenance),
    ({ message }) => wrong(`${scenario.file}: ${message}`)
  )
  const { file, id } = yield* Recordings.save(root, header, events)
  return { side, ref: id, recording: file }
})

const save = Effect.fnUntraced(function* (
  context: FlyContext,
  scenario: StressScenario,
  result: StressResult
): Effect.fn.Return<StressSaved, CommandError> {
  const { commit, input, root } = context
  const change =
    result.kind === "breaking-point"
      ? StressReports.changeSince(root, result.id, commit)
      : undefined
  if (input.record === "none") return { html: undefined, pair: [], change }
  const pair: Array<SavedProbe> = []
  for (const probe of result.edge) pair.push(yield* saveProbe(context, scenario, probe))
  const html = StressReports.pageOf(result.id)
  const saved: StressSaved = { html, pair, change }
  yield* writeWhole(root, html, stressHtml(result, saved))
  const document = JSON.stringify(stressDocument(result, saved), undefined, 2)
  yield* writeWhole(root, StressReports.documentOf(result.id), `${document}\n`)
  if (result.kind === "breaking-point") yield* StressReports.remember(root, result, commit)
  return saved
})

/** Measures, prints and saves. */
export const flyStress = Effect.fnUntraced(function* (
  context: FlyContext,
  scenario: StressScenario,
  { idColumns, ...place }: Place
): Effect.fn.Return<Flown, CommandError> {
  const { input, pool, progress, seed, stop } = context
  const { timeMillis } = input
  const startedAt = wallMillis()
  const isInTime = (): boolean => timeMillis === undefined || wallMillis() - startedAt < timeMillis
  const result = yield* Effect.mapError(
    measure(scenario, {
      seed,
      budget: input.budget,
      crew: pool.stressCrew,
      mayContinue: () => !stop.requested() && isInTime(),
      onProgress: (each: StressProgress) => {
        const wall = wallMillis() - startedAt
        progress.update(
          () => stressProgressLine({ ...place, id: scenario.id, progress: each, wallMillis: wall }),
          "in time"
        )
      }
    }),
    (error) => explain(error, scenario, pool)
  )
  const wall = wallMillis() - startedAt
  progress.clear()
  const saved = yield* save(context, scenario, result)
  const look = dataLook()
  const paint = look.color ? colored : plain
  // A page for whoever asked for it, and for whatever did not hold; else a line is enough.
  const isTold = input.patterns.length > 0 || result.verdict !== "holds"
  if (!input.json && isTold) {
    data(`${stressText(result, saved, { columns: look.columns, paint })}\n\n`)
  }
  return {
    ...stressTotals(result),
    code: codeOf(result),
    line: stressLine(result, idColumns, paint),
    report: stressScenarioReport(result, saved, wall)
  }
})
