/**
 * A fake of the browsers: keeps the tokens of their users, and tells which it used.
 *
 * Unlike a good browser it does not look after its tokens: it shows what it is told to, the expired
 * and the exchanged ones too.
 */
import { Contract, Fake, Use } from "downforce"
import { Effect, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { Grant, Identity, Profiles, Reason, Unauthorized } from "./contracts.ts"

/** Nobody is signed in, or not for so long. */
export class NoToken extends Schema.TaggedError<NoToken>()("NoToken", {}) {}

/** The token that was shown is not good. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  token: Schema.String,
  reason: Reason
}) {}

/** No answer came, or none that tells anything. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {}) {}

/** Whose token to show: the newest one, or one that is so many older. */
const Choice = { user: Schema.String, age: Schema.Int }

/** What people do with their browsers. */
export class Browser extends Contract.make<Browser>()(
  "Browser",
  RpcGroup.make(
    Rpc.make("signIn", { payload: { user: Schema.String }, success: Grant, error: NoAnswer }),
    Rpc.make("visit", {
      payload: Choice,
      success: Schema.Struct({ token: Schema.String, user: Schema.String }),
      error: Schema.Union([NoToken, Refused, NoAnswer])
    }),
    Rpc.make("refresh", {
      payload: Choice,
      success: Schema.Struct({ token: Schema.String, grant: Grant }),
      error: Schema.Union([NoToken, Refused, NoAnswer])
    }),
    Rpc.make("signOut", {
      payload: Choice,
      success: Schema.Struct({ token: Schema.String }),
      error: Schema.Union([NoToken, NoAnswer])
    })
  )
) {}

const refusalOf = (token: string) => (error: unknown) =>
  error instanceof Unauthorized ? new Refused({ token, reason: error.reason }) : new NoAnswer()

export const browser = Fake.make("browser", {
  provides: Browser,
  uses: {
    identity: Use.make(Identity, { timeout: "2 seconds", retry: { times: 3 } }),
    profiles: Use.make(Profiles, { timeout: "5 seconds" })
  },
  handlers: Effect.gen(function* () {
    const identity = yield* Identity
    const profiles = yield* Profiles
    const grants = new Map<string, Array<Grant>>()

    const keep = (user: string, grant: Grant) => {
      const all = grants.get(user) ?? []
      if (!all.some(({ refresh }) => refresh === grant.refresh)) grants.set(user, [...all, grant])
    }
    const choose = ({ age, user }: { readonly user: string; readonly age: number }) => {
      const grant = grants.get(user)?.at(-1 - age)
      return grant === undefined ? Effect.fail(new NoToken()) : Effect.succeed(grant)
    }

    return Browser.of({
      signIn: Effect.fnUntraced(function* ({ user }) {
        const login = identity.session.login({ payload: { user } })
        const grant = yield* Effect.mapError(login, () => new NoAnswer())
        keep(user, grant)
        return grant
      }),
      visit: Effect.fnUntraced(function* (choice) {
        const { access: token } = yield* choose(choice)
        const read = profiles.profile.read({ headers: { authorization: `Bearer ${token}` } })
        const { user } = yield* Effect.mapError(read, refusalOf(token))
        return { token, user }
      }),
      refresh: Effect.fnUntraced(function* (choice) {
        const { refresh: token } = yield* choose(choice)
        const refresh = identity.session.refresh({ payload: { refresh: token } })
        const grant = yield* Effect.mapError(refresh, refusalOf(token))
        keep(choice.user, grant)
        return { token, grant }
      }),
      signOut: Effect.fnUntraced(function* (choice) {
        const { refresh: token } = yield* choose(choice)
        const logout = identity.session.logout({ payload: { refresh: token } })
        yield* Effect.mapError(logout, () => new NoAnswer())
        return { token }
      })
    })
  })
})
