/**
 * What a search for a breaking point is given, and what is assumed for what is left out.
 *
 * Owns the defaults and the check. The values were tuned on systems with known answers; how well
 * they do is written down, and held, in `test/stress/Accuracy.test.ts` and `Crossing.test.ts`.
 */
import * as Axis from "./Axis.ts"
import * as SequentialTest from "./SequentialTest.ts"

/** The load that a system is meant to carry. */
export interface Target {
  /** The highest load it is meant to see: every service level holds here. */
  readonly limit: number
  /** The ultimate load is the limit times this: safety holds here. 1.5 by default. */
  readonly factor?: number
}

/**
 * How much a search may cost. `small` is a quick look of 30 to 40 probes, as in CI: it comes to the
 * same kinds of answers, with wider intervals, and what it demonstrates is weaker.
 */
export type Budget = "small" | "default"

/** Bounds of a search, each counted in probes whose answers the search uses. */
export interface Limits {
  /** All probes. Used up before there is an answer: inconclusive. */
  readonly probesMax: number
  /** Probes to locate the middle; then the interval is as wide as it is. */
  readonly locateProbesMax: number
  /** Probes near the crossing, after the middle is located; 0 for none. */
  readonly refineProbesMax: number
  /** Invalid probes at one load without a valid one between them. */
  readonly invalidsAtOnceMax: number
  /** Invalid probes in all. */
  readonly invalidsMax: number
  /** Probes past the middle, looking for rupture. */
  readonly ruptureProbesMax: number
}

/** What is searched, as an author says it. */
export interface Options {
  readonly axis: Axis.Axis
  /** The first load; by default the lowest of the axis. */
  readonly start?: number
  readonly target?: Target
  /** `default` by default. */
  readonly budget?: Budget
  /**
   * How exact the middle and the breaking point should be: half the width of their intervals, as a
   * share of the load (of the axis, on a linear scale). Smaller costs more probes, by the square.
   */
  readonly precision?: number
  readonly limits?: Partial<Limits>
}

/** The ultimate load is this many times the limit load: the factor of safety of aircraft. */
export const factorDefault = 1.5
/** A staircase turns round so often before it is believed. */
export const reversalsMin = 6
/** A bracket grows by this, and so does the way to rupture. */
const growth = 1.5
/** Smallest step of a staircase: breaking points sharper than this are not told apart. */
const spacingMin = 0.0125
/** On a linear scale, the parts of the axis that a bracket strides over one by one. */
const stridesOfAxis = 8

/** What a budget buys. */
export interface Effort {
  readonly limits: Limits
  /** See `Options.precision`. */
  readonly precision: number
  /** How a load is demonstrated. */
  readonly test: SequentialTest.Options
  /** Probes at the ultimate load: one of them failing on safety is enough. */
  readonly ultimateProbes: number
  /** Probes near the crossing, unless values jump: fewer may agree by chance. */
  readonly refineProbesMin: number
  /** First step of a staircase, as a share of the load. */
  readonly spacing: number
}

/** What is assumed for all that a search does not name. */
export const efforts: Readonly<Record<Budget, Effort>> = {
  default: {
    limits: {
      probesMax: 400,
      locateProbesMax: 100,
      refineProbesMax: 48,
      invalidsAtOnceMax: 3,
      invalidsMax: 20,
      ruptureProbesMax: 40
    },
    precision: 0.035,
    test: SequentialTest.optionsDefault,
    ultimateProbes: 20,
    refineProbesMin: 16,
    spacing: 0.05
  },
  small: {
    limits: {
      probesMax: 100,
      locateProbesMax: 12,
      refineProbesMax: 6,
      invalidsAtOnceMax: 3,
      invalidsMax: 20,
      ruptureProbesMax: 4
    },
    precision: 0.1,
    test: SequentialTest.optionsSmall,
    ultimateProbes: 3,
    refineProbesMin: 6,
    spacing: 0.08
  }
}

/** The loads of a target. */
export interface TargetLoads {
  readonly limit: number
  readonly ultimate: number
}

/** Options with nothing left out. Distances are between places. */
export interface Resolved extends Effort {
  readonly axis: Axis.Axis
  readonly grid: Axis.Axis
  readonly start: number
  readonly target: TargetLoads | undefined
  /** Between two probes of a bracket, on the axis. */
  readonly stride: number
}

/** Fills in what is left out. */
export const resolve = (options: Options): Resolved => {
  const { axis, budget = "default", limits, precision, target } = options
  const effort = efforts[budget]
  const stride = axis.scale === "log" ? Math.log(growth) : Axis.span(axis) / stridesOfAxis
  return {
    ...effort,
    axis,
    grid: Axis.grid(axis),
    start: Axis.loadAt(axis, Axis.placeOf(axis, options.start ?? axis.min)),
    target: target && {
      limit: target.limit,
      ultimate: Axis.onStep(axis, target.limit * (target.factor ?? factorDefault))
    },
    stride: axis.scale === "log" ? stride : Axis.distanceAt(axis, stride),
    precision: precision ?? effort.precision,
    limits: { ...effort.limits, ...limits }
  }
}

/** A share of a load, as a distance between places of the grid. */
const distance = ({ axis, grid }: Resolved, share: number, load: number): number => {
  if (axis.scale === "linear") return share * Axis.span(axis)
  return grid.scale === "log" ? Math.log1p(share) : share * load
}

/** Half the width of the interval that is exact enough near a load. */
export const precisionAt = (resolved: Resolved, load: number): number =>
  distance(resolved, resolved.precision, load)

/** The first step of a staircase near a load. */
export const spacingAt = (resolved: Resolved, load: number): number =>
  Axis.distanceAt(resolved.grid, distance(resolved, resolved.spacing, load))

/** The smallest step of a staircase near a load. */
export const spacingMinAt = (resolved: Resolved, load: number): number =>
  Axis.distanceAt(resolved.grid, distance(resolved, spacingMin, load))

const isOn = ({ max, min }: Axis.Axis, load: number): boolean => load >= min && load <= max

/** A search can do without refining, and without nothing else. */
const lowestBound = (name: string): number => (name === "refineProbesMax" ? 0 : 1)

/** What is wrong with options, one sentence each; empty when they can be searched. */
export const problems = ({
  axis,
  budget = "default",
  limits,
  precision = efforts[budget].precision,
  start = axis.min,
  target
}: Options): ReadonlyArray<string> => {
  const { factor = factorDefault, limit = axis.min } = target ?? {}
  const between = `between ${axis.min} and ${axis.max}`
  const bounds = Object.entries({ ...efforts[budget].limits, ...limits })
  return [
    ...Axis.problems(axis),
    ...(isOn(axis, start) ? [] : [`start ${start} must be ${between}`]),
    ...(isOn(axis, limit) ? [] : [`the limit load ${limit} must be ${between}`]),
    ...(Axis.onStep(axis, limit) === limit
      ? []
      : [`the limit load ${limit} must be ${axis.min} plus a multiple of ${axis.step}`]),
    ...(factor >= 1 ? [] : [`the factor ${factor} must be at least 1`]),
    ...(target === undefined || isOn(axis, limit * factor)
      ? []
      : [`the ultimate load ${limit * factor} must be ${between}: move max, or lower the factor`]),
    ...(precision > 0 && precision < 1 ? [] : [`precision ${precision} must be between 0 and 1`]),
    ...bounds
      .filter(([name, bound]) => !Number.isSafeInteger(bound) || bound < lowestBound(name))
      .map(
        ([name, bound]) =>
          `${name} ${bound} must be a whole number ${lowestBound(name) === 0 ? "from 0 up" : "above 0"}`
      )
  ]
}
