/** When the requests of a load come: laws over seeds and rates, with one fixed seed for all. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Arrivals from "../../src/stress/Arrivals.ts"
import { hashText, mix } from "../../src/turbulence/Seed.ts"

/** Uniform numbers of a seed, as a load draws them. */
const uniformOf = (seed: number) => (index: number) =>
  ((mix(mix(seed, hashText("arrivals")), index) >>> 0) + 0.5) / 2 ** 32

/** The first arrivals, in seconds. */
const take = (arrivals: Arrivals.Arrivals, count: number, seed = 1): ReadonlyArray<number> => {
  if (arrivals._tag === "users") throw new Error("users arrive when they are answered")
  const next = Arrivals.times(arrivals, uniformOf(seed))
  const taken: Array<number> = []
  for (let time = next(); time !== undefined && taken.length < count; time = next()) {
    taken.push(time / 1_000_000)
  }
  return taken
}

const gapsOf = (times: ReadonlyArray<number>): ReadonlyArray<number> =>
  times.map((time, at) => time - (times[at - 1] ?? 0))

/** How far a sample is from a distribution: the statistic of Kolmogorov and Smirnov. */
const distance = (sample: ReadonlyArray<number>, below: (value: number) => number): number => {
  const sorted = [...sample].sort((one, other) => one - other)
  return Math.max(
    ...sorted.map((value, at) =>
      Math.max(
        Math.abs(below(value) - at / sorted.length),
        Math.abs(below(value) - (at + 1) / sorted.length)
      )
    )
  )
}

/** Beyond this, one sample in ten thousand of a true distribution is. */
const distanceMax = (count: number): number => 2.23 / Math.sqrt(count)

const rates = fc.double({ min: 0.5, max: 5_000, noNaN: true })

describe("arrivals", () => {
  const kinds = (rate: number) => [
    Arrivals.poisson(rate),
    Arrivals.constant(rate),
    Arrivals.bursty(rate, { burst: 5 }),
    Arrivals.trace([0, 3, 3, 10, 40], { rate, repeats: true })
  ]

  it("never go back in time, and never come before the load (kinds, rates, seeds)", () => {
    fc.assert(
      fc.property(rates, fc.nat(), (rate, seed) => {
        for (const arrivals of kinds(rate)) {
          const times = take(arrivals, 200, seed)
          expect(times).toHaveLength(200)
          for (const [at, time] of times.entries()) {
            expect(time).toBeGreaterThanOrEqual(times[at - 1] ?? 0)
          }
        }
      }),
      { numRuns: 30 }
    )
  })

  it("come at the rate that is asked for, but for chance (kinds, rates, seeds)", () => {
    const count = 4_000
    fc.assert(
      fc.property(rates, fc.nat(), (rate, seed) => {
        for (const arrivals of kinds(rate)) {
          const last = take(arrivals, count, seed).at(-1) ?? 0
          // Five standard deviations of so many groups of five, and one group more or less.
          const deviation = 5 / Math.sqrt(count / 5) + 5 / count
          expect(Math.abs((last * rate) / count - 1)).toBeLessThan(deviation)
        }
      }),
      { numRuns: 30 }
    )
  })

  it("are the same for the same seed, and others for another", () => {
    const arrivals = Arrivals.poisson(10)
    expect(take(arrivals, 50, 7)).toEqual(take(arrivals, 50, 7))
    expect(take(arrivals, 50, 7)).not.toEqual(take(arrivals, 50, 8))
  })
})

describe("poisson arrivals", () => {
  it("have exponential gaps that do not depend on each other", () => {
    const count = 5_000
    for (const seed of [1, 2, 3]) {
      const gaps = gapsOf(take(Arrivals.poisson(20), count, seed))
      const isBelow = (gap: number) => 1 - Math.exp(-20 * gap)
      expect(distance(gaps, isBelow)).toBeLessThan(distanceMax(count))
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / count
      const together = gaps.slice(1).reduce((sum, gap, at) => {
        return sum + (gap - mean) * ((gaps[at] ?? 0) - mean)
      }, 0)
      expect(Math.abs(together / count / mean ** 2)).toBeLessThan(5 / Math.sqrt(count))
    }
  })
})

describe("constant arrivals", () => {
  it("come one after each nth part of a second, without drifting off", () => {
    expect(take(Arrivals.constant(4), 5)).toEqual([0.25, 0.5, 0.75, 1, 1.25])
    expect(take(Arrivals.constant(3), 90_000).at(-1)).toBe(30_000)
  })
})

describe("bursty arrivals", () => {
  it("come in groups of so many at once, the groups like poisson arrivals", () => {
    const burst = 8
    const times = take(Arrivals.bursty(80, { burst }), burst * 3_000)
    const groups = times.filter((_, at) => at % burst === 0)
    expect(times).toEqual(groups.flatMap((time) => Array.from({ length: burst }, () => time)))
    const isBelow = (gap: number) => 1 - Math.exp((-80 * gap) / burst)
    expect(distance(gapsOf(groups), isBelow)).toBeLessThan(distanceMax(3_000))
  })

  it("of one are poisson arrivals", () => {
    expect(take(Arrivals.bursty(9, { burst: 1 }), 50)).toEqual(take(Arrivals.poisson(9), 50))
  })
})

describe("a trace", () => {
  it("comes as it was measured, and ends", () => {
    expect(take(Arrivals.trace([0, 250, 250, 1_000]), 10)).toEqual([0, 0.25, 0.25, 1])
  })

  it("is stretched evenly to the rate that is asked for", () => {
    // Three gaps in a second; at six a second it takes half of it.
    expect(take(Arrivals.trace([0, 250, 250, 1_000], { rate: 6 }), 10)).toEqual([
      0, 0.125, 0.125, 0.5
    ])
    expect(take(Arrivals.trace([0, 250, 250, 1_000], { rate: 1.5 }), 10)).toEqual([0, 0.5, 0.5, 2])
  })

  it("repeats one average gap after its end", () => {
    expect(take(Arrivals.trace([0, 100, 300], { repeats: true }), 7)).toEqual([
      0, 0.1, 0.3, 0.45, 0.55, 0.75, 0.9
    ])
    expect(take(Arrivals.trace([100, 200], { repeats: true }), 5)).toEqual([
      0.1, 0.2, 0.5, 0.6, 0.9
    ])
  })

  it("keeps microseconds", () => {
    expect(take(Arrivals.trace([0, 0.0014, 0.0016]), 5)).toEqual([0, 0.000_001, 0.000_002])
  })
})

describe("users", () => {
  it("think not at all, unless told otherwise", () => {
    expect(Arrivals.users(3)).toEqual({ _tag: "users", users: 3, thinkMicros: 0 })
    expect(Arrivals.users(3, { think: "1.5 seconds" })).toMatchObject({ thinkMicros: 1_500_000 })
  })
})

describe("the problems of arrivals", () => {
  it("are none within bounds", () => {
    for (const arrivals of [
      Arrivals.poisson(1e-6),
      Arrivals.constant(Arrivals.rateMax),
      Arrivals.bursty(1, { burst: Arrivals.burstMax }),
      Arrivals.trace([0, 0.001]),
      Arrivals.trace([5, 6], { rate: 1_000, repeats: true }),
      Arrivals.users(Arrivals.usersMax, { think: "1 day" })
    ]) {
      expect(Arrivals.problems(arrivals)).toEqual([])
    }
  })

  it.each([0, -1, Number.NaN, Infinity, Arrivals.rateMax * 2])("name the rate (%s)", (rate) => {
    const problem = `the rate ${rate} must be above 0 and at most 1000000`
    expect(Arrivals.problems(Arrivals.poisson(rate))).toEqual([problem])
    expect(Arrivals.problems(Arrivals.constant(rate))).toEqual([problem])
    expect(Arrivals.problems(Arrivals.bursty(rate, { burst: 0 }))).toEqual([
      problem,
      "the burst is 0; allowed are 1 to 100000"
    ])
  })

  it.each([
    [[], {}, ["the number of requests in the trace is 0; allowed are 2 to 1000000"]],
    [[5], {}, ["the number of requests in the trace is 1; allowed are 2 to 1000000"]],
    [[0, 2, 1], {}, ["the offsets of the trace must be ascending, from 0"]],
    [[-1, 2], {}, ["the offsets of the trace must be ascending, from 0"]],
    [[0, Number.NaN, 3], {}, ["the offsets of the trace must be ascending, from 0"]],
    [[0, 1], { rate: 0 }, ["the rate of the trace must be above 0"]],
    [[0, 1], { rate: -3 }, ["the rate of the trace must be above 0"]],
    [[0, 1], { rate: Number.NaN }, ["the rate of the trace must be above 0"]]
  ])("name what is wrong with a trace (%j, %j)", (offsets, options, problems) => {
    expect(Arrivals.problems(Arrivals.trace(offsets, options))).toEqual(
      expect.arrayContaining(problems)
    )
  })

  it("name a trace that would repeat for ever at one moment, or never", () => {
    for (const offsets of [
      [0, 0],
      [0, 0, 0],
      [0, Infinity]
    ]) {
      expect(Arrivals.problems(Arrivals.trace(offsets, { repeats: true }))).toEqual([
        `the trace ends after ${offsets.at(-1)} microseconds; it must take some time, and end`
      ])
    }
  })

  it("name users and thoughts out of range", () => {
    expect(Arrivals.problems(Arrivals.users(0, { think: "25 hours" }))).toEqual([
      "the number of users is 0; allowed are 1 to 10000",
      "the time to think is 90000000000; allowed are 0 to 86400000000"
    ])
    expect(Arrivals.problems(Arrivals.users(1.5, { think: Number.NaN }))).toEqual([
      "the number of users is 1.5; allowed are 1 to 10000",
      "the time to think is NaN; allowed are 0 to 86400000000"
    ])
  })
})
