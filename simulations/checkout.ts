/** The checkout in the wind tunnel: every order is charged once, entered right and mailed. */
import {
  Always,
  Eventually,
  Operation,
  Sometimes,
  Turbulence,
  WindTunnel,
  Workload
} from "downforce"
import type { View } from "downforce"
import * as fc from "fast-check"
import { Gateway } from "../systems/checkout/contracts.ts"
import { Book } from "../systems/checkout/ledger.ts"
import { Sent } from "../systems/checkout/mail.ts"
import { checkout } from "../systems/checkout/system.ts"

// So few orders that customers click twice, and several at once. An order has one price.
const order = fc.nat(7).map((number) => ({ order: `order-${number + 1}`, amount: number + 10 }))
const buy = Operation.make(Gateway, "checkout", order, { indefinite: () => true })

const books = (view: View) => [...view.read(Book).values()]
const charged = (view: View) => books(view).flatMap(({ entries }) => entries.map((e) => e.order))
const mailed = (view: View) => [...view.read(Sent).values()].flat()
const answered = (view: View) =>
  Operation.entries(buy, view.history)
    .filter(({ outcome }) => outcome?._tag === "ok")
    .map(({ payload }) => payload.order)

const isSubset = (some: ReadonlyArray<string>, all: ReadonlyArray<string>) =>
  some.every((one) => all.includes(one))

/** What every checkout is put through, and what is asked of it. */
export const conditions = {
  workload: Workload.make({
    clients: 4,
    operations: 12,
    operation: buy,
    over: "5 millis",
    timeout: "15 seconds"
  }),
  // No Crash and no Restart: payments and the ledger have nowhere to keep what they know.
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
      return { subject: "charges of an order", expected, actual: `got ${times}` }
    }),
    Always.make("the balance is the sum of all charges", (view) => {
      for (const { balance, entries } of books(view)) {
        const sum = entries.reduce((total, { amount }) => total + amount, 0)
        if (balance === sum) continue
        return { subject: "balance", expected: `balance = ${sum}`, actual: `got ${balance}` }
      }
      return true
    }),
    Always.make("an order answered ok is charged", (view) =>
      isSubset(answered(view), charged(view))
    ),
    Eventually.make("an order answered ok is mailed", { within: "2 minutes" }, (view) =>
      isSubset(answered(view), mailed(view))
    ),
    Sometimes.make("a charge reaches the ledger again", (view) =>
      books(view).some(({ repeats }) => repeats > 0)
    ),
    Sometimes.make(
      "a receipt is mailed after the answer",
      (view) => !isSubset(answered(view), mailed(view))
    ),
    Sometimes.make("a customer gets no answer", (view) =>
      view.history.some(({ outcome }) => outcome?._tag === "info")
    )
  ]
}

export const chargedOnce = WindTunnel.make("an order is charged exactly once", {
  system: checkout,
  ...conditions
})
