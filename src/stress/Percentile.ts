/**
 * Exact percentiles of a list.
 *
 * Owns the definition: the nearest rank, that is, the smallest value that at least so many percent
 * of all values do not exceed. It is always one of the values, and nothing is interpolated.
 */

/** Percentiles of one list, which is sorted once. */
export interface Percentiles {
  readonly count: number
  /** The value at a percentile from 0 to 100; `undefined` for an empty list. */
  readonly at: (percent: number) => number | undefined
  /** The share of values up to and including this one, from 0 to 1; 0 for an empty list. */
  readonly shareUpTo: (value: number) => number
}

/**
 * `percent` of `count` as a rank from 1, without the error of a product of floats: 1.1 % of 3,000
 * is the 33rd value, though `1.1 * 3000 / 100` is a little more than 33.
 */
const rankOf = (percent: number, count: number): number => {
  const rank = (percent * count) / 100
  const nearest = Math.round(rank)
  const isWhole = Math.abs(rank - nearest) <= 1e-9 * Math.max(1, nearest)
  return Math.min(count, Math.max(1, isWhole ? nearest : Math.ceil(rank)))
}

/** Sorts a copy of the values. They must not contain NaN. */
export const make = (values: ReadonlyArray<number>): Percentiles => {
  const sorted = Float64Array.from(values).sort()
  return {
    count: sorted.length,
    at: (percent) => sorted[rankOf(percent, sorted.length) - 1],
    shareUpTo: (value) => {
      let low = 0
      let high = sorted.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((sorted[middle] ?? Infinity) <= value) low = middle + 1
        else high = middle
      }
      return sorted.length === 0 ? 0 : low / sorted.length
    }
  }
}

/** One percentile of a list; for several of the same list use `make`. */
export const of = (values: ReadonlyArray<number>, percent: number): number | undefined =>
  make(values).at(percent)
