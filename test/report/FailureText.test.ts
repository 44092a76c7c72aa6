import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { FoundFailure } from "../../src/flight/BatchResult.ts"
import { cleanRunsNeeded, failureText } from "../../src/report/FailureText.ts"
import { colored, plain } from "../../src/report/Paint.ts"
import { storyEvents, storyHeader } from "../tui/Story.ts"

const failure: FoundFailure = {
  header: storyHeader,
  events: storyEvents,
  metCount: 12,
  shrinkFlights: 320,
  isMinimal: true,
  regression: undefined
}
const saved = {
  regression: "regressions/checkout/no-double-charge-5eed41c7.json",
  recording: ".downforce/recordings/5eed41c7.ndjson.gz",
  ref: "5eed41c7"
}
const look = { columns: 79, paint: plain }

// The look of a failure is what people know the tool by, and it is quoted in the README.
describe("the text of a failure", () => {
  it("tells causes only, and ends with what to do", () => {
    expect(failureText(failure, { runs: 500 }, saved, look)).toMatchInlineSnapshot(`
      " FAIL  checkout › no double charge                   simulations/checkout.ts:41
             charges(o-17) ≤ 1      got 2
             run 37 of 500, shrunk 212 → 25 events in 320 flights

          6  2.100s  client-1   operation charge o-17
          7  2.100s  client-1   → gateway charge o-17
          8  2.120s  gateway    ← client-1 charge o-17                  gateway.ts:61
          9  2.120s  gateway    → payments charge o-17 key 9f           gateway.ts:70
         10  2.130s  payments   ← gateway charge o-17 key 9f
         11  2.140s  payments   → ledger append o-17
         12  2.141s  ledger     ← payments append o-17
         13  2.141s  ledger     commit lsn 7                             ledger.ts:33
         14  2.142s  ledger     → payments ack lsn 7  !delay 2s
         15  3.120s  gateway    timer timeout after 1s                  gateway.ts:82
         16  3.120s  gateway    retry with a new key c2                 gateway.ts:84
         17  3.121s  gateway    → payments charge o-17 key c2
         18  3.131s  payments   ← gateway charge o-17 key c2           payments.ts:19
         19  3.140s  payments   → ledger append o-17
         20  3.150s  ledger     ← payments append o-17
         21  3.175s  ledger     commit lsn 8                             ledger.ts:33
         22  3.214s  check      no double charge  FAIL

         needed   1 operation
                  delay  (1s or more)
         twin     delay 0.9s instead of 2s passes; first difference at event 15
         met      in 12 of 500 runs; a fix is 99 % sure after 190 clean runs

         saved    regressions/checkout/no-double-charge-5eed41c7.json  (commit this file)
         replay   npx downforce replay 5eed41c7
         rerun    npx downforce fly checkout/no-double-charge --seed 5eed41c7"
    `)
  })

  it("says that it was not shrunk, or not to the end, or came from a regression", () => {
    const size = (changes: Partial<FoundFailure>): string | undefined =>
      failureText({ ...failure, ...changes }, { runs: 500 }, saved, look).split("\n")[2]
    expect([
      size({ shrinkFlights: 0, isMinimal: false }),
      size({ isMinimal: false }),
      size({ regression: "regressions/a.json", shrinkFlights: 0 })
    ]).toMatchInlineSnapshot(`
      [
        "       run 37 of 500, 25 events, not shrunk",
        "       run 37 of 500, shrunk 212 → 25 events in 320 flights; not yet minimal, --shrink-time gives it longer",
        "       saved regression regressions/a.json, 25 events",
      ]
    `)
  })

  it("says the same with colours", () => {
    const text = failureText(failure, { runs: 500 }, saved, { columns: 79, paint: colored })
    expect(text).toContain("\u001b[")
    expect(text.replaceAll(/\u001b\[\d+m/g, "")).toBe(
      failureText(failure, { runs: 500 }, saved, look)
    )
  })

  it("obeys nothing that a recording says to a terminal", () => {
    const text = fc.string({
      unit: fc.constantFrom("\u001b", "[", "2J", "\r", "\n", "\u202e", "a")
    })
    fc.assert(
      fc.property(text, text, text, (title, expected, what) => {
        const header = {
          ...storyHeader,
          title,
          source: expected,
          failure: {
            property: title,
            subject: "",
            expected,
            actual: what,
            signature: "0badf00d",
            step: 22
          },
          needed: [{ what, atLeast: expected }],
          twin: { change: what, firstDifference: 3 }
        }
        const events = storyEvents.map((event) => ({ ...event, what, source: title }))
        const lines = failureText({ ...failure, header, events }, { runs: 9 }, saved, look)
        expect(lines).not.toMatch(/[^\n\P{Cc}]|\u202e/u)
        // No text from outside begins a line of its own.
        expect(lines.split("\n").filter((line) => line !== "" && !line.startsWith(" "))).toEqual([])
      })
    )
  })
})

describe("the clean runs that make a fix 99 % sure", () => {
  it("leave a chance of at most 1 % that the bug is still there, and are no more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(10_000), (met, others) => {
        const runs = met + others
        const clean = cleanRunsNeeded(met, runs)
        const missed = (count: number): number => (1 - met / (runs + 1)) ** count
        expect(missed(clean)).toBeLessThanOrEqual(0.01 + 1e-9)
        expect(missed(clean - 1)).toBeGreaterThan(0.01 - 1e-9)
      })
    )
  })
})
