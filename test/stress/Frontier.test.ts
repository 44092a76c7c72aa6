import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Frontier from "../../src/stress/Frontier.ts"
import type * as Probe from "../../src/stress/Probe.ts"
import * as Search from "../../src/stress/Search.ts"
import * as Seed from "../../src/turbulence/Seed.ts"
import * as Known from "./Known.ts"

const x = { axis: { scale: "log", min: 10, max: 1_000 }, budget: "small" } as const
const ys = [0, 1, 2.5]

/** More of y breaks it sooner; the last breaks at once. */
const middleAt = (y: number): number => (y === 2.5 ? 1 : 200 / (1 + y))

const fly = ({ y, ...ask }: Frontier.Ask, seed: number): Probe.Outcome =>
  Known.fly(Known.logNormal(middleAt(y), 0.06), Seed.mix(seed, Math.round(10 * y)), ask)

const alone = (y: number, seed: number) => {
  let state = Search.start(x)
  for (;;) {
    const ask = Search.next(state)
    if (ask === undefined) return Search.result(state)
    state = Search.tell(state, ask, fly({ ...ask, y }, seed))
  }
}

/** Flies to the end, so many at once, answered in an order that a list decides. */
const flown = (
  options: Frontier.Options,
  seed: number,
  count: number,
  order: ReadonlyArray<number>
): Frontier.Frontier => {
  let state = Frontier.start(options)
  for (let turn = 0; ; turn++) {
    const asks = Frontier.nextMany(state, count)
    const ask = asks[(order[turn % order.length] ?? 0) % Math.max(1, asks.length)]
    if (ask === undefined) return state
    state = Frontier.tell(state, ask, fly(ask, seed))
  }
}

const anyOrder = fc.array(fc.nat(), { minLength: 1, maxLength: 9 })

describe("a frontier", () => {
  it("comes to what each search does alone, however many are asked at once, in any order", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 9 }), anyOrder, (seed, count, order) => {
        const result = Frontier.result(flown({ x, ys }, seed, count, order))
        const expected = ys.map((y) => ({ y, estimate: alone(y, seed) }))
        expect(JSON.stringify(result)).toBe(JSON.stringify(expected))
      }),
      { numRuns: 15 }
    )
  })

  it("says of each probe that was used at which y it was, and leaves out what was not", () => {
    const state = flown({ x, ys }, 1, 4, [2, 0, 3])
    const used = Frontier.used(state)
    for (const { estimate, y } of Frontier.result(state)) {
      expect(used.filter((ask) => ask.y === y).length).toBe(estimate.probes)
    }
    expect(new Set(used.map((ask) => JSON.stringify(ask))).size).toBe(used.length)
  })

  it("spreads over the values of y, and asking for more only makes the list longer", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(60), (seed, told) => {
        let state = Frontier.start({ x, ys })
        expect(Frontier.nextMany(state, 3).map(({ y }) => y)).toEqual(ys)
        for (let turn = 0; turn < told; turn++) {
          const ask = Frontier.next(state)
          if (ask !== undefined) state = Frontier.tell(state, ask, fly(ask, seed))
        }
        const seven = Frontier.nextMany(state, 7)
        expect(seven[0]).toEqual(Frontier.next(state))
        for (const count of [2, 4]) {
          expect(Frontier.nextMany(state, count)).toEqual(seven.slice(0, count))
        }
        expect(new Set(seven.map((ask) => JSON.stringify(ask))).size).toBe(seven.length)
      }),
      { numRuns: 40 }
    )
  })

  it("falls where there is more of y, and says so where a search finds nothing", () => {
    const estimates = Frontier.result(flown({ x, ys }, 1, 1, [0])).map(({ estimate }) => estimate)
    expect(estimates.map(({ verdict }) => verdict._tag)).toEqual(["found", "found", "failsAtOnce"])
    const [high = NaN, low = NaN] = estimates.map(({ middle }) => middle?.load)
    expect(high / low).toBeGreaterThan(1.6)
  })

  it("judges each target at its own y, and that of x where there is none", () => {
    const options = {
      x: { ...x, target: { limit: 30 } },
      ys,
      targets: [
        { y: 1, limit: 50, factor: 2 },
        { y: 0, limit: 60 }
      ]
    }
    const answers = Frontier.result(flown(options, 1, 1, [0])).map(({ estimate }) => [
      estimate.limit?.load,
      estimate.ultimate?.load
    ])
    expect(answers).toEqual([
      [60, 90],
      [50, 100],
      [30, 45]
    ])
  })

  it("changes nothing when told of a y that it does not have", () => {
    const state = Frontier.start({ x, ys })
    const ask = { phase: "bracket", load: 10, repetition: 0, y: 99 } as const
    expect(Frontier.tell(state, ask, Known.pass)).toEqual(state)
  })

  it.each([
    [{ x, ys: [] }, "there must be a value of y"],
    [{ x, ys: [1, 2, 1] }, "y 1 is given twice"],
    [{ x, ys: [1, NaN] }, "y NaN must be finite"],
    [{ x, ys, targets: [{ y: 7, limit: 50 }] }, "no search is at y 7"],
    [
      { x, ys, targets: [1, 2].map((limit) => ({ y: 1, limit: 50 * limit })) },
      "two targets at y 1"
    ],
    [{ x, ys, targets: [{ y: 1, limit: 900 }] }, "the ultimate load 1350 must be between"],
    [{ x: { ...x, start: 1 }, ys }, "start 1 must be between 10 and 1000"]
  ])("that cannot be searched is said to be wrong (%j)", (options, problem) => {
    expect(Frontier.problems(options).join("\n")).toContain(problem)
  })

  it("is right when each y is given once", () => {
    expect(Frontier.problems({ x, ys, targets: [{ y: 1, limit: 50 }] })).toEqual([])
  })
})
