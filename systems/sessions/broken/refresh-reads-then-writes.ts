/** Identity, but it writes an exchange whatever has become of the session since it was read. */
import { Service, Use } from "downforce"
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import {
  Conflict,
  type Grant,
  Identity,
  IdentityApi,
  Tokens,
  Unauthorized,
  Unavailable
} from "../contracts.ts"
import { Exchanged } from "../identity.ts"
import * as Session from "../session.ts"

const isConflict = (error: unknown) => error instanceof Conflict

/** Whatever else goes wrong, the token is not to blame. */
const orUnavailable = (error: unknown) =>
  error instanceof Unauthorized ? error : new Unavailable()

const grantOf = (pair: Session.Pair, nowMillis: number): Grant => ({
  access: pair.access,
  refresh: pair.refresh,
  expiresInMillis: Session.expiresAtMillis(pair) - nowMillis
})

export const identity = Service.make("identity", {
  provides: Identity,
  uses: { tokens: Use.make(Tokens, { timeout: "1 second", retry: { times: 2 } }) },
  handlers: Effect.gen(function* () {
    const tokens = yield* Tokens
    const exchanged: Array<string> = []
    yield* Exchanged.expose(() => [...exchanged])

    const read = Effect.fnUntraced(function* (token: string) {
      const id = Session.sessionOf(token)
      const row = yield* tokens.get({ id })
      if (row.session === null) return yield* new Unauthorized({ reason: "unknown" })
      if (row.session.isRevoked) return yield* new Unauthorized({ reason: "revoked" })
      return { ...row, id, session: row.session }
    })

    const login = Effect.fnUntraced(function* (user: string) {
      const id = Session.makeSecret()
      const { nowMillis, version } = yield* tokens.get({ id })
      const pair = Session.makePair(id, nowMillis)
      const session = { user, isRevoked: false, pairs: [pair] }
      yield* tokens.put({ id, ifVersion: version, session })
      return grantOf(pair, nowMillis)
    })

    const refresh = Effect.fnUntraced(function* (token: string) {
      const { id, nowMillis, session, version } = yield* read(token)
      const shown = Session.show(session, token, nowMillis)
      if (shown._tag === "Again") return grantOf(shown.pair, nowMillis)
      if (shown._tag === "Reuse") {
        // Of the two who had this token one is a thief, and nobody knows which.
        yield* tokens.put({ id, ifVersion: version, session: { ...session, isRevoked: true } })
        return yield* new Unauthorized({ reason: "reused" })
      }
      const pair = Session.makePair(id, nowMillis)
      // broken: somebody else may have exchanged the same token meanwhile.
      yield* tokens.put({ id, session: Session.extend(session, pair) })
      exchanged.push(token)
      return grantOf(pair, nowMillis)
    })

    const logout = Effect.fnUntraced(function* (token: string) {
      const { id, session, version } = yield* read(token)
      yield* tokens.put({ id, ifVersion: version, session: { ...session, isRevoked: true } })
    })

    const introspect = Effect.fnUntraced(function* (token: string) {
      const { nowMillis, session } = yield* read(token)
      const pair = session.pairs.find(({ access }) => access === token)
      if (pair === undefined) return yield* new Unauthorized({ reason: "unknown" })
      return { user: session.user, expiresAtMillis: Session.expiresAtMillis(pair), nowMillis }
    })

    // Whoever lost against another writer reads again, and then finds what the other has done.
    const handlers = HttpApiBuilder.group(IdentityApi, "session", (handlers) =>
      handlers
        .handle("login", ({ payload }) =>
          login(payload.user).pipe(
            Effect.retry({ while: isConflict }),
            Effect.mapError(() => new Unavailable())
          )
        )
        .handle("refresh", ({ payload }) =>
          refresh(payload.refresh).pipe(
            Effect.retry({ while: isConflict }),
            Effect.mapError(orUnavailable)
          )
        )
        .handle("logout", ({ payload }) =>
          logout(payload.refresh).pipe(
            Effect.retry({ while: isConflict }),
            // What is revoked already, or never was, needs no more.
            Effect.catchTag("Unauthorized", () => Effect.void),
            Effect.mapError(() => new Unavailable())
          )
        )
        .handle("introspect", ({ payload }) =>
          introspect(payload.access).pipe(Effect.mapError(orUnavailable))
        )
    )
    return yield* HttpRouter.toHttpEffect(
      HttpApiBuilder.layer(IdentityApi).pipe(Layer.provide(handlers))
    )
  })
})
