import { describe, expect, it } from "vitest"
import * as AskedFault from "../../src/turbulence/AskedFault.ts"
import * as Trigger from "../../src/stress/Trigger.ts"
import { flush } from "./Desk.ts"

const slow = AskedFault.slow("desk", "50 millis")

describe("a trigger", () => {
  it("lasts 5 seconds and is given 30 to get over, unless told otherwise", () => {
    for (const trigger of [
      Trigger.spike("t", { factor: 3 }),
      Trigger.faults("t", [slow]),
      Trigger.call("t", flush)
    ]) {
      expect(trigger).toMatchObject({
        name: "t",
        lastingMicros: 5_000_000,
        settleMicros: 30_000_000,
        problems: []
      })
    }
  })

  it("keeps what it is told", () => {
    const times = { lasting: "1 millis", settle: 0 } as const
    expect(Trigger.spike("t", { factor: 0.5, ...times })).toEqual({
      name: "t",
      lastingMicros: 1_000,
      settleMicros: 0,
      what: { _tag: "spike", factor: 0.5 },
      problems: []
    })
    expect(Trigger.call("t", flush, times).what).toEqual({ _tag: "call", operation: flush })
    expect(Trigger.faults("t", [slow], times).what).toEqual({ _tag: "faults", faults: [slow] })
  })

  it("has all its faults act while it lasts, whatever they say of themselves", () => {
    const late = AskedFault.pause("desk", { at: "3 hours", lasting: "1 millis" })
    const trigger = Trigger.faults("t", [slow, late], { lasting: "2.5 seconds" })
    expect(Trigger.faultsOf(trigger, 7_000_000)).toEqual([
      { _tag: "Slow", node: "desk", stepMs: 50, atMs: 7_000, durationMs: 2_500 },
      { _tag: "Pause", node: "desk", atMs: 7_000, durationMs: 2_500 }
    ])
    expect(Trigger.faultsOf(Trigger.spike("t", { factor: 2 }), 7_000_000)).toEqual([])
    expect(Trigger.faultsOf(Trigger.call("t", flush), 7_000_000)).toEqual([])
  })

  it("names everything that is wrong with it", () => {
    expect(Trigger.spike("t", { factor: 0, lasting: 0.5, settle: -1 }).problems).toEqual([
      'trigger "t": factor is 0; it must be above 0 and at most 1000',
      'trigger "t": lasting is 0.5; allowed are 1 millisecond to 1 day',
      'trigger "t": settle is -1; allowed are 0 to 1 day'
    ])
    expect(Trigger.faults("t", []).problems).toEqual(['trigger "t": it has no faults'])
    for (const factor of [-1, Number.NaN, Infinity, Trigger.factorMax + 1]) {
      expect(Trigger.spike("t", { factor }).problems).toHaveLength(1)
    }
    for (const lasting of [Number.NaN, "Infinity", "25 hours"] as const) {
      expect(Trigger.call("t", flush, { lasting }).problems).toHaveLength(1)
      expect(Trigger.call("t", flush, { settle: lasting }).problems).toHaveLength(1)
    }
  })

  it("has a name that can stand in an id and on a terminal", () => {
    expect(Trigger.call("", flush).problems).toEqual(["a trigger has no name"])
    expect(Trigger.call(" \t", flush).problems).toEqual(["a trigger has no name"])
    for (const name of ["a\u0007b", "\ud800", "new\nline"]) {
      expect(Trigger.call(name, flush).problems).toEqual([
        `the name of the trigger ${JSON.stringify(name)} has characters that cannot be shown`
      ])
    }
    for (const name of ["a+b", "100 %", "slow@store, twice", "ü", "😀"]) {
      expect(Trigger.call(name, flush).problems).toEqual([])
    }
  })
})
