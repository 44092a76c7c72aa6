/**
 * The store: what a client library would do. It finds the head and the tail, and asks again.
 *
 * An update keeps its request id over all attempts, so asking again is safe.
 */
import { Service, Use } from "downforce"
import { Effect, Random, Schedule } from "effect"
import {
  type Configuration,
  Master,
  Refused,
  refusedByStop,
  Replica,
  Store,
  Unavailable
} from "./contracts.ts"
import type { Rules } from "./rules.ts"

/** A store that follows these rules. */
export const store = (rules: Rules) =>
  Service.make("store", {
    provides: Store,
    uses: {
      master: Use.make(Master, { timeout: "500 millis" }),
      replica: Use.make(Replica, { timeout: "1 second" })
    },
    handlers: Effect.gen(function* () {
      const master = yield* Master
      const replicas = yield* Replica.directory
      // It may be out of date, and that must be safe: the replicas refuse what comes too late.
      const [configuration, forget] = yield* Effect.cachedInvalidateWithTTL(
        master.configuration(),
        "3 seconds"
      )

      /** Tries until it works, each time with a configuration that has not failed yet. */
      const persistently = <A, E>(attempt: (chain: Configuration) => Effect.Effect<A, E>) =>
        configuration.pipe(
          Effect.flatMap(attempt),
          refusedByStop,
          Effect.tapError(() => forget),
          Effect.retry(Schedule.spaced("300 millis")),
          Effect.mapError(() => new Unavailable()),
          Effect.timeoutOrElse({
            duration: "10 seconds",
            orElse: () => Effect.fail(new Unavailable())
          })
        )

      return Store.of({
        put: (update) =>
          persistently(({ chain, epoch }) => {
            const head = chain[0]
            if (head === undefined) return new Refused({ reason: "there is no chain" })
            return replicas.at(head.node).update({ epoch, update })
          }),

        get: ({ key }) =>
          persistently(({ chain, epoch }) =>
            Effect.flatMap(Random.choice(rules.readers(chain)), ({ node }) =>
              replicas.at(node).query({ epoch, key })
            )
          )
      })
    })
  })
