/**
 * The profiles: let in whoever has a good token.
 *
 * No clock of this node is compared with that of another: whether a token has expired is told by
 * two times of the table's clock, and how long that may be believed by this node's monotonic one.
 */
import { Service, Use } from "downforce"
import { Clock, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Identity, ProfileApi, Profiles, Unauthorized, Unavailable } from "./contracts.ts"

/** How long a token that was found good is taken for good: a session ends so much later here. */
export const trustMillis = 5_000

const knownMax = 10_000

const monotonicMillis = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))

export const profiles = Service.make("profiles", {
  provides: Profiles,
  uses: { identity: Use.make(Identity, { timeout: "1 second", retry: { times: 1 } }) },
  handlers: Effect.gen(function* () {
    const identity = yield* Identity
    const known = new Map<string, { readonly user: string; readonly untilMillis: number }>()

    const userOf = Effect.fnUntraced(function* (access: string) {
      const askedMillis = yield* monotonicMillis
      const trusted = known.get(access)
      if (trusted !== undefined && askedMillis < trusted.untilMillis) return trusted.user
      const bearer = yield* identity.session.introspect({ payload: { access } })
      const leftMillis = bearer.expiresAtMillis - bearer.nowMillis
      if (leftMillis <= 0) return yield* new Unauthorized({ reason: "expired" })
      if (known.size >= knownMax) known.clear()
      const untilMillis = askedMillis + Math.min(leftMillis, trustMillis)
      known.set(access, { user: bearer.user, untilMillis })
      return bearer.user
    })

    const handlers = HttpApiBuilder.group(ProfileApi, "profile", (handlers) =>
      handlers.handle("read", ({ headers }) =>
        userOf(headers.authorization.replace(/^Bearer /, "")).pipe(
          Effect.map((user) => ({ user })),
          Effect.mapError((error) => (error instanceof Unauthorized ? error : new Unavailable()))
        )
      )
    )
    return yield* HttpRouter.toHttpEffect(
      HttpApiBuilder.layer(ProfileApi).pipe(Layer.provide(handlers))
    )
  })
})
