/** What the services of the checkout offer to each other. */
import { Contract } from "downforce"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** No answer in time: the order may have been charged all the same. Asking again is safe. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  order: Schema.String
}) {}

/** The front door. An order is its own idempotency key: it is charged once, however often asked. */
export class Gateway extends Contract.make<Gateway>()(
  "Gateway",
  RpcGroup.make(
    Rpc.make("checkout", {
      payload: { order: Schema.String, amount: Schema.Int },
      success: Schema.Struct({ charge: Schema.String }),
      error: Unavailable
    })
  )
) {}

/** Takes money, once for each key. */
export class Payments extends Contract.make<Payments>()(
  "Payments",
  RpcGroup.make(
    Rpc.make("charge", {
      payload: { key: Schema.String, order: Schema.String, amount: Schema.Int },
      success: Schema.Struct({ charge: Schema.String }),
      error: Unavailable
    })
  )
) {}

/** The book of account: an entry for each charge, and their balance. */
export class Ledger extends Contract.make<Ledger>()(
  "Ledger",
  RpcGroup.make(
    Rpc.make("append", {
      payload: { charge: Schema.String, order: Schema.String, amount: Schema.Int }
    })
  )
) {}

/** The mail provider. It sends one mail for each key. */
export class Mail extends Contract.make<Mail>()(
  "Mail",
  RpcGroup.make(Rpc.make("send", { payload: { key: Schema.String, order: Schema.String } }))
) {}
