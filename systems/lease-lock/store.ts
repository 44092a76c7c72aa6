/**
 * The store: one document, fenced by the tokens of leases.
 *
 * Reading raises the fence too. Were it only for writes, a holder could read, be overtaken by the
 * late write of the one before it, and wipe that out with its own.
 */
import { Probe, Service } from "downforce"
import { Effect, Ref, Schema } from "effect"
import { Stale, Store } from "./contracts.ts"

/** The document, and what has become of those who wanted to change it. */
export const Document = Probe.make(
  "document",
  Schema.Struct({
    lines: Schema.Array(Schema.String),
    /** The greatest token seen. */
    fence: Schema.Int,
    /** The tokens of all writes, in the order they were made. */
    writes: Schema.Array(Schema.Int),
    /** How many were turned away because of their token. */
    refused: Schema.Int
  })
)
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
      const { fence, lines } = yield* Ref.updateAndGet(document, (now) =>
        token < now.fence ? { ...now, refused: now.refused + 1 } : change({ ...now, fence: token })
      )
      return token < fence ? yield* new Stale({ token }) : lines
    })

    return Store.of({
      read: ({ token }) => enter(token, (now) => now),
      write: ({ lines, token }) =>
        Effect.asVoid(enter(token, (now) => ({ ...now, lines, writes: [...now.writes, token] })))
    })
  })
})
