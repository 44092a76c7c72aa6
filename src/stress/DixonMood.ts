/**
 * The estimator for a staircase: one probe after another, one step up after each pass and one step
 * down after each fail.
 *
 * Owns the formulas of Dixon and Mood, "A method for obtaining and analyzing sensitivity data",
 * Journal of the American Statistical Association 43 (1948). It knows levels, not loads: how far
 * they are apart, and on which scale, is the staircase's. It assumes that the load which a system
 * just carries is normal on that scale.
 */
import * as Beta from "./Beta.ts"
import { confidenceDefault, type Interval } from "./Statistics.ts"

/** One probe of a staircase; levels are whole numbers, evenly spaced. */
export interface Trial {
  readonly level: number
  readonly passed: boolean
}

/** Where half of all probes pass, in levels. */
export interface Estimate {
  readonly middle: number
  /** The standard deviation of the load that is just carried. */
  readonly spread: number
  /** The standard deviation of `middle`. */
  readonly error: number
  /** How many of the rarer outcome there were: what the estimate rests on. */
  readonly count: number
}

/** Below this the spread cannot be told from the steps; then 0.53 of a step is taken for it. */
const dispersionMin = 0.3
const spreadOfNarrow = 0.53
/** Of fewer there is no mean that is worth the name. */
const countMin = 2

const errorOf = (spread: number, count: number): number => (6 * spread + 1) / (7 * Math.sqrt(count))

/**
 * Estimates from the rarer of both outcomes; `undefined` as long as there are fewer than two of
 * each. The factor of the error is the usual
 * approximation, `(6 s + d) / 7 s`, of the curve in the paper.
 */
export const estimate = (trials: ReadonlyArray<Trial>): Estimate | undefined => {
  const passes = trials.filter(({ passed }) => passed)
  const fails = trials.filter(({ passed }) => !passed)
  const isOfPasses = passes.length <= fails.length
  const rarer = isOfPasses ? passes : fails
  const count = rarer.length
  if (count < countMin) return undefined
  const mean = rarer.reduce((sum, { level }) => sum + level, 0) / count
  const dispersion = rarer.reduce((sum, { level }) => sum + (level - mean) ** 2, 0) / count
  const spread = dispersion > dispersionMin ? 1.62 * (dispersion + 0.029) : spreadOfNarrow
  return {
    middle: mean + (isOfPasses ? 0.5 : -0.5),
    spread,
    error: errorOf(spread, count),
    count
  }
}

/**
 * The interval of the middle, in levels. The staircase's own `spread` is about half the truth after
 * 30 probes, since it hardly leaves the middle: whoever knows more of it says so. A staircase does
 * not see between its levels, so the interval reaches half a step to either side at least.
 */
export const interval = (
  { count, middle }: Estimate,
  spread: number,
  confidence: number = confidenceDefault
): Interval => {
  const quantile = Beta.studentQuantile(confidence, count - 1)
  const half = Math.max(0.5, quantile * errorOf(spread, count))
  return { low: middle - half, high: middle + half }
}
