/** The lock: grants a lease for a second, and then to whoever asks next, released or not. */
import { Probe, Service } from "downforce"
import { Clock, Effect, Ref, Schema } from "effect"
import { Held, Lock } from "./contracts.ts"

const leaseMillis = 1_000

/** The latest lease, and how many were taken over from a holder that had not released its own. */
export const Lease = Probe.make(
  "lease",
  Schema.Struct({ token: Schema.Int, endsAtMillis: Schema.Int, takeovers: Schema.Int })
)

export const lock = Service.make("lock", {
  provides: Lock,
  handlers: Effect.gen(function* () {
    const lease = yield* Ref.make({ token: 0, endsAtMillis: 0, takeovers: 0 })
    yield* Lease.expose(() => Ref.getUnsafe(lease))

    return Lock.of({
      acquire: Effect.fnUntraced(function* () {
        const now = yield* Clock.currentTimeMillis
        const token = yield* Ref.modify(lease, (last) => {
          if (now < last.endsAtMillis) return [undefined, last]
          const token = last.token + 1
          const takeovers = last.takeovers + (last.endsAtMillis > 0 ? 1 : 0)
          return [token, { token, endsAtMillis: now + leaseMillis, takeovers }]
        })
        return token === undefined ? yield* new Held() : { token }
      }),
      release: ({ token }) =>
        Ref.update(lease, (last) => (last.token === token ? { ...last, endsAtMillis: 0 } : last))
    })
  })
})
