import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Beta from "../../src/stress/Beta.ts"
import * as DixonMood from "../../src/stress/DixonMood.ts"
import * as Fit from "../../src/stress/Fit.ts"
import * as Inversions from "../../src/stress/Inversions.ts"
import * as Percentile from "../../src/stress/Percentile.ts"
import * as SequentialTest from "../../src/stress/SequentialTest.ts"
import * as Statistics from "../../src/stress/Statistics.ts"

const choose = (n: number, k: number): number => {
  let product = 1
  for (let factor = 1; factor <= k; factor++) product = (product * (n - k + factor)) / factor
  return product
}

/** The probability of at least `k` passes of `n`, summed term by term. */
const atLeast = (k: number, n: number, probability: number): number => {
  let sum = 0
  for (let count = k; count <= n; count++) {
    sum += choose(n, count) * probability ** count * (1 - probability) ** (n - count)
  }
  return sum
}

const anyCount = fc
  .integer({ min: 1, max: 60 })
  .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)))

describe("the incomplete beta function", () => {
  it("is the tail of a binomial sum", () => {
    fc.assert(
      fc.property(anyCount, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([k, n], p) => {
        if (k === 0) return
        expect(Beta.regularized(p, k, n - k + 1)).toBeCloseTo(atLeast(k, n, p), 10)
      })
    )
  })

  it.each([
    [1, 12.706],
    [2, 4.303],
    [5, 2.571],
    [9, 2.262],
    [30, 2.042],
    [120, 1.98]
  ])("gives the published quantiles of Student's t (degrees=%i)", (degrees, published) => {
    expect(Beta.studentQuantile(0.95, degrees)).toBeCloseTo(published, 3)
  })

  it.each([
    [0, 0.5],
    [1, 0.841_345],
    [-1.644_854, 0.05],
    [1.959_964, 0.975],
    [-3, 0.001_35]
  ])("has the published normal distribution beside it (z=%f)", (z, published) => {
    expect(Statistics.normal(z)).toBeCloseTo(published, 6)
  })
})

describe("the Clopper-Pearson interval", () => {
  // Textbook values, to four digits.
  it.each([
    [0, 10, 0, 0.3085],
    [1, 10, 0.0025, 0.445],
    [5, 10, 0.1871, 0.8129],
    [10, 10, 0.6915, 1],
    [4, 20, 0.0573, 0.4366],
    [27, 27, 0.8723, 1]
  ])("has its published ends (%i of %i)", (passes, trials, low, high) => {
    const interval = Statistics.clopperPearson(passes, trials)
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })

  it("ends where either tail has 2.5 of 100", () => {
    fc.assert(
      fc.property(anyCount, ([passes, trials]) => {
        const { high, low } = Statistics.clopperPearson(passes, trials)
        expect(atLeast(passes, trials, low)).toBeCloseTo(passes === 0 ? 1 : 0.025, 8)
        expect(atLeast(passes + 1, trials, high)).toBeCloseTo(passes === trials ? 0 : 0.975, 8)
      })
    )
  })

  it("covers every truth at least as often as it says", () => {
    const trials = 30
    const intervals = Array.from({ length: trials + 1 }, (_, passes) =>
      Statistics.clopperPearson(passes, trials)
    )
    for (let truth = 0.01; truth < 1; truth += 0.01) {
      const covered = intervals.reduce((sum, { high, low }, passes) => {
        const mass = atLeast(passes, trials, truth) - atLeast(passes + 1, trials, truth)
        return sum + (low <= truth && truth <= high ? mass : 0)
      }, 0)
      expect(covered).toBeGreaterThanOrEqual(0.95)
    }
  })
})

describe("Fisher's exact test", () => {
  it("gives the odds of the lady tasting tea", () => {
    const cups = (passes: number) => ({ passes, trials: 4 })
    expect(Statistics.fisher(cups(0), cups(4))).toBeCloseTo(1 / 70, 10)
    expect(Statistics.fisher(cups(1), cups(3))).toBeCloseTo(17 / 70, 10)
    expect(Statistics.fisher(cups(4), cups(0))).toBeCloseTo(1, 10)
  })
})

describe("the sequential test", () => {
  const told = (outcomes: ReadonlyArray<boolean>, options = SequentialTest.optionsDefault) =>
    SequentialTest.answer(outcomes.reduce(SequentialTest.tell, SequentialTest.empty), options)
  const straight = (passed: boolean, trials: number, options = SequentialTest.optionsDefault) =>
    told(Array(trials).fill(passed), options)

  it("accepts after 27 straight passes, and rejects after 3 straight fails", () => {
    expect(straight(true, 26)).toBe("open")
    expect(straight(true, 27)).toBe("accepted")
    expect(straight(false, 2)).toBe("open")
    expect(straight(false, 3)).toBe("rejected")
  })

  it("accepts after 5 straight passes, and rejects after 2 fails, when it is small", () => {
    const small = SequentialTest.optionsSmall
    expect([4, 5].map((trials) => straight(true, trials, small))).toEqual(["open", "accepted"])
    expect([1, 2].map((trials) => straight(false, trials, small))).toEqual(["open", "rejected"])
  })

  it("is inconclusive after 100 probes between both", () => {
    // Nine passes, then a fail: 0.9, as far from 0.85 as from 0.95.
    const between = (trials: number) =>
      told(Array.from({ length: trials }, (_, trial) => trial % 10 !== 4))
    expect(between(99)).toBe("open")
    expect(between(100)).toBe("inconclusive")
  })

  it.each([
    [0.95, "rejected"],
    [0.85, "accepted"]
  ] as const)("is wrong at most 5 times of 100 (p=%f)", (probability, wrong) => {
    // Exactly, by the probability of every count that is still open.
    let open = new Map([[0, 1]])
    let mistaken = 0
    for (let trials = 1; trials <= 100; trials++) {
      const after = new Map<number, number>()
      for (const [passes, mass] of open) {
        for (const passed of [true, false]) {
          const next = passes + (passed ? 1 : 0)
          const share = mass * (passed ? probability : 1 - probability)
          const answer = SequentialTest.answer(
            { passes: next, trials },
            SequentialTest.optionsDefault
          )
          if (answer === wrong) mistaken += share
          if (answer === "open") after.set(next, (after.get(next) ?? 0) + share)
        }
      }
      open = after
    }
    expect(mistaken).toBeGreaterThan(0.01)
    expect(mistaken).toBeLessThanOrEqual(0.05)
  })
})

describe("the Dixon-Mood estimator", () => {
  const trials = (level: number, passes: number, fails: number) => [
    ...Array.from({ length: passes }, () => ({ level, passed: true })),
    ...Array.from({ length: fails }, () => ({ level, passed: false }))
  ]

  it("follows the formulas of the paper", () => {
    // Fails are rarer: 2 at level 2, 5 at 1, 2 at 0; N = 9, A = 9, B = 13.
    const made = [...trials(2, 0, 2), ...trials(1, 3, 5), ...trials(0, 6, 2), ...trials(-1, 2, 0)]
    const estimate = DixonMood.estimate(made)
    expect(estimate?.middle).toBeCloseTo(9 / 9 - 0.5, 10)
    expect(estimate?.spread).toBeCloseTo(1.62 * ((9 * 13 - 81) / 81 + 0.029), 10)
    expect(estimate?.count).toBe(9)
  })

  it("is the mirror image when passes and fails change places", () => {
    const anyTrials = fc.array(
      fc.record({ level: fc.integer({ min: -4, max: 4 }), passed: fc.boolean() }),
      { minLength: 5, maxLength: 41 }
    )
    fc.assert(
      fc.property(anyTrials, (made) => {
        fc.pre(made.filter(({ passed }) => passed).length * 2 !== made.length)
        const mirrored = made.map(({ level, passed }) => ({ level: -level, passed: !passed }))
        const [left, right] = [DixonMood.estimate(made), DixonMood.estimate(mirrored)]
        expect(left === undefined).toBe(right === undefined)
        expect(left?.middle ?? 0).toBeCloseTo(-(right?.middle ?? 0), 9)
        expect(left?.spread).toBe(right?.spread)
      })
    )
  })

  it("knows nothing from one outcome alone", () => {
    expect(DixonMood.estimate(trials(0, 9, 1))).toBeUndefined()
  })
})

describe("the spread", () => {
  it("is found again from many probes of a known one", () => {
    const placed = [-2, -1, -0.5, 0, 0.5, 1, 2].map((place) => ({
      place,
      passes: Math.round(1_000 * Statistics.normal(-place)),
      trials: 1_000
    }))
    expect(Fit.spread(placed, 0, 0.1)).toBeGreaterThan(0.9)
    expect(Fit.spread(placed, 0, 0.1)).toBeLessThan(1.1)
  })
})

describe("an inversion", () => {
  const shares = (...counts: ReadonlyArray<readonly [number, number]>) =>
    counts.map(([passes, trials], index) => ({ load: index + 1, passes, trials }))

  it.each([
    ["all pass, then all fail", shares([9, 9], [9, 9], [0, 9], [0, 9]), 0],
    ["luck at one load", shares([9, 9], [2, 4], [3, 4], [0, 9]), 0],
    ["luck once in 70 times", shares([9, 9], [0, 4], [4, 4], [0, 9]), 0],
    ["a dip", shares([9, 9], [0, 6], [9, 9], [9, 9], [0, 9]), 1],
    ["an island of one load", shares([9, 9], [0, 5], [0, 5], [6, 6], [0, 9]), 1],
    ["an island of two", shares([9, 9], [0, 5], [0, 5], [6, 6], [6, 6], [0, 9]), 2],
    ["two dips", shares([9, 9], [0, 6], [9, 9], [0, 6], [9, 9], [0, 9]), 2]
  ])("is counted when it is clear (%s)", (_, made, count) => {
    expect(Inversions.count(made)).toBe(count)
  })

  it("is never clear where passes get rarer with the load", () => {
    const anyShares = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(anyShares, (passes) => {
        const sorted = passes.toSorted((left, right) => right - left)
        expect(Inversions.count(sorted.map((passes, load) => ({ load, passes, trials: 9 })))).toBe(
          0
        )
      })
    )
  })
})

describe("a percentile", () => {
  it("is the smallest value that so many percent do not exceed", () => {
    const anyValues = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(anyValues, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        const found = Percentile.of(values, percent) ?? NaN
        const upTo = (value: number) => values.filter((other) => other <= value).length
        expect(values).toContain(found)
        expect(upTo(found) * 100).toBeGreaterThanOrEqual(percent * values.length)
        for (const lower of values.filter((value) => value < found)) {
          expect(upTo(lower) * 100).toBeLessThan(percent * values.length)
        }
        expect(Percentile.make(values).shareUpTo(found)).toBe(upTo(found) / values.length)
      })
    )
  })

  it("does not stumble over floats, and sorts by number", () => {
    const values = Array.from({ length: 1_000 }, (_, index) => 1_000 - index)
    expect([50, 95, 99, 99.9, 100].map((percent) => Percentile.of(values, percent))).toEqual([
      500, 950, 990, 999, 1_000
    ])
    // 1.1 times 3,000 is 3,300.0000000000005 to a float.
    const more = Array.from({ length: 3_000 }, (_, index) => index + 1)
    expect(Percentile.of(more, 1.1)).toBe(33)
  })

  it("of nothing is unknown", () => {
    expect(Percentile.of([], 50)).toBeUndefined()
    expect(Percentile.make([]).shareUpTo(1)).toBe(0)
  })
})
