import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as ChartScale from "../../src/report/ChartScale.ts"

const kind = fc.constantFrom<"linear" | "log">("linear", "log")
const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { maxLength: 5 })

describe("the scale of a chart", () => {
  it("shows all its numbers, in their order", () => {
    fc.assert(
      fc.property(values, kind, (values, kind) => {
        const scale = ChartScale.fit(values, kind)
        expect(scale.low).toBeLessThan(scale.high)
        const places = values
          .toSorted((one, other) => one - other)
          .map((value) => ChartScale.placeOf(scale, value))
        expect(places.every((place) => place >= 0 && place <= 1)).toBe(true)
        expect(places).toEqual(places.toSorted((one, other) => one - other))
      })
    )
  })

  it("has as many ticks as asked for, at most, ascending and within it", () => {
    fc.assert(
      fc.property(values, kind, fc.integer({ min: 1, max: 12 }), (values, kind, count) => {
        const scale = ChartScale.fit(values, kind)
        const ticks = ChartScale.ticks(scale, count)
        expect(ticks.length).toBeLessThanOrEqual(count)
        expect([...new Set(ticks)].toSorted((one, other) => one - other)).toEqual(ticks)
        const slack = (scale.high - scale.low) * 1e-6
        for (const tick of ticks) {
          expect(tick).toBeGreaterThanOrEqual(scale.low - slack)
          expect(tick).toBeLessThanOrEqual(scale.high + slack)
        }
      })
    )
  })

  it("has round ticks (decades, one decade, linear)", () => {
    expect([
      ChartScale.ticks({ kind: "log", low: 8, high: 1_200 }, 7),
      ChartScale.ticks({ kind: "log", low: 50, high: 171 }, 7),
      ChartScale.ticks({ kind: "log", low: 1, high: 1e12 }, 5),
      ChartScale.ticks({ kind: "linear", low: 0, high: 1 }, 4)
    ]).toMatchInlineSnapshot(`
      [
        [
          10,
          20,
          50,
          100,
          200,
          500,
          1000,
        ],
        [
          50,
          75,
          100,
          125,
          150,
        ],
        [
          1,
          1000,
          1000000,
          1000000000,
          1000000000000,
        ],
        [
          0,
          0.5,
          1,
        ],
      ]
    `)
  })
})
