/** Payments, but it remembers a charge only once the ledger has answered. */
import { Service, Use, Work } from "downforce"
import { Effect, Schedule } from "effect"
import { Ledger, Mail, Payments, Unavailable } from "../contracts.ts"
import { assessmentTime } from "../payments.ts"

export const payments = Service.make("payments", {
  provides: Payments,
  capacity: { cores: 1 },
  uses: {
    ledger: Use.make(Ledger, { timeout: "500 millis", retry: { times: 2, delay: "100 millis" } }),
    mail: Use.make(Mail)
  },
  handlers: Effect.gen(function* () {
    const ledger = yield* Ledger
    const mail = yield* Mail
    const scope = yield* Effect.scope
    const charges = new Map<string, string>()
    let lastNumber = 0

    // Nobody waits for the mail: it is tried, behind the answer, until the provider has taken it.
    const mailReceipt = (charge: string, order: string) =>
      mail
        .send({ key: charge, order })
        .pipe(Effect.retry(Schedule.spaced("500 millis")), Effect.forkIn(scope))

    return Payments.of({
      charge: Effect.fnUntraced(function* ({ amount, key, order }) {
        yield* Work.spend(assessmentTime)
        const charge = charges.get(key) ?? `charge-${++lastNumber}`
        yield* ledger
          .append({ charge, order, amount })
          .pipe(Effect.mapError(() => new Unavailable({ order })))
        // broken: if that answer is lost, the next attempt makes another charge.
        charges.set(key, charge)
        yield* mailReceipt(charge, order)
        return { charge }
      })
    })
  })
})
