/**
 * The checkout in the wind tunnel: every order is charged once, entered right and mailed. And how
 * many orders a second it carries.
 */
import {
  Always,
  Arrivals,
  BreakingPoint,
  Eventually,
  Level,
  Load,
  Operation,
  Sometimes,
  Turbulence,
  WindTunnel,
  Workload
} from "downforce"
import type { Outcome, View } from "downforce"
import * as fc from "fast-check"
import { Gateway } from "../systems/checkout/contracts.ts"
import { Book } from "../systems/checkout/ledger.ts"
import { Sent } from "../systems/checkout/mail.ts"
import { checkout } from "../systems/checkout/system.ts"

// Some customers click twice, so orders repeat now and then. An order has one price.
const order = fc.nat(99).map((number) => ({ order: `order-${number + 1}`, amount: number + 10 }))
const buy = Operation.make(Gateway, "checkout", order, { indefinite: () => true })

const books = (view: View) => [...view.read(Book).values()]
const charged = (view: View) => books(view).flatMap(({ entries }) => entries.map((e) => e.order))
const mailed = (view: View) => [...view.read(Sent).values()].flat()
const ended = (view: View, outcome: Outcome["_tag"]) =>
  Operation.entries(buy, view.history)
    .filter((entry) => entry.outcome?._tag === outcome)
    .map(({ payload }) => payload.order)

const isSubset = (some: ReadonlyArray<string>, all: ReadonlyArray<string>) =>
  some.every((one) => all.includes(one))

/** What every checkout is put through, and what is asked of it. */
export const conditions = {
  workload: Workload.make({
    clients: 4,
    operations: 12,
    operation: buy,
    over: "1 second",
    timeout: "15 seconds"
  }),
  // No Crash and no Restart: without a disk, payments and the ledger would forget what they did.
  turbulence: Turbulence.swarm({
    faults: ["Pause", "Slow", "Partition", "SlowLink", "DeadLink", "RefusedLink"]
  }),
  properties: [
    Always.make("no double charge", (view) => {
      const orders = charged(view)
      const twice = orders.find((order, index) => orders.indexOf(order) < index)
      if (twice === undefined) return true
      const times = orders.filter((order) => order === twice).length
      const expected = `charges(${twice}) ≤ 1`
      return { subject: "charges of an order", expected, actual: `${times}` }
    }),
    Always.make("the balance is the sum of all charges", (view) => {
      for (const { balance, entries } of books(view)) {
        const sum = entries.reduce((total, { amount }) => total + amount, 0)
        if (balance === sum) continue
        return { subject: "balance", expected: `balance = ${sum}`, actual: `${balance}` }
      }
      return true
    }),
    Always.make("an order answered ok is charged", (view) =>
      isSubset(ended(view, "ok"), charged(view))
    ),
    Eventually.make("an order answered ok is mailed", { within: "2 minutes" }, (view) =>
      isSubset(ended(view, "ok"), mailed(view))
    ),
    Sometimes.make("the ledger is asked for the same charge again", (view) =>
      books(view).some(({ repeats }) => repeats > 0)
    ),
    Sometimes.make("an order is charged and its customer is not told", (view) =>
      ended(view, "info").some((order) => charged(view).includes(order))
    ),
    Sometimes.make(
      "a receipt is mailed after the answer",
      (view) => !isSubset(ended(view, "ok"), mailed(view))
    )
  ]
}

export const chargedOnce = WindTunnel.make("an order is charged exactly once", {
  ...conditions,
  system: checkout
})

// The gateway has nothing to forget: the customer who asks again is not charged again.
export const chargedOnceDespiteCrashes = WindTunnel.make(
  "a crash of the gateway charges no one twice",
  {
    ...conditions,
    turbulence: Turbulence.swarm({ spare: ["payments", "ledger", "mail"] }),
    system: checkout
  }
)

// Everybody buys once: what repeats is not charged, and would be no load.
const visit = fc.noShrink(fc.noBias(fc.maxSafeNat()))
const sell = Operation.make(
  Gateway,
  "checkout",
  visit.map((number) => ({ order: `order-${number}`, amount: 10 + (number % 90) })),
  { indefinite: () => true }
)

const sold = (view: View) =>
  Operation.entries(sell, view.history).flatMap(({ outcome, payload }) =>
    outcome?._tag === "ok" ? [payload.order] : []
  )

export const requestRate = BreakingPoint.make("request rate", {
  axis: { unit: "orders/s", min: 5, max: 200, start: 15 },
  at: (rate) => ({
    system: checkout,
    load: Load.make({
      operation: sell,
      arrivals: Arrivals.poisson(rate),
      warmUp: "3 seconds",
      measure: "20 seconds",
      timeout: "10 seconds"
    }),
    checkEvery: "5 seconds",
    properties: [
      Always.make(
        "no double charge",
        (view) => new Set(charged(view)).size === charged(view).length
      ),
      Always.make("an order answered ok is charged", (view) => {
        const orders = new Set(charged(view))
        return sold(view).every((order) => orders.has(order))
      }),
      Eventually.make("an order answered ok is mailed", { within: "10 seconds" }, (view) => {
        const orders = new Set(mailed(view))
        return sold(view).every((order) => orders.has(order))
      })
    ]
  }),
  levels: [Level.latency({ percentile: 99, atMost: "300 millis" })],
  target: { limit: 25 },
  prediction: { component: "payments", resource: "cores" }
})
