import { describe, expect, it } from "vitest"
import type { BatchResult } from "../../src/flight/BatchResult.ts"
import { plain } from "../../src/report/Paint.ts"
import { progressLine, scenarioLine, totalLine, wallText } from "../../src/report/Summary.ts"

const batch: BatchResult = {
  id: "checkout/no-double-charge",
  title: "no double charge",
  system: "checkout",
  source: undefined,
  verdict: "holds",
  seed: 7,
  runs: 2_000,
  sometimes: [{ name: "a retry happened", count: 1_234 }],
  steps: 90_000,
  simulatedMicros: 7_200_000_000,
  failures: [],
  regressions: [],
  unknown: [],
  digest: "00000000000000"
}

describe("the summary", () => {
  it("has a line for each scenario and one for all", () => {
    const unknown: BatchResult = {
      ...batch,
      verdict: "unknown",
      unknown: [
        { reason: "never reached: a retry happened", count: 2_000 },
        { reason: "stepsMax reached: 1000 steps", count: 3 }
      ]
    }
    const lines = [
      scenarioLine(batch, 30, plain),
      scenarioLine(unknown, 30, plain),
      totalLine([batch, unknown], 4_000, 7, plain)
    ]
    expect(`\n${lines.join("\n")}`).toMatchInlineSnapshot(`
      "
       ok    checkout/no-double-charge       2,000 runs   a retry happened 1,234x
       ?     checkout/no-double-charge       2,000 runs   never reached: a retry happened; stepsMax reached: 1000 steps (3 runs)
       2 scenarios: 1 unknown, 1 held · 4,000 runs in 4.0 s, 1,000 runs/s · 4.0 h simulated, 3,600 times real time · seed 00000007"
    `)
  })

  it("shows how far a batch has come (by runs, by time, shrinking)", () => {
    const standing = {
      id: batch.id,
      place: 2,
      places: 3,
      progress: { phase: "flying", runsDone: 500, runsTotal: 2_000, failures: 1 },
      wallMillis: 1_000,
      timeMillis: undefined
    } as const
    const lines = [
      progressLine(standing),
      progressLine({ ...standing, timeMillis: 10_000 }),
      progressLine({ ...standing, progress: { ...standing.progress, phase: "shrinking" } }),
      progressLine({ ...standing, wallMillis: 0 })
    ]
    expect(`\n${lines.join("\n")}`).toMatchInlineSnapshot(`
      "
      [2/3] checkout/no-double-charge  500 of 2,000 runs  500 runs/s  3.0 s left  1 failure
      [2/3] checkout/no-double-charge  500 runs  500 runs/s  3.0 s left  1 failure
      [2/3] checkout/no-double-charge  shrinking 1 failure
      [2/3] checkout/no-double-charge  500 of 2,000 runs  0 runs/s  1 failure"
    `)
  })

  it("tells lengths of time by their size", () => {
    expect([640, 3_210, 250_000].map(wallText)).toEqual(["640 ms", "3.2 s", "4 min 10 s"])
  })
})
