/**
 * What breaking points and envelopes have in common: levels, triggers, a prediction, and how to get
 * from a point to something that flies.
 *
 * Owns the setting of a probe: which point, which trigger, which cut of the load.
 */
import { Result } from "effect"
import * as WindTunnel from "../flight/WindTunnel.ts"
import { identified } from "../turbulence/AskedFault.ts"
import type * as Operation from "../flight/Operation.ts"
import * as Workload from "../flight/Workload.ts"
import type { Flyable } from "./FlyProbe.ts"
import type * as Level from "./Level.ts"
import type { Timetable } from "./LoadSource.ts"
import type { Pace } from "./Pace.ts"
import * as Trial from "./Trial.ts"
import * as Trigger from "./Trigger.ts"

/** What an author expects to break first. */
export interface Prediction {
  /** The service, or one node of it. */
  readonly component: string
  /** `cores`, `slots`, or the name of a pool, of a contract (its edge) or of a node (the link). */
  readonly resource: string
}

/** Where a probe is flown, and what is done to its load. Plain data. */
export interface Setting {
  readonly x: number
  /** The other axis of an envelope. */
  readonly y?: number
  /** The name of a trigger that comes and goes before requests are measured. */
  readonly trigger?: string
  /** The share of the load that is left for a while after the trigger. */
  readonly left?: number
}

/** The parts that breaking points and envelopes share. */
export interface Stressed {
  /** What is asked, in words. Its id is made from it. */
  readonly name: string
  readonly levels: ReadonlyArray<Level.Level>
  readonly triggers: ReadonlyArray<Trigger.Trigger>
  readonly prediction: Prediction | undefined
  /** Where it is declared, as `path:line`, when known. */
  readonly source: string | undefined
  /** The trial at a point. */
  readonly trialAt: (
    x: number,
    y: number | undefined
  ) => Result.Result<Trial.Trial, WindTunnel.InvalidScenario>
}

/** Makes `trialAt` from an author's function, whose own errors become problems. */
export const trialOf =
  (
    name: string,
    source: string | undefined,
    triggers: ReadonlyArray<Trigger.Trigger>,
    at: (x: number, y: number) => Trial.AnyOptions
  ): Stressed["trialAt"] =>
  (x, y = 0) => {
    try {
      return Trial.check(name, withCalls(at(x, y), triggers), source)
    } catch (thrown) {
      const what = thrown instanceof Error ? thrown.message : String(thrown)
      const problems = [`\`at\` threw at ${x}: ${what}`]
      return Result.fail(new WindTunnel.InvalidScenario({ scenario: name, problems }))
    }
  }

/** Clients know the operations of triggers, too, and never draw them. */
const withCalls = (
  options: Trial.AnyOptions,
  triggers: ReadonlyArray<Trigger.Trigger>
): Trial.AnyOptions => {
  const calls = triggers.flatMap(({ what }) => (what._tag === "call" ? [what.operation] : []))
  if (calls.length === 0) return options
  const { load } = options
  const { choices } = load.workload
  const isNew = (call: Operation.Operation) => !choices.some(({ operation }) => operation === call)
  const more = calls.filter(isNew).map((operation) => ({ weight: 1, operation }))
  return {
    ...options,
    load: { ...load, workload: { ...load.workload, choices: [...choices, ...more] } }
  }
}

/** What is wrong with the shared parts, one sentence each. */
export const problems = ({ levels, triggers }: Stressed): ReadonlyArray<string> => {
  const names = levels.map(({ name }) => name)
  const triggerNames = triggers.map(({ name }) => name)
  return [
    ...levels.flatMap((level) => level.problems),
    ...names
      .filter((name, at) => names.indexOf(name) < at)
      .map((name) => `two levels are named ${JSON.stringify(name)}`),
    ...triggers.flatMap((trigger) => trigger.problems),
    ...triggerNames
      .filter((name, at) => triggerNames.indexOf(name) < at)
      .map((name) => `two triggers are named ${JSON.stringify(name)}`)
  ]
}

/** What is wrong with a trial and its levels and triggers together. */
export const trialProblems = (
  { load, tunnel }: Trial.Trial,
  { levels, triggers }: Pick<Stressed, "levels" | "triggers">
): ReadonlyArray<string> => [
  ...(load.arrivals._tag === "users" && triggers.some(({ what }) => what._tag === "spike")
    ? ["a closed loop of users has no spikes: use open arrivals, or another trigger"]
    : []),
  ...triggers.flatMap((trigger) => {
    const faults = identified(Trigger.faultsOf(trigger, load.warmUpMicros))
    return Trial.faultProblems(tunnel.system, faults).map(
      (problem) => `trigger ${JSON.stringify(trigger.name)}: ${problem}`
    )
  }),
  // Of nothing, any share holds.
  ...levels.flatMap((level) => {
    if (level._tag === "average" || level.operation === undefined) return []
    const { contract, procedure } = level.operation
    return Workload.find(load.workload, contract.contractName, procedure) === undefined
      ? [`the level ${JSON.stringify(level.name)} counts what the load never asks for`]
      : []
  })
]

/** The time table of a probe: a trigger and a cut come between warming up and measuring. */
export const timetableOf = (
  { load }: Trial.Trial,
  trigger: Trigger.Trigger | undefined,
  left: number | undefined
): Timetable => {
  const { measureMicros, warmUpMicros } = load
  if (trigger === undefined) {
    const fromMicros = warmUpMicros
    return { pace: [], fromMicros, untilMicros: fromMicros + measureMicros, call: undefined }
  }
  const { lastingMicros, settleMicros, what } = trigger
  const goneMicros = warmUpMicros + lastingMicros
  const cutUntil = left === undefined ? goneMicros : goneMicros + settleMicros
  const spike: Pace =
    what._tag === "spike"
      ? [{ fromMicros: warmUpMicros, untilMicros: goneMicros, factor: what.factor }]
      : []
  const cut: Pace =
    left === undefined ? [] : [{ fromMicros: goneMicros, untilMicros: cutUntil, factor: left }]
  const fromMicros = cutUntil + settleMicros
  return {
    pace: [...spike, ...cut],
    fromMicros,
    untilMicros: fromMicros + measureMicros,
    call: what._tag === "call" ? { operation: what.operation, atMicros: warmUpMicros } : undefined
  }
}

/** What flies at a setting. */
export const flyableAt = (
  stressed: Stressed,
  { left, trigger: name, x, y }: Setting
): Result.Result<Flyable, WindTunnel.InvalidScenario> =>
  Result.flatMap(stressed.trialAt(x, y), (trial) => {
    const trigger = stressed.triggers.find((each) => each.name === name)
    if (name !== undefined && trigger === undefined) {
      const problems = [`there is no trigger ${JSON.stringify(name)}`]
      return Result.fail(new WindTunnel.InvalidScenario({ scenario: stressed.name, problems }))
    }
    const timetable = timetableOf(trial, trigger, left)
    const asked = trigger === undefined ? [] : Trigger.faultsOf(trigger, trial.load.warmUpMicros)
    const faults = identified(asked).map((fault) => ({ ...fault, id: `t-${fault.id}` }))
    // The flight must last as long as its time table.
    const longer = timetable.untilMicros - trial.load.warmUpMicros - trial.load.measureMicros
    const horizonMicros = trial.tunnel.horizonMicros + longer
    const flown = { ...trial, tunnel: { ...trial.tunnel, horizonMicros } }
    return Result.succeed({ trial: flown, levels: stressed.levels, timetable, faults })
  })
