/**
 * The incomplete beta function, its inverse, and the quantiles that come from it.
 *
 * Owns the numerical part: what is counted and what a number means is `Statistics.ts`. Everything
 * is plain arithmetic in a fixed order, so the same arguments give the same bits.
 */

const fractionStepsMax = 1_000
const bisectionsMax = 200
const tiny = 1e-300

const lanczos = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12,
  9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7
]

/** The natural logarithm of the gamma function for `x` ≥ 0.5 (Lanczos 1964, g = 7). */
export const logGamma = (x: number): number => {
  const shifted = x - 1
  const series = lanczos.reduce((sum, term, index) =>
    index === 0 ? term : sum + term / (shifted + index)
  )
  const base = shifted + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series)
}

const awayFromZero = (x: number): number => (Math.abs(x) < tiny ? tiny : x)

/** The continued fraction of the incomplete beta function, by Lentz's method. */
const fraction = (x: number, a: number, b: number): number => {
  let upper = 1
  let lower = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let value = lower
  for (let step = 1; step <= fractionStepsMax; step++) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step))
    lower = 1 / awayFromZero(1 + even * lower)
    upper = awayFromZero(1 + even / upper)
    value *= lower * upper
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1))
    lower = 1 / awayFromZero(1 + odd * lower)
    upper = awayFromZero(1 + odd / upper)
    const change = lower * upper
    value *= change
    if (Math.abs(change - 1) < 1e-15) break
  }
  return value
}

/** The regularised incomplete beta function `I_x(a, b)`, for `a` and `b` ≥ 0.5. */
export const regularized = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  )
  // The fraction is quick on the near side of the mean; the far side is its mirror image.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b
}

/** The `x` with `I_x(a, b) = probability`, by bisection to the last bit that can be told. */
export const quantile = (probability: number, a: number, b: number): number => {
  let low = 0
  let high = 1
  for (let step = 0; step < bisectionsMax; step++) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) break
    if (regularized(middle, a, b) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The quantile of Student's t for a two-sided confidence, e.g. 2.262 for 95 % and 9 degrees. */
export const studentQuantile = (confidence: number, degrees: number): number => {
  const x = quantile(1 - confidence, degrees / 2, 0.5)
  return Math.sqrt((degrees * (1 - x)) / x)
}
