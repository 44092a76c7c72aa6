import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as Micros from "../../src/system/Micros.ts"
import * as Work from "../../src/system/Work.ts"

describe("work outside of a flight", () => {
  it("takes no time: it is over before anybody could wait for it", () => {
    expect(Effect.runSync(Effect.as(Work.spend("1 day"), "done"))).toBe("done")
  })

  it("does nothing with a length that a flight refuses, either", () => {
    for (const length of [Number.NaN, -1, "Infinity", "2 days"] as const) {
      expect(Effect.runSync(Effect.as(Work.spend(length), "done"))).toBe("done")
    }
  })

  it("asks the processor of the node it is on, in whole microseconds", () => {
    const asked: Array<number> = []
    const processor: Work.Processor = {
      spend: (micros) => Effect.sync(() => void asked.push(micros))
    }
    const spend = (length: Parameters<typeof Work.spend>[0]) =>
      Effect.runSync(Effect.provideService(Work.spend(length), Work.CurrentProcessor, processor))
    spend("3 millis")
    spend(0.4996)
    spend("1 day")
    spend(0)
    expect(asked).toEqual([3_000, 500, Micros.dayMicros])
    for (const length of [Number.NaN, -1, "Infinity", "25 hours"] as const) {
      expect(() => spend(length)).toThrow(/Work\.spend\(.*\): allowed are 0 to 1 day/)
    }
  })
})
