/** Services that need what they do not declare, while built or while they handle. */
import { Context, Effect } from "effect"
import { Service, Use } from "downforce"
import { Ledger, Mail, Payments } from "../Fixture.ts"

export const whileBuilt = Service.make("payments", {
  provides: Payments,
  uses: { mail: Use.make(Mail) },
  // expect: missing from `uses` | "Ledger"
  handlers: Effect.gen(function* () {
    const ledger = yield* Ledger
    yield* Mail
    return Payments.of({ charge: (request) => ledger.append(request).pipe(Effect.orDie) })
  })
})

export const whileHandling = Service.make("payments", {
  provides: Payments,
  uses: { mail: Use.make(Mail) },
  // expect: missing from `uses` | "Ledger"
  handlers: Effect.succeed(
    Payments.of({
      charge: Effect.fn("charge")(function* (request) {
        const ledger = yield* Ledger
        return yield* ledger.append(request).pipe(Effect.orDie)
      })
    })
  )
})

export const ofOneReplica = Service.make("payments", {
  // expect: missing from `uses` | "Ledger"
  handlers: Effect.gen(function* () {
    yield* Ledger.at("ledger-2")
  })
})

class Settings extends Context.Service<Settings, { readonly theme: string }>()("Settings") {}

export const notAContract = Service.make("payments", {
  // expect: missing from `uses` | Settings
  handlers: Effect.gen(function* () {
    yield* Settings
  })
})

declare const opaque: Effect.Effect<number, never, unknown>

export const whoKnowsWhat = Service.make("payments", {
  provides: Payments,
  // expect: missing from `uses` | unknown
  handlers: Effect.succeed(Payments.of({ charge: () => opaque }))
})
