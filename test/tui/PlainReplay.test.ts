/**
 * The replay as plain text.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { plainEventsMax, plainReplay } from "../../tui/PlainReplay.ts"
import { flownArbitrary, sampleFlown } from "../recording/arbitraries.ts"
import { story } from "./Story.ts"

describe("the plain replay", () => {
  it("tells the failure and only its causes, one line each", () => {
    expect(plainReplay(story)).toMatchInlineSnapshot(`
      " FAIL  checkout › no double charge                   simulations/checkout.ts:41
             charges(o-17) ≤ 1      got 2
             run 37, seed 5eed41c7, shrunk 212 → 25 events

          6    2.100s  client-1  operation charge o-17
          7    2.100s  client-1  → gateway charge o-17
          8    2.120s  gateway   ← client-1 charge o-17         gateway.ts:61
          9    2.120s  gateway   → payments charge o-17 key 9f  gateway.ts:70
         10    2.130s  payments  ← gateway charge o-17 key 9f
         11    2.140s  payments  → ledger append o-17
         12    2.141s  ledger    ← payments append o-17
         13    2.141s  ledger    commit lsn 7                   ledger.ts:33
         14    2.142s  ledger    → payments ack lsn 7  !delay 2s
         15    3.120s  gateway   timer timeout after 1s         gateway.ts:82
         16    3.120s  gateway   retry with a new key c2        gateway.ts:84
         17    3.121s  gateway   → payments charge o-17 key c2
         18    3.131s  payments  ← gateway charge o-17 key c2   payments.ts:19
         19    3.140s  payments  → ledger append o-17
         20    3.150s  ledger    ← payments append o-17
         21    3.175s  ledger    commit lsn 8                   ledger.ts:33
         22    3.214s  check     no double charge  FAIL

         needed   delay ≥ 1s
         twin     delay 0.9s instead of 2s passes; first difference at event 15
      "
    `)
  })

  it("has no character that a terminal obeys but the ends of its lines", () => {
    fc.assert(
      fc.property(flownArbitrary(20), ({ events, header }) => {
        const text = plainReplay(fromEvents(header, events))
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      })
    )
  })

  it("says how many causes it left out of a long chain", () => {
    const flown = sampleFlown(1_000)
    const chained = flown.events.map((event) => ({
      ...event,
      because: event.step === 0 ? [] : [event.step - 1]
    }))
    const text = plainReplay(fromEvents(flown.header, chained))
    expect(text).toContain(`… ${1_000 - plainEventsMax} earlier causes left out`)
    expect(text.split("\n").length).toBeLessThan(plainEventsMax + 15)
  })
})
