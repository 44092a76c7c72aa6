/** The gateway: the customers' way in. It asks for a charge until it hears of one. */
import { Service, Use, Work } from "downforce"
import { Effect, Schedule } from "effect"
import { Gateway, Payments, Unavailable } from "./contracts.ts"

export const gateway = Service.make("gateway", {
  provides: Gateway,
  capacity: { cores: 1 },
  uses: { payments: Use.make(Payments, { timeout: "2 seconds" }) },
  handlers: Effect.gen(function* () {
    const payments = yield* Payments

    return Gateway.of({
      checkout: Effect.fnUntraced(function* ({ amount, order }) {
        yield* Work.spend("1 millis")
        const attempt = payments.charge({ key: order, order, amount })
        return yield* attempt.pipe(
          Effect.retry({ times: 3, schedule: Schedule.spaced("200 millis") }),
          Effect.mapError(() => new Unavailable({ order }))
        )
      })
    })
  })
})
