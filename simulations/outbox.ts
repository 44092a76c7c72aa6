/** The outbox in the wind tunnel: what was acknowledged is kept, and consumed exactly once. */
import {
  Always,
  ExactlyOnce,
  Operation,
  Sometimes,
  Turbulence,
  WindTunnel,
  Workload
} from "downforce"
import type { View } from "downforce"
import * as fc from "fast-check"
import { Applied } from "../systems/outbox/consumer.ts"
import { Orders } from "../systems/outbox/contracts.ts"
import { Placed } from "../systems/outbox/orders.ts"
import { Messages } from "../systems/outbox/queue.ts"
import { outbox } from "../systems/outbox/system.ts"

// Some customers click twice: an order has one amount and one note. A long note takes several
// sectors of a disk, of which any may survive a loss of power.
const order = fc.nat(19).map((number) => ({
  order: `order-${number + 1}`,
  amount: number + 10,
  note: "please ".repeat(150 + number * 20)
}))
const place = Operation.make(Orders, "place", order, { indefinite: () => true })

const placed = (view: View) => [...view.read(Placed).values()]
const applied = (view: View) => [...view.read(Applied).values()].flat()

/** A record is torn in one run of a hundred where as good as nothing but power and disk fails. */
const torn = "a torn record is met at a start"

/** What every outbox is put through, and what is asked of it. */
export const conditions = {
  workload: Workload.make({
    clients: 3,
    operations: 10,
    operation: place,
    over: "100 millis",
    timeout: "10 seconds"
  }),
  // The queue is somebody else's, and keeps what it has acknowledged.
  turbulence: Turbulence.swarm({
    faults: ["Crash", "Restart", "Partition", "DeadLink", "SlowDisk", "FailingDisk", "FullDisk"],
    spare: ["queue"]
  }),
  horizon: "30 minutes" as const,
  properties: [
    Always.make("an acknowledged order is in the log", (view) => {
      const asked = Operation.entries(place, view.history)
      for (const { orders } of placed(view)) {
        const lost = asked.find(
          ({ outcome, payload }) =>
            outcome?._tag === "ok" && !orders.some(({ order }) => order === payload.order)
        )
        if (lost === undefined) continue
        return {
          subject: "an acknowledged order",
          expected: `${lost.payload.order} is in the log`,
          actual: `it is gone, though ${lost.id} ended ok`
        }
      }
      return true
    }),
    Always.make("nothing is invented", (view) => {
      const asked = Operation.entries(place, view.history)
      const known = [...placed(view).flatMap(({ orders }) => orders), ...applied(view)]
      const strange = known.find(
        ({ amount, note, order }) =>
          !asked.some(
            ({ payload }) =>
              payload.order === order && payload.amount === amount && payload.note === note
          )
      )
      if (strange === undefined) return true
      return {
        subject: "an order",
        expected: "every order was placed as it is",
        actual: `${strange.order} was not`
      }
    }),
    ...ExactlyOnce.make("an order is consumed", {
      effect: "applications of an order",
      effects: (view) => applied(view).map(({ order }) => order),
      asked: (entry) => Operation.entries(place, [entry]).map(({ payload }) => payload.order)[0],
      // Every fifth message may take up to 10 s, in every run to its end, and a receipt is good for
      // less: the weather may keep the consumer from a message for minutes.
      within: "20 minutes"
    }),
    Sometimes.make(torn, (view) => placed(view).some(({ hadTornRecord }) => hadTornRecord)),
    Sometimes.make("a sync fails", (view) =>
      placed(view).some(({ failedSyncs }) => failedSyncs > 0)
    ),
    Sometimes.make("the queue delivers again", (view) =>
      [...view.read(Messages).values()].some(({ redelivered }) => redelivered > 0)
    ),
    Sometimes.make("an order is kept and its customer is not told", (view) => {
      const untold = Operation.entries(place, view.history).filter(
        ({ outcome }) => outcome?._tag === "info"
      )
      return placed(view).some(({ orders }) =>
        untold.some(({ payload }) => orders.some(({ order }) => order === payload.order))
      )
    })
  ]
}

/** What only a disk in trouble leads to. */
const ofDisk = [torn, "a sync fails"]

/** Power and disk of the orders fail, and as good as nothing else. */
export const powerFails = {
  ...conditions,
  workload: Workload.make({ clients: 6, operations: 10, operation: place, over: "30 millis" }),
  turbulence: Turbulence.swarm({
    kinds: ["hold", "lag", "survive", "failsync", "eio"],
    faults: ["Crash", "Restart", "FailingDisk"],
    spare: ["relay", "queue", "consumer"]
  }),
  // So many that a torn record is met.
  runs: 600
}

/** Deliveries fail, and those who deliver; the orders themselves are safe. */
export const deliveryFails = {
  ...conditions,
  workload: Workload.make({ clients: 2, operations: 4, operation: place, over: "200 millis" }),
  turbulence: Turbulence.swarm({
    kinds: ["lose", "duplicate", "reset"],
    faults: ["Crash", "Restart", "Partition", "DeadLink"],
    spare: ["orders", "queue"]
  }),
  properties: conditions.properties.filter(({ name }) => !ofDisk.includes(name))
}

export const consumedExactlyOnce = WindTunnel.make(
  "an acknowledged order is consumed exactly once",
  {
    ...conditions,
    properties: conditions.properties.filter(({ name }) => name !== torn),
    system: outbox
  }
)

export const keptWhenPowerFails = WindTunnel.make("what was acknowledged outlives the power", {
  ...powerFails,
  system: outbox
})

export const consumedOnceThoughDeliveredTwice = WindTunnel.make(
  "what is delivered twice is consumed once",
  { ...deliveryFails, system: outbox }
)
