/**
 * Envelopes: two axes, and the frontier up to which a system carries both at once. One axis is
 * searched along for each of a few values of the other.
 *
 * Owns the declaration and all checks on it.
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

/** The axis that is not searched along: a search is made at each of its values. */
export interface Across {
  readonly unit: string
  /** Ascending, 2 to `valuesMax`. */
  readonly values: ReadonlyArray<number>
}

/** The load that is meant to be carried at one value of the other axis. */
export interface Target extends SearchOptions.Target {
  readonly at: number
}

/** A checked envelope. */
export interface Envelope extends Stressed.Stressed {
  readonly kind: "envelope"
  /** The name of the system at the lowest point. */
  readonly system: string
  readonly x: DrivenAxis.DrivenAxis
  readonly y: Across
  readonly targets: ReadonlyArray<Target>
  readonly precision: number | undefined
  readonly limits: Partial<SearchOptions.Limits>
}

/** The declaration of an envelope. */
export interface Options<Provided, Target_> {
  /** What is searched along. */
  readonly x: DrivenAxis.Options
  readonly y: Across
  /** What is flown at a point. The same point must always give the same trial. */
  readonly at: (x: number, y: number) => Trial.Options<Provided, Target_>
  /** What it owes its users; goodput of 99 % is added where nothing is said of errors. */
  readonly levels: ReadonlyArray<Level.Level>
  /** What it is meant to carry, at some of the values of y. Default: nothing. */
  readonly targets?: ReadonlyArray<Target>
  /** What is expected to break first at the lowest y. */
  readonly prediction?: Stressed.Prediction
  /** Half the width of the intervals, as a share of the load. Default 7 %. */
  readonly precision?: number
  /** Bounds of each search, in probes. Defaults: see `limitsDefault`. */
  readonly limits?: Partial<SearchOptions.Limits>
}

/** The most values of the second axis. */
export const valuesMax = 20

/**
 * Declares an envelope; exported from a file in `simulations/`. All that is wrong with it is thrown
 * as one `InvalidScenario`.
 *
 * @example
 * export const byReplicasDown = Envelope.make("write rate by replicas down", {
 *   x: { unit: "writes/s", min: 10, max: 1_000 },
 *   y: { unit: "replicas down", values: [0, 1, 2] },
 *   at: (rate, down) => ({ system, load: load(rate), faults: crashed(down) }),
 *   levels: [Level.latency({ percentile: 99, atMost: "250 millis" })]
 * })
 */
export const make = <Provided, Target_>(
  name: string,
  options: Options<Provided, Target_>
): Envelope => Result.getOrThrow(declare(name, options, declaredAt(make)))

type Dynamic = Omit<Options<unknown, unknown>, "at"> & {
  readonly at: (x: number, y: number) => Trial.AnyOptions
}

/** Checks one made from dynamic data: an envelope, or the list of all that is wrong. */
export const check = (
  name: string,
  options: Dynamic
): Result.Result<Envelope, WindTunnel.InvalidScenario> => declare(name, options, declaredAt(check))

/**
 * The precision of an envelope that names none: half of what a breaking point has. There is a
 * search for each y, and the shape of the frontier is what is asked for.
 */
export const precisionDefault = 0.07

/** Bounds of each of its searches that are tighter than those of a breaking point, in probes. */
export const limitsDefault: Partial<SearchOptions.Limits> = {
  locateProbesMax: 40,
  refineProbesMax: 16,
  ruptureProbesMax: 8
}

/** What the search at each y is given; targets apart. */
export const searchOptions = (
  { limits, precision, x }: Envelope,
  budget: SearchOptions.Budget
): SearchOptions.Options => ({
  axis: x,
  start: x.start,
  budget,
  // The small budget is tighter still.
  limits: budget === "small" ? limits : { ...limitsDefault, ...limits },
  ...(precision === undefined && budget === "small"
    ? {}
    : { precision: precision ?? precisionDefault })
})

const acrossProblems = ({ values }: Across): ReadonlyArray<string> => [
  ...(values.length >= 2 && values.length <= valuesMax
    ? []
    : [`y has ${values.length} values; allowed are 2 to ${valuesMax}`]),
  ...(values.every((value, at) => Number.isFinite(value) && value > (values[at - 1] ?? -Infinity))
    ? []
    : ["the values of y must be finite and ascending"])
]

const targetProblems = (envelope: Envelope): ReadonlyArray<string> =>
  envelope.targets.flatMap(({ at, ...target }) => [
    ...(envelope.y.values.includes(at) ? [] : [`a target is at ${at}, which is no value of y`]),
    ...SearchOptions.problems({ ...searchOptions(envelope, "default"), target })
  ])

const declare = (
  name: string,
  options: Dynamic,
  source: string | undefined
): Result.Result<Envelope, WindTunnel.InvalidScenario> => {
  const { at, limits = {}, precision, prediction, targets = [], y } = options
  const x = DrivenAxis.resolve(options.x)
  const shared: Stressed.Stressed = {
    name,
    levels: Level.withDefault(options.levels),
    triggers: [],
    prediction,
    source,
    trialAt: Stressed.trialOf(name, source, [], at)
  }
  const envelope: Envelope = {
    ...shared,
    kind: "envelope",
    system: "",
    x,
    y,
    targets,
    precision,
    limits
  }
  const problems = [
    ...WindTunnel.nameProblems(name),
    ...Axis.problems(x),
    ...acrossProblems(y),
    ...SearchOptions.problems(searchOptions(envelope, "default")),
    ...targetProblems(envelope),
    ...Stressed.problems(shared)
  ]
  // Without axes there is nowhere to look.
  const hasAxes = Axis.problems(x).length === 0 && acrossProblems(y).length === 0
  const corners = hasAxes
    ? y.values.flatMap((value) => [shared.trialAt(x.min, value), shared.trialAt(x.max, value)])
    : []
  for (const corner of corners) {
    if (Result.isFailure(corner)) problems.push(...corner.failure.problems)
    else problems.push(...Stressed.trialProblems(corner.success, shared))
  }
  const [lowest] = corners
  if (problems.length > 0 || lowest === undefined || Result.isFailure(lowest)) {
    const distinct = [...new Set(problems)]
    return Result.fail(new WindTunnel.InvalidScenario({ scenario: name, problems: distinct }))
  }
  return Result.succeed({ ...envelope, system: lowest.success.tunnel.system.name })
}
