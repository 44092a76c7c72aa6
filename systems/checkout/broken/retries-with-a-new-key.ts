/** The gateway, but each of its attempts has a key of its own. */
import { Service, Use, Work } from "downforce"
import { Effect, Schedule } from "effect"
import { Gateway, Payments, Unavailable } from "../contracts.ts"

export const gateway = Service.make("gateway", {
  provides: Gateway,
  capacity: { cores: 1 },
  uses: { payments: Use.make(Payments, { timeout: "2 seconds" }) },
  handlers: Effect.gen(function* () {
    const payments = yield* Payments

    return Gateway.of({
      checkout: Effect.fnUntraced(function* ({ amount, order }) {
        yield* Work.spend("1 millis")
        // broken: payments takes an attempt with another key for another charge.
        let attempts = 0
        const attempt = Effect.suspend(() =>
          payments.charge({ key: `${order}/${++attempts}`, order, amount })
        )
        return yield* attempt.pipe(
          Effect.retry({ times: 3, schedule: Schedule.spaced("200 millis") }),
          Effect.mapError(() => new Unavailable({ order }))
        )
      })
    })
  })
})
