/**
 * What the parts of a replicated chain say to each other.
 *
 * Names follow van Renesse and Schneider, "Chain Replication for Supporting High Throughput and
 * Availability" (2004): update requests go to the head, query requests to the tail, and a master
 * decides who is in the chain.
 */
import { Contract } from "downforce"
import { Cause, Effect, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"

/** A replica in one of its lives: it keeps nothing over a restart, so each life is another. */
export const Member = Schema.Struct({
  node: Schema.String,
  /** When it began, in milliseconds: the later of two lives is the one that lives. */
  startedAt: Schema.Int
})

/** See the schema of the same name. */
export type Member = typeof Member.Type

/** Whether two members are the same life of the same replica. */
export const isSame = (one: Member | undefined, other: Member): boolean =>
  one?.node === other.node && one.startedAt === other.startedAt

/** Who is in the chain, from head to tail. A greater epoch is newer; epoch 0 has no chain yet. */
export const Configuration = Schema.Struct({
  epoch: Schema.Int,
  chain: Schema.Array(Member)
})

/** See the schema of the same name. */
export type Configuration = typeof Configuration.Type

/** An update request. Its `request` stays the same however often the client sends it. */
export const Update = Schema.Struct({
  request: Schema.String,
  key: Schema.String,
  value: Schema.Int
})

/** See the schema of the same name. */
export type Update = typeof Update.Type

/** Not done: the sender is of an earlier epoch than the receiver, and may have been removed. */
export class Stale extends Schema.TaggedError<Stale>()("Stale", { epoch: Schema.Int }) {}

/** Not done: it is not for this replica, or was not acknowledged in time. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { reason: Schema.String }) {}

const Refusal = Schema.Union([Stale, Refused])

/** A callee that stops interrupts whoever waits for it: to the caller that is one more refusal. */
export const refusedByStop = <A, E, R>(call: Effect.Effect<A, E, R>) =>
  Effect.catchCauseIf(call, Cause.hasInterruptsOnly, () =>
    Effect.fail(new Refused({ reason: "it is stopping" }))
  )

/** The receiver's history ends before the first update it was sent: begin at `from`. */
export class Behind extends Schema.TaggedError<Behind>()("Behind", { from: Schema.Int }) {}

/** The store gave up. An update may have been applied, or may yet be. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {}) {}

/** What clients see. */
export class Store extends Contract.make<Store>()(
  "Store",
  RpcGroup.make(
    Rpc.make("put", { payload: Update, error: Unavailable }),
    Rpc.make("get", {
      payload: { key: Schema.String },
      success: Schema.NullOr(Schema.Int),
      error: Unavailable
    })
  )
) {}

/** A replica. Whoever speaks to it names the epoch it knows. */
export class Replica extends Contract.make<Replica>()(
  "Replica",
  RpcGroup.make(
    /** To the head: answered when the tail has the update. */
    Rpc.make("update", { payload: { epoch: Schema.Int, update: Update }, error: Refusal }),
    /** To the tail. */
    Rpc.make("query", {
      payload: { epoch: Schema.Int, key: Schema.String },
      success: Schema.NullOr(Schema.Int),
      error: Refusal
    }),
    /**
     * To the successor: the sent list, whose first update has position `first` in the history.
     * The answer acknowledges: so many updates of the history are known to be at the tail.
     */
    Rpc.make("forward", {
      payload: { epoch: Schema.Int, first: Schema.Int, updates: Schema.Array(Update) },
      success: Schema.Int,
      error: Schema.Union([Stale, Refused, Behind])
    }),
    /** To the tail, from a fresh replica: the history so far. */
    Rpc.make("copy", {
      payload: { epoch: Schema.Int },
      success: Schema.Array(Update),
      error: Refusal
    })
  )
) {}

/** The master. The paper assumes that it does not fail. */
export class Master extends Contract.make<Master>()(
  "Master",
  RpcGroup.make(
    Rpc.make("configuration", { success: Configuration }),
    /** "I am alive": renews the member's lease and answers with the newest configuration. */
    Rpc.make("heartbeat", {
      payload: { member: Member, isCatchingUp: Schema.Boolean },
      success: Configuration
    }),
    /** Appends a replica whose copy is of this epoch. */
    Rpc.make("join", {
      payload: { epoch: Schema.Int, member: Member },
      success: Configuration,
      error: Refused
    })
  )
) {}

/** How often a replica tells the master that it is alive. */
export const heartbeatMillis = 1_000

/**
 * How long after sending a heartbeat a member may take itself for a member. The master removes it
 * no sooner: only then nobody reads from a removed tail. Clocks that drift need a margin here.
 */
export const leaseMillis = 2_500
