import { describe, expect, it } from "vitest"
import * as AskedFault from "../../src/turbulence/AskedFault.ts"
import { type Fault, isFault } from "../../src/turbulence/Fault.ts"

const identifiedOne = (asked: AskedFault.Asked): Fault => {
  const [fault] = AskedFault.identified([asked])
  if (fault === undefined) throw new Error("one fault has become none")
  return fault
}

describe("faults that are asked for by name", () => {
  const hour = { atMs: 0, durationMs: 3_600_000 }

  it("act at once and for an hour, unless told otherwise", () => {
    const one = { node: "a", ...hour }
    expect(AskedFault.crash("a")).toEqual({ _tag: "Crash", ...one })
    expect(AskedFault.restart("a")).toEqual({ _tag: "Restart", ...one })
    expect(AskedFault.pause("a")).toEqual({ _tag: "Pause", ...one })
    expect(AskedFault.slow("a", "2 seconds")).toEqual({ _tag: "Slow", stepMs: 2_000, ...one })
    expect(AskedFault.clockJump("a", -500)).toEqual({ _tag: "ClockJump", byMs: -500, ...one })
    expect(AskedFault.slowDisk("a", 7)).toEqual({ _tag: "SlowDisk", extraMs: 7, ...one })
    const link = { from: "a", to: "b", ...hour }
    expect(AskedFault.slowLink("a", "b", 7)).toEqual({ _tag: "SlowLink", extraMs: 7, ...link })
    expect(AskedFault.deadLink("a", "b")).toEqual({ _tag: "DeadLink", ...link })
  })

  it("act when they are told to", () => {
    expect(AskedFault.crash("a", { at: "2 seconds", lasting: "1 minute" })).toMatchObject({
      atMs: 2_000,
      durationMs: 60_000
    })
  })

  it("are numbered in the order of their declaration", () => {
    const asked = [AskedFault.crash("b"), AskedFault.pause("a")]
    expect(AskedFault.identified(asked)).toEqual([
      { ...AskedFault.crash("b"), id: "f-1" },
      { ...AskedFault.pause("a"), id: "f-2" }
    ])
  })

  it("are faults as any other", () => {
    for (const asked of [
      AskedFault.crash("a"),
      AskedFault.clockJump("a", "-1 day"),
      AskedFault.slowLink("a", "b", "1 day", { at: "1 day", lasting: 0 })
    ]) {
      expect(isFault(identifiedOne(asked))).toBe(true)
    }
  })

  it("are none when a time is unreadable, out of range, or no whole number of milliseconds", () => {
    for (const wrong of [
      AskedFault.crash("a", { at: -1 }),
      AskedFault.crash("a", { at: "1500 micros" }),
      AskedFault.crash("a", { lasting: "Infinity" }),
      AskedFault.crash("a", { lasting: "25 hours" }),
      AskedFault.crash(""),
      AskedFault.slow("a", "400 micros"),
      AskedFault.slow("a", Number.NaN),
      AskedFault.clockJump("a", "25 hours")
    ]) {
      expect([wrong, isFault(identifiedOne(wrong))]).toEqual([wrong, false])
    }
  })
})
