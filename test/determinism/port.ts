/**
 * A system of everything around a node: a service of plain JavaScript that keeps a log on its disk
 * and asks another by `fetch`, with promises, timers, chance, hashes and clocks that disagree.
 */
import { Effect, FileSystem, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { Contract, Operation, Service, System, Use, WindTunnel, Workload } from "downforce"

class Quay extends Contract.make<Quay>()(
  "Quay",
  RpcGroup.make(Rpc.make("land", { payload: { cargo: Schema.String }, success: Schema.String }))
) {}

class Customs extends Contract.http<Customs>()("Customs") {}

const stamped = async (cargo: string): Promise<string> => {
  const bytes = new TextEncoder().encode(cargo)
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  await new Promise((resolve) => void setTimeout(resolve, 1 + Math.random() * 5))
  const answer = await fetch(`http://customs/stamps/${cargo}`, {
    method: "POST",
    body: `${digest[0]} ${Date.now()} ${crypto.randomUUID()} ${new Date().toLocaleString()}`,
    signal: AbortSignal.timeout(2_000)
  })
  return `${answer.status} ${await answer.text()}`
}

const quay = Service.make("quay", {
  provides: Quay,
  uses: { customs: Use.make(Customs, { timeout: "3 seconds" }) },
  disk: {},
  handlers: Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    return Quay.of({
      land: ({ cargo }) =>
        Effect.gen(function* () {
          const stamp = yield* Effect.promise(() => stamped(cargo).catch(String))
          yield* Effect.scoped(
            Effect.gen(function* () {
              const log = yield* files.open("/log", { flag: "a" })
              yield* log.writeAll(new TextEncoder().encode(`${cargo}: ${stamp}\n`))
              yield* log.sync
            })
          )
          return `${stamp}, ${yield* files.readFileString("/log")}`
        }).pipe(Effect.catch((error) => Effect.succeed(error.message)))
    })
  })
})

const customs = Service.make("customs", {
  provides: Customs,
  handlers: Effect.sync(() => {
    let stamps = 0
    return Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const text = yield* request.text
      return HttpServerResponse.text(`${++stamps} ${text} ${process.env["HOSTNAME"]}`)
    })
  })
})

/** Nothing must be true of it but that it flies the same. */
export const port = WindTunnel.make("cargo is landed", {
  system: System.make("port", { services: [quay, customs] }),
  workload: Workload.make({
    clients: 2,
    operations: 8,
    operation: Operation.make(
      Quay,
      "land",
      fc.record({ cargo: fc.constantFrom("tea", "tin", "silk") })
    ),
    over: "2 seconds"
  }),
  properties: []
})
