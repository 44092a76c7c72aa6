/**
 * The sessions in the wind tunnel: a token is good for as long as it was said to be, whatever the
 * clocks of the nodes show, and a refresh token is exchanged once.
 *
 * Times are those of the tunnel, which are true. Whatever a service did between a question and its
 * answer was done between the two; more need not be known of when.
 */
import { Always, Operation, Sometimes, Turbulence, WindTunnel, Workload } from "downforce"
import type { View } from "downforce"
import type { Rpc } from "effect/rpc"
import * as fc from "fast-check"
import { Browser, Refused } from "../systems/sessions/browser.ts"
import { Exchanged } from "../systems/sessions/identity.ts"
import { trustMillis } from "../systems/sessions/profiles.ts"
import { graceMillis, sessionOf } from "../systems/sessions/session.ts"
import { sessions } from "../systems/sessions/system.ts"

const user = fc.constantFrom("ann", "bob")
// Most of the time the newest token; now and then one from another tab, or a stolen one.
const choice = fc.record({ user, age: fc.constantFrom(0, 0, 0, 1, 2) })
const isUnclear = (error: { readonly _tag: string }) => error._tag === "NoAnswer"
const indefinite = { indefinite: isUnclear }

const signIn = Operation.make(Browser, "signIn", fc.record({ user }), indefinite)
const visit = Operation.make(Browser, "visit", choice, indefinite)
const refresh = Operation.make(Browser, "refresh", choice, indefinite)
const signOut = Operation.make(Browser, "signOut", choice, indefinite)

/** How far the profiles may be wrong about how long they have trusted a token: clocks drift. */
const toleranceMicros = 1_000_000
const trustMicros = trustMillis * 1_000 + toleranceMicros
const graceMicros = graceMillis * 1_000

/** What was answered ok, and when. */
const answered = <Target, Procedure extends Rpc.Any>(
  operation: Operation.Operation<Target, Procedure>,
  view: View
) =>
  Operation.entries(operation, view.history).flatMap(({ endedAt = 0, outcome, ...entry }) =>
    outcome?._tag === "ok" ? [{ ...entry, endedAt, answer: outcome.value }] : []
  )

/** Which tokens were refused, and when. */
const refused = <Target, Procedure extends Rpc.Any>(
  operation: Operation.Operation<Target, Procedure>,
  view: View
) =>
  Operation.entries(operation, view.history).flatMap(({ endedAt = 0, outcome, ...entry }) =>
    outcome?._tag === "fail" && outcome.error instanceof Refused
      ? [{ ...entry, ...outcome.error, endedAt }]
      : []
  )

/** The access tokens that were given out, with the earliest and the latest they may expire. */
const given = (view: View) =>
  [
    ...answered(signIn, view).map(({ answer, ...entry }) => ({ ...entry, grant: answer })),
    ...answered(refresh, view).map(({ answer, ...entry }) => ({ ...entry, grant: answer.grant }))
  ].map(({ endedAt, grant, payload, startedAt }) => ({
    token: grant.access,
    user: payload.user,
    expiresFrom: startedAt + grant.expiresInMillis * 1_000 - toleranceMicros,
    expiresBy: endedAt + grant.expiresInMillis * 1_000 + toleranceMicros
  }))

const seconds = (micros: number) => `${(micros / 1_000_000).toFixed(3)}s`

/** What every such system is put through, and what is asked of it. */
export const conditions = {
  workload: Workload.make({
    clients: 3,
    operations: 14,
    operation: [
      { weight: 2, operation: signIn },
      { weight: 5, operation: visit },
      { weight: 4, operation: refresh },
      { weight: 1, operation: signOut }
    ],
    over: "1 minute"
  }),
  // The database is somebody else's. It keeps what it has, and the one clock that everybody asks
  // does not jump; what it shows may be far from what the others show.
  turbulence: Turbulence.swarm({ spare: ["tokens"] }),
  properties: [
    Always.make("no request gets in with a token that had expired", (view) => {
      const tokens = given(view)
      for (const { answer, id, startedAt } of answered(visit, view)) {
        const expired = tokens.find(
          ({ expiresBy, token }) => token === answer.token && expiresBy < startedAt
        )
        if (expired === undefined) continue
        return {
          subject: "an expired token",
          expected: `it is refused after ${seconds(expired.expiresBy)}`,
          actual: `${id} got in with it, sent at ${seconds(startedAt)}`
        }
      }
      return true
    }),
    Always.make("no token is refused as expired while it is good", (view) => {
      const tokens = given(view)
      for (const { endedAt, id, reason, token } of refused(visit, view)) {
        if (reason !== "expired" && reason !== "unknown") continue
        const good = tokens.find((one) => one.token === token && endedAt < one.expiresFrom)
        if (good === undefined) continue
        return {
          subject: "a good token",
          expected: `it is taken until ${seconds(good.expiresFrom)}`,
          actual: `${id} was refused (${reason}) at ${seconds(endedAt)}`
        }
      }
      return true
    }),
    Always.make("a token speaks for the user who signed in", (view) => {
      const tokens = given(view)
      return answered(visit, view).every(({ answer }) =>
        tokens.every(({ token, user }) => token !== answer.token || user === answer.user)
      )
    }),
    Always.make("a refresh token is exchanged once", (view) => {
      const exchanged = [...view.read(Exchanged).values()].flat()
      const twice = exchanged.findIndex((token, index) => exchanged.indexOf(token) < index)
      if (twice < 0) return true
      return {
        subject: "exchanges of a refresh token",
        expected: "who shows it again is given the same tokens as before",
        actual: "it was exchanged for others"
      }
    }),
    Always.make("nobody gets in after signing out", (view) => {
      const out = answered(signOut, view)
      for (const { answer, id, startedAt } of answered(visit, view)) {
        const earlier = out.find(
          (one) =>
            sessionOf(one.answer.token) === sessionOf(answer.token) &&
            one.endedAt + trustMicros < startedAt
        )
        if (earlier === undefined) continue
        return {
          subject: "a session that was ended",
          expected: `its tokens are refused after ${seconds(earlier.endedAt + trustMicros)}`,
          actual: `${id} got in, sent at ${seconds(startedAt)}`
        }
      }
      return true
    }),
    Always.make("nobody is signed out for asking again soon", (view) => {
      // Which token was shown is not known of those who were not answered: it may be this one. A
      // request that arrives twice shows two tokens of its session, and the answer tells of one.
      const shown = new Map<string, string>([
        ...answered(refresh, view).map(({ answer, id }) => [id, answer.token] as const),
        ...refused(refresh, view).map(({ id, token }) => [id, token] as const)
      ])
      return refused(refresh, view).every(
        ({ endedAt, reason, token }) =>
          reason !== "reused" ||
          Operation.entries(refresh, view.history).some(
            ({ id, startedAt }) =>
              sessionOf(shown.get(id) ?? token) === sessionOf(token) &&
              startedAt + graceMicros <= endedAt
          )
      )
    }),
    Sometimes.make("a token expires", (view) =>
      refused(visit, view).some(({ reason }) => reason === "expired")
    ),
    Sometimes.make("a refresh token is stolen, and both are signed out", (view) =>
      refused(refresh, view).some(({ reason }) => reason === "reused")
    ),
    Sometimes.make("a refresh is asked for again, and answered again", (view) => {
      const tokens = answered(refresh, view).map(({ answer }) => answer.token)
      return new Set(tokens).size < tokens.length
    }),
    Sometimes.make("somebody who was signed out is refused", (view) =>
      refused(visit, view).some(({ reason }) => reason === "revoked")
    )
  ]
}

export const tokensKeepTheirTerms = WindTunnel.make("tokens are good for as long as they say", {
  ...conditions,
  system: sessions
})
