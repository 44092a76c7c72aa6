import { describe, expect, it } from "vitest"
import { plain } from "../../src/report/Paint.ts"
import { stressLine, stressTotals } from "../../src/report/StressLine.ts"
import * as Samples from "./StressSamples.ts"

describe("the line of a breaking point or an envelope", () => {
  it("says where it breaks, or why that is not known", () => {
    const violated = {
      ...Samples.found,
      verdict: "violated",
      reasons: ["the limit load 60 requests/s is not carried"]
    } as const
    const results = [Samples.found, violated, Samples.envelope, ...Object.values(Samples.others)]
    const lines = results.map((result) => stressLine(result, 21, plain))
    expect(`\n${lines.join("\n")}`).toMatchInlineSnapshot(`
      "
       ok    tickets/request-rate   171 probes   breaks at 81.6 requests/s (79.9 to 83.1), carries 76; cores of desk
       FAIL  tickets/request-rate   171 probes   the limit load 60 requests/s is not carried; breaks at 81.6 requests/s (79.9 to 83.1), carries 76; cores of desk
       ok    tickets/rate-by-delay  171 probes   breaks at 81.6 requests/s with 0 ms of delay, at 23.4 requests/s with 80 ms of delay; found at 4 of 5 values of ms of delay
       ok    tickets/request-rate   171 probes   never broke: carries 1000 requests/s, the highest there is
       FAIL  tickets/request-rate   171 probes   fails at the lowest load, 10 requests/s; cores of desk
       ?     tickets/request-rate   171 probes   passes again above loads at which it fails: there is no single breaking point
       ?     tickets/request-rate   171 probes   inconclusive: no load passes 95 of 100 probes for sure
       ?     tickets/request-rate   171 probes   nothing is known: probes at 500 requests/s say nothing (the generator began 80 of 1000 requests late: too many were under way)
       ?     tickets/request-rate   171 probes   nothing is known for sure: the search was ended before its end"
    `)
  })

  it("counts probes as runs", () => {
    expect(stressTotals(Samples.found)).toEqual({
      verdict: "holds",
      runs: 171,
      simulatedMicros: 12_340_000_000
    })
  })
})
