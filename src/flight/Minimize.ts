/**
 * Delta debugging (Zeller and Hildebrandt, 2002): the smallest part of a list that still fails.
 *
 * Pure search over lists and numbers; knows nothing of flights.
 */
import { Effect } from "effect"

/** Tries a smaller candidate: whether it still fails, or `stop` when there is no time left. */
export type Attempt<A> = (candidate: A) => Effect.Effect<"fails" | "passes" | "stop">

/**
 * A sublist that still fails and from which no single element can be taken away (unless stopped).
 * `attempt` is never asked about the list itself: that it fails is taken for granted.
 */
export const minimizeList = Effect.fnUntraced(function* <A>(
  list: ReadonlyArray<A>,
  attempt: Attempt<ReadonlyArray<A>>
): Effect.fn.Return<ReadonlyArray<A>> {
  let current = list
  if (current.length === 0) return current
  const none = yield* attempt([])
  if (none === "fails") return []
  if (none === "stop") return current
  let size = Math.ceil(current.length / 2)
  while (current.length > 0) {
    let removedAny = false
    for (let from = current.length - size; from > -size; from -= size) {
      const start = Math.max(0, from)
      const candidate = [...current.slice(0, start), ...current.slice(from + size)]
      if (candidate.length === current.length || candidate.length === 0) continue
      const result = yield* attempt(candidate)
      if (result === "stop") return current
      if (result === "fails") {
        current = candidate
        removedAny = true
      }
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (!removedAny) return current
  }
  return current
})

/**
 * The smallest number from `low` to `high` that still fails, found by bisection: exact where
 * failing is monotonic, else some failing number whose half passes. `high` is known to fail.
 */
export const minimizeNumber = Effect.fnUntraced(function* (
  low: number,
  high: number,
  attempt: Attempt<number>
): Effect.fn.Return<number> {
  let passing = low - 1
  let failing = high
  while (failing - passing > 1) {
    const middle = passing + Math.floor((failing - passing) / 2)
    const result = yield* attempt(middle)
    if (result === "stop") return failing
    if (result === "fails") failing = middle
    else passing = middle
  }
  return failing
})
