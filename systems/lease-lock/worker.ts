/** A worker: under a lease, reads the document, adds a line and writes it back. */
import { Contract, Service, Use } from "downforce"
import { Effect } from "effect"
import { Busy, Held, Lock, Store, Unsure, Worker } from "./contracts.ts"

export const worker = Service.make("worker", {
  provides: Worker,
  uses: {
    lock: Use.make(Lock, {
      timeout: "500 millis",
      retry: {
        times: 20,
        delay: "200 millis",
        onlyIf: (error) => error instanceof Held || Contract.isCallError(error)
      }
    }),
    store: Use.make(Store, { timeout: "2 seconds", retry: { times: 2 } })
  },
  handlers: Effect.gen(function* () {
    const lock = yield* Lock
    const store = yield* Store

    return Worker.of({
      append: ({ line }) =>
        Effect.acquireUseRelease(
          Effect.mapError(lock.acquire(), () => new Busy()),
          Effect.fnUntraced(
            function* ({ token }) {
              const lines = yield* store.read({ token })
              // The line is there already when the request for it came twice.
              if (lines.includes(line)) return
              yield* store.write({ token, lines: [...lines, line] })
            },
            Effect.mapError(() => new Unsure())
          ),
          ({ token }) => Effect.ignore(lock.release({ token }))
        )
    })
  })
})
