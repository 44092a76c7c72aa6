/**
 * Contracts over an HttpApi in flight: the clients of a workload call the endpoints, recordings
 * tell them, and the same seed flies the same way.
 */
import { Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Operation, Service, System, Turbulence, Use, WindTunnel, Workload } from "downforce"
import type { Event } from "../../src/recording/Event.ts"
import { fromSeed, type Rates } from "../../src/turbulence/Entropy.ts"
import { eventsOf, flySeed, flyWith, type Script, scripted } from "../flight/Fly.ts"
import {
  direct,
  Front,
  groupsLive,
  loginAs,
  login,
  read,
  Sessions,
  SessionsApi,
  watch
} from "./HttpToys.ts"

const readOf = (id: string, session: number) => ({
  ...loginAs(id, ""),
  procedure: "session.read",
  payload: { params: { id: String(session) }, query: {} }
})

const watchOf = (id: string, upTo: number) => ({
  ...loginAs(id, ""),
  procedure: "session.watch",
  payload: { params: { id: String(upTo) } }
})

const said = (events: ReadonlyArray<Event>, kind: string): ReadonlyArray<string> =>
  events.filter((event) => event.kind === kind).map(({ what }) => what)

describe("operations on a contract over an HttpApi", () => {
  const operations = [
    loginAs("o-1", "alice"),
    loginAs("o-2", "mallory"),
    readOf("o-3", 3),
    watchOf("o-4", 3)
  ]
  const flown = flyWith(direct, { operations, isRecorded: true })

  it("have the outcomes that their endpoints declare", () => {
    expect(flown.strangers).toEqual([])
    expect(flown.history.map(({ outcome }) => outcome)).toMatchObject([
      { _tag: "ok", value: { id: 7, user: "alice" } },
      { _tag: "fail", error: { _tag: "Denied", who: "mallory" } },
      { _tag: "ok", value: { id: 3, user: "someone" } },
      { _tag: "ok", value: [{ tick: 1 }, { tick: 2 }, { tick: 3 }] }
    ])
  })

  it("give typed entries", () => {
    const users = Operation.entries(login, flown.history).map(({ outcome, payload }) => [
      payload.payload.user,
      outcome?._tag === "ok" ? outcome.value.user : undefined
    ])
    expect(users).toEqual([
      ["alice", "alice"],
      ["mallory", undefined]
    ])
    const ids: ReadonlyArray<number> = Operation.entries(read, flown.history).map(
      ({ payload }) => payload.params.id
    )
    expect(ids).toEqual([3])
    const ticks = Operation.entries(watch, flown.history).flatMap(({ outcome }) =>
      outcome?._tag === "ok" ? outcome.value.map(({ tick }) => tick) : []
    )
    expect(ticks).toEqual([1, 2, 3])
  })

  it("are told as people read HTTP", () => {
    expect(said(eventsOf(flown), "send").filter((what) => !what.startsWith("ack"))).toEqual([
      "POST /sessions alice",
      "200 7 alice",
      "POST /sessions mallory",
      "403 Denied mallory",
      "GET /sessions/3",
      "200 3 someone",
      "GET /sessions/3/events",
      "200",
      'more data: {"tick":1}',
      'more data: {"tick":2}',
      'more data: {"tick":3}',
      "end"
    ])
    expect(said(eventsOf(flown), "result")[0]).toBe("session.login o-1: ok 7 alice")
  })

  it("are recorded with their bodies as JSON", () => {
    const [request, response] = eventsOf(flown).filter(({ kind }) => kind === "send")
    expect(request?.value).toMatchObject({
      method: "POST",
      host: "sessions",
      path: "/sessions",
      headers: { "content-type": "application/json", "content-length": "16" },
      body: { user: "alice" }
    })
    expect(response?.value).toMatchObject({ status: 200, body: { id: 7, user: "alice" } })
  })

  it("fail when refused, and leave open what a reset or a timeout did", () => {
    const link = { id: "f-1", atMs: 0, durationMs: 100, from: "client-1", to: "sessions-1" }
    const outcomeOf = (script: Script, refused: boolean) => {
      const both = ["sessions-1", "sessions-2"].map((to) => ({
        ...link,
        _tag: "RefusedLink" as const,
        id: to,
        to
      }))
      const { history } = flyWith(direct, {
        operations: [loginAs("o-1", "alice", 10)],
        faults: refused ? both : [],
        entropy: scripted(script)
      })
      return history[0]?.outcome
    }
    expect(outcomeOf({}, true)).toMatchObject({ _tag: "fail" })
    expect(outcomeOf({ reset: { 0: 1 } }, false)).toMatchObject({ _tag: "info" })
    expect(outcomeOf({ lose: { 1: 1 } }, false)).toMatchObject({
      _tag: "info",
      reason: expect.stringContaining("no answer within 30s")
    })
  })

  it("do not happen twice, and are not overtaken within an exchange", () => {
    const rates: Rates = { duplicate: 1, reorder: 1, delay: 1 }
    const { history } = flyWith(direct, {
      operations,
      entropy: fromSeed(7, rates),
      isRecorded: true
    })
    expect(history.map(({ outcome }) => outcome?._tag)).toEqual(["ok", "fail", "ok", "ok"])
    expect(history[3]?.outcome).toMatchObject({ value: [{ tick: 1 }, { tick: 2 }, { tick: 3 }] })
  })
})

/** A front on procedures that calls the API, with everything in the air. */
const gateway = Service.make("gateway", {
  provides: Front,
  uses: { sessions: Use.make(Sessions, { timeout: "1 second", retry: { times: 2 } }) },
  handlers: Effect.gen(function* () {
    const client = yield* Sessions
    return Front.of({
      ask: ({ text }) =>
        client.session.login({ payload: { user: text } }).pipe(
          Effect.map(({ user }) => user),
          Effect.catch((error) => Effect.succeed(`failed: ${error._tag}`))
        )
    })
  })
})

/** Serves the same by itself, as its production code does. */
const served = Service.make("sessions", {
  provides: Sessions,
  handlers: HttpRouter.serve(HttpApiBuilder.layer(SessionsApi).pipe(Layer.provide(groupsLive)), {
    disableListenLog: true
  }).pipe(Layer.build, Effect.asVoid)
})

const stormy = WindTunnel.make("a gateway to an API in a storm", {
  system: System.make("stormy", { services: [gateway, Service.replicas(served, 2)] }),
  workload: Workload.make({
    clients: 3,
    operations: 12,
    operation: [
      Operation.make(Front, "ask", fc.record({ text: fc.constantFrom("alice", "bob") })),
      login,
      watch
    ],
    over: "2 seconds"
  }),
  turbulence: Turbulence.swarm(),
  horizon: "2 minutes",
  properties: []
})

describe("flights over HTTP", () => {
  it("are the same for the same seed, recorded or not", () => {
    fc.assert(
      fc.property(fc.nat(100_000), (seed) => {
        const one = flySeed(stormy, seed)
        const recorded = flySeed(stormy, seed, true)
        expect(one.violation).toBe(undefined)
        expect(recorded.digest).toBe(one.digest)
        expect(flySeed(stormy, seed).digest).toBe(one.digest)
      }),
      { numRuns: 25, seed: 42 }
    )
  })

  it("do not move another operation's choices when one is taken away", () => {
    const operations = ["o-1", "o-2", "o-3", "o-4"].map((id, at) =>
      loginAs(id, id === "o-2" ? "bob" : "alice", at * 5, (at % 3) + 1)
    )
    const choicesOf = (seed: number, without?: string) => {
      const { recorder } = flyWith(stormy, {
        operations: operations.filter(({ id }) => id !== without),
        entropy: fromSeed(seed, { delay: 0.5, lose: 0.1, reset: 0.1, truncate: 0.3, reorder: 0.2 }),
        seed,
        isRecorded: true
      })
      return (recorder?.deviations() ?? [])
        .filter(({ path }) => !path.includes("operation o-2"))
        .map(({ key, kind, outcome }) => `${key} ${kind} ${outcome}`)
        .sort()
    }
    fc.assert(
      fc.property(fc.nat(100_000), (seed) => {
        expect(choicesOf(seed, "o-2")).toEqual(choicesOf(seed))
      }),
      { numRuns: 15, seed: 42 }
    )
  })
})
