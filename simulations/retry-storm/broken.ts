/** Carries as much as the good one, until something comes and goes: then it is down for good. */
import { BreakingPoint, System } from "downforce"
import { front } from "../../systems/retry-storm/broken/retries-without-budget.ts"
import { store } from "../../systems/retry-storm/store.ts"
import { conditions, ordersAt } from "../retry-storm.ts"

const retryStorm = System.make("retry-storm", { services: [front, store] })

export const retriesWithoutBudget = BreakingPoint.make("retries without budget", {
  ...conditions,
  at: (rate) => ({ ...ordersAt(rate), system: retryStorm })
})
