/**
 * `doctor`: flies the runs of each scenario in several places and says where they part.
 *
 * Owns which places there are and the order of things. Every run is flown here, here again in
 * another order, in a process that differs in all that must not matter, and in a thread of that.
 * What a difference probably means is the report's.
 */
import { Effect, Result } from "effect"
import * as Sameness from "../flight/Sameness.ts"
import type { Scenario } from "../flight/Scenario.ts"
import type { Event } from "../recording/Event.ts"
import { distinctLeaks } from "../flight/Unasked.ts"
import { type Checked, doctorReport, type Found, verdictOf } from "../report/DoctorReport.ts"
import { checkedText, checkedTotal } from "../report/DoctorText.ts"
import { errorReport } from "../report/FlyReport.ts"
import { type Circumstances, likelyLeak } from "../report/LikelyLeak.ts"
import { colored, plain } from "../report/Paint.ts"
import { idColumnsOf } from "../report/Summary.ts"
import { isStress, isTunnel } from "../stress/StressScenario.ts"
import { toText } from "../turbulence/Seed.ts"
import { yearMillis } from "./YearMillis.ts"
import { baseSeed } from "./BaseSeed.ts"
import { CommandError, linesOf, nothingMatched, wrong } from "./CommandError.ts"
import { commitOf } from "./Commit.ts"
import * as Elsewhere from "./Elsewhere.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import { select } from "./Selection.ts"
import * as StopSignal from "./StopSignal.ts"
import { data, dataLook, keepDataApart, message } from "./Streams.ts"
import { breathe, epochMillis } from "./WallClock.ts"

/** How `doctor` was asked. */
export interface DoctorInput {
  readonly patterns: ReadonlyArray<string>
  readonly seed: number | undefined
  readonly runs: number
  readonly json: boolean
}

/** Where runs are flown besides here, as people call it. */
const placeNames = {
  again: "here in another order",
  process: "in another process",
  thread: "in a worker thread"
} as const

type Place = keyof typeof placeNames

interface Context {
  readonly root: string
  readonly seed: number
  readonly runs: number
  readonly elsewhere: Elsewhere.Elsewhere
  readonly stop: StopSignal.StopSignal
}

/** Compares, prints, and gives the exit code. */
export const doctor = Effect.fnUntraced(function* (
  root: string,
  input: DoctorInput
): Effect.fn.Return<ExitCode, CommandError> {
  keepDataApart()
  const chosen = yield* select(root, input.patterns, "skipped")
  const scenarios = chosen.filter(isTunnel)
  const searched = chosen.filter(isStress).map(({ id }) => id)
  if (scenarios.length === 0) {
    return yield* nothingMatched(`${searched.join(", ")}: doctor compares wind tunnels alone`)
  }
  const commit = commitOf(root)
  const seed = input.seed ?? baseSeed(commit)
  const stop = StopSignal.listen(() => {})
  message(`seed ${toText(seed)}`)
  const elsewhere = Elsewhere.start(root)
  const context = { root, seed, runs: input.runs, elsewhere, stop }
  return yield* Effect.ensuring(
    checkAll(context, scenarios, input.json, commit),
    Effect.sync(() => {
      stop.close()
      elsewhere.close()
    })
  )
})

const checkAll = Effect.fnUntraced(function* (
  context: Context,
  scenarios: ReadonlyArray<Scenario>,
  json: boolean,
  commit: string | undefined
): Effect.fn.Return<ExitCode> {
  const paint = dataLook().color ? colored : plain
  const idColumns = idColumnsOf(scenarios.map(({ id }) => id))
  const all: Array<Checked> = []
  let error: CommandError | undefined
  for (const scenario of scenarios) {
    const result = yield* Effect.result(check(context, scenario))
    if (Result.isFailure(result)) {
      error = result.failure
      break
    }
    all.push(result.success)
    if (!json) data(checkedText(result.success, idColumns, paint))
  }
  if (error !== undefined) for (const line of linesOf(error)) message(`downforce: ${line}`)
  if (json) {
    const why = error === undefined ? undefined : errorReport(error)
    data(JSON.stringify(doctorReport(context.seed, commit, all, why), undefined, 2))
  } else if (all.length > 0) data(`\n${checkedTotal(all, context.seed, paint)}`)
  if (error !== undefined) return error.exitCode
  return all.every((each) => verdictOf(each) === "same")
    ? exitCodes.holds
    : exitCodes.notDeterministic
})

const check = Effect.fnUntraced(function* (
  context: Context,
  scenario: Scenario
): Effect.fn.Return<Checked, CommandError> {
  const { elsewhere, runs, seed } = context
  // They fly while this process does.
  const asked = {
    process: elsewhere.fly(scenario, "main", seed, runs),
    thread: elsewhere.fly(scenario, "worker", seed, runs)
  }
  const order = Array.from({ length: runs }, (_, runIndex) => runIndex)
  const books = { here: Sameness.open(scenario, seed), again: Sameness.open(scenario, seed) }
  const here = yield* flyHere(context, scenario, books.here, order)
  const again = yield* flyHere(context, scenario, books.again, [...order].reverse())
  const process = yield* answered(scenario, asked.process)
  const thread = yield* answered(scenario, asked.thread)
  const everything = [...here, ...again, ...process, ...thread]
  const threw = everything.find((seen) => seen.threw !== undefined)?.threw
  if (threw !== undefined) {
    return yield* wrong(`${scenario.file}: ${scenario.id}: ${threw}; correct the scenario`)
  }
  const places = ["here", ...Object.values(placeNames)]
  const result = { id: scenario.id, runs, places }
  const leaks = distinctLeaks(everything.flatMap((seen) => seen.leaks))
  // What comes after a leak is its doing: it needs no other explanation.
  if (leaks.length > 0) return { ...result, leaks, difference: undefined }
  const first = Sameness.firstDiffering<Place>(here, [
    { place: "again", seen: again },
    { place: "process", seen: process },
    { place: "thread", seen: thread }
  ])
  if (first === undefined) return { ...result, leaks, difference: undefined }
  const { place, run } = first
  const ours = books.here.eventsOf(run.runIndex)
  const theirs =
    place === "again"
      ? books.again.eventsOf(run.runIndex)
      : yield* answered(scenario, elsewhere.show(threads[place], run.runIndex))
  return { ...result, leaks, difference: differenceOf(run, place, ours, theirs) }
})

const threads = { process: "main", thread: "worker" } as const

const differenceOf = (
  run: Sameness.Seen,
  place: Place,
  ours: ReadonlyArray<Event> | undefined,
  theirs: ReadonlyArray<Event> | undefined
): Found => {
  const isKept = ours !== undefined && theirs !== undefined
  const parting = isKept ? Sameness.partingOf(ours, theirs) : undefined
  return {
    run,
    place: placeNames[place],
    step: parting?.step,
    here: parting?.here,
    there: parting?.there,
    likely: likelyLeak(parting, circumstancesOf(place))
  }
}

/** Flies on this thread, and lets signals and messages in between. */
const flyHere = Effect.fnUntraced(function* (
  { stop }: Context,
  scenario: Scenario,
  book: Sameness.Logbook,
  order: ReadonlyArray<number>
): Effect.fn.Return<ReadonlyArray<Sameness.Seen>, CommandError> {
  const all: Array<Sameness.Seen> = []
  for (const runIndex of order) {
    all.push(yield* book.fly(runIndex))
    yield* Effect.promise(breathe)
    if (stop.requested()) {
      const exitCode = exitCodes.interrupted
      return yield* new CommandError({ exitCode, problem: `interrupted at ${scenario.id}` })
    }
  }
  return all
})

const answered = <Answer>(
  scenario: Scenario,
  answer: Promise<Answer>
): Effect.Effect<Answer, CommandError> =>
  Effect.tryPromise({
    try: () => answer,
    catch: (error) => {
      const reason = error instanceof Error ? error.message : String(error)
      return wrong(`${scenario.file}: ${reason}; it has to fly wherever it is loaded`)
    }
  })

const circumstancesOf = (place: Place): Circumstances => {
  const here = Elsewhere.localityHere()
  const there = Elsewhere.localityElsewhere(here)
  const nowMillis = epochMillis()
  return {
    place,
    nowMillis,
    laterMillis: yearMillis,
    minutesAhead: Elsewhere.minutesAhead(here, there, nowMillis),
    timeZones: [here.timeZone, there.timeZone],
    locales: [here.locale, there.locale]
  }
}
