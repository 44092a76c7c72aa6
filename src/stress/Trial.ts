/**
 * A trial: what is flown at one point of an axis. A system, a load, steady turbulence and faults,
 * the safety properties that must hold whatever the load, and what must come back afterwards.
 *
 * Owns the declaration at one point and its checks. It is the wind tunnel's machinery that flies
 * it.
 */
import { type Duration, Result } from "effect"
import type { Limits } from "../flight/WindTunnel.ts"
import * as WindTunnel from "../flight/WindTunnel.ts"
import * as OfHistory from "../property/OfHistory.ts"
import type * as Property from "../property/Property.ts"
import * as Verdict from "../property/Verdict.ts"
import type * as Contract from "../system/Contract.ts"
import * as Micros from "../system/Micros.ts"
import type { System } from "../system/System.ts"
import * as AskedFault from "../turbulence/AskedFault.ts"
import * as Fault from "../turbulence/Fault.ts"
import * as Turbulence from "../turbulence/Turbulence.ts"
import * as Baseline from "./Baseline.ts"
import * as Level from "./Level.ts"
import type { Load } from "./Load.ts"
import { isMeasured } from "./LoadSource.ts"

/** A checked trial. */
export interface Trial {
  /** Flies with these properties and no levels: a probe reads those itself. */
  readonly tunnel: WindTunnel.WindTunnel
  readonly load: Load
  readonly faults: ReadonlyArray<Fault.Fault>
  readonly baseline: ReadonlyArray<Baseline.Gauge>
}

/** Refuses, by name, contracts that requests call and the system does not have. */
type OnlyProvided<Missing> = [Missing] extends [never]
  ? unknown
  : {
      readonly "not in the system": Missing extends Contract.Identity<infer Name> ? Name : Missing
    }

/** What is flown at a point of an axis. */
export interface Options<Provided, Target> {
  readonly system: System<Provided>
  readonly load: Load<Target> & OnlyProvided<Exclude<Target, Provided>>
  /** Default: calm. `Turbulence.steady` has rates; a swarm draws other ones for each probe. */
  readonly turbulence?: Turbulence.Turbulence
  /** Faults that act in every probe, see `Fault`. Default: none. */
  readonly faults?: ReadonlyArray<AskedFault.Asked>
  /** What must hold whatever the load: its violation is a failure of safety. Default: none. */
  readonly properties?: ReadonlyArray<Property.Property>
  /** What must be as before when the load has gone, besides queues and slots. Default: nothing. */
  readonly baseline?: ReadonlyArray<Baseline.Gauge>
  /**
   * How often the properties are looked at, and the state recorded: from 1 millisecond. After every
   * event would take longer than the flight itself. Default: every second, and at the end.
   */
  readonly checkEvery?: Duration.Input
  /** Defaults: see `WindTunnel.limitsDefault`, but `stepsMax` is `stepsMaxDefault`. */
  readonly limits?: Partial<Limits>
}

/** Everything may be asked of a system that is not known. */
export type AnyOptions = Omit<Options<unknown, unknown>, "load"> & { readonly load: Load }

/** The default bound on the events of a probe. */
export const stepsMaxDefault = 20_000_000
/** The default time between two looks at the properties: 1 second. */
export const checkEveryMicrosDefault = 1_000_000
/** How long a system may take to come up, before a probe ends: 10 minutes. */
const bootMicrosMax = 600_000_000

/** Checks a trial. `source` is where its breaking point is declared. */
export const check = (
  name: string,
  options: AnyOptions,
  source: string | undefined
): Result.Result<Trial, WindTunnel.InvalidScenario> => {
  const { load, system } = options
  const { arrivals, drainMicros, measureMicros, warmUpMicros, workload } = load
  const turbulence = options.turbulence ?? Turbulence.calm
  const faults = AskedFault.identified(options.faults ?? [])
  const baseline = options.baseline ?? []
  const every =
    options.checkEvery === undefined
      ? checkEveryMicrosDefault
      : Micros.fromDuration(options.checkEvery)
  const horizonMicros =
    bootMicrosMax + warmUpMicros + measureMicros + workload.timeoutMicros + drainMicros
  const checked = WindTunnel.check(name, {
    system,
    workload,
    turbulence,
    horizon: `${Math.min(horizonMicros, WindTunnel.horizonMicrosMax)} micros`,
    properties: options.properties ?? [],
    limits: { stepsMax: stepsMaxDefault, ...options.limits }
  })
  const problems = [
    ...load.problems.filter((problem) => !workload.problems.includes(problem)),
    ...faultProblems(system, faults),
    ...Baseline.problems(baseline),
    ...(every !== undefined && every >= 1_000
      ? []
      : [
          `checkEvery is ${Micros.inputText(options.checkEvery ?? 0)}; it must be 1 millisecond at least`
        ]),
    ...(turbulence.faults.length > 0 && arrivals._tag === "users"
      ? ["a swarm of faults and a closed loop of users do not go together: ask for faults by name"]
      : [])
  ]
  if (Result.isFailure(checked)) {
    const { scenario } = checked.failure
    return Result.fail(
      new WindTunnel.InvalidScenario({
        scenario,
        problems: [...checked.failure.problems, ...problems]
      })
    )
  }
  if (problems.length > 0) {
    return Result.fail(new WindTunnel.InvalidScenario({ scenario: name, problems }))
  }
  const tunnel: WindTunnel.WindTunnel = {
    ...checked.success,
    workload,
    cooldownMicros: drainMicros,
    lastingFaults: "standing",
    checkEveryMicros: every,
    liveness: undefined,
    source
  }
  return Result.succeed({ tunnel, load, faults, baseline })
}

/** Names that the system does not have, and numbers that no fault has. */
export const faultProblems = (
  { nodes }: System,
  faults: ReadonlyArray<Fault.Fault>
): ReadonlyArray<string> =>
  faults.flatMap((fault) => {
    const strangers = Fault.targets(fault).filter(
      (target) => !nodes.some(({ name }) => name === target) && !/^client-\d+$/.test(target)
    )
    const isRight = Fault.isFault(fault)
    return [
      ...strangers.map((target) => `a fault names ${JSON.stringify(target)}, which is no node`),
      ...(isRight ? [] : [`a fault has a time or a size out of range: ${JSON.stringify(fault)}`])
    ]
  })

/**
 * The levels as one property of the history, so that a recording of a probe ends at its failure and
 * replays like any other. Averages are not in a history, and are left to the report.
 */
export const asProperty = (levels: ReadonlyArray<Level.Level>): Property.Property =>
  OfHistory.make("service levels", (history) => {
    const measured = history.filter(isMeasured)
    for (const level of levels) {
      if (level._tag === "average") continue
      const { allowed, text, value } = Level.read(level, measured, new Map())
      if (value > allowed) {
        return Verdict.violated({ subject: level.name, expected: level.name, actual: text })
      }
    }
    return Verdict.holds
  })

/** The trial as a wind tunnel that judges its levels, too: for recordings. */
export const judged = (
  { tunnel }: Trial,
  levels: ReadonlyArray<Level.Level>
): WindTunnel.WindTunnel => ({
  ...tunnel,
  properties: [...tunnel.properties, asProperty(levels)]
})
