/** The front, but its budget is never used up. */
import { Service, Use } from "downforce"
import { Effect } from "effect"
import type { Budget } from "../budget.ts"
import { Front, Store, Unavailable } from "../contracts.ts"
import { again, patience } from "../front.ts"

export const front = Service.make("front", {
  provides: Front,
  uses: { store: Use.make(Store, { timeout: patience }) },
  handlers: Effect.gen(function* () {
    const store = yield* Store
    // broken: a store that is late gets four times the load, and stays late because of it.
    const budget: Budget = { earn: () => {}, spend: () => true }

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
