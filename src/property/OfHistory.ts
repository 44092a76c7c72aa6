/** Properties of what the clients saw, judged once, when the flight is over. */
import type { Verdict } from "./Verdict.ts"
import type { History } from "./History.ts"

/** Judges the whole history once, when the flight is over. */
export interface OfHistory {
  readonly _tag: "OfHistory"
  readonly name: string
  readonly judge: (history: History) => Verdict
}

/** Declares a property of the whole history. Linearizable is the best known of them. */
export const make = (name: string, judge: (history: History) => Verdict): OfHistory => ({
  _tag: "OfHistory",
  name,
  judge
})
