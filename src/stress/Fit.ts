/**
 * How wide the cliff is: the spread that explains all probes best, given the middle.
 *
 * Owns the fit, by maximum likelihood on a fixed grid of spreads. A staircase says well where the
 * middle is, but its own estimate of the spread is about half the truth after 30 probes, since it
 * hardly leaves the middle. Probes farther off, those of the bracket and of the tests below it, say
 * more about the spread.
 */
import * as Statistics from "./Statistics.ts"

/** A probe at a place of the grid, or several at once. */
export interface Placed {
  readonly place: number
  readonly passes: number
  readonly trials: number
}

/** One probe of so many goes the other way for reasons of its own, however far from the middle. */
const lapse = 0.002
/** Spreads that are tried lie so far apart. */
const ratio = 1.1
/** The widest spread that is tried is so many times the narrowest. */
const widest = 200

const likelihood = (placed: ReadonlyArray<Placed>, middle: number, spread: number): number => {
  let sum = 0
  for (const { passes, place, trials } of placed) {
    const normal = Statistics.normal((middle - place) / spread)
    const probability = lapse + (1 - 2 * lapse) * normal
    sum += passes * Math.log(probability) + (trials - passes) * Math.log(1 - probability)
  }
  return sum
}

/** The likeliest spread from `narrowest` up; the narrowest of equals. */
export const spread = (
  placed: ReadonlyArray<Placed>,
  middle: number,
  narrowest: number
): number => {
  let best = narrowest
  let most = -Infinity
  for (let tried = narrowest; tried <= narrowest * widest; tried *= ratio) {
    const sum = likelihood(placed, middle, tried)
    if (sum > most) {
      most = sum
      best = tried
    }
  }
  return best
}
