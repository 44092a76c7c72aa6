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
import { distinctLeaks } from "../flight/Unasked.ts"
import { type Checked, doctorReport, type Found, verdictOf } from "../report/DoctorReport.ts"
import { checkedText, checkedTotal } from "../report/DoctorText.ts"
import { errorReport } from "../report/FlyReport.ts"
import { type Circumstances, likelyLeak } from "../report/LikelyLeak.ts"
import { colored, plain } from "../report/Paint.ts"
import { idColumnsOf } from "../report/Summary.ts"
import { toText } from "../turbulence/Seed.ts"
import { yearMillis } from "./YearMillis.ts"
import { baseSeed } from "./BaseSeed.ts"
import { CommandError, linesOf, wrong } from "./CommandError.ts"
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
  const scenarios = yield* select(root, input.patterns, "skipped")
  const commit = commitOf(root)
  const seed = input.seed ?? baseSeed(commit)
  message(`seed ${toText(seed)}`)
  const stop = StopSignal.listen(() => {})
  const elsewhere = Elsewhere.start(root, "elsewhere")
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
  const order = Sameness.forwards(runs)
  const ask = (thread: "main" | "worker"): Promise<Elsewhere.Flown> =>
    elsewhere.fly(scenario, { thread, baseSeed: seed, runs: order, events: "none" })
  // They fly while this process does.
  const asked = { process: ask("main"), thread: ask("worker") }
  const here = yield* flyHere(context, scenario, order)
  const again = yield* flyHere(context, scenario, [...order].reverse())
  const process = yield* answered(scenario, asked.process)
  const thread = yield* answered(scenario, asked.thread)
  const others = { again, process: process.seen, thread: thread.seen }
  const everything = [here, ...Object.values(others)].flat()
  const threw = everything.find((seen) => seen.threw !== undefined)?.threw
  if (threw !== undefined) {
    return yield* wrong(`${scenario.file}: ${scenario.id}: ${threw}; correct the scenario`)
  }
  const leaks = distinctLeaks(everything.flatMap((seen) => seen.leaks))
  // What comes after a leak is its doing: it needs no other explanation.
  const difference =
    leaks.length > 0 ? undefined : yield* findDifference(context, scenario, here, others)
  const places = ["here", ...Object.values(placeNames)]
  return { id: scenario.id, runs, places, difference, leaks }
})

/** Flies on this thread, and lets signals and messages in between. */
const flyHere = Effect.fnUntraced(function* (
  { seed, stop }: Context,
  scenario: Scenario,
  order: ReadonlyArray<number>
): Effect.fn.Return<ReadonlyArray<Sameness.Seen>, CommandError> {
  const all: Array<Sameness.Seen> = []
  for (const runIndex of order) {
    all.push((yield* Sameness.watch(scenario, seed, runIndex)).seen)
    yield* Effect.promise(breathe)
    if (stop.requested()) {
      const exitCode = exitCodes.interrupted
      return yield* new CommandError({ exitCode, problem: `interrupted at ${scenario.id}` })
    }
  }
  return all
})

const answered = (
  scenario: Scenario,
  flown: Promise<Elsewhere.Flown>
): Effect.Effect<Elsewhere.Flown, CommandError> =>
  Effect.tryPromise({
    try: () => flown,
    catch: (error) => {
      const reason = error instanceof Error ? error.message : String(error)
      return wrong(`${scenario.file}: ${reason}; it has to fly wherever it is loaded`)
    }
  })

const findDifference = Effect.fnUntraced(function* (
  context: Context,
  scenario: Scenario,
  here: ReadonlyArray<Sameness.Seen>,
  others: { readonly [Name in Place]: ReadonlyArray<Sameness.Seen> }
): Effect.fn.Return<Found | undefined, CommandError> {
  const sightings = (["again", "process", "thread"] as const).map((place) => ({
    place,
    seen: others[place]
  }))
  const first = Sameness.firstDiffering(here, sightings)
  if (first === undefined) return undefined
  const { place, run } = first
  const { ours, theirs } = yield* flyApart(context, scenario, place, run.runIndex)
  const parting = Sameness.partingOf(ours.events, theirs.events)
  return {
    run,
    place: placeNames[place],
    step: parting?.step,
    here: parting?.here,
    there: parting?.there,
    likely: likelyLeak(parting, circumstancesOf(place))
  }
})

/**
 * Flies the run once more on both sides, each in a process of its own that has flown before what
 * the place had flown before: what outlived those runs is part of the difference.
 */
const flyApart = Effect.fnUntraced(function* (
  { root, runs, seed }: Context,
  scenario: Scenario,
  place: Place,
  runIndex: number
): Effect.fn.Return<
  { readonly ours: Elsewhere.Flown; readonly theirs: Elsewhere.Flown },
  CommandError
> {
  const order = Sameness.forwards(runs)
  const orderThere = place === "again" ? [...order, ...[...order].reverse()] : order
  const one = Elsewhere.start(root, "like-here")
  const other = Elsewhere.start(root, place === "again" ? "like-here" : "elsewhere")
  const ask = (
    side: Elsewhere.Elsewhere,
    thread: "main" | "worker",
    flown: ReadonlyArray<number>
  ): Promise<Elsewhere.Flown> =>
    side.fly(scenario, { thread, baseSeed: seed, runs: flown, events: "last" })
  // Both are asked before either is awaited: they fly side by side.
  const ours = ask(one, "main", order.slice(0, runIndex + 1))
  const thread = place === "thread" ? "worker" : "main"
  const theirs = ask(other, thread, Sameness.upTo(orderThere, runIndex))
  return yield* Effect.ensuring(
    Effect.all({ ours: answered(scenario, ours), theirs: answered(scenario, theirs) }),
    Effect.sync(() => {
      one.close()
      other.close()
    })
  )
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
