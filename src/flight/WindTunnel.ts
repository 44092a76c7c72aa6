/**
 * Wind-tunnel scenarios: the whole system, a workload, turbulence, and what must hold.
 *
 * Owns the declaration and all checks on it. A scenario is data: the flight engine flies it.
 */
import { Data, Result, type Duration } from "effect"
import type * as Property from "../property/Property.ts"
import * as PropertyProblem from "../property/PropertyProblem.ts"
import type * as Contract from "../system/Contract.ts"
import * as Micros from "../system/Micros.ts"
import type { System } from "../system/System.ts"
import * as Turbulence from "../turbulence/Turbulence.ts"
import { declaredAt } from "./Declared.ts"
import * as Liveness from "./Liveness.ts"
import type { Workload } from "./Workload.ts"

/** What ends a flight that does not end by itself; reaching one is `unknown`, never a pass. */
export interface Limits {
  /** Events in one flight. */
  readonly stepsMax: number
  /** Events at one instant of virtual time: reaching it means that time makes no progress. */
  readonly stepsPerInstantMax: number
  /** Operations that one task of a fiber may run without giving way: a busy loop reaches it. */
  readonly operationsPerTaskMax: number
}

/** The limits of a flight whose scenario names none. */
export const limitsDefault: Limits = {
  stepsMax: 1_000_000,
  stepsPerInstantMax: 100_000,
  operationsPerTaskMax: 1_000_000
}

/** A checked scenario. */
export interface WindTunnel {
  readonly kind: "wind-tunnel"
  /** What the scenario claims, in words. Its id is made from it. */
  readonly name: string
  readonly system: System
  readonly workload: Workload
  readonly turbulence: Turbulence.Turbulence
  /** The virtual time at which a flight ends, whatever is still under way. */
  readonly horizonMicros: number
  /** How many runs a batch has when nobody says otherwise. */
  readonly runs: number
  readonly properties: ReadonlyArray<Property.Property>
  readonly limits: Limits
  /**
   * How long a flight goes on after the workload is done and the last fault has healed, so that
   * what is still under way can do its harm.
   */
  readonly cooldownMicros: number
  /**
   * What a fault is that would still act at the horizon. `awaited`: the flight goes on until then,
   * and proves nothing. `standing`: a part of what is flown, such as a replica that is down.
   */
  readonly lastingFaults: "awaited" | "standing"
  /**
   * How often properties are looked at; `undefined`: after every event that may have changed
   * something. Under load that would take longer than the flight.
   */
  readonly checkEveryMicros: number | undefined
  /** `undefined` when every service needs all its replicas: see `Service.replicas`. */
  readonly liveness: Liveness.Liveness | undefined
  /** Where it is declared, as `path:line`, when known. */
  readonly source: string | undefined
}

/** A scenario that cannot be flown, with everything that is wrong with it. */
export class InvalidScenario extends Data.TaggedError("InvalidScenario")<{
  readonly scenario: string
  /** One sentence each, in order of declaration. Never empty. */
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return [
      `scenario ${JSON.stringify(this.scenario)} cannot be flown:`,
      ...this.problems.map((problem) => `- ${problem}`)
    ].join("\n")
  }
}

/** Refuses, by name, contracts that operations call and the system does not have. */
type OnlyProvided<Missing> = [Missing] extends [never]
  ? unknown
  : {
      readonly "not in the system": Missing extends Contract.Identity<infer Name> ? Name : Missing
    }

/** The declaration of a scenario. */
export interface Options<Provided, Target> {
  readonly system: System<Provided>
  readonly workload: Workload<Target> & OnlyProvided<Exclude<Target, Provided>>
  /** Default: everything, see `Turbulence.swarm`. */
  readonly turbulence?: Turbulence.Turbulence
  /** The virtual length of a flight: 1 millisecond to 30 days. Default 5 minutes. */
  readonly horizon?: Duration.Input
  /** How many runs a batch has: 1 to `runsMax`. Default 200. */
  readonly runs?: number
  /** May be empty: deadlocks, livelocks, defects and leaked faults are always looked for. */
  readonly properties: ReadonlyArray<Property.Property>
  /** Defaults: see `limitsDefault`. */
  readonly limits?: Partial<Limits>
  /** For systems that can lose replicas for good. Defaults: see `Liveness.Options`. */
  readonly liveness?: Liveness.Options
}

/** The default virtual length of a flight: 5 minutes. */
export const horizonMicrosDefault = 300_000_000
/** The default of `cooldownMicros`: 15 virtual seconds, or until nothing is left to happen. */
export const cooldownMicrosDefault = 15_000_000
/** The longest flight: 30 days. */
export const horizonMicrosMax = 2_592_000_000_000
/** The default number of runs of a batch. */
export const runsDefault = 200
/** The largest number of runs that a scenario may ask for. */
export const runsMax = 10_000_000
/** The largest value of any limit. */
export const limitMax = 1_000_000_000
/** How long the name of a scenario may be, in characters. */
export const nameLengthMax = 120

/**
 * Declares a scenario.
 *
 * An operation on a contract that the system does not have does not compile. All else that can be
 * wrong is thrown as one `InvalidScenario`.
 *
 * @example
 * export const chargedOnce = WindTunnel.make("an order is charged exactly once", {
 *   system: checkout,
 *   workload: Workload.make({ clients: 4, operations: 30, operation: charge }),
 *   turbulence: Turbulence.swarm(),
 *   properties: [Always.make("no double charge", ...)]
 * })
 */
export const make = <Provided, Target>(
  name: string,
  options: Options<Provided, Target>
): WindTunnel => Result.getOrThrow(declare(name, options, declaredAt(make)))

/** Checks a scenario made from dynamic data: a scenario, or the list of all that is wrong. */
export const check = (
  name: string,
  options: Options<unknown, unknown>
): Result.Result<WindTunnel, InvalidScenario> => declare(name, options, declaredAt(check))

const declare = (
  name: string,
  options: Omit<Options<unknown, unknown>, "workload"> & { readonly workload: Workload },
  source: string | undefined
): Result.Result<WindTunnel, InvalidScenario> => {
  const { system, workload, properties } = options
  const turbulence = options.turbulence ?? Turbulence.swarm()
  const limits: Limits = { ...limitsDefault, ...options.limits }
  const runs = options.runs ?? runsDefault
  const horizonMicros =
    options.horizon === undefined ? horizonMicrosDefault : Micros.fromDuration(options.horizon)
  const problems = [
    ...nameProblems(name),
    ...workload.problems,
    ...targetProblems(system, workload),
    ...Turbulence.problems(turbulence),
    ...turbulence.spared
      .filter((name) => !system.nodes.some((node) => node.name === name))
      .map((name) => `turbulence: spare names ${JSON.stringify(name)}, which is no node`),
    ...countProblems("runs", runs, runsMax),
    ...PropertyProblem.problems(properties).map(PropertyProblem.problemText),
    ...countProblems("limits.stepsMax", limits.stepsMax, limitMax),
    ...countProblems("limits.stepsPerInstantMax", limits.stepsPerInstantMax, limitMax),
    ...countProblems("limits.operationsPerTaskMax", limits.operationsPerTaskMax, limitMax)
  ]
  const liveness = Liveness.declare(system, workload, options.liveness, problems)
  if (
    horizonMicros === undefined ||
    !(horizonMicros >= 1_000 && horizonMicros <= horizonMicrosMax)
  ) {
    const text = Micros.inputText(options.horizon ?? 0)
    problems.push(`horizon is ${text}; allowed are 1 millisecond to 30 days`)
  } else if (workload.overMicros > horizonMicros) {
    problems.push("the workload begins operations after the horizon: raise it or lower `over`")
  }
  if (problems.length > 0 || horizonMicros === undefined) {
    return Result.fail(new InvalidScenario({ scenario: name, problems }))
  }
  return Result.succeed({
    kind: "wind-tunnel",
    name,
    system,
    workload,
    turbulence,
    horizonMicros,
    runs,
    properties,
    limits,
    cooldownMicros: cooldownMicrosDefault,
    lastingFaults: "awaited",
    checkEveryMicros: undefined,
    liveness,
    source
  })
}

const countProblems = (what: string, value: number, maximum: number): ReadonlyArray<string> =>
  Number.isInteger(value) && value >= 1 && value <= maximum
    ? []
    : [`${what} is ${value}; allowed are 1 to ${maximum}`]

/** Ids, paths and terminals need a name with a letter or digit and without control characters. */
export const nameProblems = (name: string): ReadonlyArray<string> => {
  if (name.trim() === "") return ["the scenario has no name"]
  const problems: Array<string> = []
  if (name.length > nameLengthMax) {
    problems.push(`the name has ${name.length} characters; allowed are ${nameLengthMax}`)
  }
  if (!/[A-Za-z0-9]/.test(name)) problems.push("the name has no letter from a to z and no digit")
  if (/\p{Cc}/u.test(name)) problems.push("the name has control characters")
  return problems
}

/** What operations call and the system does not have. */
const targetProblems = (system: System, workload: Workload): ReadonlyArray<string> => {
  const problems: Array<string> = []
  for (const { operation } of workload.choices) {
    const { contract, procedure } = operation
    const name = contract.contractName
    const provided = system.services.find((service) => service.provides?.contractName === name)
    if (provided === undefined) {
      problems.push(`an operation calls ${name}, which the system does not have`)
    } else if (provided.provides !== contract) {
      problems.push(`an operation calls another class ${name} than the one the system has`)
    } else if (!contract.requests.has(procedure)) {
      problems.push(`an operation calls ${name}.${procedure}; ${name} has no such procedure`)
    }
  }
  return [...new Set(problems)]
}
