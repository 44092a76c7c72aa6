/** What the services of the retry storm offer to each other. */
import { Contract } from "downforce"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** Not done as far as anyone here knows. The order may be in the store all the same. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  order: Schema.Int
}) {}

/** Takes orders from customers. */
export class Front extends Contract.make<Front>()(
  "Front",
  RpcGroup.make(
    Rpc.make("place", { payload: { order: Schema.Int }, success: Schema.Void, error: Unavailable })
  )
) {}

/** Keeps orders, each of them once, however often it is told of one. */
export class Store extends Contract.make<Store>()(
  "Store",
  RpcGroup.make(
    Rpc.make("save", { payload: { order: Schema.Int } }),
    /** What an operator starts now and then: nothing else is done until it is over. */
    Rpc.make("compact")
  )
) {}
