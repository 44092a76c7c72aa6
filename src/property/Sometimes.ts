/** Reachability: situations that a batch must have met, so that green means it was tested. */
import type { View } from "./View.ts"

/** Must hold at some moment of some run of a batch. */
export interface Sometimes {
  readonly _tag: "Sometimes"
  readonly name: string
  readonly check: (view: View) => boolean
}

/** Declares a situation that some run of every batch must reach, else it is inconclusive. */
export const make = (name: string, check: (view: View) => boolean): Sometimes => ({
  _tag: "Sometimes",
  name,
  check
})
