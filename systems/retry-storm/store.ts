/**
 * The store: slow, and honest about it. It takes so many queries at once and turns away the rest.
 */
import { Probe, Service, Work } from "downforce"
import { Effect, Schema } from "effect"
import { Store } from "./contracts.ts"

/** The orders that the store has. */
export const Saved = Probe.make("saved", Schema.Array(Schema.Int))

/** How many queries are worked on at once. */
const cores = 4
/** How many it has at once. The last of them waits for 480 milliseconds before it is worked on. */
const slots = 100
/** What a query takes: four cores do 200 a second. */
const queryTime = "20 millis"
/** For how long a compaction takes every core. */
const compactionTime = "2 seconds"

export const store = Service.make("store", {
  provides: Store,
  capacity: { cores, slots, queueMax: 0 },
  handlers: Effect.gen(function* () {
    const saved = new Set<number>()
    yield* Saved.expose(() => [...saved])

    return Store.of({
      // A database does not hear that its caller has given up: an abandoned query takes as long as
      // any other, and it is done.
      save: ({ order }) =>
        Work.spend(queryTime).pipe(
          Effect.andThen(Effect.sync(() => void saved.add(order))),
          Effect.uninterruptible
        ),
      compact: () => {
        const parts = Array.from({ length: cores }, () => Work.spend(compactionTime))
        return Effect.uninterruptible(Effect.all(parts, { concurrency: cores, discard: true }))
      }
    })
  })
})
