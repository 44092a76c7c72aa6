/** What waits before a stage, and is taken from there in batches. */
import { Effect, Latch } from "effect"

/** An inbox. */
export interface Inbox<A> {
  readonly put: (items: ReadonlyArray<A>) => void
  /** Waits until there is something to take and the flag is green; then takes all, up to `max`. */
  readonly take: (green: Effect.Effect<void>, max: number) => Effect.Effect<ReadonlyArray<A>>
}

/** Makes an inbox with nothing in it. */
export const make = <A>(): Inbox<A> => {
  const waiting: Array<A> = []
  const latch = Latch.makeUnsafe(false)
  return {
    put: (items) => {
      waiting.push(...items)
      if (waiting.length > 0) latch.openUnsafe()
    },
    // What comes while the flag is yellow goes with what was there: so batches grow under yellow.
    take: (green, max) =>
      latch.await.pipe(
        Effect.andThen(green),
        Effect.andThen(
          Effect.sync(() => {
            const taken = waiting.splice(0, max)
            if (waiting.length === 0) latch.closeUnsafe()
            return taken
          })
        )
      )
  }
}
