/** Handlers of a wrong shape. */
import { Effect } from "effect"
import { Service } from "downforce"
import { Ledger, Mail, Payments } from "../Fixture.ts"

export const wrongResult = Payments.of({
  // expect: Payments.charge | Type 'string' is not assignable
  charge: () => Effect.succeed("1")
})

export const wrongError = Payments.of({
  // expect: Payments.charge | Type 'Error' is
  charge: () => Effect.fail(new Error("no"))
})

export const wrongPayload = Payments.of({
  // expect: charge | payload | amount
  charge: (payload: { readonly amount: number }) => Effect.succeed(payload.amount)
})

export const notAStream = Ledger.of({
  append: () => Effect.succeed(1),
  // expect: Ledger.follow | Type 'Effect<string
  follow: () => Effect.succeed("entry")
})

// expect: 'charge' is missing
export const missing = Payments.of({})

export const stranger = Mail.of({
  send: () => Effect.void,
  // expect: not a procedure of Mail
  refund: () => Effect.void
})

export const withoutOf = Service.make("payments", {
  provides: Payments,
  // expect: Payments.charge | Type 'string' is not assignable
  handlers: Effect.succeed({ charge: () => Effect.succeed("1") })
})

export const ofAnother = Service.make("payments", {
  provides: Payments,
  // expect: 'charge' is missing
  handlers: Effect.succeed(Mail.of({ send: () => Effect.void }))
})

export const ofNobody = Service.make("payments", {
  // expect: handlers without `provides` | "charge"
  handlers: Effect.succeed(Payments.of({ charge: () => Effect.succeed(1) }))
})

/** One mistake is one message: none about requirements, which are not known. */
export const oneMessage = Service.make("payments", {
  provides: Payments,
  handlers: Effect.succeed(
    Payments.of({
      // expect: Payments.charge | Type 'string' is not assignable
      charge: () => Effect.succeed("1")
    })
  )
})
