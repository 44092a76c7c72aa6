import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Arrivals from "../../src/stress/Arrivals.ts"
import * as Load from "../../src/stress/Load.ts"
import { flush, serve } from "./Desk.ts"

const arrivals = Arrivals.poisson(10)

/** What a load is made from when only some of it matters. */
type Some = Partial<Omit<Load.Options<typeof serve>, "operation">>

const make = (options: Some = {}) => Load.make({ operation: serve, arrivals, ...options })

describe("a load", () => {
  it("warms up for 5 seconds, is measured for 30, drains for 15, unless told otherwise", () => {
    expect(make()).toMatchObject({
      warmUpMicros: 5_000_000,
      measureMicros: 30_000_000,
      drainMicros: 15_000_000,
      arrivals,
      problems: []
    })
    expect(make().workload).toMatchObject({
      clients: 4,
      timeoutMicros: 30_000_000,
      pacing: { _tag: "as they come", inFlightMax: 10_000 }
    })
  })

  it("keeps what it is told", () => {
    const load = make({
      warmUp: 0,
      measure: "1 millis",
      drain: "1.5 seconds",
      timeout: "2 seconds",
      clients: 7,
      inFlightMax: 1
    })
    expect(load).toMatchObject({
      warmUpMicros: 0,
      measureMicros: 1_000,
      drainMicros: 1_500_000,
      problems: []
    })
    expect(load.workload).toMatchObject({
      clients: 7,
      timeoutMicros: 2_000_000,
      pacing: { inFlightMax: 1 }
    })
  })

  it("has a client for each user of a closed loop, up to as many as there may be", () => {
    expect(make({ arrivals: Arrivals.users(17), clients: 3 }).workload.clients).toBe(17)
    const many = make({ arrivals: Arrivals.users(Arrivals.usersMax) })
    expect(many.workload.clients).toBe(1_000)
    expect(many.problems).toEqual([])
  })

  it("draws from several operations, by their weights", () => {
    const load = Load.make({ operation: [{ weight: 3, operation: serve }, flush], arrivals })
    expect(
      load.workload.choices.map(({ operation, weight }) => [operation.procedure, weight])
    ).toEqual([
      ["serve", 3],
      ["flush", 1]
    ])
    const drawn = fc.sample(load.workload.element, { numRuns: 400, seed: 1 })
    const first = drawn.filter(({ choice }) => choice === 0).length
    expect(first).toBeGreaterThan(240)
    expect(first).toBeLessThan(360)
  })

  it("lists all its problems at once", () => {
    const { problems } = Load.make({
      operation: [],
      arrivals: Arrivals.bursty(0, { burst: 0.5 }),
      warmUp: -1,
      measure: 0.5,
      drain: "Infinity",
      timeout: "2 days",
      clients: 0,
      inFlightMax: 0
    })
    expect(problems).toEqual([
      "workload: clients is 0; allowed are 1 to 1000",
      "workload: there is no operation to choose",
      'workload: timeout is "2 days"; allowed are 1 microsecond to 1 day',
      "load: the rate 0 must be above 0 and at most 1000000",
      "load: the burst is 0.5; allowed are 1 to 100000",
      "load: inFlightMax is 0; allowed are 1 to 1000000",
      "load: warmUp is -1; allowed are 0 to 1 day",
      "load: measure is 0.5; allowed are 1 millisecond to 1 day",
      'load: drain is "Infinity"; allowed are 0 to 1 day'
    ])
  })

  it.each([0, -1, 1.5, Number.NaN, Load.inFlightMaxMax + 1])(
    "names a bound on requests under way that is none (%s)",
    (inFlightMax) => {
      expect(make({ inFlightMax }).problems).toHaveLength(1)
    }
  )

  it.each(["warmUp", "measure", "drain"] as const)(
    "takes up to a day for each time (%s)",
    (name) => {
      expect(make({ [name]: "1 day" }).problems).toEqual([])
      expect(make({ [name]: "25 hours" }).problems).toHaveLength(1)
      expect(make({ [name]: Number.NaN }).problems).toHaveLength(1)
    }
  )
})
