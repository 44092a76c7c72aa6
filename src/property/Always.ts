/** Invariants: what must hold after every event of every run. */
import type { CheckResult, View } from "./View.ts"

/** Must hold after every event. */
export interface Always {
  readonly _tag: "Always"
  readonly name: string
  readonly check: (view: View) => CheckResult
}

/**
 * Declares an invariant. `check` runs after every event that may have changed something: it must
 * be cheap and must not change anything.
 *
 * @example
 * Always.make("no order is charged twice", (view) => {
 *   for (const [node, charges] of view.read(Charges)) {
 *     const twice = charges.find((order, index) => charges.indexOf(order) !== index)
 *     if (twice !== undefined) {
 *       return { subject: "charges of an order", expected: `charges(${twice}) ≤ 1`, actual: node }
 *     }
 *   }
 *   return true
 * })
 */
export const make = (name: string, check: (view: View) => CheckResult): Always => ({
  _tag: "Always",
  name,
  check
})
