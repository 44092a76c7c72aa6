/** The requests of a load: which of them come when, from whom, and what they are called. */
import * as fc from "fast-check"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { describe, expect, it } from "vitest"
import { Contract, Operation } from "downforce"
import type { Arrival } from "../../src/flight/Generator.ts"
import * as Arrivals from "../../src/stress/Arrivals.ts"
import * as Load from "../../src/stress/Load.ts"
import * as LoadSource from "../../src/stress/LoadSource.ts"
import { Desk, flush, serve } from "./Desk.ts"

/** When things happen, in seconds: the load is measured from 1 to 3, and begins at 10. */
const timetable: LoadSource.Timetable = {
  pace: [],
  fromMicros: 1_000_000,
  untilMicros: 3_000_000,
  call: undefined
}
const begunAt = 10_000_000

/** All arrivals of an open load, in the order in which they become known. */
const all = (source: LoadSource.LoadSource): ReadonlyArray<Arrival> => {
  const known = [...source.first(begunAt)]
  for (let at = 0; at < known.length && at < 5_000; at++) {
    const arrival = known[at]
    const next = arrival && source.following(arrival.prepared)
    if (next !== undefined) known.push(next)
  }
  return known
}

const told = (arrivals: ReadonlyArray<Arrival>) =>
  arrivals.map(({ atMicros, prepared }) => [prepared.operation.id, atMicros / 1_000_000])

const loadOf = (arrivals: Arrivals.Arrivals) => Load.make({ operation: serve, arrivals })

const make = (arrivals: Arrivals.Arrivals, seed = 1, times = timetable) =>
  LoadSource.make(loadOf(arrivals), times, seed)

describe("the requests of an open load", () => {
  it("are called by the part of the load that they are meant for, and counted through", () => {
    expect(told(all(make(Arrivals.constant(2))))).toEqual([
      ["w-1", 10.5],
      ["o-2", 11],
      ["o-3", 11.5],
      ["o-4", 12],
      ["o-5", 12.5]
    ])
    expect(LoadSource.isMeasured({ id: "o-2" })).toBe(true)
    expect(LoadSource.isMeasured({ id: "w-1" })).toBe(false)
    expect(LoadSource.isMeasured({ id: "t-1" })).toBe(false)
  })

  it("are all measured without a warm-up, and none comes at the end of the load or later", () => {
    const source = make(Arrivals.constant(2), 1, {
      ...timetable,
      fromMicros: 0,
      untilMicros: 1_000_000
    })
    expect(told(all(source))).toEqual([["o-1", 10.5]])
    expect(source.shortage()).toBeUndefined()
  })

  it("know when they began, once they have", () => {
    const source = make(Arrivals.constant(2))
    expect(source.begunAt()).toBeUndefined()
    source.first(7)
    expect(source.begunAt()).toBe(7)
  })

  it("are the same for the same seed, with other times and payloads for another (seeds)", () => {
    const requests = (seed: number) =>
      all(make(Arrivals.poisson(50), seed)).map(({ atMicros, prepared }) => ({
        atMicros,
        ...prepared.operation
      }))
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(requests(seed)).toEqual(requests(seed))
        expect(requests(seed)).not.toEqual(requests(seed + 1))
      }),
      { numRuns: 10 }
    )
  })

  it("have payloads that do not depend on when they come", () => {
    const payloads = (rate: number) =>
      all(make(Arrivals.constant(rate))).map(({ prepared }) => prepared.operation.payload)
    expect(payloads(40).slice(0, payloads(20).length)).toEqual(payloads(20))
    expect(new Set(payloads(40).map((payload) => JSON.stringify(payload))).size).toBeGreaterThan(5)
  })

  it("come from all clients", () => {
    const clients = all(make(Arrivals.constant(100))).map(
      ({ prepared }) => prepared.operation.client
    )
    expect([...new Set(clients)].sort()).toEqual(["client-1", "client-2", "client-3", "client-4"])
  })

  it("are recorded with the time they are meant for", () => {
    for (const { atMicros, prepared } of all(make(Arrivals.poisson(70)))) {
      expect(Number.isInteger(atMicros)).toBe(true)
      expect(Math.round(prepared.operation.atMs * 1_000)).toBe(atMicros)
    }
  })

  it("follow the pace", () => {
    const pace = [{ fromMicros: 1_000_000, untilMicros: 2_000_000, factor: 4 }]
    const source = make(Arrivals.constant(2), 1, { ...timetable, fromMicros: 2_000_000, pace })
    expect(told(all(source)).map(([, at]) => at)).toEqual([
      10.5, 11, 11.125, 11.25, 11.375, 11.5, 11.625, 11.75, 11.875, 12, 12.5
    ])
  })

  it("are short when the trace ends before the load does, and not when it ends with it", () => {
    const short = make(Arrivals.trace([0, 400, 800]))
    expect(all(short)).toHaveLength(3)
    expect(short.shortage()).toBe("the trace ended after 3 requests, before the load did")
    const enough = make(Arrivals.trace([0, 400, 3_000]))
    expect(all(enough)).toHaveLength(2)
    expect(enough.shortage()).toBeUndefined()
    const repeated = make(Arrivals.trace([0, 400, 800], { repeats: true }))
    expect(all(repeated)).toHaveLength(8)
    expect(repeated.shortage()).toBeUndefined()
  })
})

describe("the call of a trigger", () => {
  const load = Load.make({ operation: [serve, flush], arrivals: Arrivals.constant(2) })
  const call = { operation: flush, atMicros: 700_000 }

  it("comes once, at its time, from the first client, and is not measured", () => {
    const known = all(LoadSource.make(load, { ...timetable, call }, 1))
    expect(told(known).slice(0, 3)).toEqual([
      ["w-1", 10.5],
      ["t-1", 10.7],
      ["o-2", 11]
    ])
    const triggered = known.find(({ prepared }) => prepared.operation.id === "t-1")
    expect(triggered?.prepared.operation).toMatchObject({ client: "client-1", procedure: "flush" })
    expect(triggered?.prepared.declared).toBe(flush)
  })

  it("is followed by nothing: requests follow each other", () => {
    const source = LoadSource.make(load, { ...timetable, call }, 1)
    const [first, triggered] = source.first(begunAt)
    expect(triggered && source.following(triggered.prepared)).toBeUndefined()
    expect(first && source.following(first.prepared)?.prepared.operation.id).toBe("o-2")
  })

  it("changes nothing of the requests", () => {
    const requests = (times: LoadSource.Timetable) =>
      told(
        all(LoadSource.make(load, times, 1)).filter(
          ({ prepared }) => prepared.operation.id !== "t-1"
        )
      )
    expect(requests({ ...timetable, call })).toEqual(requests(timetable))
  })

  it("is its author's error where its arbitrary throws", () => {
    const broken = Operation.make(
      Desk,
      "serve",
      fc.nat().map((): { n: number } => {
        throw new RangeError("no such n")
      })
    )
    // As a breaking point adds the calls of its triggers: known, and never drawn.
    const { workload, ...load } = loadOf(Arrivals.constant(2))
    const choices = [...workload.choices, { weight: 1, operation: broken }]
    const source = LoadSource.make(
      { ...load, workload: { ...workload, choices } },
      { ...timetable, call: { operation: broken, atMicros: 0 } },
      1
    )
    all(source)
    expect(source.authorError()).toBe(
      "the arbitrary that draws operation t-1 of the load threw RangeError: no such n"
    )
  })
})

describe("the requests of users", () => {
  const users = Arrivals.users(3, { think: "400 millis" })

  it("begin spread over the time of a thought, one for each user, from a client of his own", () => {
    const first = make(users).first(begunAt)
    expect(first.map(({ prepared }) => prepared.operation.client)).toEqual([
      "client-1",
      "client-2",
      "client-3"
    ])
    for (const { atMicros } of first) {
      expect(atMicros).toBeGreaterThanOrEqual(begunAt)
      expect(atMicros).toBeLessThanOrEqual(begunAt + 400_000)
    }
    expect(new Set(first.map(({ atMicros }) => atMicros)).size).toBe(3)
  })

  it("are followed by the next of the same user, a thought after the answer, to the end", () => {
    const source = make(users)
    const [, second] = source.first(begunAt)
    if (second === undefined) throw new Error("there is no second user")
    expect(source.following(second.prepared)).toBeUndefined()
    const next = source.afterEnd(second.prepared, begunAt + 900_000)
    expect(next?.atMicros).toBe(begunAt + 1_300_000)
    expect(next?.prepared.operation).toMatchObject({ client: "client-2", id: "o-4" })
    // An answer is answered once.
    expect(source.afterEnd(second.prepared, begunAt + 900_000)).toBeUndefined()
    expect(next && source.afterEnd(next.prepared, begunAt + 2_599_999)).toBeDefined()
    const other = make(users)
    const [first] = other.first(begunAt)
    expect(first && other.afterEnd(first.prepared, begunAt + 2_600_000)).toBeUndefined()
  })

  it("never come at the very moment of the answer, however little users think", () => {
    const source = make(Arrivals.users(1))
    const [first] = source.first(begunAt)
    expect(first && source.afterEnd(first.prepared, 12_000_000)?.atMicros).toBe(12_000_001)
  })

  it("share the clients that there may be", () => {
    const source = make(Arrivals.users(1_003, { think: "1 second" }))
    const first = source.first(begunAt)
    expect(first).toHaveLength(1_003)
    expect(first[1_002]?.prepared.operation.client).toBe("client-3")
  })
})

class Strict extends Contract.make<Strict>()(
  "Strict",
  RpcGroup.make(Rpc.make("take", { payload: { n: Schema.Int.check(Schema.isLessThan(5)) } }))
) {}

describe("an author's error", () => {
  const sourceOf = (operation: Operation.Operation) =>
    LoadSource.make(Load.make({ operation, arrivals: Arrivals.constant(10) }), timetable, 1)

  it("is a payload that does not fit, and ends the load", () => {
    const source = sourceOf(Operation.make(Strict, "take", fc.record({ n: fc.constant(7) })))
    expect(all(source)).toEqual([])
    expect(source.authorError()).toMatch(/Strict\.take/)
  })

  it("is an arbitrary that throws, and names the request", () => {
    let drawn = 0
    const source = sourceOf(
      Operation.make(
        Strict,
        "take",
        fc.nat(4).map((n) => {
          if (++drawn > 3) throw new TypeError("enough")
          return { n }
        })
      )
    )
    expect(all(source)).toHaveLength(3)
    expect(source.authorError()).toBe(
      "the arbitrary that draws operation w-4 of the load threw TypeError: enough"
    )
    expect(source.shortage()).toBeUndefined()
  })
})
