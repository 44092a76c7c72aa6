import { describe, expect, it } from "vitest"
import type { FoundFailure } from "../../src/flight/BatchResult.ts"
import { distinct } from "../../src/report/Distinct.ts"
import { storyEvents, storyHeader } from "../tui/Story.ts"

const failureWith = (signature: string, regression: string | undefined): FoundFailure => ({
  header: {
    ...storyHeader,
    failure: {
      property: "p",
      subject: "s",
      expected: "e",
      actual: "a",
      signature,
      step: 22
    }
  },
  events: storyEvents,
  metCount: 1,
  shrinkFlights: 1,
  isMinimal: true,
  regression
})

describe("failures with the same signature", () => {
  it("are one: the new one is told, and the file of the saved one is known", () => {
    const saved = failureWith("0000000a", "regressions/a.json")
    const fresh = failureWith("0000000a", undefined)
    const other = failureWith("0000000b", undefined)
    const { failures, known } = distinct([saved, fresh, other])
    expect(failures).toEqual([fresh, other])
    expect([...known]).toEqual([["0000000a", "regressions/a.json"]])
  })

  it("are told by the saved one when no new run met them", () => {
    const saved = failureWith("0000000a", "regressions/a.json")
    const second = failureWith("0000000a", "regressions/b.json")
    expect(distinct([saved, second]).failures).toEqual([saved])
  })
})
