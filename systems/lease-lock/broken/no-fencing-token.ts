/** The store, but it does not look at tokens. */
import { Service } from "downforce"
import { Effect, Ref } from "effect"
import { Store } from "../contracts.ts"
import { Document } from "../store.ts"

type Document = typeof Document.schema.Type

export const store = Service.make("store", {
  provides: Store,
  handlers: Effect.gen(function* () {
    const document = yield* Ref.make<Document>({ lines: [], fence: 0, writes: [], refused: 0 })
    yield* Document.expose(() => Ref.getUnsafe(document))

    const enter = Effect.fnUntraced(function* (
      token: number,
      change: (document: Document) => Document
    ) {
      // broken: the holder of a lease that was taken over is let in like any other.
      const { lines } = yield* Ref.updateAndGet(document, (now) => change({ ...now, fence: token }))
      return lines
    })

    return Store.of({
      read: ({ token }) => enter(token, (now) => now),
      write: ({ lines, token }) =>
        Effect.asVoid(enter(token, (now) => ({ ...now, lines, writes: [...now.writes, token] })))
    })
  })
})
