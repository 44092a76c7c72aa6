/**
 * Breaking points: one axis is driven until the system breaks. How far does it go, what breaks
 * first, and what is left when the load goes?
 *
 * Owns the declaration and all checks on it. It is data: the search asks for probes, and Measure
 * makes a report of what they come to.
 */
import { Result } from "effect"
import { declaredAt } from "../flight/Declared.ts"
import * as WindTunnel from "../flight/WindTunnel.ts"
import * as Axis from "./Axis.ts"
import * as DrivenAxis from "./DrivenAxis.ts"
import * as Level from "./Level.ts"
import * as SearchOptions from "./Options.ts"
import * as Stressed from "./Stressed.ts"
import type * as Trial from "./Trial.ts"
import type * as Trigger from "./Trigger.ts"

/** A checked breaking point. */
export interface BreakingPoint extends Stressed.Stressed {
  readonly kind: "breaking-point"
  /** The name of the system at the lowest load. */
  readonly system: string
  readonly axis: DrivenAxis.DrivenAxis
  readonly target: SearchOptions.Target | undefined
  readonly precision: number | undefined
  readonly limits: Partial<SearchOptions.Limits>
}

/** The declaration of a breaking point. */
export interface Options<Provided, Target> {
  /** What is driven. Any parameter of the trial can be one. */
  readonly axis: DrivenAxis.Options
  /** What is flown at a point of the axis. The same point must always give the same trial. */
  readonly at: (x: number) => Trial.Options<Provided, Target>
  /** What it owes its users; goodput of 99 % is added where nothing is said of errors. */
  readonly levels: ReadonlyArray<Level.Level>
  /** The load it is meant to carry: below it the scenario is violated. Default: none. */
  readonly target?: SearchOptions.Target
  /** What is expected to break first; the report says whether it was right. */
  readonly prediction?: Stressed.Prediction
  /** Short troubles after which it must recover by itself, see `Trigger`. Default: none. */
  readonly triggers?: ReadonlyArray<Trigger.Trigger>
  /** Half the width of the interval, as a share of the load. Default 3.5 %. */
  readonly precision?: number
  /** Bounds of the search, in probes. Defaults: see `efforts` of the search. */
  readonly limits?: Partial<SearchOptions.Limits>
}

/**
 * Declares a breaking point; exported from a file in `simulations/`. All that is wrong with it, at
 * either end of the axis, is thrown as one `InvalidScenario`.
 *
 * @example
 * export const requestRate = BreakingPoint.make("request rate", {
 *   axis: { unit: "requests/s", min: 10, max: 1_000 },
 *   at: (rate) => ({
 *     system: checkout,
 *     load: Load.make({ operation: buy, arrivals: Arrivals.poisson(rate) })
 *   }),
 *   levels: [Level.latency({ percentile: 99, atMost: "250 millis" })],
 *   target: { limit: 60 }
 * })
 */
export const make = <Provided, Target>(
  name: string,
  options: Options<Provided, Target>
): BreakingPoint => Result.getOrThrow(declare(name, options, declaredAt(make)))

/** Checks one made from dynamic data: a breaking point, or the list of all that is wrong. */
export const check = (
  name: string,
  options: Omit<Options<unknown, unknown>, "at"> & {
    readonly at: (x: number) => Trial.AnyOptions
  }
): Result.Result<BreakingPoint, WindTunnel.InvalidScenario> =>
  declare(name, options, declaredAt(check))

/** What the search for it is given. */
export const searchOptions = (
  { axis, limits, precision, target }: BreakingPoint,
  budget: SearchOptions.Budget
): SearchOptions.Options => ({
  axis,
  start: axis.start,
  budget,
  limits,
  ...(target === undefined ? {} : { target }),
  ...(precision === undefined ? {} : { precision })
})

const declare = (
  name: string,
  options: Omit<Options<unknown, unknown>, "at"> & {
    readonly at: (x: number) => Trial.AnyOptions
  },
  source: string | undefined
): Result.Result<BreakingPoint, WindTunnel.InvalidScenario> => {
  const { at, limits = {}, precision, prediction, target, triggers = [] } = options
  const axis = DrivenAxis.resolve(options.axis)
  const shared: Stressed.Stressed = {
    name,
    levels: Level.withDefault(options.levels),
    triggers,
    prediction,
    source,
    trialAt: Stressed.trialOf(name, source, triggers, (x) => at(x))
  }
  const point: Omit<BreakingPoint, "system"> = {
    ...shared,
    kind: "breaking-point",
    axis,
    target,
    precision,
    limits
  }
  const problems = [
    ...WindTunnel.nameProblems(name),
    ...SearchOptions.problems(searchOptions({ ...point, system: "" }, "default")),
    ...Stressed.problems(shared)
  ]
  // Without an axis there is nowhere to look.
  const hasAxis = Axis.problems(axis).length === 0
  const ends = hasAxis ? [axis.min, axis.max].map((x) => shared.trialAt(x, 0)) : []
  for (const end of ends) {
    if (Result.isFailure(end)) problems.push(...end.failure.problems)
    else problems.push(...Stressed.trialProblems(end.success, shared))
  }
  const [lowest] = ends
  if (problems.length > 0 || lowest === undefined || Result.isFailure(lowest)) {
    const distinct = [...new Set(problems)]
    return Result.fail(new WindTunnel.InvalidScenario({ scenario: name, problems: distinct }))
  }
  return Result.succeed({ ...point, system: lowest.success.tunnel.system.name })
}
