/**
 * What a search for a breaking point is given, and what is assumed for what is left out.
 *
 * Owns the defaults and the check. The values were tuned on systems with known answers; how well
 * they do is written down, and held, in `test/stress/Accuracy.test.ts`.
 */
import * as Axis from "./Axis.ts"

/** The load that a system is meant to carry. */
export interface Target {
  /** The highest load it is meant to see: every service level holds here. */
  readonly limit: number
  /** The ultimate load is the limit times this: safety holds here. 1.5 by default. */
  readonly factor?: number
}

/** Bounds of a search, each counted in probes whose answers the search uses. */
export interface Limits {
  /** All probes. Used up before there is an answer: inconclusive. */
  readonly probesMax: number
  /** Probes to locate the middle; then the interval is as wide as it is. */
  readonly locateProbesMax: number
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
  /**
   * How exact the middle should be: half the width of its interval, as a share of the load (of the
   * axis, on a linear scale). Smaller costs more probes, by the square.
   */
  readonly precision?: number
  readonly limits?: Partial<Limits>
}

/** The bounds of a search that names none. */
export const limitsDefault: Limits = {
  probesMax: 400,
  locateProbesMax: 100,
  invalidsAtOnceMax: 3,
  invalidsMax: 20,
  ruptureProbesMax: 40
}

/** The ultimate load is this many times the limit load: the factor of safety of aircraft. */
export const factorDefault = 1.5
/** Half the width of the middle's interval that ends the search for it. */
export const precisionDefault = 0.035
/** Probes at the ultimate load: one of them failing on safety is enough. */
export const ultimateProbes = 20
/** A staircase turns round so often before it is believed. */
export const reversalsMin = 6
/** A bracket grows by this, and so does the way to rupture. */
const growth = 1.5
/** First step of a staircase, as a share of the load. */
const spacing = 0.05
/** Smallest step of a staircase: breaking points sharper than this are not told apart. */
const spacingMin = 0.0125
/** On a linear scale, the parts of the axis that a bracket strides over one by one. */
const stridesOfAxis = 8

/** The loads of a target. */
export interface TargetLoads {
  readonly limit: number
  readonly ultimate: number
}

/** Options with nothing left out. Distances are between places. */
export interface Resolved {
  readonly axis: Axis.Axis
  readonly grid: Axis.Axis
  readonly start: number
  readonly target: TargetLoads | undefined
  /** Between two probes of a bracket, on the axis. */
  readonly stride: number
  readonly precision: number
  readonly limits: Limits
}

/** Fills in what is left out. */
export const resolve = (options: Options): Resolved => {
  const { axis, limits, precision = precisionDefault, target } = options
  const stride = axis.scale === "log" ? Math.log(growth) : Axis.span(axis) / stridesOfAxis
  return {
    axis,
    grid: Axis.grid(axis),
    start: Axis.loadAt(axis, Axis.placeOf(axis, options.start ?? axis.min)),
    target: target && {
      limit: target.limit,
      ultimate: Axis.onStep(axis, target.limit * (target.factor ?? factorDefault))
    },
    stride: axis.scale === "log" ? stride : Axis.distanceAt(axis, stride),
    precision,
    limits: { ...limitsDefault, ...limits }
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
  Axis.distanceAt(resolved.grid, distance(resolved, spacing, load))

/** The smallest step of a staircase near a load. */
export const spacingMinAt = (resolved: Resolved, load: number): number =>
  Axis.distanceAt(resolved.grid, distance(resolved, spacingMin, load))

const isOn = ({ max, min }: Axis.Axis, load: number): boolean => load >= min && load <= max

/** What is wrong with options, one sentence each; empty when they can be searched. */
export const problems = ({
  axis,
  limits,
  precision = precisionDefault,
  start = axis.min,
  target
}: Options): ReadonlyArray<string> => {
  const { factor = factorDefault, limit = axis.min } = target ?? {}
  const between = `between ${axis.min} and ${axis.max}`
  const bounds = Object.entries({ ...limitsDefault, ...limits })
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
      .filter(([, bound]) => !Number.isSafeInteger(bound) || bound < 1)
      .map(([name, bound]) => `${name} ${bound} must be a whole number above 0`)
  ]
}
