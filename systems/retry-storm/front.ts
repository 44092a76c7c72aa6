/** The front: tells the store of each order, and tries again within its budget. */
import { Service, Use } from "downforce"
import { Effect, Schedule } from "effect"
import * as Budget from "./budget.ts"
import { Front, Store, Unavailable } from "./contracts.ts"

/** How long the store has for an answer: ten times what it takes when it is not busy. */
export const patience = "200 millis"
/** How often an order is tried again, and how soon. */
export const again = { times: 3, schedule: Schedule.spaced("50 millis") }

export const front = Service.make("front", {
  provides: Front,
  uses: { store: Use.make(Store, { timeout: patience }) },
  handlers: Effect.gen(function* () {
    const store = yield* Store
    const budget = Budget.make()

    return Front.of({
      place: Effect.fnUntraced(function* ({ order }) {
        yield* store.save({ order }).pipe(
          Effect.tap(Effect.sync(budget.earn)),
          Effect.retry({ ...again, while: budget.spend }),
          Effect.mapError(() => new Unavailable({ order }))
        )
      })
    })
  })
})
