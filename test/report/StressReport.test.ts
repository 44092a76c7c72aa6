import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import {
  StressDocument,
  stressDocument,
  StressScenarioReport,
  stressScenarioReport
} from "../../src/report/StressReport.ts"
import { savedNowhere } from "../../src/report/StressSaved.ts"
import type { StressResult } from "../../src/stress/StressResult.ts"
import * as Samples from "./StressSamples.ts"

const all: ReadonlyArray<StressResult> = [
  Samples.found,
  Samples.hostile,
  Samples.envelope,
  ...Object.values(Samples.others)
]

describe("the JSON of a stress result", () => {
  it("is read back as it was written, under every verdict", () => {
    for (const result of all) {
      for (const saved of [Samples.saved, savedNowhere]) {
        const entry = stressScenarioReport(result, saved, 1_234.4)
        expect(
          Schema.decodeUnknownSync(StressScenarioReport)(JSON.parse(JSON.stringify(entry)))
        ).toEqual(entry)
        const document = stressDocument(result, saved)
        expect(
          Schema.decodeUnknownSync(StressDocument)(JSON.parse(JSON.stringify(document)))
        ).toEqual(document)
      }
    }
  })

  it("has no wall time in the document that is saved", () => {
    expect(JSON.stringify(stressDocument(Samples.found, Samples.saved))).not.toContain("wallMs")
    expect(stressScenarioReport(Samples.found, Samples.saved, 1_234.4).wallMs).toBe(1_234)
  })

  it("writes null for what is no finite number", () => {
    const { breakingPoint } = pointOf({
      ...Samples.found,
      residues: [{ name: "leases", before: Number.NaN, after: Infinity, isBack: false }],
      curve: Samples.curve.slice(0, 1).map((point) => ({
        ...point,
        levels: [{ level: "p99", mean: Number.NaN }]
      }))
    })
    expect(breakingPoint.residues).toEqual([
      { name: "leases", before: null, after: null, isBack: false }
    ])
    expect(breakingPoint.curve[0]?.levels).toEqual([{ level: "p99", mean: null }])
  })

  it("has no breaking point where none was found", () => {
    for (const [kind, result] of Object.entries(Samples.others)) {
      const { estimate } = pointOf(result).breakingPoint
      expect(estimate.outcome.kind).toBe(kind)
      expect(estimate.breaking).toBeNull()
    }
  })

  it("tells how to look at either side of the edge", () => {
    const { edge, rerun } = pointOf(Samples.found).breakingPoint
    expect({
      edge: edge.map(({ replay, seed, side, x }) => ({ side, x, seed, replay })),
      rerun
    }).toMatchInlineSnapshot(`
      {
        "edge": [
          {
            "replay": "npx downforce replay 2a00c1d2",
            "seed": "0000002a",
            "side": "under",
            "x": 76,
          },
          {
            "replay": "npx downforce replay 77aa0b1c",
            "seed": "1234abcd",
            "side": "over",
            "x": 87.9,
          },
        ],
        "rerun": "npx downforce fly tickets/request-rate --seed 5eed41c7",
      }
    `)
  })
})

const pointOf = (result: StressResult) => {
  const entry = stressDocument(result, Samples.saved)
  if (entry.kind !== "breaking-point") throw new Error("not a breaking point")
  return entry
}
