/** What the services around the lock offer to each other. */
import { Contract } from "downforce"
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** Somebody else holds the lease. */
export class Held extends Schema.TaggedError<Held>()("Held", {}) {}

/** Leases, one at a time. Each has a token, and every token is greater than those before it. */
export class Lock extends Contract.make<Lock>()(
  "Lock",
  RpcGroup.make(
    Rpc.make("acquire", { success: Schema.Struct({ token: Schema.Int }), error: Held }),
    Rpc.make("release", { payload: { token: Schema.Int } })
  )
) {}

/** The store has already dealt with the holder of a later lease. */
export class Stale extends Schema.TaggedError<Stale>()("Stale", { token: Schema.Int }) {}

/** A document that is only ever read and written as a whole, by whoever holds the lease. */
export class Store extends Contract.make<Store>()(
  "Store",
  RpcGroup.make(
    Rpc.make("read", {
      payload: { token: Schema.Int },
      success: Schema.Array(Schema.String),
      error: Stale
    }),
    Rpc.make("write", {
      payload: { token: Schema.Int, lines: Schema.Array(Schema.String) },
      error: Stale
    })
  )
) {}

/** The lease could not be had; nothing was written. */
export class Busy extends Schema.TaggedError<Busy>()("Busy", {}) {}

/** The lease or the store was lost on the way; the line may have been written. */
export class Unsure extends Schema.TaggedError<Unsure>()("Unsure", {}) {}

/** Adds lines to the document. */
export class Worker extends Contract.make<Worker>()(
  "Worker",
  RpcGroup.make(
    Rpc.make("append", {
      payload: { line: Schema.String },
      error: Schema.Union([Busy, Unsure])
    })
  )
) {}
