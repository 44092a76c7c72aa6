/** The time table of a probe: what is done to its load, and when. Times here are in seconds. */
import * as fc from "fast-check"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { Arrivals, Fault, Trigger } from "downforce"
import * as Stressed from "../../src/stress/Stressed.ts"
import { type DeskOptions, desk, flush } from "./Desk.ts"

const times = { lasting: "2 seconds", settle: "7 seconds" } as const
const spike = Trigger.spike("spike", { factor: 4, ...times })
const call = Trigger.call("flush", flush, times)
const slow = Trigger.faults("slow", [Fault.slow("desk", "5 millis"), Fault.pause("desk")], times)

const load = { warmUp: "10 seconds", measure: "30 seconds", drain: "1 second" } as const

const pointOf = (options: Partial<DeskOptions> = {}) =>
  desk({ arrivals: Arrivals.poisson(10), load, triggers: [spike, call, slow], ...options })

const flyable = (setting: Omit<Stressed.Setting, "x"> = {}, options: Partial<DeskOptions> = {}) =>
  Result.getOrThrow(Stressed.flyableAt(pointOf(options), { x: 1, ...setting }))

const second = 1_000_000

/** A time table in seconds. */
const timetable = (setting: Omit<Stressed.Setting, "x"> = {}) => {
  const { call: called, fromMicros, pace, untilMicros } = flyable(setting).timetable
  return {
    pace: pace.map(({ factor, ...part }) => [
      part.fromMicros / second,
      part.untilMicros / second,
      factor
    ]),
    measured: [fromMicros / second, untilMicros / second],
    call: called && [called.operation.procedure, called.atMicros / second]
  }
}

describe("the time table of a probe", () => {
  it("warms up and is measured when nothing is done to it", () => {
    expect(timetable()).toEqual({ pace: [], measured: [10, 40], call: undefined })
  })

  it("has its spike after the warm-up, and is measured when it had time to get over it", () => {
    expect(timetable({ trigger: "spike" })).toEqual({
      pace: [[10, 12, 4]],
      measured: [19, 49],
      call: undefined
    })
  })

  it("has its load cut when the trigger has gone, and time again when the cut is over", () => {
    expect(timetable({ trigger: "spike", left: 0.25 })).toEqual({
      pace: [
        [10, 12, 4],
        [12, 19, 0.25]
      ],
      measured: [26, 56],
      call: undefined
    })
    expect(timetable({ trigger: "flush", left: 0 })).toEqual({
      pace: [[12, 19, 0]],
      measured: [26, 56],
      call: ["flush", 10]
    })
  })

  it("has the call of a trigger at its beginning", () => {
    expect(timetable({ trigger: "flush" })).toEqual({
      pace: [],
      measured: [19, 49],
      call: ["flush", 10]
    })
  })

  it("is measured for as long as without, whatever is done to it (settings)", () => {
    const triggers = fc.constantFrom("spike", "flush", "slow")
    fc.assert(
      fc.property(
        triggers,
        fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        (trigger, left) => {
          const table = flyable({ trigger, ...(left === null ? {} : { left }) }).timetable
          expect(table.untilMicros - table.fromMicros).toBe(30 * second)
          let until = 10 * second
          for (const part of table.pace) {
            expect(part.fromMicros).toBeGreaterThanOrEqual(until)
            until = part.untilMicros
          }
          expect(table.fromMicros).toBeGreaterThanOrEqual(until)
        }
      ),
      { numRuns: 30 }
    )
  })
})

describe("what flies at a setting", () => {
  it("has the faults of its trigger, which last as long as that, besides its own", () => {
    const own = [Fault.clockJump("desk", "1 second")]
    expect(flyable({}, { faults: own }).faults).toEqual([])
    const { faults, trial } = flyable({ trigger: "slow" }, { faults: own })
    expect(faults).toEqual([
      { _tag: "Slow", id: "t-f-1", node: "desk", stepMs: 5, atMs: 10_000, durationMs: 2_000 },
      { _tag: "Pause", id: "t-f-2", node: "desk", atMs: 10_000, durationMs: 2_000 }
    ])
    expect(trial.faults.map(({ id }) => id)).toEqual(["f-1"])
  })

  it("may fly for as much longer as its time table is", () => {
    const horizon = (setting: Omit<Stressed.Setting, "x">) =>
      flyable(setting).trial.tunnel.horizonMicros / second
    expect(horizon({ trigger: "spike" }) - horizon({})).toBe(2 + 7)
    expect(horizon({ trigger: "spike", left: 0.5 }) - horizon({})).toBe(2 + 7 + 7)
  })

  it("is nothing at a point whose trial is wrong, or with a trigger that there is not", () => {
    const failure = (setting: Partial<Stressed.Setting>) =>
      Result.getOrThrow(Result.flip(Stressed.flyableAt(pointOf(), { x: 1, ...setting })))
    expect(failure({ trigger: "Spike" })).toMatchObject({
      _tag: "InvalidScenario",
      scenario: "a desk",
      problems: ['there is no trigger "Spike"']
    })
  })
})
