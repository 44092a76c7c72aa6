/**
 * Measures a breaking point or an envelope: drives its searches with a crew, and gathers what they
 * come to into a result.
 *
 * Owns the order of things: the search along the axis, then the triggers, then a check that a probe
 * comes out the same when it is flown again. The searches themselves are pure and have no clock.
 */
import { Data, Effect } from "effect"
import * as Unasked from "../flight/Unasked.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import * as Axis from "./Axis.ts"
import * as BreakingPoint from "./BreakingPoint.ts"
import * as Drive from "./Drive.ts"
import * as Envelope from "./Envelope.ts"
import type { Measured } from "./FlyProbe.ts"
import * as Frontier from "./Frontier.ts"
import * as Metastability from "./Metastability.ts"
import type { Budget } from "./Options.ts"
import type * as Probe from "./Probe.ts"
import * as Search from "./Search.ts"
import * as Summing from "./Summing.ts"
import type { StressResult } from "./StressResult.ts"
import type { StressScenario } from "./StressScenario.ts"

/** How far a measurement is. */
export interface StressProgress {
  readonly phase: Probe.Phase | "triggers"
  /** Probes flown so far, and about how many there will be. */
  readonly probesDone: number
  readonly probesExpected: number
  /** The highest point that passed last, and the lowest that failed last; where known. */
  readonly passed: number | undefined
  readonly failed: number | undefined
}

/** How it is measured. */
export interface Options {
  readonly seed: number
  readonly budget: Budget
  readonly crew: Drive.StressCrew
  /** Polled before each probe: false ends it with what it has, and the verdict is unknown. */
  readonly mayContinue: () => boolean
  readonly onProgress: (progress: StressProgress) => void
}

/** A measurement that says nothing about the system. */
export class StressError extends Data.TaggedError("StressError")<{
  /** `author`: the scenario's own code is wrong. `nondeterminism`: a probe came out differently. */
  readonly kind: "author" | "nondeterminism" | "crew"
  readonly scenario: string
  readonly reason: string
  readonly leaks?: ReadonlyArray<Leak>
}> {
  override get message(): string {
    return `${this.scenario}: ${this.reason}`
  }
}

/** About how many probes a search takes: for the time that is left, and nothing else. */
const expected: Readonly<Record<Budget, number>> = { default: 130, small: 36 }
const expectedOfTrigger: Readonly<Record<Budget, number>> = { default: 35, small: 10 }

const errorOf = ({ id }: StressScenario, { authorError, leaks }: Measured) => {
  if (authorError !== undefined) {
    return new StressError({ kind: "author", scenario: id, reason: authorError })
  }
  const [leak] = Unasked.distinctLeaks(leaks)
  if (leak === undefined) return undefined
  const reason = `not deterministic: ${Unasked.leakText(leak)}`
  return new StressError({ kind: "nondeterminism", scenario: id, reason, leaks })
}

/** A crew whose probes fail when they say nothing about the system. */
const checkedCrew = (crew: Drive.StressCrew): Drive.StressCrew => ({
  size: crew.size,
  probe: (scenario, setting, seed) =>
    Effect.flatMap(
      crew.probe(scenario, setting, seed),
      (measured): Effect.Effect<Measured, Error> => {
        const error = errorOf(scenario, measured)
        return error === undefined ? Effect.succeed(measured) : Effect.fail(error)
      }
    )
})

const asStressError =
  ({ id }: StressScenario) =>
  (error: Error): StressError =>
    error instanceof StressError
      ? error
      : new StressError({ kind: "crew", scenario: id, reason: error.message })

/** Counts what is flown, and says so. */
const progressOf = ({ budget, onProgress }: Options, searches: number, triggers: number) => {
  const all = searches * expected[budget] + triggers * expectedOfTrigger[budget]
  let phase: StressProgress["phase"] = "bracket"
  let probesDone = 0
  let passed: number | undefined
  let failed: number | undefined
  return {
    enter: (entered: StressProgress["phase"]): void => {
      phase = entered
    },
    onFlown: ({ measured, setting }: Drive.Flown): void => {
      probesDone++
      if (measured.outcome._tag === "pass") passed = setting.x
      if (measured.outcome._tag === "fail") failed = setting.x
      const probesExpected = Math.max(all, probesDone)
      onProgress({ phase, probesDone, probesExpected, passed, failed })
    }
  }
}

type Progress = ReturnType<typeof progressOf>

const driveOptions = (scenario: StressScenario, options: Options, progress: Progress) => ({
  scenario,
  seed: options.seed,
  crew: checkedCrew(options.crew),
  mayContinue: options.mayContinue,
  onFlown: progress.onFlown
})

/**
 * Triggers are tried up to this share of the demonstrated load. Right there one probe of twenty may
 * fail without any trigger, and would be taken for one that does not recover.
 */
export const triggeredShare = 0.9

const topOf = (axis: Axis.Axis, demonstrated: number): number => {
  const { min, scale } = axis
  const place =
    scale === "log" ? triggeredShare * demonstrated : min + triggeredShare * (demonstrated - min)
  return Math.max(min, Axis.loadAt(axis, Axis.placeOf(axis, place)))
}

/** How a probe with a trigger ended: at the end the levels hold again, or they do not. */
const afterTrigger = ({ outcome }: Measured): Metastability.Outcome => {
  switch (outcome._tag) {
    case "pass":
      return { _tag: "recovered" }
    case "fail":
      return { _tag: "stuck", criterion: outcome.criteria[0]?.name ?? "" }
    case "invalid":
      return outcome
  }
}

const settingOfTrigger = ({ left, load, trigger }: Metastability.Ask) => ({
  x: load,
  trigger,
  ...(left === undefined ? {} : { left })
})

/** Tries the triggers up to a load. */
const tryTriggers = Effect.fnUntraced(function* (
  point: BreakingPoint.BreakingPoint,
  top: number | undefined,
  options: Drive.Options,
  budget: Budget,
  flights: Map<string, Drive.Flown>
): Effect.fn.Return<Metastability.Metastability | undefined, Error> {
  const names = point.triggers.map(({ name }) => name)
  if (names.length === 0 || top === undefined) return undefined
  const axis: Axis.Axis = point.axis
  return yield* Drive.drive(
    {
      state: Metastability.start({ triggers: names, top, axis, budget }),
      nextMany: Metastability.nextMany,
      tell: (state, ask, measured) => Metastability.tell(state, ask, afterTrigger(measured)),
      settingOf: settingOfTrigger,
      repetitionOf: (ask: Metastability.Ask) => ask.repetition
    },
    options,
    flights
  )
})

/** The same probe must come out the same: one of them is flown again. */
const checkAgain = Effect.fnUntraced(function* (
  scenario: StressScenario,
  { crew }: Drive.Options,
  flights: ReadonlyArray<Drive.Flown>
): Effect.fn.Return<void, Error> {
  const [first] = flights
  if (first === undefined) return
  const again = yield* crew.probe(scenario, first.setting, first.seed)
  if (again.digest === first.measured.digest) return
  const reason = `a probe at ${first.setting.x} differs when it is flown again`
  return yield* new StressError({ kind: "nondeterminism", scenario: scenario.id, reason })
})

const measureBreaking = Effect.fnUntraced(function* (
  scenario: StressScenario,
  point: BreakingPoint.BreakingPoint,
  options: Options
): Effect.fn.Return<StressResult, Error> {
  const { budget } = options
  const flights = new Map<string, Drive.Flown>()
  const progress = progressOf(options, 1, point.triggers.length)
  const driven = driveOptions(scenario, options, progress)
  const search = yield* Drive.drive(
    {
      state: Search.start(BreakingPoint.searchOptions(point, budget)),
      nextMany: (state, count) => {
        progress.enter(Search.next(state)?.phase ?? "rupture")
        return Search.nextMany(state, count)
      },
      tell: (state, ask, { outcome }) => Search.tell(state, ask, outcome),
      settingOf: ({ load }: Probe.Ask) => ({ x: load }),
      repetitionOf: ({ repetition }: Probe.Ask) => repetition
    },
    driven,
    flights
  )
  const estimate = Search.result(search)
  progress.enter("triggers")
  const carried = estimate.demonstrated?.load
  const top = carried === undefined ? undefined : topOf(point.axis, carried)
  const metastability = yield* tryTriggers(point, top, driven, budget, flights)
  const used = search.course.probes.flatMap(({ ask }) => {
    const flown = flights.get(Drive.keyOf({ x: ask.load }, ask.repetition))
    return flown === undefined ? [] : [flown]
  })
  const triggered = (metastability === undefined ? [] : Metastability.used(metastability)).flatMap(
    (ask) => {
      const flown = flights.get(Drive.keyOf(settingOfTrigger(ask), ask.repetition))
      return flown === undefined ? [] : [flown]
    }
  )
  yield* checkAgain(scenario, driven, used)
  return Summing.ofBreaking(scenario, point, options, {
    estimate,
    used,
    triggered,
    metastability: metastability === undefined ? [] : Metastability.result(metastability)
  })
})

const measureEnvelope = Effect.fnUntraced(function* (
  scenario: StressScenario,
  envelope: Envelope.Envelope,
  options: Options
): Effect.fn.Return<StressResult, Error> {
  const { budget } = options
  const flights = new Map<string, Drive.Flown>()
  const progress = progressOf(options, envelope.y.values.length, 0)
  const driven = driveOptions(scenario, options, progress)
  const settingOf = ({ load, y }: Frontier.Ask) => ({ x: load, y })
  const frontier = yield* Drive.drive(
    {
      state: Frontier.start({
        x: Envelope.searchOptions(envelope, budget),
        ys: envelope.y.values,
        targets: envelope.targets.map(({ at, ...target }) => ({ ...target, y: at }))
      }),
      nextMany: (state, count) => {
        progress.enter(Frontier.next(state)?.phase ?? "rupture")
        return Frontier.nextMany(state, count)
      },
      tell: (state, ask, { outcome }) => Frontier.tell(state, ask, outcome),
      settingOf,
      repetitionOf: ({ repetition }: Frontier.Ask) => repetition
    },
    driven,
    flights
  )
  const used = Frontier.used(frontier).flatMap((ask) => {
    const flown = flights.get(Drive.keyOf(settingOf(ask), ask.repetition))
    return flown === undefined ? [] : [flown]
  })
  yield* checkAgain(scenario, driven, used)
  return Summing.ofEnvelope(scenario, envelope, options, { rows: Frontier.result(frontier), used })
})

/** Measures. Everything in the result is the same whatever the size of the crew. */
export const measure = (
  scenario: StressScenario,
  options: Options
): Effect.Effect<StressResult, StressError> => {
  const { stress } = scenario
  const measuring =
    stress.kind === "breaking-point"
      ? measureBreaking(scenario, stress, options)
      : measureEnvelope(scenario, stress, options)
  return Effect.mapError(measuring, asStressError(scenario))
}
