/** The sessions: how they are kept, what identity and the profiles say, and their broken twins. */
import {
  Always,
  Fake,
  Operation,
  Sometimes,
  System,
  Turbulence,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Clock, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { flyRun } from "../../src/flight/Explore.ts"
import { tokensKeepTheirTerms } from "../../simulations/sessions.ts"
import * as broken from "../../simulations/sessions/broken.ts"
import { Identity, IdentityApi, Profiles, Unauthorized } from "../../systems/sessions/contracts.ts"
import { profiles, trustMillis } from "../../systems/sessions/profiles.ts"
import * as Session from "../../systems/sessions/session.ts"
import { flyWith } from "../flight/Fly.ts"
import { answersIn, problemsIn } from "./Component.ts"
import { fly, scenariosOf } from "./Examples.ts"
import { changedLines } from "./Twin.ts"

describe("a session", () => {
  const pairAt = (number: number, atMillis: number): Session.Pair => ({
    access: `s.access-${number}`,
    refresh: `s.refresh-${number}`,
    atMillis
  })
  /** Exchanges whenever so many milliseconds have gone by; every pair that there ever was. */
  const exchanged = (gaps: ReadonlyArray<number>) => {
    let now = 0
    const all = [pairAt(0, now)]
    let session: Session.Session = { user: "ann", isRevoked: false, pairs: [...all] }
    for (const gap of gaps) {
      now += gap
      const pair = pairAt(all.length, now)
      all.push(pair)
      session = Session.extend(session, pair)
    }
    return { all, now, session }
  }
  const gaps = fc.array(fc.integer({ min: 0, max: 2 * Session.accessMillis }), { maxLength: 12 })
  const later = fc.nat(2 * Session.graceMillis)

  it("answers as it did when a token is shown again soon, and with nothing after that", () => {
    fc.assert(
      fc.property(gaps, later, (gaps, later) => {
        const { all, now, session } = exchanged(gaps)
        for (const [index, { refresh }] of all.entries()) {
          const next = all[index + 1]
          const shown = Session.show(session, refresh, now + later)
          if (next === undefined) expect(shown).toEqual({ _tag: "First" })
          else if (now + later - next.atMillis < Session.graceMillis) {
            expect(shown).toEqual({ _tag: "Again", pair: next })
          } else expect(shown).toEqual({ _tag: "Reuse" })
        }
      })
    )
  })
  it("keeps what is still good, and few besides", () => {
    fc.assert(
      fc.property(gaps, (gaps) => {
        const { all, now, session } = exchanged(gaps)
        const good = all.filter((pair) => now < Session.expiresAtMillis(pair))
        expect(session.pairs).toEqual(expect.arrayContaining(good))
        expect(session.pairs.length).toBeLessThanOrEqual(good.length + 1)
      })
    )
  })
  it("takes a token that it never gave out for a stolen one", () => {
    const { session } = exchanged([1, 2])
    expect(Session.show(session, "s.guessed", 3)).toEqual({ _tag: "Reuse" })
  })
})

describe("the system in calm air", () => {
  const user = "ann"
  type Step = readonly [procedure: string, atMs: number, age?: number]
  /** What ann is told, step by step: `ok`, or why not. */
  const told = (...steps: ReadonlyArray<Step>) =>
    flyWith(tokensKeepTheirTerms, {
      operations: steps.map(([procedure, atMs, age], index) => ({
        id: `o-${index + 1}`,
        client: "client-1",
        atMs,
        contract: "Browser",
        procedure,
        payload: procedure === "signIn" ? { user } : { user, age: age ?? 0 }
      }))
    }).history.map(({ outcome }) =>
      outcome?._tag === "fail" ? Reflect.get(Object(outcome.error), "reason") : outcome?._tag
    )

  it("lets in whoever is signed in, until the token expires", () => {
    expect(told(["signIn", 0], ["visit", 1_000], ["visit", 29_000], ["visit", 36_000])).toEqual([
      "ok",
      "ok",
      "ok",
      "expired"
    ])
  })
  it("exchanges a token, and keeps the old access token until it expires", () => {
    expect(
      told(["signIn", 0], ["refresh", 20_000], ["visit", 25_000, 1], ["visit", 45_000])
    ).toEqual(["ok", "ok", "ok", "ok"])
  })
  it("answers a refresh again soon, and ends the session when it is asked late", () => {
    expect(
      told(
        ["signIn", 0],
        ["refresh", 1_000],
        ["refresh", 9_000, 1],
        ["refresh", 15_000, 1],
        ["visit", 16_000],
        ["refresh", 17_000]
      )
    ).toEqual(["ok", "ok", "ok", "reused", "revoked", "revoked"])
  })
  it("lets nobody in after signing out, when the trust is over", () => {
    expect(told(["signIn", 0], ["signOut", 1_000], ["visit", 2_000], ["refresh", 3_000])).toEqual([
      "ok",
      "ok",
      "revoked",
      "revoked"
    ])
    // There are two replicas: each has seen the token, and trusts it for a while.
    expect(
      told(
        ["signIn", 0],
        ["visit", 800],
        ["visit", 900],
        ["signOut", 1_000],
        ["visit", 2_000],
        ["visit", 3_000],
        ["visit", 900 + trustMillis]
      )
    ).toEqual(["ok", "ok", "ok", "ok", "ok", "ok", "revoked"])
  })
})

describe("the profiles", () => {
  const endsAtMillis = 20_000

  /** Knows one good token, which it takes back some time, one that has expired, and no others. */
  const identityFake = Fake.make("identity", {
    provides: Identity,
    handlers: Effect.gen(function* () {
      const refuse = (reason: Unauthorized["reason"]) => Effect.fail(new Unauthorized({ reason }))
      const startedAt = yield* Clock.monotonicTimeNanos
      const handlers = HttpApiBuilder.group(IdentityApi, "session", (handlers) =>
        handlers
          .handle("login", () => Effect.die("not asked"))
          .handle("refresh", () => refuse("unknown"))
          .handle("logout", () => Effect.void)
          .handle("introspect", ({ payload }) =>
            Effect.flatMap(Clock.monotonicTimeNanos, (now) => {
              // A clock that is far from any other.
              const bearer = { user: "ann", nowMillis: 5_000 }
              if (payload.access === "good") {
                return now - startedAt < BigInt(endsAtMillis) * 1_000_000n
                  ? Effect.succeed({ ...bearer, expiresAtMillis: 65_000 })
                  : refuse("revoked")
              }
              if (payload.access !== "old") return refuse("unknown")
              return Effect.succeed({ ...bearer, expiresAtMillis: 5_000 })
            })
          )
      )
      return yield* HttpRouter.toHttpEffect(
        HttpApiBuilder.layer(IdentityApi).pipe(Layer.provide(handlers))
      )
    })
  })

  const read = Operation.make(
    Profiles,
    "profile.read",
    fc.constantFrom("good", "good", "old", "made up").map((token) => ({
      headers: { authorization: `Bearer ${token}` }
    })),
    { indefinite: (error) => error._tag === "Unavailable" }
  )
  const entriesOf = (view: View, token: string) =>
    Operation.entries(read, view.history).filter(({ payload }) =>
      payload.headers.authorization.endsWith(token)
    )
  const reasonOf = (outcome: ReturnType<typeof entriesOf>[number]["outcome"]) =>
    outcome?._tag === "fail" && outcome.error instanceof Unauthorized
      ? outcome.error.reason
      : outcome?._tag
  const answers = (view: View, token: string) =>
    new Set(entriesOf(view, token).map(({ outcome }) => reasonOf(outcome)))
  const isOneOf = (seen: ReadonlySet<unknown>, ...allowed: ReadonlyArray<unknown>) =>
    [...seen].every((one) => one === undefined || one === "info" || allowed.includes(one))

  const alone = WindTunnel.make("the profiles alone", {
    system: System.make("sessions", { services: [profiles], fakes: [identityFake] }),
    workload: Workload.make({ clients: 3, operations: 12, operation: read, over: "40 seconds" }),
    turbulence: Turbulence.swarm({ spare: ["identity"] }),
    properties: [
      Always.make("an expired token is refused, whatever the clock here shows", (view) =>
        isOneOf(answers(view, "old"), "expired", "fail")
      ),
      Always.make("a token nobody knows is refused", (view) =>
        isOneOf(answers(view, "made up"), "unknown", "fail")
      ),
      Always.make("a good token is taken while it is good, and not for long after", (view) => {
        const endsAt = endsAtMillis * 1_000
        const slack = 2_000_000
        return entriesOf(view, "good").every(({ endedAt = 0, outcome, startedAt }) => {
          const reason = reasonOf(outcome)
          if (reason === "ok") return startedAt < endsAt + trustMillis * 1_000 + slack
          if (reason === "revoked") return endedAt >= endsAt
          return isOneOf(new Set([reason]), "fail")
        })
      }),
      Sometimes.make("a token is taken back", (view) => answers(view, "good").has("revoked")),
      Sometimes.make("identity is not there", (view) =>
        entriesOf(view, "good").some(({ outcome }) => outcome?._tag === "info")
      )
    ]
  })

  it("answer in calm air", () => {
    const good = fc.constant({ headers: { authorization: "Bearer good" } })
    const operation = Operation.make(Profiles, "profile.read", good)
    const workload = Workload.make({ clients: 2, operations: 8, operation, over: "9 seconds" })
    expect(answersIn({ ...alone, workload })).toEqual({ ok: 8, violation: undefined })
  })
  it("take what identity says for true, and their own clock for nothing", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

const runs = 60

it(`tokens are good for as long as they say over ${runs} runs`, () => {
  const flown = Array.from({ length: runs }, (_, index) =>
    Effect.runSync(flyRun(tokensKeepTheirTerms, 0x5eed0001, index))
  )
  expect(flown.filter(({ verdict }) => verdict !== "holds")).toEqual([])
  expect(new Set(flown.flatMap(({ reached }) => reached)).size).toBe(4)
})

describe("a broken twin", () => {
  it.each([
    ["identity", "refresh-reads-then-writes"],
    ["profiles", "compares-clocks-across-nodes"]
  ])("differs from the good service in one place (%s, %s)", (service, twin) => {
    expect(changedLines("sessions", service, twin)).toBeLessThanOrEqual(4)
  })

  const twins = scenariosOf("sessions/broken", broken)

  it("is there for every mistake that the sessions are about", () => {
    expect(twins.map(({ id }) => id).sort()).toEqual([
      "sessions/broken/compares-clocks-across-nodes",
      "sessions/broken/refresh-reads-then-writes"
    ])
  })
  // Each is caught from any seed; these get there soon.
  const seeds = [0x9e3779b1, 0x538453d7]
  it.each(twins.map((twin, index) => [twin.id, twin, seeds[index] ?? 1] as const))(
    "is caught within 2,000 runs and shrunk (%s)",
    async (_, twin, seed) => {
      const { failures, verdict } = await fly(twin, seed, 2_000)
      const [failure] = failures
      expect(verdict).toBe("violated")
      expect(failure?.isMinimal).toBe(true)
      const cause = failure?.header.cause
      expect(cause?.workload.length).toBeLessThanOrEqual(4)
      expect(cause?.faults.length).toBeLessThanOrEqual(2)
      expect(cause?.deviations.length).toBeLessThanOrEqual(4)
    }
  )
})
