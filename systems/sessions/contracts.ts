/** What the services around the sessions offer to each other, and to a browser. */
import { Contract } from "downforce"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { Rpc, RpcGroup } from "effect/rpc"
import { Session } from "./session.ts"

/** Why a token is not good, or not good any more. */
export const Reason = Schema.Literals(["expired", "revoked", "reused", "unknown"])
export type Reason = typeof Reason.Type

/** The token is not good: whoever sent it has to sign in again, or to refresh. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()(
  "Unauthorized",
  { reason: Reason },
  { httpApiStatus: 401 }
) {}

/** Nobody can tell just now. Asking again is safe. */
export class Unavailable extends Schema.TaggedError<Unavailable>()(
  "Unavailable",
  {},
  { httpApiStatus: 503 }
) {}

/** What a browser is given: a token for requests, and one to get the next two with, once. */
export const Grant = Schema.Struct({
  access: Schema.String,
  refresh: Schema.String,
  /** How long the access token is still good: a length, for nobody shares a clock. */
  expiresInMillis: Schema.Int
})
export type Grant = typeof Grant.Type

/** Who a token speaks for, and until when: both times are of the one clock that counts. */
const Bearer = Schema.Struct({
  user: Schema.String,
  expiresAtMillis: Schema.Int,
  nowMillis: Schema.Int
})

export class IdentityApi extends HttpApi.make("identity-api").add(
  HttpApiGroup.make("session").add(
    HttpApiEndpoint.post("login", "/login", {
      payload: Schema.Struct({ user: Schema.String }),
      success: Grant,
      error: Unavailable
    }),
    // Asked again soon after, it gives the same answer again: answers get lost.
    HttpApiEndpoint.post("refresh", "/refresh", {
      payload: Schema.Struct({ refresh: Schema.String }),
      success: Grant,
      error: [Unauthorized, Unavailable]
    }),
    HttpApiEndpoint.post("logout", "/logout", {
      payload: Schema.Struct({ refresh: Schema.String }),
      success: HttpApiSchema.NoContent,
      error: Unavailable
    }),
    HttpApiEndpoint.post("introspect", "/introspect", {
      payload: Schema.Struct({ access: Schema.String }),
      success: Bearer,
      error: [Unauthorized, Unavailable]
    })
  )
) {}

/** Gives out tokens, exchanges them and takes them back. */
export class Identity extends Contract.make<Identity>()("Identity", IdentityApi) {}

export class ProfileApi extends HttpApi.make("profile-api").add(
  HttpApiGroup.make("profile").add(
    HttpApiEndpoint.get("read", "/profile", {
      headers: Schema.Struct({ authorization: Schema.String }),
      success: Schema.Struct({ user: Schema.String }),
      error: [Unauthorized, Unavailable]
    })
  )
) {}

/** What the tokens are for: the profile of whoever is signed in. */
export class Profiles extends Contract.make<Profiles>()("Profiles", ProfileApi) {}

/** Somebody else has written the record since it was read. */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", {}) {}

/** A table of sessions in a database, which is also where everybody asks for the time. */
export class Tokens extends Contract.make<Tokens>()(
  "Tokens",
  RpcGroup.make(
    Rpc.make("get", {
      payload: { id: Schema.String },
      success: Schema.Struct({
        /** 0 when there is no such session. */
        version: Schema.Int,
        session: Schema.NullOr(Session),
        nowMillis: Schema.Int
      })
    }),
    Rpc.make("put", {
      payload: {
        id: Schema.String,
        session: Session,
        /** Writes only what still has this version; left out, whatever is there. */
        ifVersion: Schema.optionalKey(Schema.Int)
      },
      error: Conflict
    })
  )
) {}
