/**
 * A batch: many runs of one scenario, spread over a crew, and what they come to.
 *
 * Owns which runs are flown, when to stop, and the result, which is the same for any crew: runs are
 * taken in chunks of a fixed size, and what lies beyond the chunk that ends the batch is dropped.
 */
import { Data, Effect } from "effect"
import type { Leak } from "../kernel/Surroundings.ts"
import { keyText } from "../turbulence/Entropy.ts"
import { mix, toText } from "../turbulence/Seed.ts"
import type {
  BatchResult,
  BatchVerdict,
  FoundFailure,
  Progress,
  RunSummary
} from "./BatchResult.ts"
import type { Crew } from "./Crew.ts"
import * as Failure from "./Failure.ts"
import type { Provenance } from "./Record.ts"
import * as Regression from "./Regression.ts"
import type { Scenario } from "./Scenario.ts"
import { flightsMaxDefault } from "./Shrink.ts"
import * as Thread from "./Thread.ts"
import * as Unasked from "./Unasked.ts"

/** How a batch is flown. */
export interface BatchOptions {
  /** The base seed: run `i` has the seed `mix(base, i)`. */
  readonly seed: number
  readonly runs: number
  /** Wall time after which no further chunk is begun; `undefined` for no bound. */
  readonly timeMillis: number | undefined
  /** Wall time for shrinking one failure; 0 shows failures as they were met. */
  readonly shrinkMillis: number
  /** How many distinct failures end the batch. */
  readonly failuresMax: number
  /** Flown before the batch. */
  readonly regressions: ReadonlyArray<Regression.SavedRegression>
  readonly crew: Crew
  readonly commit: string | undefined
  /** The release of Downforce, for recordings. */
  readonly version: string
  /** A clock for budgets and progress only: no result depends on it, unless a budget ends. */
  readonly wallMillis: () => number
  readonly onProgress: (progress: Progress) => void
  /** Polled between chunks: true ends the batch with what it has. */
  readonly stopRequested: () => boolean
}

/** A batch that says nothing about the system. */
export class BatchError extends Data.TaggedError("BatchError")<{
  /** `author`: the scenario's own code is wrong. `nondeterminism`: a run came out differently. */
  readonly kind: "author" | "nondeterminism" | "crew"
  readonly scenario: string
  readonly reason: string
  /** Each distinct leak, when there are any: `reason` names the first. */
  readonly leaks?: ReadonlyArray<Leak>
}> {
  override get message(): string {
    return `${this.scenario}: ${this.reason}`
  }
}

/** Runs are handed out in chunks of this many. Results depend on it, so it never varies. */
export const chunkRuns = 32

interface Tally {
  readonly runs: ReadonlyArray<RunSummary>
  /** The first run of each distinct signature, in order, with how many runs met it. */
  readonly failures: ReadonlyArray<{ readonly run: RunSummary; readonly met: number }>
}

/** Whether a run says nothing about the system, nor does any other of its batch. */
const saysNothing = (run: RunSummary): boolean =>
  run.threw !== undefined || run.leaks.length > 0 || !run.isRepeatable

/** Why a batch of these runs says nothing about the system, if so. */
const voidOf = (scenario: Scenario, runs: ReadonlyArray<RunSummary>): BatchError | undefined => {
  const fail = (kind: BatchError["kind"], reason: string): BatchError =>
    new BatchError({ kind, scenario: scenario.id, reason })
  const threw = runs.find((run) => run.threw !== undefined)?.threw
  if (threw !== undefined) return fail("author", threw)
  const leaks = Unasked.distinctLeaks(runs.flatMap((run) => run.leaks))
  const [leak] = leaks
  if (leak !== undefined) {
    const more = leaks.length === 1 ? "" : `; and ${leaks.length - 1} more`
    const reason = `not deterministic: ${Unasked.leakText(leak)}${more}`
    return new BatchError({ kind: "nondeterminism", scenario: scenario.id, reason, leaks })
  }
  const changed = runs.find((run) => !run.isRepeatable)
  if (changed === undefined) return undefined
  const seed = toText(changed.seed)
  const doctor = `downforce doctor ${scenario.id} --seed ${seed} says where`
  return fail("nondeterminism", `the run of seed ${seed} differs when flown again; ${doctor}`)
}

/** The first run of each distinct failure, in order of runs. */
const firstOfEach = (runs: ReadonlyArray<RunSummary>): ReadonlyArray<RunSummary> => {
  const first = new Map<string, RunSummary>()
  for (const run of runs) {
    if (run.signature !== undefined && !first.has(run.signature)) first.set(run.signature, run)
  }
  return [...first.values()]
}

/** Flies chunks until all are flown, or one of them ends the batch. */
const flyChunks = (scenario: Scenario, options: BatchOptions): Effect.Effect<Tally, BatchError> =>
  Effect.gen(function* () {
    const { crew, failuresMax, runs, seed, stopRequested, timeMillis, wallMillis } = options
    const chunks = Math.ceil(runs / chunkRuns)
    const done = new Map<number, ReadonlyArray<RunSummary>>()
    const startedAt = wallMillis()
    let next = 0
    let last = chunks - 1
    let runsDone = 0
    let failuresSeen = 0

    /** All runs from the first on without a gap. */
    const contiguous = (): Array<RunSummary> => {
      const all: Array<RunSummary> = []
      for (let chunk = 0; chunk <= last; chunk++) {
        const flown = done.get(chunk)
        if (flown === undefined) break
        all.push(...flown)
      }
      return all
    }

    /** Finds the chunk that ends the batch, if it is known already. */
    const findLast = (): void => {
      const flown = contiguous()
      const firsts = firstOfEach(flown)
      failuresSeen = firsts.length
      const ending = firsts[failuresMax - 1]
      if (ending !== undefined) last = Math.min(last, Math.floor(ending.runIndex / chunkRuns))
      // An error of the author's or a leak ends the batch: no further run can be trusted.
      const useless = flown.find(saysNothing)
      if (useless !== undefined) last = Math.min(last, Math.floor(useless.runIndex / chunkRuns))
    }

    const isOver = (): boolean =>
      next > last ||
      stopRequested() ||
      (timeMillis !== undefined && next > 0 && wallMillis() - startedAt >= timeMillis)

    const member: Effect.Effect<void, BatchError> = Effect.gen(function* () {
      while (!isOver()) {
        const chunk = next++
        const from = chunk * chunkRuns
        const to = Math.min(runs, from + chunkRuns)
        const flown = yield* Effect.mapError(
          crew.flyRange(scenario.id, seed, from, to),
          ({ message }) => new BatchError({ kind: "crew", scenario: scenario.id, reason: message })
        )
        done.set(chunk, flown)
        runsDone += flown.length
        if (flown.some((run) => run.signature !== undefined || saysNothing(run))) findLast()
        options.onProgress({
          phase: "flying",
          runsDone,
          runsTotal: runs,
          failures: failuresSeen
        })
        // Lets signals and timers of the outer world in.
        yield* Effect.yieldNow
      }
    })
    yield* Effect.all(
      Array.from({ length: crew.size }, () => member),
      {
        concurrency: "unbounded",
        discard: true
      }
    )
    findLast()
    const all = contiguous()
    const failures = firstOfEach(all)
      .slice(0, failuresMax)
      .map((run) => ({ run, met: all.filter((each) => each.signature === run.signature).length }))
    return { runs: all, failures }
  })

const flyRegressions = (
  scenario: Scenario,
  options: BatchOptions,
  provenance: Provenance
): Effect.Effect<{
  readonly outcomes: BatchResult["regressions"]
  readonly failures: ReadonlyArray<FoundFailure>
}> => {
  const failures: Array<FoundFailure> = []
  const flying = Effect.forEach(options.regressions, (saved) =>
    Effect.map(Regression.fly(scenario, saved, provenance), ({ outcome, recorded }) => {
      if (outcome.outcome === "violated") {
        failures.push({
          header: recorded.header,
          events: recorded.events,
          metCount: 1,
          shrinkFlights: 0,
          isMinimal: true,
          regression: saved.file
        })
      }
      return outcome
    })
  )
  return Effect.map(flying, (outcomes) => ({ outcomes, failures }))
}

const unknownOf = (
  tally: Tally,
  sometimes: BatchResult["sometimes"],
  regressions: BatchResult["regressions"]
): BatchResult["unknown"] => {
  const reasons = new Map<string, number>()
  const count = (reason: string, runs: number): void => {
    reasons.set(reason, (reasons.get(reason) ?? 0) + runs)
  }
  for (const run of tally.runs) for (const reason of run.unknown) count(reason, 1)
  if (tally.runs.length > 0) {
    for (const each of sometimes) {
      if (each.count === 0) count(`never reached: ${each.name}`, tally.runs.length)
    }
  }
  for (const each of regressions) {
    if (each.outcome === "stale") count(`${each.file} is stale: ${each.reason ?? ""}`, 1)
  }
  return [...reasons].map(([reason, runs]) => ({ reason, count: runs }))
}

const shrinkAll = (
  scenario: Scenario,
  tally: Tally,
  options: BatchOptions,
  provenance: Provenance
): Effect.Effect<ReadonlyArray<FoundFailure>, BatchError> =>
  Effect.forEach(tally.failures, ({ met, run }) =>
    Effect.gen(function* () {
      options.onProgress({
        phase: "shrinking",
        runsDone: tally.runs.length,
        runsTotal: options.runs,
        failures: tally.failures.length
      })
      yield* Effect.yieldNow
      const until = options.wallMillis() + options.shrinkMillis
      const budget =
        options.shrinkMillis === 0
          ? undefined
          : {
              flightsMax: flightsMaxDefault,
              mayContinue: () => options.wallMillis() < until && !options.stopRequested()
            }
      const place = { ...provenance, runIndex: run.runIndex }
      return yield* Failure.ofRun(scenario, run, met, budget, place).pipe(
        Effect.mapError(
          ({ reason, seed }) =>
            new BatchError({
              kind: "nondeterminism",
              scenario: scenario.id,
              reason: `${reason} (seed ${toText(seed)})`
            })
        )
      )
    })
  )

/** Flies a batch: saved regressions, then new runs, then shrinks what failed. */
export const flyBatch = Effect.fnUntraced(function* (
  scenario: Scenario,
  options: BatchOptions
): Effect.fn.Return<BatchResult, BatchError> {
  const { tunnel } = scenario
  const { commit, version } = options
  const provenance = { runIndex: 0, commit, version }
  const saved = yield* flyRegressions(scenario, options, provenance)
  const tally = yield* flyChunks(scenario, options)
  const useless = voidOf(scenario, tally.runs)
  if (useless !== undefined) return yield* useless
  const found = yield* shrinkAll(scenario, tally, options, provenance)
  const failures = [...saved.failures, ...found]
  const sometimes = tunnel.properties
    .filter((property) => property._tag === "Sometimes")
    .map(({ name }) => ({
      name,
      count: tally.runs.filter((run) => run.reached.includes(name)).length
    }))
  const unknown = unknownOf(tally, sometimes, saved.outcomes)
  const verdict: BatchVerdict =
    failures.length > 0 ? "violated" : unknown.length > 0 ? "unknown" : "holds"
  let high = 0
  let low = 0
  for (const { digest } of tally.runs) {
    high = mix(high, digest >>> 0)
    low = mix(low, Math.floor(digest / 0x1_0000_0000) ^ high)
  }
  return {
    id: scenario.id,
    title: tunnel.name,
    system: tunnel.system.name,
    source: tunnel.source,
    verdict,
    seed: options.seed,
    runs: tally.runs.length,
    sometimes,
    steps: tally.runs.reduce((sum, run) => sum + run.steps, 0),
    simulatedMicros: tally.runs.reduce((sum, run) => sum + run.simulatedMicros, 0),
    failures,
    regressions: saved.outcomes,
    unknown,
    digest: keyText((high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0))
  }
}, Thread.guarded)
