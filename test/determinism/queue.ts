/**
 * A breaking point for the determinism of probes: logarithms of draws, cores, slots, a pool, a
 * bounded link, steady turbulence and a fault that is asked for.
 */
import {
  Arrivals,
  BreakingPoint,
  Contract,
  Fault,
  Level,
  Load,
  Operation,
  Pool,
  Service,
  System,
  Turbulence,
  Use,
  Work
} from "downforce"
import { Effect, Random, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"

const item = { payload: { text: Schema.String }, success: Schema.Int }
class Front extends Contract.make<Front>()("Front", RpcGroup.make(Rpc.make("ask", item))) {}
class Back extends Contract.make<Back>()("Back", RpcGroup.make(Rpc.make("look", item))) {}

const connections = Pool.make("connections", { slots: 3 })

const front = Service.make("front", {
  provides: Front,
  uses: { back: Use.make(Back, { bandwidth: 20_000, latency: "2 millis", timeout: "1 second" }) },
  capacity: { slots: 40, queueMax: 200, pools: [connections] },
  handlers: Effect.gen(function* () {
    const back = yield* Back
    return Front.of({ ask: ({ text }) => Effect.orDie(connections.withSlot(back.look({ text }))) })
  })
})

const back = Service.make("back", {
  provides: Back,
  capacity: { cores: 2 },
  handlers: Effect.succeed(
    Back.of({
      look: ({ text }) =>
        Effect.flatMap(Random.next, (draw) =>
          Effect.as(Work.spend(-Math.log(1 - draw) * 8), text.length)
        )
    })
  )
})

const system = System.make("queue", { services: [front, back] })
const ask = Operation.make(Front, "ask", fc.record({ text: fc.string({ maxLength: 80 }) }))

export const queue = BreakingPoint.make("queue", {
  axis: { unit: "requests/s", min: 10, max: 200 },
  at: (rate) => ({
    system,
    load: Load.make({
      operation: ask,
      arrivals: Arrivals.poisson(rate),
      warmUp: "500 millis",
      measure: "1 second",
      drain: "500 millis"
    }),
    turbulence: Turbulence.steady({ delay: 0.02, rank: 0.1, cede: 0.05, hold: 0.2 }),
    faults: [Fault.slow("back", "3 millis", { at: "800 millis", lasting: "200 millis" })]
  }),
  levels: [Level.latency({ percentile: 90, atMost: "100 millis" })]
})
