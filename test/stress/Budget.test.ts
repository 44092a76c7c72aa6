/**
 * A quick look: what `small` costs, and that it is honest about knowing less. How well it finds the
 * limits of queues is in `Crossing.test.ts`.
 */
import { describe, expect, it } from "vitest"
import type * as Estimate from "../../src/stress/Estimate.ts"
import type * as Options from "../../src/stress/Options.ts"
import * as Percentile from "../../src/stress/Percentile.ts"
import type * as Probe from "../../src/stress/Probe.ts"
import * as Search from "../../src/stress/Search.ts"
import * as Seed from "../../src/turbulence/Seed.ts"
import * as Known from "./Known.ts"

const small: Options.Options = { axis: { scale: "log", min: 10, max: 1_000 }, budget: "small" }
const searches = 100

interface Searched {
  readonly middle: number
  readonly estimate: Estimate.Estimate
}

const searched = (options: Options.Options, spread: number): ReadonlyArray<Searched> =>
  Array.from({ length: searches }, (_, index) => {
    const seed = Seed.mix(42, index)
    const middle = 60 * Math.exp((Seed.mix(seed, 1) >>> 0) / 2 ** 32)
    return { middle, estimate: Known.search(options, Known.logNormal(middle, spread), seed) }
  })

const percent = <A>(all: ReadonlyArray<A>, is: (one: A) => boolean): number =>
  (100 * all.filter(is).length) / all.length

const probesAt = (all: ReadonlyArray<Searched>, at: number): number =>
  Percentile.of(
    all.map(({ estimate }) => estimate.probes),
    at
  ) ?? NaN

describe("a quick look", () => {
  it.each([
    ["a step", 0.0001, 10],
    ["2 %", 0.02, 10],
    ["8 %", 0.08, 20]
  ])("takes 30 to 40 probes, and its interval covers the truth (%s)", (_, spread, widthMax) => {
    const all = searched(small, spread)
    expect(percent(all, ({ estimate }) => estimate.verdict._tag === "found")).toBe(100)
    expect(probesAt(all, 50)).toBeLessThanOrEqual(36)
    expect(probesAt(all, 90)).toBeLessThanOrEqual(45)
    const covered = percent(all, ({ estimate: { middle }, middle: truth }) => {
      const { high = 0, low = 0 } = middle?.interval ?? {}
      return low <= truth && truth <= high
    })
    expect(covered).toBeGreaterThanOrEqual(92)
    const widths = all.map(({ estimate: { middle } }) => {
      return 50 * Math.log((middle?.interval.high ?? NaN) / (middle?.interval.low ?? NaN))
    })
    expect(Percentile.of(widths, 50)).toBeLessThan(widthMax)
    expect(Percentile.of(widths, 50)).toBeGreaterThan(widthMax / 4)
  })

  it("demonstrates a load that half of all probes pass at least, and says how sure that is", () => {
    const all = searched(small, 0.08)
    const shares = all.map(({ estimate, middle }) =>
      Known.logNormalShare(middle, 0.08)(estimate.demonstrated?.load ?? Infinity)
    )
    expect(percent(shares, (share) => share >= 0.5)).toBeGreaterThanOrEqual(98)
    for (const { estimate } of all) {
      expect(estimate.demonstrated?.trials).toBeGreaterThanOrEqual(5)
      expect(estimate.demonstrated?.interval.low).toBeLessThan(0.8)
    }
  })

  it("judges a target by 5 and 3 probes when they all pass", () => {
    const target = { ...small, target: { limit: 40 } }
    const { limit, ultimate } = Known.search(
      target,
      (load) => {
        return load < 80 ? Known.pass : Known.late
      },
      1
    )
    expect(limit).toMatchObject({ answer: "holds", passes: 5, trials: 5 })
    expect(ultimate).toMatchObject({ answer: "holds", passes: 3, trials: 3 })
    const { limit: failed } = Known.search(target, () => Known.late, 1)
    expect(failed).toMatchObject({ answer: "fails", passes: 0, trials: 2 })
  })

  it("looks at most 4 probes past the middle, a quarter of them below the start", () => {
    const rupture = (start: number): ReadonlyArray<Probe.Ask> => {
      let state = Search.start({ ...small, axis: { ...small.axis, max: 100_000 }, start })
      const asks: Array<Probe.Ask> = []
      for (;;) {
        const ask = Search.next(state)
        if (ask === undefined) return asks.slice(asks.findLastIndex(isConfirm) + 1)
        asks.push(ask)
        state = Search.tell(state, ask, ask.load < 300 ? Known.pass : Known.late)
      }
    }
    const isConfirm = ({ phase }: Probe.Ask): boolean => phase === "confirm"
    expect(rupture(10).map(({ phase }) => phase)).toEqual([
      "rupture",
      "rupture",
      "rupture",
      "rupture"
    ])
    expect(rupture(250).map(({ phase }) => phase)).toEqual([
      "bracket",
      "rupture",
      "rupture",
      "rupture"
    ])
  })

  it("comes to every other verdict too", () => {
    const verdict = (system: Known.System) => Known.search(small, system, 1).verdict
    expect(verdict(() => Known.pass)).toEqual({ _tag: "neverBroke" })
    expect(verdict(() => Known.late)).toEqual({ _tag: "failsAtOnce", load: 10 })
    expect(verdict(() => Known.invalid)._tag).toBe("invalid")
  })

  it("says by its own thresholds why nothing was demonstrated", () => {
    const lame = Known.chance((load) => (load < 90 ? 0.4 : 0))
    const reasons = Array.from({ length: 60 }, (_, seed) => Known.search(small, lame, seed).verdict)
    expect(reasons).toContainEqual({
      _tag: "inconclusive",
      reason: "no load passes 95 of 100 probes rather than 50 for sure"
    })
  })
})
