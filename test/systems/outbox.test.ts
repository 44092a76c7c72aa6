/** The outbox: its records, its log on a bare disk, its consumer against a queue; and its twins. */
import { Always, Operation, Sometimes, System, Turbulence, WindTunnel, Workload } from "downforce"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as broken from "../../simulations/outbox/broken.ts"
import * as simulations from "../../simulations/outbox.ts"
import { consumer, Applied } from "../../systems/outbox/consumer.ts"
import { Orders, Queue } from "../../systems/outbox/contracts.ts"
import { orders, Placed } from "../../systems/outbox/orders.ts"
import { Messages, queue } from "../../systems/outbox/queue.ts"
import * as Records from "../../systems/outbox/records.ts"
import { answersIn, problemsIn } from "./Component.ts"
import { fly, scenariosOf } from "./Examples.ts"
import { changedLines } from "./Twin.ts"

const anyOrder = fc.record({
  order: fc.string({ unit: "grapheme" }),
  amount: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  note: fc.string({ unit: "grapheme", maxLength: 2_000 })
})

describe("a record", () => {
  it("gives back the order it was made from", () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const bytes = Records.make(Records.encode(order))
        const record = Records.at(bytes, 0)
        expect(record?.end).toBe(bytes.length)
        expect(record && Records.checksumOf(record.payload)).toBe(record?.checksum)
        expect(record && Records.decode(record.payload)).toEqual(order)
      })
    )
  })

  it("is none when it is cut off anywhere, or begins with zeros", () => {
    fc.assert(
      fc.property(anyOrder, fc.nat(), (order, cut) => {
        const bytes = Records.make(Records.encode(order))
        expect(Records.at(bytes.subarray(0, cut % bytes.length), 0)).toBeUndefined()
        expect(Records.at(new Uint8Array(bytes.length), 0)).toBeUndefined()
      })
    )
  })

  it("does not add up when a bit of it is turned over", () => {
    fc.assert(
      fc.property(anyOrder, fc.nat(), (order, flipped) => {
        const payload = Records.encode(order)
        const before = Records.checksumOf(payload)
        const bit = flipped % (payload.length * 8)
        payload[bit >>> 3] = (payload[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
        expect(Records.checksumOf(payload)).not.toBe(before)
      })
    )
  })

  it("has the checksum that everybody knows", () => {
    expect(Records.checksumOf(new TextEncoder().encode("123456789"))).toBe(0xcbf4_3926)
  })
})

describe("the orders", () => {
  const number = fc.nat(9)
  const one = number.map((n) => ({ order: `order-${n}`, amount: n, note: "!".repeat(n * 200) }))
  const place = Operation.make(Orders, "place", one, { indefinite: () => true })
  const get = Operation.make(
    Orders,
    "get",
    number.map((n) => ({ order: `order-${n}` }))
  )
  const alone = WindTunnel.make("the orders alone", {
    system: System.make("outbox", { services: [orders] }),
    workload: Workload.make({
      clients: 3,
      operations: 16,
      operation: [{ weight: 2, operation: place }, get],
      over: "100 millis"
    }),
    turbulence: Turbulence.swarm(),
    properties: [
      Always.make("an order stands in the log once", (view) =>
        [...view.read(Placed).values()].every(
          ({ orders }) => new Set(orders.map(({ order }) => order)).size === orders.length
        )
      ),
      Always.make("an order that was got was placed", (view) =>
        Operation.entries(get, view.history).every(
          ({ outcome, payload }) =>
            outcome?._tag !== "ok" ||
            outcome.value === null ||
            (outcome.value.order === payload.order &&
              Operation.entries(place, view.history).some(
                (placed) => placed.payload.order === payload.order
              ))
        )
      ),
      Sometimes.make("an order is got", (view) =>
        Operation.entries(get, view.history).some(
          ({ outcome }) => outcome?._tag === "ok" && outcome.value !== null
        )
      )
    ]
  })

  it("answer in calm air", () => {
    expect(answersIn(alone)).toEqual({ ok: alone.workload.operations, violation: undefined })
  })
  it("keep an order once, however often it is placed", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("the consumer", () => {
  const send = Operation.make(
    Queue,
    "send",
    fc.nat(5).map((n) => ({ body: { order: `order-${n}`, amount: n, note: "" } }))
  )
  const alone = WindTunnel.make("the consumer alone", {
    system: System.make("outbox", { services: [consumer], fakes: [queue] }),
    workload: Workload.make({ clients: 2, operations: 12, operation: send, over: "1 second" }),
    turbulence: Turbulence.swarm({ spare: ["queue"] }),
    properties: [
      Always.make("an order is applied once", (view) =>
        [...view.read(Applied).values()].every(
          (applied) => new Set(applied.map(({ order }) => order)).size === applied.length
        )
      ),
      Always.make("what has left the queue is applied", (view) => {
        const [messages] = view.read(Messages).values()
        const [applied] = view.read(Applied).values()
        if (messages === undefined || applied === undefined || messages.waiting > 0) return true
        return Operation.entries(send, view.history).every(
          ({ outcome, payload }) =>
            outcome?._tag !== "ok" || applied.some(({ order }) => order === payload.body.order)
        )
      }),
      Sometimes.make("a message is delivered again", (view) =>
        [...view.read(Messages).values()].some(({ redelivered }) => redelivered > 0)
      )
    ]
  })

  it("answers in calm air", () => {
    expect(answersIn(alone)).toEqual({ ok: alone.workload.operations, violation: undefined })
  })
  it("applies an order once, however often it is delivered", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("an outbox", () => {
  it.each(scenariosOf("outbox", simulations).map((scenario) => [scenario.id, scenario] as const))(
    "holds over 40 runs (%s)",
    async (_id, scenario) => {
      const { failures, runs } = await fly(scenario, 0x5eed0001, 40)
      expect(failures.map(({ header }) => header.failure)).toEqual([])
      expect(runs).toBe(40)
    }
  )
})

describe("a broken outbox", () => {
  it.each([
    ["log", "acks-before-fsync", 7],
    ["log", "no-checksum-on-replay", 1],
    ["log", "ignores-fsync-error", 1],
    ["consumer", "consumer-not-idempotent", 1]
  ])("differs from the good one in one place (%s, %s)", (part, twin, lines) => {
    expect(changedLines("outbox", part, twin)).toBeLessThanOrEqual(lines)
  })

  // From 20 base seeds each was caught within 2,000 runs; these meet it soon.
  const seeds: Readonly<Record<string, number>> = {
    "outbox/broken/acks-before-fsync": 7,
    "outbox/broken/consumer-not-idempotent": 3,
    "outbox/broken/ignores-fsync-error": 8,
    "outbox/broken/no-checksum-on-replay": 2
  }
  const twins = scenariosOf("outbox/broken", broken)

  it("has a twin for every mistake that the outbox is about", () => {
    expect(twins.map(({ id }) => id).sort()).toEqual(Object.keys(seeds))
  })

  it.each(twins.map((twin) => [twin.id, twin] as const))(
    "is caught and shrunk (%s)",
    async (id, twin) => {
      const { failures, verdict } = await fly(
        twin,
        Math.imul(seeds[id] ?? 0, 0x9e3779b1) >>> 0,
        100
      )
      expect(verdict).toBe("violated")
      const [failure] = failures
      expect(failure?.isMinimal).toBe(true)
      const cause = failure?.header.cause
      expect(cause?.workload.length).toBeLessThanOrEqual(4)
      expect(cause?.faults.length).toBeLessThanOrEqual(2)
      expect(cause?.deviations.length).toBeLessThanOrEqual(4)
    }
  )
})
