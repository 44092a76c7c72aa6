/**
 * Exactly once: every operation that ended `ok` has its effect, and no effect happens twice.
 *
 * Two properties, as one is about every moment and the other about the end.
 */
import type { Duration } from "effect"
import type { Always } from "./Always.ts"
import type { Anchor, Eventually } from "./Eventually.ts"
import type { HistoryEntry } from "./History.ts"
import type { View } from "./View.ts"
import * as AlwaysKind from "./Always.ts"
import * as EventuallyKind from "./Eventually.ts"

/** Where effects are seen, and which of them an operation asks for. */
export interface ExactlyOnceOptions {
  /** What an effect is, in general: `charges of an order`. The subject of counterexamples. */
  readonly effect: string
  /** The key of every effect there is now; a key listed twice happened twice. */
  readonly effects: (view: View) => Iterable<string>
  /** The key of the effect an operation asks for; `undefined` when it asks for none. */
  readonly asked: (entry: HistoryEntry) => string | undefined
  /** How long an effect may take to show, as for Eventually. */
  readonly within: Duration.Input
  readonly after?: Anchor
}

/**
 * Declares both halves: `<name>: at most once` and `<name>: at least once`.
 *
 * @example
 * properties: [
 *   ...ExactlyOnce.make("an order is charged", {
 *     effect: "charges of an order",
 *     effects: (view) => [...view.read(Charges).values()].flat(),
 *     asked: (entry) => (entry.procedure === "charge" ? Order.make(entry.payload).id : undefined),
 *     within: "30 seconds"
 *   })
 * ]
 */
export const make = (
  name: string,
  options: ExactlyOnceOptions
): readonly [atMostOnce: Always, atLeastOnce: Eventually] => {
  const { after, asked, effect, effects, within } = options
  const atMostOnce = AlwaysKind.make(`${name}: at most once`, (view) => {
    const seen = new Set<string>()
    for (const key of effects(view)) {
      if (seen.has(key)) {
        const times = [...effects(view)].filter((other) => other === key).length
        return { subject: effect, expected: `${effect}: ${key} ≤ 1`, actual: `${times}` }
      }
      seen.add(key)
    }
    return true
  })
  const atLeastOnce = EventuallyKind.make(
    `${name}: at least once`,
    after === undefined ? { within } : { within, after },
    (view) => {
      const seen = new Set(effects(view))
      for (const entry of view.history) {
        if (entry.outcome?._tag !== "ok") continue
        const key = asked(entry)
        if (key !== undefined && !seen.has(key)) {
          return {
            subject: effect,
            expected: `${effect}: ${key} ≥ 1`,
            actual: `0, though ${entry.id} ended ok`
          }
        }
      }
      return true
    }
  )
  return [atMostOnce, atLeastOnce]
}
