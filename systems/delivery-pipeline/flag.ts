/** The yellow flag: out while a defect is open, and nothing begins under it. */
import { Effect, Latch } from "effect"

/** A flag. */
export interface Flag {
  /** How many defects are open; it is yellow while there are any. */
  readonly open: () => number
  /** Waits until it is green. */
  readonly green: Effect.Effect<void>
  /** Keeps it yellow for as long as a defect is dealt with. */
  readonly under: <A, E, R>(resolving: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Makes a flag that is green. */
export const make = (): Flag => {
  const latch = Latch.makeUnsafe(true)
  let open = 0
  // Whoever was waiting may find it yellow again when its turn comes.
  const green: Effect.Effect<void> = Effect.suspend(() =>
    open === 0 ? Effect.void : Effect.andThen(latch.await, green)
  )
  return {
    open: () => open,
    green,
    under: (resolving) =>
      Effect.suspend(() => {
        open++
        latch.closeUnsafe()
        return resolving
      }).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            open--
            if (open === 0) latch.openUnsafe()
          })
        )
      )
  }
}
