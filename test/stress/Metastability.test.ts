import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Metastability from "../../src/stress/Metastability.ts"
import * as Recovery from "../../src/stress/Recovery.ts"
import * as Seed from "../../src/turbulence/Seed.ts"

const axis = { scale: "log", min: 1, max: 1_000 } as const
const budgets = ["default", "small"] as const

const options = (
  triggers: ReadonlyArray<string>,
  more: Partial<Metastability.Options> = {}
): Metastability.Options => ({ triggers, top: 80, axis, ...more })

const recovered: Metastability.Outcome = { _tag: "recovered" }
const stuck: Metastability.Outcome = { _tag: "stuck", criterion: "p99" }
const invalid: Metastability.Outcome = { _tag: "invalid", reason: "generator too slow" }

type System = (ask: Metastability.Ask, draw: number) => Metastability.Outcome

const fly = (system: System, seed: number, ask: Metastability.Ask): Metastability.Outcome =>
  system(ask, (Seed.mix(seed, Seed.hashText(JSON.stringify(ask))) >>> 0) / 2 ** 32)

/** Flies to the end, so many at once, answered in an order that a list decides. */
const flown = (
  options: Metastability.Options,
  system: System,
  seed = 1,
  count = 1,
  order: ReadonlyArray<number> = [0]
): Metastability.Metastability => {
  let state = Metastability.start(options)
  for (let turn = 0; ; turn++) {
    const asks = Metastability.nextMany(state, count)
    const ask = asks[(order[turn % order.length] ?? 0) % Math.max(1, asks.length)]
    if (ask === undefined) return state
    state = Metastability.tell(state, ask, fly(system, seed, ask))
  }
}

const resultOf = (system: System, budget: "default" | "small" = "default") => {
  const state = flown(options(["spike"], { budget }), system)
  const [result] = Metastability.result(state)
  if (result === undefined) throw new Error("there is no result")
  return { ...result, probes: Metastability.used(state).length }
}

/** Stays down from a load on; gets out when no more than a share is left of it. */
const downFrom =
  (low: number, out: number): System =>
  ({ left, load }) =>
    load >= low && (left === undefined || left > out) ? stuck : recovered

/** Anything at all: by load, share and chance. */
const anySystem: fc.Arbitrary<System> = fc
  .record({
    shares: fc.array(fc.constantFrom(0, 0.3, 0.7, 1), { minLength: 1, maxLength: 5 }),
    out: fc.constantFrom(-1, 0, 0.3, 0.9),
    invalids: fc.constantFrom(0, 0.1, 0.6)
  })
  .map(({ invalids, out, shares }) => ({ left, load }, draw) => {
    if (draw > 1 - invalids) return invalid
    if (left !== undefined && left <= out) return recovered
    const share = shares[Math.floor(load / 13) % shares.length] ?? 0
    return draw / (1 - invalids) < share ? stuck : recovered
  })

const anyOptions: fc.Arbitrary<Metastability.Options> = fc.record({
  triggers: fc.constantFrom(["spike"], ["spike", "pause", "flush"], []),
  top: fc.constantFrom(80, 1.5, 1_000),
  axis: fc.constantFrom<Metastability.Options["axis"]>(
    axis,
    { ...axis, step: 1 },
    { scale: "linear", min: 0, max: 1_000 }
  ),
  budget: fc.constantFrom(...budgets)
})

describe("metastability", () => {
  it("comes to the same however many probes are asked at once, in any order", () => {
    const anyOrder = fc.array(fc.nat(), { minLength: 1, maxLength: 9 })
    const anyCount = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(
        anyOptions,
        anySystem,
        fc.nat(),
        anyCount,
        anyOrder,
        (options, system, seed, count, order) => {
          const alone = flown(options, system, seed)
          const ahead = flown(options, system, seed, count, order)
          expect(Metastability.result(ahead)).toEqual(Metastability.result(alone))
          expect(Metastability.used(ahead)).toEqual(Metastability.used(alone))
        }
      ),
      { numRuns: 60 }
    )
  })

  it("asks nothing twice or beyond the top, and asking for more only makes the list longer", () => {
    fc.assert(
      fc.property(anyOptions, anySystem, fc.nat(), (options, system, seed) => {
        const asked = new Set<string>()
        let state = Metastability.start(options)
        for (;;) {
          const five = Metastability.nextMany(state, 5)
          expect(Metastability.nextMany(state, 2)).toEqual(five.slice(0, 2))
          const ask = Metastability.next(state)
          expect(ask).toEqual(five[0])
          if (ask === undefined) break
          expect(asked.has(JSON.stringify(ask))).toBe(false)
          asked.add(JSON.stringify(ask))
          expect(ask.load).toBeLessThanOrEqual(options.top)
          expect(ask.load).toBeGreaterThanOrEqual(options.axis.min)
          state = Metastability.tell(state, ask, fly(system, seed, ask))
        }
        expect(Metastability.result(state).every(({ isOver }) => isOver)).toBe(true)
        expect(Metastability.used(state).length).toBe(asked.size)
      }),
      { numRuns: 60 }
    )
  })

  it("calls no load vulnerable where half recover, and none safe where most do not", () => {
    fc.assert(
      fc.property(anyOptions, anySystem, fc.nat(), (options, system, seed) => {
        for (const { band, cut, cuts, points } of Metastability.result(
          flown(options, system, seed)
        )) {
          const at = (load: number | undefined) => points.find((point) => point.load === load)
          if (band === undefined) {
            expect([cut, cuts]).toEqual([undefined, []])
            continue
          }
          for (const load of [band.low, band.high]) {
            const { stuck = 0, trials = 1 } = at(load) ?? {}
            expect(2 * stuck).toBeGreaterThan(trials)
          }
          const { stuck: safeStuck = 0, trials: safeTrials = 1 } = at(band.safe) ?? {}
          expect(2 * safeStuck).toBeLessThanOrEqual(safeTrials)
          expect(band.safe === undefined || band.safe < band.low).toBe(true)
          const best = cuts.find(({ left }) => left === cut)
          if (cut !== undefined) expect(best).toMatchObject({ stuck: 0 })
        }
      }),
      { numRuns: 40 }
    )
  })
})

describe("a vulnerable band", () => {
  it.each(budgets)("begins where the system stays down, up to the top (%s)", (budget) => {
    for (const low of [23, 35, 52, 71]) {
      const { band } = resultOf(downFrom(low, 0.5), budget)
      expect(band?.high).toBe(80)
      expect(band?.low).toBeGreaterThanOrEqual(low)
      expect(band?.safe).toBeLessThan(low)
      // What is between them is what the halvings left of a step of the grid.
      const step = budget === "default" ? 4 ** (1 / 5) : 4 ** (1 / 3)
      const left = step ** (1 / 2 ** (budget === "default" ? 3 : 2))
      expect((band?.low ?? NaN) / (band?.safe ?? NaN)).toBeLessThanOrEqual(left * 1.001)
    }
  })

  it("is none where it always recovers, and nothing more is asked", () => {
    const { band, criteria, cut, cuts, points, probes } = resultOf(() => recovered)
    expect([band, cut, cuts, criteria]).toEqual([undefined, undefined, [], []])
    expect(points.map(({ load }) => load)).toEqual([20, 26.39, 34.82, 45.95, 60.63, 80])
    expect(points.every(({ stuck, trials }) => stuck === 0 && trials === 2)).toBe(true)
    expect(probes).toBe(12)
  })

  it("has no safe load below it where the lowest of the grid is vulnerable already", () => {
    const { band } = resultOf(() => stuck)
    expect(band).toEqual({ low: 20, safe: undefined, high: 80 })
  })

  it("ends below the top where the top recovers", () => {
    const { band } = resultOf(({ load }) => (load > 30 && load < 70 ? stuck : recovered))
    expect(band?.high).toBe(60.63)
  })

  it("does not hang on one probe that went the other way", () => {
    const once =
      (usual: Metastability.Outcome, other: Metastability.Outcome): System =>
      ({ repetition }) =>
        repetition === 0 ? other : usual
    expect(resultOf(once(recovered, stuck)).band).toBeUndefined()
    const { band, points } = resultOf(once(stuck, recovered))
    expect(band?.low).toBe(20)
    expect(points.every(({ stuck, trials }) => stuck === 2 && trials === 3)).toBe(true)
  })

  it("counts no invalid probe, and says nothing where there are too many", () => {
    const first: System = ({ load, repetition }) =>
      repetition < 2 ? invalid : load >= 40 ? stuck : recovered
    expect(resultOf(first).band?.low).toBeGreaterThanOrEqual(40)
    const { band, points, probes } = resultOf(() => invalid)
    expect(band).toBeUndefined()
    expect(points.every(({ trials }) => trials === 0)).toBe(true)
    expect(probes).toBe(18)
  })
})

describe("the cut that gets it out", () => {
  it.each([
    [0.95, 0.9],
    [0.8, 0.75],
    [0.5, 0.5],
    [0.3, 0.25],
    [0.1, 0.1],
    [0.05, 0],
    [-1, undefined]
  ])("is the largest share that lets it recover (%f)", (out, expected) => {
    for (const budget of budgets) {
      const { cut, cuts } = resultOf(downFrom(30, out), budget)
      expect(cut).toBe(expected)
      expect(cuts.length).toBeLessThanOrEqual(3)
    }
  })

  it("must work every time", () => {
    const mostly: System = ({ left, repetition }) =>
      left === undefined || (left > 0.1 && repetition === 2) ? stuck : recovered
    expect(resultOf(mostly).cut).toBe(0.1)
  })
})

describe("what it costs", () => {
  it.each([
    ["default", 36],
    ["small", 15]
  ] as const)("is bounded for each trigger (%s)", (budget, max) => {
    fc.assert(
      fc.property(anySystem, fc.nat(), (system, seed) => {
        const valid: System = (ask, draw) => {
          const outcome = system(ask, draw)
          return outcome._tag === "invalid" ? recovered : outcome
        }
        const state = flown(options(["spike", "pause"], { budget }), valid, seed)
        expect(Metastability.used(state).length).toBeLessThanOrEqual(2 * max)
      }),
      { numRuns: 40 }
    )
  })

  it("keeps triggers apart, and names what failed, the most frequent first", () => {
    const system: System = ({ load, repetition, trigger }) => {
      if (trigger === "pause" || load < 40) return recovered
      return repetition === 0 ? { _tag: "stuck", criterion: "errors" } : stuck
    }
    const state = flown(options(["spike", "pause"]), system)
    const [spike, pause] = Metastability.result(state)
    expect(spike?.trigger).toBe("spike")
    expect(new Set(spike?.criteria)).toEqual(new Set(["errors", "p99"]))
    expect([pause?.trigger, pause?.band]).toEqual(["pause", undefined])
  })

  it("says before its end what is known so far", () => {
    let state = Metastability.start(options(["spike"]))
    expect(Metastability.result(state)[0]).toMatchObject({ isOver: false, band: undefined })
    for (const ask of Metastability.nextMany(state, 2)) {
      state = Metastability.tell(state, ask, stuck)
    }
    expect(Metastability.result(state)[0]).toMatchObject({
      isOver: false,
      band: { low: 80, high: 80 },
      cut: undefined,
      cuts: []
    })
  })

  it("changes nothing when told what it knows, or what it never asked for", () => {
    const start = Metastability.start(options(["spike"]))
    const ask = Metastability.next(start)
    if (ask === undefined) throw new Error("nothing is asked")
    const once = Metastability.tell(start, ask, recovered)
    expect(Metastability.tell(once, ask, stuck)).toBe(once)
    const never = Metastability.tell(once, { ...ask, load: 7 }, stuck)
    expect(Metastability.result(never)).toEqual(Metastability.result(once))
    expect(Metastability.nextMany(never, 9)).toEqual(Metastability.nextMany(once, 9))
  })
})

describe("recovery at one point", () => {
  const of = (outcomes: string, repetitions: number, rule: Recovery.Rule) => {
    const by = { r: recovered, s: stuck, i: invalid }
    const known = [...outcomes].map((letter) => {
      return letter === "r" || letter === "s" || letter === "i" ? by[letter] : undefined
    })
    return Recovery.of((repetition) => known[repetition], repetitions, rule)
  }

  it.each([
    ["rr", 3, "mostly", "recovers", []],
    ["ss", 3, "mostly", "stuck", []],
    ["rsr", 3, "mostly", "recovers", []],
    ["rs", 3, "mostly", "open", [2]],
    ["", 3, "mostly", "open", [0, 1]],
    ["-r", 3, "mostly", "open", [0]],
    ["s", 2, "mostly", "open", [1]],
    ["ss", 2, "mostly", "stuck", []],
    ["r", 2, "mostly", "recovers", []],
    ["r", 1, "mostly", "recovers", []],
    ["rr", 3, "always", "open", [2]],
    ["rrr", 3, "always", "recovers", []],
    ["rs", 3, "always", "stuck", []],
    ["iri", 3, "mostly", "open", [3]],
    ["irir", 3, "mostly", "recovers", []],
    ["irii", 3, "mostly", "unknown", []]
  ] as const)(
    "is known as soon as the rest could not change it (%s of %i, %s)",
    (outcomes, repetitions, rule, answer, wanted) => {
      expect(of(outcomes, repetitions, rule)).toMatchObject({ answer, wanted })
    }
  )
})
