/**
 * Measures things that are to be compared: in turns, several rounds, medians.
 *
 * What is measured counts processor time of this process, not wall time, because other work on the
 * machine must not decide who is faster. Threads of the garbage collector count as well.
 */

/** Does some work and tells how much it was. */
export type Work = () => number | Promise<number>

/** The value in the middle of a list that is not empty. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The value that 95 of 100 do not exceed. */
export const percentile95 = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN
}

/** Units of work a second, once. */
const rateOf = async (work: Work): Promise<number> => {
  const before = process.cpuUsage()
  const units = await work()
  const { system, user } = process.cpuUsage(before)
  return (units * 1e6) / (system + user)
}

/** Runs each once to warm up, then all in turns, and gives the median rate of each. */
export const interleave = async <Name extends string>(
  works: Readonly<Record<Name, Work>>,
  rounds: number
): Promise<Readonly<Record<Name, number>>> => {
  const all = new Map<string, Array<number>>()
  for (const work of Object.values<Work>(works)) await work()
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries<Work>(works)) {
      const rates = all.get(name) ?? []
      rates.push(await rateOf(work))
      all.set(name, rates)
    }
  }
  const medians = [...all].map(([name, rates]) => [name, median(rates)])
  // One median for each key of `works`, which is all that the type says.
  return Object.fromEntries(medians) as Record<Name, number>
}

/** Wall time in milliseconds of each of several repetitions. */
export const millisOf = async (
  times: number,
  work: () => unknown
): Promise<ReadonlyArray<number>> => {
  const millis: Array<number> = []
  for (let time = 0; time < times; time++) {
    const before = performance.now()
    await work()
    millis.push(performance.now() - before)
  }
  return millis
}
