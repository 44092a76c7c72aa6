import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { curveLines } from "../../src/report/Curve.ts"
import { widthOf } from "../../src/report/EventWords.ts"
import { heatMapLines } from "../../src/report/HeatMap.ts"
import { plain } from "../../src/report/Paint.ts"
import { chartOf } from "../../src/report/StressChart.ts"
import { stressHtml } from "../../src/report/StressHtml.ts"
import { savedNowhere } from "../../src/report/StressSaved.ts"
import { stressText } from "../../src/report/StressText.ts"
import type { BreakingResult, CurvePoint } from "../../src/stress/StressResult.ts"
import { unclosed } from "./Markup.ts"
import * as Samples from "./StressSamples.ts"

const load = fc.oneof(
  fc.constantFrom(0, 1, 50, 1e-9, 1e12),
  fc.double({ min: 0, max: 1_000, noNaN: true })
)
const micros = fc.option(fc.oneof(fc.constantFrom(0, 1), fc.nat(1e9)), { nil: null })

const point: fc.Arbitrary<CurvePoint> = fc
  .record({
    x: load,
    trials: fc.nat(100),
    passing: fc.double({ min: 0, max: 1, noNaN: true }),
    p50Micros: micros,
    p99Micros: micros,
    okShare: fc.double({ min: 0, max: 1, noNaN: true }),
    means: fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 0.01, 1)), { maxLength: 2 })
  })
  .map(({ means, passing, ...rest }) => ({
    ...rest,
    passes: Math.round(passing * rest.trials),
    levels: means.map((mean, at) => ({ level: Samples.found.levels[at]?.name ?? "", mean }))
  }))

/** Any curve with any marks: equal loads, loads of 0, a single point, none. */
const result: fc.Arbitrary<BreakingResult> = fc
  .record({
    curve: fc.array(point, { maxLength: 12 }),
    breaking: fc.option(load, { nil: undefined }),
    target: fc.option(load, { nil: undefined }),
    scale: fc.constantFrom<"linear" | "log">("linear", "log")
  })
  .map(({ breaking, curve, scale, target }) => ({
    ...Samples.found,
    axis: { unit: "requests/s", scale, min: 0, max: 1e12, start: 0 },
    curve: curve.toSorted((one, other) => one.x - other.x),
    target: target === undefined ? undefined : { limit: target, ultimate: target * 1.5 },
    estimate: {
      ...Samples.estimate,
      middle: undefined,
      breaking:
        breaking === undefined
          ? undefined
          : { load: breaking, interval: { low: breaking / 2, high: breaking * 2 }, level: "p99" }
    }
  }))

describe("a chart in a terminal", () => {
  it("is drawn of any curve, within its columns", () => {
    fc.assert(
      fc.property(result, fc.integer({ min: 20, max: 160 }), (result, columns) => {
        const chart = chartOf(result)
        const lines = chart === undefined ? [] : curveLines(chart, columns)
        expect(lines.filter((line) => widthOf(line) > columns)).toEqual([])
        stressText(result, savedNowhere, { columns, paint: plain })
      }),
      { numRuns: 300 }
    )
  })

  it("is drawn on a page of any curve", () => {
    fc.assert(
      fc.property(result, (result) => {
        const page = stressHtml(result, savedNowhere)
        expect(unclosed(page)).toEqual([])
        expect(page).not.toMatch(/NaN|Infinity/u)
      }),
      { numRuns: 100 }
    )
  })

  it("is a map of any envelope, within its columns", () => {
    fc.assert(
      fc.property(
        fc.array(result, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 20, max: 160 }),
        (results, columns) => {
          const rows = results.map(({ bottleneck, curve, estimate, target }, y) => {
            return { y, bottleneck, curve, estimate, target }
          })
          const lines = heatMapLines({ ...Samples.envelope, rows }, columns)
          expect(lines.filter((line) => widthOf(line) > columns)).toEqual([])
        }
      ),
      { numRuns: 200 }
    )
  })

  it("leaves out what lies far off the edge, and says so", () => {
    const chart = chartOf(Samples.found)
    expect(chart?.leftOut).toEqual(["not drawn: 10 to 33.75 requests/s, where 4 of 4 probes pass"])
    expect(chart?.points[0]?.x).toBe(50.63)
  })

  it("has no room in a narrow terminal", () => {
    const chart = chartOf(Samples.found)
    expect(chart === undefined ? undefined : curveLines(chart, 20)).toEqual([])
  })
})
