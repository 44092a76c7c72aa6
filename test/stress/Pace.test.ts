/** The pace of a load: laws of the passage from load time to the time of the flight. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Pace from "../../src/stress/Pace.ts"

/** Parts one after the other, some with gaps between them. */
const paces: fc.Arbitrary<Pace.Pace> = fc
  .array(
    fc.record({
      gap: fc.nat(1_000_000),
      length: fc.integer({ min: 1, max: 5_000_000 }),
      factor: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 50, noNaN: true }))
    }),
    { maxLength: 4 }
  )
  .map((drawn) => {
    let at = 0
    return drawn.map(({ factor, gap, length }) => {
      const fromMicros = at + gap
      at = fromMicros + length
      return { fromMicros, untilMicros: at, factor }
    })
  })

const times = fc.nat(20_000_000)

/** By hand: how much of the load has come by a time of the flight. */
const loadUntil = (pace: Pace.Pace, time: number): number => {
  let load = time
  for (const { factor, fromMicros, untilMicros } of pace) {
    const within = Math.max(0, Math.min(time, untilMicros) - fromMicros)
    load += within * (factor - 1)
  }
  return load
}

describe("the pace of a load", () => {
  it("that is even changes nothing", () => {
    fc.assert(
      fc.property(times, (load) => {
        expect(Pace.timeOf(Pace.even, load)).toBe(load)
        expect(Pace.timeOf([{ fromMicros: 5, untilMicros: 9_000, factor: 1 }], load)).toBe(load)
      })
    )
  })

  it("never lets a later arrival come earlier (paces)", () => {
    fc.assert(
      fc.property(paces, times, fc.nat(100_000), (pace, load, more) => {
        const slack = 1e-6
        expect(Pace.timeOf(pace, load + more)).toBeGreaterThanOrEqual(
          Pace.timeOf(pace, load) - slack
        )
      })
    )
  })

  it("lets so much of the load come by any time as its factors say (paces)", () => {
    fc.assert(
      fc.property(paces, times, (pace, load) => {
        expect(loadUntil(pace, Pace.timeOf(pace, load))).toBeCloseTo(load, 3)
      })
    )
  })

  it("makes of a part at a factor that many times as many arrivals, evenly", () => {
    const pace = [{ fromMicros: 2_000_000, untilMicros: 5_000_000, factor: 4 }]
    const arrivals = Array.from({ length: 400 }, (_, at) => Pace.timeOf(pace, at * 50_000))
    const count = (from: number, until: number) =>
      arrivals.filter((time) => time >= from && time < until).length
    // Twenty a second, eighty in the spike.
    expect(count(0, 2_000_000)).toBe(40)
    expect(count(2_000_000, 5_000_000)).toBe(240)
    expect(count(3_000_000, 4_000_000)).toBe(80)
    expect(count(5_000_000, 7_000_000)).toBe(40)
  })

  it("lets nothing come where it is cut to nothing, and the rest afterwards", () => {
    const pace = [{ fromMicros: 2_000_000, untilMicros: 5_000_000, factor: 0 }]
    const arrivals = Array.from({ length: 6 }, (_, at) => Pace.timeOf(pace, at * 1_000_000))
    // The one at 2 seconds would have been the first in the cut.
    expect(arrivals).toEqual([0, 1_000_000, 5_000_000, 6_000_000, 7_000_000, 8_000_000])
  })

  it("goes from one part straight to the next", () => {
    const pace = [
      { fromMicros: 0, untilMicros: 1_000_000, factor: 2 },
      { fromMicros: 1_000_000, untilMicros: 3_000_000, factor: 0.5 }
    ]
    const seconds = [0, 1, 2, 2.5, 3, 4].map(
      (load) => Pace.timeOf(pace, load * 1_000_000) / 1_000_000
    )
    expect(seconds).toEqual([0, 0.5, 1, 2, 3, 4])
  })
})
