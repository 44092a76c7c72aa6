/** The orders: what is placed is written to a log, and acknowledged once it will stay there. */
import { Probe, Service } from "downforce"
import { Effect, Schema, Semaphore } from "effect"
import { Order, Orders, Unsure } from "./contracts.ts"
import * as Log from "./log.ts"

/** What the orders have in their log. */
export const Placed = Probe.make(
  "placed",
  Schema.Struct({
    orders: Schema.Array(Order),
    /** Whether the log ended in a torn record when this life of the node began. */
    hadTornRecord: Schema.Boolean,
    /** How many syncs of the log have failed in this life. */
    failedSyncs: Schema.Int
  })
)

/** The service over a log; whether it keeps its promise is up to that. */
export const ordersOver = (open: Log.Open) =>
  Service.make("orders", {
    provides: Orders,
    disk: {},
    handlers: Effect.gen(function* () {
      const log = yield* open("/orders.log")
      const turns = yield* Semaphore.make(1)
      yield* Placed.expose(() => ({
        orders: log.orders(),
        hadTornRecord: log.hadTornRecord,
        failedSyncs: log.failedSyncs()
      }))

      const find = (number: string) => log.orders().find(({ order }) => order === number)

      return Orders.of({
        place: (order) =>
          Effect.suspend(() =>
            find(order.order) === undefined ? log.append(order) : Effect.void
          ).pipe(
            Semaphore.withPermit(turns),
            Effect.mapError(() => new Unsure({ order: order.order }))
          ),
        get: ({ order }) => Effect.sync(() => find(order) ?? null),
        list: ({ from, max }) => Effect.sync(() => log.orders().slice(from, from + max))
      })
    })
  })

export const orders = ordersOver(Log.open)
