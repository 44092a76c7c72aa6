/**
 * How well a search does on systems whose breaking point is known: hundreds of searches, each with
 * its own middle and its own keyed draws. These figures are what the defaults were tuned for; a
 * change that makes one of them worse is a change for the worse.
 */
import { describe, expect, it } from "vitest"
import type * as Estimate from "../../src/stress/Estimate.ts"
import type * as Options from "../../src/stress/Options.ts"
import * as Percentile from "../../src/stress/Percentile.ts"
import * as Seed from "../../src/turbulence/Seed.ts"
import * as Known from "./Known.ts"

const searches = 120
/** Hundreds of searches take seconds, and more on a busy machine. */
const timeout = 120_000

const log: Options.Options = { axis: { scale: "log", min: 10, max: 1_000 } }

interface Searched {
  readonly middle: number
  readonly system: Known.System
  readonly seed: number
  readonly estimate: Estimate.Estimate
}

const searched = (
  options: Options.Options,
  make: (middle: number, spread: number) => Known.System,
  spread: number
): ReadonlyArray<Searched> =>
  Array.from({ length: searches }, (_, index) => {
    const seed = Seed.mix(42, index)
    // Middles between two steps of any kind, from 60 to 163.
    const middle = 60 * Math.exp((Seed.mix(seed, 1) >>> 0) / 2 ** 32)
    const system = make(middle, spread)
    return { middle, system, seed, estimate: Known.search(options, system, seed) }
  })

const percent = <A>(all: ReadonlyArray<A>, is: (one: A) => boolean): number =>
  (100 * all.filter(is).length) / all.length

const isFound = ({ estimate }: Searched): boolean => estimate.verdict._tag === "found"

const isCovered = ({ estimate, middle }: Searched): boolean => {
  const interval = estimate.middle?.interval
  return interval !== undefined && interval.low <= middle && middle <= interval.high
}

const isNear = (load: number | undefined, middle: number): boolean =>
  load !== undefined && Math.abs(load / middle - 1) <= 0.05

const probes = (all: ReadonlyArray<Searched>, at: number): number =>
  Percentile.of(
    all.map(({ estimate }) => estimate.probes),
    at
  ) ?? NaN

/**
 * What a person does: raise the load by 2 % at a time, and stop when more than one of ten probes
 * since the beginning failed.
 */
const ramp = (system: Known.System, seed: number): number => {
  let fails = 0
  for (let trials = 1; ; trials++) {
    const load = 10 * 1.02 ** trials
    const ask = { phase: "bracket", load, repetition: 0 } as const
    if (Known.fly(system, seed, ask)._tag === "fail") fails++
    if (fails > trials / 10) return load
  }
}

describe("a search", () => {
  it.each([
    ["a step", Known.logNormal, 0.0001, 100, 70],
    ["normal, 2 %", Known.logNormal, 0.02, 100, 90],
    // Half pass at 84.5 and 95 of 100 at 74: a spread of 8 %, as was measured on M/M/1.
    ["normal, 8 %", Known.logNormal, 0.08, 95, 130],
    ["logistic, 8 %", Known.logLogistic, 0.08, 95, 130],
    ["normal, 12 %", Known.logNormal, 0.12, 90, 160]
  ])(
    "is within 5 %% and its interval covers the truth (%s)",
    (_, make, spread, nearMin, probesMax) => {
      const all = searched(log, make, spread)
      expect(percent(all, isFound)).toBeGreaterThanOrEqual(99)
      expect(
        percent(all, ({ estimate, middle }) => isNear(estimate.middle?.load, middle))
      ).toBeGreaterThanOrEqual(nearMin)
      expect(percent(all, isCovered)).toBeGreaterThanOrEqual(92)
      expect(probes(all, 50)).toBeLessThanOrEqual(probesMax)
    },
    timeout
  )

  it(
    "does as well on an axis of whole numbers",
    () => {
      const axis = { scale: "log", min: 1, max: 1_000, step: 1 } as const
      const all = searched({ axis }, Known.logNormal, 0.06)
      expect(percent(all, isFound)).toBeGreaterThanOrEqual(99)
      expect(percent(all, isCovered)).toBeGreaterThanOrEqual(92)
      expect(
        percent(all, ({ estimate, middle }) => isNear(estimate.middle?.load, middle))
      ).toBeGreaterThanOrEqual(95)
    },
    timeout
  )

  it(
    "demonstrates a load that 85 of 100 probes pass at least, and covers how many do",
    () => {
      const all = searched(log, Known.logNormal, 0.08)
      const passing = ({ middle }: Searched, load: number) =>
        Known.logNormalShare(middle, 0.08)(load)
      const demonstrated = all.flatMap((one) => {
        const found = one.estimate.demonstrated
        return found === undefined ? [] : [{ ...found, truth: passing(one, found.load) }]
      })
      expect(demonstrated.length).toBeGreaterThanOrEqual(0.99 * searches)
      expect(percent(demonstrated, ({ truth }) => truth >= 0.85)).toBeGreaterThanOrEqual(98)
      expect(
        percent(
          demonstrated,
          ({ interval, truth }) => interval.low <= truth && truth <= interval.high
        )
      ).toBeGreaterThanOrEqual(95)
    },
    timeout
  )

  it(
    "says how wide the cliff is",
    () => {
      const wide = searched(log, Known.logNormal, 0.08)
      const ratios = wide.flatMap(({ estimate }) =>
        estimate.middle === undefined
          ? []
          : [estimate.middle.cliff.high / estimate.middle.cliff.low]
      )
      // From 95 to 5 of 100 it is 2 × 1.645 spreads.
      const median = Math.log(Percentile.of(ratios, 50) ?? NaN) / (2 * 1.645)
      expect(median).toBeGreaterThan(0.06)
      expect(median).toBeLessThan(0.1)
      const sharp = searched(log, Known.logNormal, 0.0001)
      const brittle = percent(sharp, ({ estimate }) => {
        const cliff = estimate.middle?.cliff
        return cliff !== undefined && cliff.high / cliff.low < 1.05
      })
      expect(brittle).toBe(100)
    },
    timeout
  )

  it(
    "is right where a ramp is not",
    () => {
      const all = searched(log, Known.logNormal, 0.08)
      const errors = all.map(({ middle, seed, system }) => ramp(system, seed) / middle - 1)
      expect(percent(errors, (error) => Math.abs(error) <= 0.05)).toBeLessThan(20)
      expect(Percentile.of(errors, 50)).toBeGreaterThan(0.1)
    },
    timeout
  )
})
