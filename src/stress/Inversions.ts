/**
 * Whether passing gets rarer as the load grows, as far as the probes can tell.
 *
 * Owns the check. Isotonic regression (pool adjacent violators: Ayer and others 1955) finds the
 * runs of loads that are out of order. In such a run an inversion is *clear* when its upper loads
 * pass so much more often than its lower ones that chance explains it once in a thousand times at
 * most. Loads are pooled, since a few probes at each of them prove little.
 */
import * as Statistics from "./Statistics.ts"

/** An inversion is clear when chance alone would show it as seldom as this. */
export const chanceMax = 0.001

/** From so many clear inversions on there is no such thing as *the* breaking point. */
export const inversionsMax = 2

type Run = ReadonlyArray<Statistics.Share>

const pooled = (run: Run): Statistics.Share =>
  run.reduce(
    (sum, { load, passes, trials }) => ({
      load,
      passes: sum.passes + passes,
      trials: sum.trials + trials
    }),
    { load: 0, passes: 0, trials: 0 }
  )

/** Whether the shares of `higher` are above those of `lower`, as whole numbers can tell. */
const isOutOfOrder = (lower: Run, higher: Run): boolean => {
  const [below, above] = [pooled(lower), pooled(higher)]
  return above.passes * below.trials > below.passes * above.trials
}

/** The runs that have to be pooled for shares to fall from run to run. */
const runs = (shares: Run): ReadonlyArray<Run> => {
  const made: Array<Run> = []
  for (const share of shares) {
    let run: Run = [share]
    for (
      let last = made.at(-1);
      last !== undefined && isOutOfOrder(last, run);
      last = made.at(-1)
    ) {
      run = [...last, ...run]
      made.pop()
    }
    made.push(run)
  }
  return made
}

const isClear = (run: Run): boolean =>
  run.some(
    (_, cut) =>
      cut > 0 && Statistics.fisher(pooled(run.slice(0, cut)), pooled(run.slice(cut))) <= chanceMax
  )

const isMonotone = (shares: Run): boolean => !runs(shares).some(isClear)

/**
 * How many loads have to be left out until no clear inversion remains, counted up to two. Shares
 * must be sorted by load.
 */
export const count = (shares: ReadonlyArray<Statistics.Share>): number => {
  if (isMonotone(shares)) return 0
  return shares.some((_, index) => isMonotone(shares.toSpliced(index, 1))) ? 1 : inversionsMax
}
