/** A front before a slow store: how many orders, and does it get over what comes and goes? */
import { Always, Arrivals, BreakingPoint, Fault, Level, Load, Operation, Trigger } from "downforce"
import * as fc from "fast-check"
import { Front, Store } from "../systems/retry-storm/contracts.ts"
import { Saved } from "../systems/retry-storm/store.ts"
import { retryStorm } from "../systems/retry-storm/system.ts"

const place = Operation.make(Front, "place", fc.record({ order: fc.nat() }), {
  indefinite: () => true
})
const compact = Operation.make(Store, "compact", fc.constant(undefined))

/** Orders at so many a second, and what holds whatever becomes of the store. */
export const ordersAt = (rate: number) => ({
  load: Load.make({
    operation: place,
    arrivals: Arrivals.poisson(rate),
    warmUp: "1 second",
    measure: "6 seconds",
    drain: "4 seconds"
  }),
  properties: [
    Always.make("an order answered ok is in the store", (view) => {
      const saved = new Set([...view.read(Saved).values()].flat())
      const lost = Operation.entries(place, view.history).find(
        ({ outcome, payload }) => outcome?._tag === "ok" && !saved.has(payload.order)
      )
      if (lost === undefined) return true
      const { order } = lost.payload
      return { subject: "the store", expected: `it has order ${order}`, actual: "it has not" }
    })
  ]
})

/** Long enough to work off all that the store takes at once, many times over. */
const settle = "8 seconds"
const slow = Fault.slow("store", "80 millis")

/** What is asked of a front, whatever it does about a store that is late. */
export const conditions = {
  axis: { unit: "requests/s", min: 20, max: 300 },
  levels: [
    Level.latency({ percentile: 99, atMost: "100 millis" }),
    Level.goodput({ atLeast: 0.99 })
  ],
  prediction: { component: "store", resource: "cores" },
  triggers: [
    Trigger.spike("spike", { factor: 5, lasting: "1 second", settle }),
    Trigger.faults("slow store", [slow], { lasting: "3 seconds", settle }),
    Trigger.call("compaction", compact, { lasting: "2 seconds", settle })
  ]
}

export const requestRate = BreakingPoint.make("request rate", {
  ...conditions,
  at: (rate) => ({ ...ordersAt(rate), system: retryStorm }),
  target: { limit: 140 }
})
