/**
 * A replica: keeps its place in the chain, passes updates on and answers for them.
 *
 * Every message to the successor carries the whole sent list. So messages may be lost, repeated
 * and overtaken as they like: each one begins where the successor has everything before it.
 */
import { Service, Use, Work } from "downforce"
import { Clock, Config, Effect, Ref, type Result, Schedule } from "effect"
import {
  type Configuration,
  heartbeatMillis,
  Master,
  Refused,
  refusedByStop,
  Replica
} from "./contracts.ts"
import type { Rules } from "./rules.ts"
import * as State from "./state.ts"

/** What a replica takes over an update, or over a message with some, in processor time. */
export const updateTime = "20 millis"

/** What makes one replica that follows these rules. */
export const handlers = (rules: Rules) =>
  Effect.gen(function* () {
    const master = yield* Master
    const replicas = yield* Replica.directory
    const node = yield* Config.String("HOSTNAME")
    const startedAt = yield* Clock.currentTimeMillis
    const state = yield* Ref.make(State.fresh({ node, startedAt }))
    yield* State.ReplicaState.expose(() => Ref.getUnsafe(state))

    const change = <E>(
      step: (from: State.ReplicaState) => Result.Result<State.ReplicaState, E>
    ): Effect.Effect<void, E> =>
      Ref.modify(state, (from) => {
        const to = step(from)
        return [Effect.fromResult(to), to._tag === "Success" ? to.success : from]
      }).pipe(Effect.flatten, Effect.asVoid)

    const adopt = Effect.fnUntraced(function* <E>(answer: Effect.Effect<Configuration, E>) {
      const sentAt = yield* Clock.currentTimeMillis
      const configuration = yield* answer
      const now = yield* Clock.currentTimeMillis
      yield* Ref.update(state, (from) => State.adopt(rules, from, { configuration, sentAt, now }))
    })

    const report = Effect.gen(function* () {
      const { isCatchingUp, self } = yield* Ref.get(state)
      yield* adopt(master.heartbeat({ member: self, isCatchingUp }))
    })

    /** Copies the tail's history, and only then asks to become the tail. */
    const join = Effect.gen(function* () {
      const { chain, epoch } = (yield* Ref.get(state)).configuration
      const tail = chain.at(-1)
      if (tail === undefined) return
      const history = yield* replicas.at(tail.node).copy({ epoch })
      const { self } = yield* Ref.updateAndGet(state, (from) => State.install(from, history))
      yield* adopt(master.join({ epoch, member: self }))
    })

    /** Sends the sent list on, and learns what of it has come to the tail. */
    const propagate = Effect.gen(function* () {
      const from = yield* Ref.get(state)
      const next = State.successor(from)
      if (next === undefined || from.isCatchingUp) return
      const { acknowledged, configuration } = from
      const { epoch } = configuration
      const updates = State.sent(from)
      const count = yield* replicas.at(next.node).forward({ epoch, first: acknowledged, updates })
      yield* Ref.update(state, (now) => State.acknowledge(now, count, epoch))
    }).pipe(
      Effect.tapErrorTag("Behind", (behind) =>
        Ref.update(state, (from) => State.rewind(from, behind.from))
      ),
      Effect.retry({ times: 1, while: (error) => error._tag === "Behind" }),
      refusedByStop,
      Effect.mapError((error) =>
        error._tag === "Stale"
          ? error
          : new Refused({ reason: "the successor has not acknowledged" })
      )
    )

    /** Whoever knows a newer epoch is right: the master will say what it is about. */
    const catchUp = Effect.fnUntraced(function* (epoch: number) {
      const { configuration } = yield* Ref.get(state)
      if (configuration.epoch < epoch) yield* Effect.ignore(report)
    })

    yield* Effect.gen(function* () {
      yield* report
      const now = yield* Ref.get(state)
      if (!State.isMember(now)) yield* join
      else if (State.hasNews(now)) yield* propagate
    }).pipe(
      refusedByStop,
      Effect.ignore,
      Effect.repeat(Schedule.spaced(heartbeatMillis)),
      Effect.forkScoped
    )

    return Replica.of({
      update: Effect.fnUntraced(function* (message) {
        yield* Work.spend(updateTime)
        yield* catchUp(message.epoch)
        yield* change((from) => State.append(from, message))
        const acknowledged = Effect.gen(function* () {
          yield* propagate
          if (State.isAcknowledged(yield* Ref.get(state), message.update)) return
          return yield* new Refused({ reason: "the tail has not acknowledged" })
        })
        yield* rules.beforeAnswering(acknowledged).pipe(Effect.catchTag("Stale", rules.whenStale))
      }),

      query: Effect.fnUntraced(function* (message) {
        yield* catchUp(message.epoch)
        const from = yield* Ref.get(state)
        const value = yield* Effect.fromResult(State.read(rules, from, message))
        // Only now look at the clock: had the lease ended before the read, it has ended now.
        const now = yield* Clock.currentTimeMillis
        if (now < from.leaseUntil) return value
        return yield* new Refused({ reason: "the lease is over" })
      }),

      forward: Effect.fnUntraced(function* (message) {
        yield* Work.spend(updateTime)
        yield* catchUp(message.epoch)
        yield* change((from) => State.receive(rules, from, message))
        yield* propagate
        return (yield* Ref.get(state)).acknowledged
      }),

      copy: Effect.fnUntraced(function* ({ epoch }) {
        const from = yield* Ref.get(state)
        const refused = State.refusal(from, epoch)
        if (refused !== undefined) return yield* refused
        if (State.isTail(from)) return from.history
        return yield* new Refused({ reason: `${node} is not the tail` })
      })
    })
  })

/** A replica that follows these rules. */
export const replica = (rules: Rules) =>
  Service.make("replica", {
    provides: Replica,
    capacity: { cores: 1 },
    uses: {
      master: Use.make(Master, { timeout: "300 millis" }),
      replica: Use.make(Replica, { timeout: "300 millis" })
    },
    handlers: handlers(rules)
  })
