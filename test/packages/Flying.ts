/**
 * Services that use packages from npm as they are, and flying them many times.
 *
 * A front answers its clients with whatever a package does; behind it stands a plain HTTP service.
 */
import { Effect, Result, Schema } from "effect"
import { type HttpServerRequest, HttpServerResponse } from "effect/http"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { expect } from "vitest"
import {
  Contract,
  Operation,
  Service,
  System,
  Turbulence,
  Use,
  WindTunnel,
  Workload
} from "downforce"
import { drawRun } from "../../src/flight/Draw.ts"
import * as Flight from "../../src/flight/Flight.ts"
import * as Unasked from "../../src/flight/Unasked.ts"
import type * as Header from "../../src/recording/Header.ts"
import { calm, type Entropy } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { outcomes } from "../flight/Fly.ts"

class Front extends Contract.make<Front>()(
  "Front",
  RpcGroup.make(Rpc.make("ask", { payload: { text: Schema.String }, success: Schema.String }))
) {}

class Remote extends Contract.http<Remote>()("Remote") {}

/** Answers one request. */
export type Answer = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest
>

/** A system of a front that uses a package, and what it reaches over HTTP. */
export interface Setup {
  /** Made anew for each life of the front, as a service makes its clients. */
  readonly front: () => (text: string) => Promise<string>
  /** Made anew for each life of the host `remote`. */
  readonly remote?: () => Answer
}

const noRemote = (): Answer => Effect.succeed(HttpServerResponse.empty())

/** The scenario of a setup. Errors of the package become texts: they are answers as well. */
export const scenarioOf = ({ front, remote = noRemote }: Setup): WindTunnel.WindTunnel =>
  WindTunnel.make("a package from npm", {
    system: System.make("packages", {
      services: [
        Service.make("front", {
          provides: Front,
          uses: { remote: Use.make(Remote) },
          handlers: Effect.sync(() => {
            const ask = front()
            const answer = (text: string): Promise<string> =>
              ask(text).catch((error: Error) => `${error.constructor.name}: ${error.message}`)
            return Front.of({ ask: ({ text }) => Effect.promise(() => answer(text)) })
          })
        }),
        Service.make("remote", { provides: Remote, handlers: Effect.sync(remote) })
      ]
    }),
    workload: Workload.make({
      clients: 2,
      operations: 5,
      operation: Operation.make(Front, "ask", fc.record({ text: fc.constantFrom("a", "b", "c") })),
      over: "10 seconds",
      timeout: "1 hour"
    }),
    turbulence: Turbulence.swarm(),
    horizon: "3 hours",
    properties: []
  })

/** A question to the front of a setup. */
export const ask = (id: string, atMs: number, text = id, client = 1): Header.Operation => ({
  id,
  client: `client-${client}`,
  atMs,
  contract: "Front",
  procedure: "ask",
  payload: { text }
})

/** What a calm flight came to, by operation. */
export interface Landed {
  readonly flown: Flight.Flown
  readonly answers: Readonly<Record<string, string>>
  /** When each operation ended, in virtual milliseconds. */
  readonly endedMillis: Readonly<Record<string, number>>
  readonly reports: ReadonlyArray<string>
}

const landed = (flown: Flight.Flown): Landed => ({
  flown,
  answers: outcomes(flown),
  endedMillis: Object.fromEntries(
    flown.history.map(({ endedAt, id }) => [id, (endedAt ?? Number.NaN) / 1000])
  ),
  reports: [
    ...flown.leaks.map(Unasked.leakText),
    ...(flown.violation === undefined
      ? []
      : [`${flown.violation.property}: ${flown.violation.counterexample.actual}`]),
    ...flown.unknown
  ]
})

/** Flies these operations, by default in calm air. */
export const fly = async (
  setup: Setup,
  operations: ReadonlyArray<Header.Operation>,
  others: { readonly entropy?: Entropy; readonly faults?: ReadonlyArray<Fault> } = {}
): Promise<Landed> => {
  const { entropy = calm, faults = [] } = others
  const scenario = scenarioOf(setup)
  const plan = { scenario, seed: 1, operations, faults, entropy, isRecorded: true }
  return landed(await Effect.runPromise(Flight.fly(plan)))
}

/** How many seeds each package is flown with. */
export const seedsMax = 50

/** What many flights in turbulence came to. */
export interface Many {
  /** All answers that clients got, and how often. */
  readonly answers: ReadonlyMap<string, number>
  readonly digests: ReadonlySet<number>
}

/**
 * Flies 50 seeds in turbulence: each twice, and once more recorded. All three must come out the
 * same, and nothing may reach past the simulation.
 */
export const flyMany = async (setup: Setup): Promise<Many> => {
  const scenario = scenarioOf(setup)
  const answers = new Map<string, number>()
  const digests = new Set<number>()
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { entropy, faults, operations } = Result.getOrThrow(drawRun(scenario, seed))
    const flyOnce = (isRecorded: boolean): Promise<Flight.Flown> =>
      Effect.runPromise(
        Flight.fly({
          scenario,
          seed,
          operations: operations.map(({ operation }) => operation),
          faults: faults.map(({ fault }) => fault),
          entropy,
          isRecorded
        })
      )
    const first = await flyOnce(false)
    const again = await flyOnce(false)
    const recorded = await flyOnce(true)
    const { reports } = landed(recorded)
    const seen = { seed, again: again.digest, recorded: recorded.digest, reports }
    const { digest } = first
    expect(seen).toEqual({ seed, again: digest, recorded: digest, reports: [] })
    digests.add(digest)
    for (const answer of Object.values(outcomes(first))) {
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
  }
  return { answers, digests }
}
