/** What the services of the outbox offer to each other. */
import { Contract } from "downforce"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** An order. Its number is its identity: one order, however often it is placed or delivered. */
export const Order = Schema.Struct({
  order: Schema.String,
  amount: Schema.Int,
  /** What the customer wrote to it, of any length. */
  note: Schema.String
})
export type Order = typeof Order.Type

/** The disk has not confirmed it: the order may be kept, or not. Placing it again is safe. */
export class Unsure extends Schema.TaggedError<Unsure>()("Unsure", { order: Schema.String }) {}

/** Takes orders, and keeps what it has said yes to. */
export class Orders extends Contract.make<Orders>()(
  "Orders",
  RpcGroup.make(
    Rpc.make("place", { payload: Order, error: Unsure }),
    Rpc.make("get", { payload: { order: Schema.String }, success: Schema.NullOr(Order) }),
    /** Orders in the order in which they were kept, from the position `from`. */
    Rpc.make("list", {
      payload: { from: Schema.Int, max: Schema.Int },
      success: Schema.Array(Order)
    })
  )
) {}

/** What a queue delivers; the receipt is good until it delivers the same again. */
export const Message = Schema.Struct({ receipt: Schema.String, body: Order })

/** A queue that delivers at least once: what is not deleted in time is delivered again. */
export class Queue extends Contract.make<Queue>()(
  "Queue",
  RpcGroup.make(
    Rpc.make("send", { payload: { body: Order } }),
    Rpc.make("receive", {
      payload: { max: Schema.Int, visibilityMillis: Schema.Int },
      success: Schema.Array(Message)
    }),
    Rpc.make("delete", { payload: { receipt: Schema.String } })
  )
) {}
