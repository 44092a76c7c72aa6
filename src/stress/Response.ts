/**
 * How a service level responds to load: a curve through the values of many probes, and the place
 * where it reaches what is allowed.
 *
 * Owns the fit. Probes are independent; the requests within one are not, and their values are far
 * from normal: most are near nothing, a few are many times what is allowed. So nothing is assumed
 * but the shape of the mean and how the variance grows with it (quasi-likelihood: Wedderburn 1974);
 * how large the variance is, the probes say. Values are in units of what is allowed, so the curve
 * crosses 1. Its logarithm is a straight line; for shares it is that of the odds, as they end at 1.
 */
import * as Beta from "./Beta.ts"
import { confidenceDefault, type Interval } from "./Statistics.ts"

/** The value of one probe, in units of what is allowed. */
export interface Point {
  readonly place: number
  readonly ratio: number
  /** How much it counts, from 0 to 1. */
  readonly weight: number
}

/** Which curve: the share that is allowed, or 0 for what has no upper end. */
export interface Shape {
  readonly shareAllowed: number
}

/** A curve: where it is 1, and how steep its logarithm is there. */
export interface Curve {
  readonly crossing: number
  readonly slope: number
}

/** A curve is searched for between these. */
export interface Bounds {
  readonly crossing: Interval
  readonly slope: Interval
}

const bisectionsMax = 24
const slopeStepsMax = 40
/** Beyond this an exponent says nothing more, and may not be a number. */
const exponentMax = 40

/** The height of a curve. */
export const height = (
  { shareAllowed }: Shape,
  { crossing, slope }: Curve,
  place: number
): number => {
  const exponent = slope * (place - crossing)
  const ratio = Math.exp(Math.max(-exponentMax, Math.min(exponentMax, exponent)))
  return ratio / (1 - shareAllowed + shareAllowed * ratio)
}

/**
 * What a probe pulls the curve by is its distance from it times `pull`. The variance is taken to
 * grow with the height to the power of 1.5: bad requests come in bursts, and so often that the
 * bursts get longer with the load.
 */
const pullOf = ({ shareAllowed }: Shape, height: number): number =>
  (1 - shareAllowed * height) / Math.sqrt(height)

const varianceOf = (height: number): number => height * Math.sqrt(height)

/** The slope that fits best when the crossing is given, by Newton's method kept within bounds. */
const steepest = (
  shape: Shape,
  points: ReadonlyArray<Point>,
  crossing: number,
  { high, low }: Interval
): number => {
  let [from, to] = [low, high]
  let slope = Math.sqrt(low * high)
  for (let step = 0; step < slopeStepsMax; step++) {
    const curve = { crossing, slope }
    let force = 0
    let stiffness = 0
    for (const { place, ratio, weight } of points) {
      const expected = height(shape, curve, place)
      const pull = pullOf(shape, expected) * (place - crossing)
      force += weight * (ratio - expected) * pull
      stiffness += weight * pull * pull * varianceOf(expected)
    }
    if (force > 0) from = slope
    else to = slope
    const newton = slope + force / stiffness
    const next = newton > from && newton < to ? newton : (from + to) / 2
    if (Math.abs(next - slope) <= 1e-6 * slope) return next
    slope = next
  }
  return slope
}

/** How hard the points pull a curve up, and how uncertain that is. */
interface Pull {
  readonly force: number
  /** The variance of `force`, by how far the points really are from the curve. */
  readonly observed: number
  /** The same if the variance of a ratio of 1 were 1. */
  readonly expected: number
  /** How many points of equal influence there would be. */
  readonly count: number
  /** How many of equal influence that had something bad in them. */
  readonly badCount: number
}

/** How many values of equal size there would be, by their sum and the sum of their squares. */
const countOf = (sum: number, squares: number): number => (squares > 0 ? (sum * sum) / squares : 0)

const pullOn = (shape: Shape, points: ReadonlyArray<Point>, curve: Curve): Pull => {
  let [force, observed, expected, squares] = [0, 0, 0, 0]
  let [bad, badSquares] = [0, 0]
  for (const { place, ratio, weight } of points) {
    const mean = height(shape, curve, place)
    const pull = weight * pullOf(shape, mean)
    const distance = ratio - mean
    const part = pull * pull * varianceOf(mean)
    force += pull * distance
    observed += pull * pull * distance * distance
    expected += part
    squares += part * part
    bad += pull * ratio
    badSquares += pull * pull * ratio * ratio
  }
  const count = countOf(expected, squares)
  return { force, observed, expected, count, badCount: countOf(bad, badSquares) }
}

/** Where a condition that holds from some place on begins to hold; `from` may be above `to`. */
const bisected = (from: number, to: number, isBeyond: (place: number) => boolean): number => {
  let [within, beyond] = [from, to]
  for (let step = 0; step < bisectionsMax; step++) {
    const middle = (within + beyond) / 2
    if (isBeyond(middle)) beyond = middle
    else within = middle
  }
  return (within + beyond) / 2
}

/** The best curve; its slope and its crossing are at a bound when there is none between them. */
export const fit = (shape: Shape, points: ReadonlyArray<Point>, bounds: Bounds): Curve => {
  const at = (crossing: number): Curve => ({
    crossing,
    slope: steepest(shape, points, crossing, bounds.slope)
  })
  const { high, low } = bounds.crossing
  return at(bisected(low, high, (place) => pullOn(shape, points, at(place)).force > 0))
}

/** The best crossing of a curve with a slope. */
export const crossingOf = (
  shape: Shape,
  points: ReadonlyArray<Point>,
  slope: number,
  { high, low }: Interval
): number => bisected(low, high, (crossing) => pullOn(shape, points, { crossing, slope }).force > 0)

/**
 * The crossings of curves with a slope that the points do not speak against: all at which they pull
 * less than chance explains (a score test: Rao 1948). Where they speak against none, the bound.
 *
 * How much chance explains is known only as well as there were probes with something bad in them:
 * hence Student's t for so many.
 */
export const intervalOf = (
  shape: Shape,
  points: ReadonlyArray<Point>,
  slope: number,
  within: Interval
): Interval => {
  const best = crossingOf(shape, points, slope, within)
  const { badCount, count, expected, observed } = pullOn(shape, points, { crossing: best, slope })
  // Two numbers were fitted, which takes away from what the distances show.
  const degrees = Math.max(1, Math.floor(count) - 2)
  const dispersion = (observed / expected) * (count / degrees)
  const quantile = Beta.studentQuantile(
    confidenceDefault,
    Math.max(1, Math.min(degrees, Math.floor(badCount)))
  )
  const isRefuted = (crossing: number): boolean => {
    const pull = pullOn(shape, points, { crossing, slope })
    return Math.abs(pull.force) > quantile * Math.sqrt(dispersion * pull.expected)
  }
  return {
    low: bisected(best, within.low, isRefuted),
    high: bisected(best, within.high, isRefuted)
  }
}
