/** A fake of the database: a table of sessions, and the one clock that all their times are of. */
import { Fake, Probe } from "downforce"
import { Clock, Effect, Schema } from "effect"
import { Conflict, Tokens } from "./contracts.ts"
import { Session } from "./session.ts"

/** The sessions in the table, by their ids. */
export const Sessions = Probe.make("sessions", Schema.Record(Schema.String, Session))

export const tokens = Fake.make("tokens", {
  provides: Tokens,
  handlers: Effect.gen(function* () {
    const rows = new Map<string, { readonly version: number; readonly session: Session }>()
    yield* Sessions.expose(() =>
      Object.fromEntries([...rows].map(([id, { session }]) => [id, session]))
    )

    return Tokens.of({
      get: ({ id }) =>
        Effect.map(Clock.currentTimeMillis, (nowMillis) => ({
          ...(rows.get(id) ?? { version: 0, session: null }),
          nowMillis
        })),
      put: ({ id, ifVersion, session }) =>
        Effect.suspend(() => {
          const version = rows.get(id)?.version ?? 0
          if (ifVersion !== undefined && ifVersion !== version) return Effect.fail(new Conflict())
          rows.set(id, { version: version + 1, session })
          return Effect.void
        })
    })
  })
})
