/** Each service of the checkout alone, against fakes of what it uses. */
import {
  Always,
  Fake,
  Operation,
  Probe,
  Sometimes,
  System,
  Turbulence,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Gateway, Ledger, Payments, Unavailable } from "../../systems/checkout/contracts.ts"
import { gateway } from "../../systems/checkout/gateway.ts"
import { Book, ledger } from "../../systems/checkout/ledger.ts"
import { mail, Sent } from "../../systems/checkout/mail.ts"
import { payments } from "../../systems/checkout/payments.ts"
import { answersIn, problemsIn } from "./Component.ts"
import { changedLines } from "./Twin.ts"

const faults = ["Pause", "Slow", "Partition", "SlowLink", "DeadLink", "RefusedLink"] as const
const number = fc.integer({ min: 1, max: 5 })
const load = { clients: 3, operations: 10, over: "1 second" } as const

/** What a fake was asked for, each time: the key or charge, and the order. */
const Asked = Probe.make("asked", Schema.Array(Schema.Tuple([Schema.String, Schema.String])))
const asked = (view: View) => [...view.read(Asked).values()].flat()

/** No order was asked for under two names. */
const isOneName = (view: View): boolean => {
  const names = new Map(asked(view).map(([name, order]) => [order, name]))
  return asked(view).every(([name, order]) => names.get(order) === name)
}
const isRepeated = Sometimes.make("it asks again", (view) => {
  const orders = asked(view).map(([, order]) => order)
  return new Set(orders).size < orders.length
})

describe("the ledger", () => {
  const append = number.map((n) => ({ charge: `charge-${n}`, order: `order-${n}`, amount: n }))
  const alone = WindTunnel.make("the ledger alone", {
    system: System.make("checkout", { services: [ledger] }),
    workload: Workload.make({ ...load, operation: Operation.make(Ledger, "append", append) }),
    turbulence: Turbulence.swarm({ faults }),
    properties: [
      Always.make("a charge has one entry, and the balance is their sum", (view) => {
        for (const { balance, entries } of view.read(Book).values()) {
          const byCharge = new Map(entries.map(({ amount, charge }) => [charge, amount]))
          const sum = [...byCharge.values()].reduce((total, amount) => total + amount, 0)
          if (balance !== sum || byCharge.size !== entries.length) return false
        }
        return true
      }),
      Sometimes.make("a charge arrives again", (view) =>
        [...view.read(Book).values()].some(({ repeats }) => repeats > 0)
      )
    ]
  })

  it("answers in calm air", () => {
    expect(answersIn(alone)).toEqual({ ok: alone.workload.operations, violation: undefined })
  })
  it("enters a charge once and keeps its balance", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("payments", () => {
  const ledgerFake = Fake.make("ledger", {
    provides: Ledger,
    handlers: Effect.gen(function* () {
      const seen: Array<readonly [string, string]> = []
      yield* Asked.expose(() => [...seen])
      return Ledger.of({
        append: ({ charge, order }) => Effect.sync(() => void seen.push([charge, order]))
      })
    })
  })
  const charge = number.map((n) => ({ key: `order-${n}`, order: `order-${n}`, amount: n }))
  const buy = Operation.make(Payments, "charge", charge, { indefinite: () => true })
  const alone = WindTunnel.make("payments alone", {
    system: System.make("checkout", { services: [payments], fakes: [ledgerFake, mail] }),
    workload: Workload.make({ ...load, operation: buy }),
    turbulence: Turbulence.swarm({ faults }),
    properties: [
      Always.make("an order has one charge, whatever becomes of answers", isOneName),
      Always.make("what is answered ok was in the ledger's hands", (view) =>
        Operation.entries(buy, view.history).every(
          ({ outcome, payload }) =>
            outcome?._tag !== "ok" ||
            asked(view).some(
              ([name, order]) => order === payload.order && name === outcome.value.charge
            )
        )
      ),
      isRepeated,
      Sometimes.make("a receipt is mailed", (view) =>
        [...view.read(Sent).values()].some((sent) => sent.length > 0)
      )
    ]
  })

  it("answers in calm air", () => {
    expect(answersIn(alone)).toEqual({ ok: alone.workload.operations, violation: undefined })
  })
  it("has one charge for an order", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("the gateway", () => {
  const paymentsFake = Fake.make("payments", {
    provides: Payments,
    handlers: Effect.gen(function* () {
      const seen: Array<readonly [string, string]> = []
      yield* Asked.expose(() => [...seen])
      return Payments.of({
        // Every second request fails, though it was taken notice of.
        charge: ({ key, order }) =>
          Effect.suspend(() =>
            seen.push([key, order]) % 2 === 0
              ? Effect.fail(new Unavailable({ order }))
              : Effect.succeed({ charge: key })
          )
      })
    })
  })
  const order = number.map((n) => ({ order: `order-${n}`, amount: n }))
  const alone = WindTunnel.make("the gateway alone", {
    system: System.make("checkout", { services: [gateway], fakes: [paymentsFake] }),
    workload: Workload.make({
      ...load,
      operation: Operation.make(Gateway, "checkout", order, { indefinite: () => true })
    }),
    turbulence: Turbulence.swarm({ spare: ["payments"] }),
    properties: [
      Always.make("every attempt at an order has its key", isOneName),
      isRepeated,
      Sometimes.make("it gives up", (view) =>
        view.history.some(({ outcome }) => outcome?._tag === "info")
      )
    ]
  })

  it("answers in calm air", () => {
    expect(answersIn(alone)).toEqual({ ok: alone.workload.operations, violation: undefined })
  })
  it("retries with the key it began with, also after a crash", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("a broken twin", () => {
  it.each([
    ["gateway", "retries-with-a-new-key"],
    ["payments", "charges-before-recording"],
    ["ledger", "reads-then-writes-the-balance"]
  ])("differs from the good service in one place (%s, %s)", (service, twin) => {
    expect(changedLines("checkout", service, twin)).toBeLessThanOrEqual(8)
  })
})
