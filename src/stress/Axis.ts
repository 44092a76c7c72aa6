/**
 * The axis that is driven until the system breaks: from where to where, and in which steps.
 *
 * Owns the scale and which loads exist on it. A *place* is a point on the scale: the logarithm of
 * the load on a log scale, the load itself on a linear one. Searches walk over places, and ask for
 * loads; more of an axis is always worse for the system.
 */

/** An axis. Rates and sizes are best searched on a log scale: their steps multiply. */
export interface Axis {
  readonly scale: "linear" | "log"
  /** The lowest load there is; above 0 on a log scale. */
  readonly min: number
  /** The highest load there is. No probe is ever asked for beyond it. */
  readonly max: number
  /** Loads are `min` plus a multiple of this: 1 for what is counted (replicas down, clients). */
  readonly step?: number
}

/** Digits of a load without a step: a load of 84.49 is asked for, never one of 84.4917362. */
const digits = 4

/** What is wrong with an axis, one sentence each. */
export const problems = ({ max, min, scale, step }: Axis): ReadonlyArray<string> => [
  ...(Number.isFinite(min) && Number.isFinite(max) ? [] : ["min and max must be finite"]),
  ...(min < max ? [] : [`min ${min} must be less than max ${max}`]),
  ...(scale === "log" && min <= 0 ? [`min ${min} must be above 0 on a log scale`] : []),
  ...(step === undefined || (step > 0 && step <= max - min)
    ? []
    : [`step ${step} must be above 0 and fit between min and max`])
]

/** The place of a load. */
export const placeOf = ({ scale }: Axis, load: number): number =>
  scale === "log" ? Math.log(load) : load

/** The load at a place, as exact as numbers are; for results. */
export const exactLoadAt = ({ scale }: Axis, place: number): number =>
  scale === "log" ? Math.exp(place) : place

/** From the place of the lowest load to that of the highest. */
export const span = (axis: Axis): number => placeOf(axis, axis.max) - placeOf(axis, axis.min)

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))

/** The highest load that is on the axis and on its steps. */
export const highest = ({ max, min, step }: Axis): number =>
  step === undefined ? max : min + Math.floor((max - min) / step + 1e-9) * step

/** The load on a step of the axis that is nearest; the load itself on an axis without a step. */
export const onStep = (axis: Axis, load: number): number => {
  const { min, step } = axis
  if (step === undefined) return load
  return clamp(min + Math.round((load - min) / step) * step, min, highest(axis))
}

/** The load that is asked for at a place: on the axis, on its steps, with few digits. */
export const loadAt = (axis: Axis, place: number): number => {
  const load = exactLoadAt(axis, place)
  const { max, min, step } = axis
  if (step !== undefined) return onStep(axis, load)
  const size = axis.scale === "log" ? load : max - min
  const unit = 10 ** (Math.floor(Math.log10(size)) - digits + 1)
  // Dividing by a whole number gives the nearest float to the decimal; multiplying may not.
  const rounded = unit < 1 ? Math.round(load / unit) / Math.round(1 / unit) : load
  return clamp(unit < 1 ? rounded : Math.round(load / unit) * unit, min, max)
}

/**
 * The axis as a staircase walks it. On an axis with a step that is the grid of its loads, linear:
 * on a log scale small whole numbers would not be evenly spaced.
 */
export const grid = (axis: Axis): Axis =>
  axis.step === undefined ? axis : { ...axis, scale: "linear" }

/** A distance on the grid: a multiple of the step, and at least one. */
export const distanceAt = ({ step }: Axis, distance: number): number =>
  step === undefined ? distance : Math.max(step, Math.round(distance / step) * step)
