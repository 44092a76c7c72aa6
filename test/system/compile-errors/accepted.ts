/** What does compile: the graph of the tests as a system, its scenario, and inferred clients. */
import { Effect, type Stream } from "effect"
import { Operation, Service, System, Turbulence, Use, WindTunnel, Workload } from "downforce"
import * as fc from "fast-check"
import { type Closed, Ledger, Mail, Payments, auditor, ledger, mail, payments } from "../Fixture.ts"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <_Answer extends true>(): void => {}

export const checkout = System.make("checkout", {
  services: [Service.replicas(payments, 2), ledger, auditor],
  fakes: [mail]
})
same<Same<typeof checkout, System.System<Ledger | Payments | Mail>>>()
same<Same<Service.UsesOf<typeof auditor>, Ledger>>()
same<Same<Service.ProvidesOf<typeof auditor>, never>>()
same<Same<Service.UsesOf<typeof payments>, Ledger | Mail>>()

export const clients = Effect.gen(function* () {
  const client = yield* Ledger
  const sequence = client.append({ order: "o" })
  const entries = client.follow({ from: 0 })
  same<Same<Effect.Success<typeof sequence>, number>>()
  same<Same<Extract<Effect.Error<typeof sequence>, Closed>, Closed>>()
  same<Same<Effect.Error<typeof sequence>["_tag"], "Closed" | "RpcClientError" | "TimeoutError">>()
  same<Same<Stream.Success<typeof entries>, string>>()
  same<Same<Stream.Error<typeof entries>["_tag"], "RpcClientError" | "TimeoutError">>()
})
same<Same<Effect.Services<typeof clients>, Ledger>>()

/** A service may call other replicas of itself, and contracts nobody knows yet compile. */
export const relay = Service.make("relay", {
  provides: Mail,
  uses: { others: Use.make(Mail) },
  handlers: Effect.gen(function* () {
    const others = yield* Mail.addresses
    return Mail.of({
      send: (request) =>
        Effect.gen(function* () {
          const next = yield* Mail.at(others[0] ?? "nobody")
          return yield* next.send(request)
        }).pipe(Effect.ignore)
    })
  })
})
export const relays = System.make("relays", { services: [Service.replicas(relay, 3)] })

export const scenario = WindTunnel.make("charges", {
  system: checkout,
  workload: Workload.make({
    clients: 2,
    operations: 5,
    operation: [
      Operation.make(Payments, "charge", fc.record({ order: fc.string() }), {
        indefinite: (error) => error.until > 0
      }),
      { weight: 2, operation: Operation.make(Ledger, "follow", fc.record({ from: fc.nat() })) }
    ]
  }),
  turbulence: Turbulence.calm,
  properties: []
})
