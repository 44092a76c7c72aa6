/** Toys that can lose replicas for good, and one that a lost answer wedges until a restart. */
import { Effect, Ref, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import {
  Contract,
  Eventually,
  Operation,
  Probe,
  type Property,
  Service,
  System,
  type Turbulence,
  Use,
  WindTunnel,
  Workload
} from "downforce"

class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  copies: Schema.Int
}) {}

/** What clients of a quorum call. */
export class Register extends Contract.make<Register>()(
  "Register",
  RpcGroup.make(
    Rpc.make("write", {
      payload: { value: Schema.Int },
      success: Schema.Int,
      error: Unavailable
    })
  )
) {}

class Copy extends Contract.make<Copy>()(
  "Copy",
  RpcGroup.make(Rpc.make("keep", { payload: { value: Schema.Int }, success: Schema.Int }))
) {}

/** A register with copies on several nodes. */
export interface Quorum {
  readonly replicas: number
  readonly core?: number
  /** How many copies must have a value before the write is answered. */
  readonly needs: number
  readonly clients?: number
  readonly operations?: number
  readonly properties?: ReadonlyArray<Property>
  readonly turbulence?: Turbulence.Turbulence
  readonly liveness?: NonNullable<Parameters<typeof WindTunnel.make>[1]["liveness"]>
}

/** Writes to all copies at once, and answers when enough of them have the value. */
export const quorum = (options: Quorum): WindTunnel.WindTunnel => {
  const register = Service.make("register", {
    provides: Register,
    uses: { copies: Use.make(Copy, { timeout: "500 millis" }) },
    handlers: Effect.gen(function* () {
      const copies = yield* Copy.directory
      return Register.of({
        write: Effect.fnUntraced(function* ({ value }) {
          const kept = yield* Effect.forEach(
            copies.addresses,
            (name) =>
              copies
                .at(name)
                .keep({ value })
                .pipe(
                  Effect.as(1),
                  Effect.catch(() => Effect.succeed(0))
                ),
            { concurrency: "unbounded" }
          )
          const count = kept.reduce<number>((sum, one) => sum + one, 0)
          return count < options.needs ? yield* new Unavailable({ copies: count }) : value
        })
      })
    })
  })
  const copy = Service.make("copy", {
    provides: Copy,
    handlers: Effect.succeed(Copy.of({ keep: ({ value }) => Effect.succeed(value) }))
  })
  const core = options.core === undefined ? {} : { core: options.core }
  return WindTunnel.make("a register", {
    system: System.make("quorum", {
      services: [register, Service.replicas(copy, options.replicas, core)]
    }),
    workload: Workload.make({
      clients: options.clients ?? 2,
      operations: options.operations ?? 4,
      operation: Operation.make(Register, "write", fc.record({ value: fc.nat(9) })),
      over: "1 second",
      timeout: "5 seconds"
    }),
    properties: options.properties ?? [],
    ...(options.turbulence === undefined ? {} : { turbulence: options.turbulence }),
    ...(options.liveness === undefined ? {} : { liveness: options.liveness })
  })
}

class Gate extends Contract.make<Gate>()(
  "Gate",
  RpcGroup.make(Rpc.make("pass", { success: Schema.Boolean }))
) {}

/** Whether the gate is locked. */
export const Locked = Probe.make("locked", Schema.Boolean)

/**
 * A gate that locks itself while it asks, and forgets to unlock when no answer comes: it stays
 * wedged until it is restarted.
 */
export const gate = (turbulence: Turbulence.Turbulence): WindTunnel.WindTunnel => {
  const front = Service.make("gate", {
    provides: Gate,
    uses: { copies: Use.make(Copy, { timeout: "500 millis" }) },
    handlers: Effect.gen(function* () {
      const copies = yield* Copy
      const locked = yield* Ref.make(false)
      yield* Locked.expose(() => Ref.getUnsafe(locked))
      const ask = Effect.andThen(copies.keep({ value: 1 }), Ref.set(locked, false))
      return Gate.of({
        pass: () =>
          Effect.flatMap(Ref.getAndSet(locked, true), (was) =>
            was ? Effect.succeed(false) : Effect.as(Effect.ignore(ask), true)
          )
      })
    })
  })
  const copy = Service.make("copy", {
    provides: Copy,
    handlers: Effect.succeed(Copy.of({ keep: ({ value }) => Effect.succeed(value) }))
  })
  return WindTunnel.make("the gate opens", {
    system: System.make("gate", { services: [front, copy] }),
    workload: Workload.make({
      clients: 2,
      operations: 6,
      operation: Operation.make(Gate, "pass", fc.constant(undefined)),
      over: "2 seconds",
      timeout: "5 seconds"
    }),
    turbulence,
    properties: [
      Eventually.make(
        "the gate is open",
        { within: "5 seconds" },
        (view) => view.read(Locked).get("gate") === false
      )
    ]
  })
}
