import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type * as Estimate from "../../src/stress/Estimate.ts"
import * as Options from "../../src/stress/Options.ts"
import type * as Probe from "../../src/stress/Probe.ts"
import * as Search from "../../src/stress/Search.ts"
import * as Known from "./Known.ts"

const anyAxis: fc.Arbitrary<Options.Options["axis"]> = fc.constantFrom(
  { scale: "log", min: 1, max: 1_000 } as const,
  { scale: "log", min: 0.001, max: 0.5 } as const,
  { scale: "log", min: 3, max: 700, step: 1 } as const,
  { scale: "linear", min: 0, max: 100 } as const,
  { scale: "linear", min: 0, max: 5, step: 1 } as const,
  { scale: "linear", min: -50, max: 50, step: 5 } as const
)

/** Options with a start, a target and small bounds, as well as without. */
const anyOptions: fc.Arbitrary<Options.Options> = anyAxis.chain((axis) =>
  fc.record(
    {
      axis: fc.constant(axis),
      start: fc.constantFrom(axis.min, axis.max, Math.round((axis.min + axis.max) / 2)),
      target: fc.constant({ limit: axis.min, factor: 1 }),
      budget: fc.constantFrom("default", "small"),
      limits: fc.record({
        probesMax: fc.integer({ min: 1, max: 200 }),
        locateProbesMax: fc.integer({ min: 1, max: 60 }),
        refineProbesMax: fc.integer({ min: 0, max: 60 })
      })
    },
    { requiredKeys: ["axis"] }
  )
)

const possible = anyOptions.filter((options) => Options.problems(options).length === 0)

/** The same with a value: as much of what is allowed as the draw says. */
const withValue = (outcome: Probe.Outcome, draw: number): Probe.Outcome => {
  const value = outcome._tag === "pass" ? draw * 0.01 : 0.01 * (1 + 20 * draw ** 2)
  const readings = [{ level: "p99", value, allowed: 0.01 }]
  return outcome._tag === "invalid" ? outcome : { ...outcome, readings }
}

/** Anything at all: each load has its own shares, in no order, and safety fails anywhere. */
const anySystem: fc.Arbitrary<Known.System> = fc
  .record({
    shares: fc.array(fc.constantFrom(0, 0.05, 0.5, 0.95, 1), { minLength: 1, maxLength: 6 }),
    invalid: fc.constantFrom(0, 0, 0.05, 0.5),
    unsafe: fc.constantFrom(0, 0.2),
    hasValues: fc.boolean(),
    width: fc.constantFrom(0.01, 1, 17, 150)
  })
  .map(({ hasValues, invalid, shares, unsafe, width }) => (load, draw) => {
    const share = shares[Math.abs(Math.floor(load / width)) % shares.length] ?? 1
    if (draw > 1 - invalid) return Known.invalid
    const scaled = draw / (1 - invalid)
    const failed = scaled < share + unsafe ? Known.lost : Known.late
    const outcome = scaled < share ? Known.pass : failed
    return hasValues ? withValue(outcome, scaled) : outcome
  })

/** Searches with some asked ahead, answered in an order that a keyed draw decides. */
const searchAhead = (
  options: Options.Options,
  system: Known.System,
  seed: number,
  [ahead, order]: readonly [number, ReadonlyArray<number>]
): Estimate.Estimate => {
  let state = Search.start(options)
  for (let turn = 0; ; turn++) {
    const asks = Search.nextMany(state, ahead)
    const ask = asks[(order[turn % order.length] ?? 0) % Math.max(1, asks.length)]
    if (ask === undefined) return Search.result(state)
    state = Search.tell(state, ask, Known.fly(system, seed, ask))
  }
}

const log: Options.Options = { axis: { scale: "log", min: 10, max: 1_000 } }
const replicas: Options.Options = { axis: { scale: "linear", min: 0, max: 5, step: 1 } }

const seeds = Array.from({ length: 40 }, (_, seed) => seed)

/** What all seeds agree on, or the list of what they do not. */
const verdicts = (options: Options.Options, system: Known.System): ReadonlyArray<string> => [
  ...new Set(seeds.map((seed) => Known.search(options, system, seed).verdict._tag))
]

describe("a search", () => {
  it("ends within its budget, stays on the axis, and asks nothing twice", () => {
    fc.assert(
      fc.property(possible, anySystem, fc.nat(), (options, system, seed) => {
        const { max, min, step } = options.axis
        const asked = new Set<string>()
        let state = Search.start(options)
        for (;;) {
          const ask = Search.next(state)
          if (ask === undefined) break
          expect(ask.load).toBeGreaterThanOrEqual(min)
          expect(ask.load).toBeLessThanOrEqual(max)
          if (step !== undefined) expect(Number.isInteger((ask.load - min) / step)).toBe(true)
          expect(asked.has(`${ask.load} ${ask.repetition}`)).toBe(false)
          asked.add(`${ask.load} ${ask.repetition}`)
          state = Search.tell(state, ask, Known.fly(system, seed, ask))
        }
        const { probesMax } = Options.resolve(options).limits
        expect(asked.size).toBeLessThanOrEqual(probesMax)
        const estimate = Search.result(state)
        expect(estimate.probes).toBe(asked.size)
        expect(estimate.verdict._tag).not.toBe("open")
      })
    )
  })

  it("comes to the same estimate however many probes are asked at once, in any order", () => {
    const anyWorkers = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 9 })
    )
    fc.assert(
      fc.property(possible, anySystem, fc.nat(), anyWorkers, (options, system, seed, workers) => {
        const alone = Known.search(options, system, seed)
        const ahead = searchAhead(options, system, seed, workers)
        expect(JSON.stringify(ahead)).toBe(JSON.stringify(alone))
      }),
      { numRuns: 60 }
    )
  }, 60_000)

  it("asks ahead only what is on the axis, once each, the wanted one first", () => {
    fc.assert(
      fc.property(possible, anySystem, fc.nat(), fc.nat(40), (options, system, seed, told) => {
        let state = Search.start(options)
        for (let turn = 0; turn < told; turn++) {
          const ask = Search.next(state)
          if (ask !== undefined) state = Search.tell(state, ask, Known.fly(system, seed, ask))
        }
        const four = Search.nextMany(state, 4)
        expect(four[0]).toEqual(Search.next(state))
        expect(Search.nextMany(state, 2)).toEqual(four.slice(0, 2))
        expect(new Set(four.map((ask) => JSON.stringify(ask))).size).toBe(four.length)
        for (const { load } of four) {
          expect(load).toBeGreaterThanOrEqual(options.axis.min)
          expect(load).toBeLessThanOrEqual(options.axis.max)
        }
      })
    )
  })

  it("changes nothing when told what it knows, or what it never asked for", () => {
    const ask = { phase: "bracket", load: 10, repetition: 0 } as const
    const once = Search.tell(Search.start(log), ask, Known.pass)
    expect(Search.tell(once, ask, Known.late)).toBe(once)
    const never = Search.tell(once, { phase: "locate", load: 999, repetition: 7 }, Known.late)
    expect(Search.next(never)).toEqual(Search.next(once))
    expect(Search.result(never)).toEqual(Search.result(once))
  })

  it("invents no number: what has no breaking point gets none", () => {
    fc.assert(
      fc.property(possible, anySystem, fc.nat(), (options, system, seed) => {
        const { breaking, demonstrated, middle, verdict } = Known.search(options, system, seed)
        if (verdict._tag === "found") {
          for (const found of [breaking, middle]) {
            expect(found?.interval.low).toBeLessThanOrEqual(found?.load ?? NaN)
            expect(found?.interval.high).toBeGreaterThanOrEqual(found?.load ?? NaN)
          }
          expect(demonstrated?.trials).toBeGreaterThanOrEqual(options.budget === "small" ? 5 : 27)
        } else if (verdict._tag !== "inconclusive") {
          expect([breaking, middle]).toEqual([undefined, undefined])
        }
        if (!["found", "neverBroke"].includes(verdict._tag)) expect(demonstrated).toBeUndefined()
      })
    )
  })
})

describe("the verdict", () => {
  const share = (probability: (load: number) => number) => Known.chance(probability)

  it("is never broke where the axis ends before the system does", () => {
    expect(verdicts(log, Known.logNormal(5_000, 0.1))).toEqual(["neverBroke"])
    const estimate = Known.search(log, () => Known.pass, 1)
    expect(estimate.demonstrated).toMatchObject({ load: 1_000, passes: 27, trials: 27 })
    expect(estimate.rupture).toEqual({ _tag: "none", load: 1_000, isEndOfAxis: true })
  })

  it("is fails at once where no load passes", () => {
    expect(verdicts(log, Known.logNormal(2, 0.1))).toEqual(["failsAtOnce"])
    const { failed, probes, rupture } = Known.search({ ...log, start: 500 }, () => Known.late, 1)
    expect(probes).toBeLessThan(20)
    expect(rupture._tag).toBe("notSought")
    expect(failed).toEqual([{ criterion: "p99", isSafety: false, load: 10, count: probes }])
  })

  it.each([
    ["an island above", (load: number) => (load < 40 || (load > 150 && load < 400) ? 0.98 : 0.02)],
    ["passes again to the end", (load: number) => (load < 40 || load > 200 ? 1 : 0)],
    ["a band of fails", (load: number) => (load < 30 || load > 60 ? 0.97 : 0.03)]
  ])("is not monotone where it passes again (%s)", (_, probability) => {
    expect(verdicts(log, share(probability))).toEqual(["notMonotone"])
    const { shares } = Known.search(log, share(probability), 1)
    expect(shares.length).toBeGreaterThan(5)
  })

  it("is not monotone where fails are below the start", () => {
    const dip = share((load) => (load < 80 || load > 500 ? 0 : 1))
    expect(verdicts({ ...log, start: 200 }, dip)).toEqual(["notMonotone"])
  })

  it("is found, not unmonotone, where luck is all there is", () => {
    for (const spread of [0.02, 0.1, 0.2]) {
      expect(verdicts(log, Known.logNormal(90, spread))).toEqual(["found"])
    }
  })

  it("is invalid where the generator cannot keep up", () => {
    const slow: Known.System = (load) => (load > 70 ? Known.invalid : Known.pass)
    const { demonstrated, middle, probes, verdict } = Known.search(log, slow, 1)
    expect(verdict).toMatchObject({ _tag: "invalid", reason: "generator too slow" })
    expect([middle, demonstrated]).toEqual([undefined, undefined])
    expect(probes).toBeLessThan(12)
    expect(Known.search(log, () => Known.invalid, 1).probes).toBe(3)
  })

  it("is not hurt by an invalid probe now and then", () => {
    const system: Known.System = (load, draw) =>
      draw > 0.99 ? Known.invalid : load < 90 ? Known.pass : Known.late
    const { invalids, verdict } = Known.search(log, system, 3)
    expect(verdict._tag).toBe("found")
    expect(invalids).toBeGreaterThan(0)
  })

  it("keeps what was found when the generator gives up past it", () => {
    const system: Known.System = (load) =>
      load > 200 ? Known.invalid : load < 90 ? Known.pass : Known.late
    const { rupture, verdict } = Known.search(log, system, 1)
    expect(verdict._tag).toBe("found")
    expect(rupture).toMatchObject({ _tag: "none", isEndOfAxis: false })
  })

  it("is inconclusive where half pass somewhere, but 95 of 100 nowhere", () => {
    const lame = Known.chance((load) => (load < 90 ? 0.75 : 0))
    const reasons = seeds.map((seed) => Known.search(log, lame, seed).verdict)
    expect(reasons).toContainEqual({
      _tag: "inconclusive",
      reason: "no load passes 95 of 100 probes rather than 85 for sure"
    })
  })

  it.each([1, 5, 20, 40])("is inconclusive when the budget is used up (probesMax=%i)", (max) => {
    const options = { ...log, limits: { probesMax: max } }
    const { demonstrated, probes, verdict } = Known.search(options, Known.logNormal(90, 0.08), 1)
    expect(verdict).toEqual({ _tag: "inconclusive", reason: `all ${max} probes were used` })
    expect(probes).toBe(max)
    expect(demonstrated).toBeUndefined()
  })
})

describe("what is counted", () => {
  it("breaks between two whole numbers", () => {
    for (const [index, carried] of [0, 1, 2, 3, 4].entries()) {
      const system: Known.System = (load) => (load <= carried ? Known.pass : Known.late)
      const { demonstrated, middle, verdict } = Known.search(replicas, system, index)
      expect(verdict._tag).toBe("found")
      expect(middle?.load).toBeCloseTo(carried + 0.5, 1)
      expect(demonstrated?.load).toBe(carried)
    }
  })

  it("never breaks when all of them can be gone, and fails at once when none can", () => {
    expect(Known.search(replicas, () => Known.pass, 1).verdict._tag).toBe("neverBroke")
    expect(Known.search(replicas, () => Known.late, 1).verdict._tag).toBe("failsAtOnce")
  })
})

describe("what failed", () => {
  it("has every criterion of every probe, by the lowest load at which each failed", () => {
    const system: Known.System = (load) => {
      if (load < 90) return Known.pass
      if (load < 200) return Known.failing("p99", "errors")
      return load < 400 ? Known.failing("errors", "goodput") : Known.failing("p99", "lost")
    }
    const { failed, rupture, shares } = Known.search(log, system, 1)
    expect(failed.map(({ criterion }) => criterion)).toEqual(["p99", "errors", "goodput", "lost"])
    const fails = (from: number, to: number) =>
      shares
        .filter(({ load }) => load >= from && load < to)
        .reduce((sum, { passes, trials }) => sum + trials - passes, 0)
    expect(failed.map(({ count }) => count)).toEqual([
      fails(90, 200) + fails(400, 2_000),
      fails(90, 400),
      fails(200, 400),
      fails(400, 2_000)
    ])
    expect(rupture).toMatchObject({ _tag: "ruptured", criterion: "lost" })
  })

  it("is about safety as soon as one of several criteria is", () => {
    const target = { ...log, target: { limit: 60 } }
    const system: Known.System = (load) =>
      load < 80 ? Known.pass : Known.failing("p99", "lost", "errors")
    const { ultimate } = Known.search(target, system, 1)
    expect(ultimate).toMatchObject({ load: 90, answer: "fails", passes: 0, trials: 1 })
  })
})

describe("rupture", () => {
  it("is the first safety failure on the way up, past the middle", () => {
    const system: Known.System = (load) =>
      load < 90 ? Known.pass : load < 300 ? Known.late : Known.lost
    const { failed, middle, rupture } = Known.search(log, system, 1)
    expect(middle?.load).toBeGreaterThan(85)
    expect(rupture).toMatchObject({ _tag: "ruptured", criterion: "lost" })
    expect(failed.map(({ criterion }) => criterion)).toEqual(["p99", "lost"])
    if (rupture._tag === "ruptured") expect(rupture.load).toBeLessThanOrEqual(300 * 1.5)
  })

  it("is none up to the end of the axis", () => {
    const { rupture } = Known.search(log, Known.logNormal(90, 0.05), 1)
    expect(rupture).toEqual({ _tag: "none", load: 1_000, isEndOfAxis: true })
  })
})

describe("a target", () => {
  const target = { ...log, target: { limit: 100 } }
  const answers = (system: Known.System) => {
    const { limit, ultimate } = Known.search(target, system, 1)
    return [limit?.load, limit?.answer, ultimate?.load, ultimate?.answer]
  }
  const at =
    (late: number, lost: number): Known.System =>
    (load) =>
      load < late ? Known.pass : load < lost ? Known.late : Known.lost

  it.each([
    ["holds and survives", at(200, 900), [100, "holds", 150, "holds"]],
    ["survives on safety alone", at(120, 900), [100, "holds", 150, "holds"]],
    ["holds, then loses data", at(120, 130), [100, "holds", 150, "fails"]],
    ["fails at the limit", at(80, 900), [100, "fails", 150, "holds"]]
  ])("is judged at the limit, and on safety at the ultimate load (%s)", (_, system, expected) => {
    expect(answers(system)).toEqual(expected)
  })

  it("is unknown when the test does not tell", () => {
    const between = Known.chance(() => 0.905)
    const answers = seeds.map((seed) => Known.search(target, between, seed).limit?.answer)
    expect(answers).toContain("unknown")
  })

  it("is undefined when none is declared", () => {
    const { limit, ultimate } = Known.search(log, at(200, 900), 1)
    expect([limit, ultimate]).toEqual([undefined, undefined])
  })
})

describe("options", () => {
  it.each([
    [{ axis: { scale: "log", min: 0, max: 5 } }, "min 0 must be above 0 on a log scale"],
    [{ axis: { scale: "linear", min: 5, max: 5 } }, "min 5 must be less than max 5"],
    [{ ...log, start: 5 }, "start 5 must be between 10 and 1000"],
    [{ ...log, target: { limit: 900 } }, "the ultimate load 1350 must be between 10 and 1000"],
    [{ ...log, target: { limit: 100, factor: 0.5 } }, "the factor 0.5 must be at least 1"],
    [{ ...replicas, target: { limit: 1.5 } }, "the limit load 1.5 must be 0 plus a multiple of 1"],
    [{ ...log, precision: 0 }, "precision 0 must be between 0 and 1"],
    [{ ...log, limits: { probesMax: 0 } }, "probesMax 0 must be a whole number above 0"]
  ] as const)("that cannot be searched are said to be wrong (%j)", (options, problem) => {
    expect(Options.problems(options).join("\n")).toContain(problem)
  })

  it("are right when only an axis is given", () => {
    expect([log, replicas].flatMap(Options.problems)).toEqual([])
  })
})
