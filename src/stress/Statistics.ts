/**
 * What counts of passes and fails say: intervals for a share, and whether two shares differ.
 *
 * Owns exact inference for counts. Numerical functions are in `Beta.ts`; the staircase has its own
 * estimator in `DixonMood.ts`, the sequential test its own in `SequentialTest.ts`.
 */
import * as Beta from "./Beta.ts"

/** A range of numbers, both ends included. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Probes at one load: how many there were, and how many of them passed. */
export interface Share {
  readonly load: number
  readonly passes: number
  readonly trials: number
}

/** The confidence of every interval that is not asked for with another. */
export const confidenceDefault = 0.95

/**
 * The exact two-sided interval for a probability of which `passes` of `trials` are known
 * (Clopper and Pearson 1934). It covers the truth at least as often as its confidence says.
 */
export const clopperPearson = (
  passes: number,
  trials: number,
  confidence: number = confidenceDefault
): Interval => {
  const tail = (1 - confidence) / 2
  return {
    low: passes === 0 ? 0 : Beta.quantile(tail, passes, trials - passes + 1),
    high: passes === trials ? 1 : Beta.quantile(1 - tail, passes + 1, trials - passes)
  }
}

const logChoose = (n: number, k: number): number =>
  Beta.logGamma(n + 1) - Beta.logGamma(k + 1) - Beta.logGamma(n - k + 1)

/**
 * How likely passes at `higher` are at least that many more than at `lower`, were both equally
 * likely to pass (Fisher's exact test, one-sided). Small means that higher really passes more.
 */
export const fisher = (
  lower: Pick<Share, "passes" | "trials">,
  higher: Pick<Share, "passes" | "trials">
): number => {
  const passes = lower.passes + higher.passes
  const trials = lower.trials + higher.trials
  const all = logChoose(trials, passes)
  let probability = 0
  for (let count = higher.passes; count <= Math.min(passes, higher.trials); count++) {
    if (passes - count > lower.trials) continue
    probability += Math.exp(
      logChoose(higher.trials, count) + logChoose(lower.trials, passes - count) - all
    )
  }
  return Math.min(1, probability)
}

/** The normal distribution function, within 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
export const normal = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.327_591_1 * x)
  const series =
    0.254_829_592 +
    t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429)))
  const tail = (t * series * Math.exp(-x * x)) / 2
  return z > 0 ? 1 - tail : tail
}
