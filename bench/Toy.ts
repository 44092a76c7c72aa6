/**
 * A system to measure on: three clients call a gateway, which calls a ledger. Each operation is two
 * RPC calls over the simulated network, with half a millisecond of latency each way.
 */
import { Effect, Result, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { drawRun } from "../src/flight/Draw.ts"
import * as Flight from "../src/flight/Flight.ts"
import * as Guards from "../src/kernel/Guards.ts"
import * as Operation from "../src/flight/Operation.ts"
import * as WindTunnel from "../src/flight/WindTunnel.ts"
import * as Workload from "../src/flight/Workload.ts"
import * as Contract from "../src/system/Contract.ts"
import * as Service from "../src/system/Service.ts"
import * as System from "../src/system/System.ts"
import * as Use from "../src/system/Use.ts"
import { calm } from "../src/turbulence/Entropy.ts"

const amount = { payload: { amount: Schema.Int }, success: Schema.Int }

class Gateway extends Contract.make<Gateway>()(
  "Gateway",
  RpcGroup.make(Rpc.make("charge", amount))
) {}

class Ledger extends Contract.make<Ledger>()("Ledger", RpcGroup.make(Rpc.make("add", amount))) {}

const ledger = Service.make("ledger", {
  provides: Ledger,
  handlers: Effect.sync(() => {
    let total = 0
    return Ledger.of({ add: ({ amount }) => Effect.sync(() => (total += amount)) })
  })
})

const gateway = Service.make("gateway", {
  provides: Gateway,
  uses: { ledger: Use.make(Ledger, { timeout: "1 second" }) },
  handlers: Effect.gen(function* () {
    const ledger = yield* Ledger
    return Gateway.of({ charge: ({ amount }) => Effect.orDie(ledger.add({ amount })) })
  })
})

const system = System.make("toy", { services: [gateway, ledger] })

// As the command does before it loads users' code.
Guards.install()

/** How many RPC calls an operation is. */
export const callsOfOperation = 2

/** Draws a flight of so many operations, and gives a function that flies it in calm air. */
export const flightOf = (operations: number): ((isRecorded: boolean) => Flight.Flown) => {
  const charge = Operation.make(
    Gateway,
    "charge",
    fc.record({ amount: fc.integer({ min: 1, max: 9 }) })
  )
  const scenario = WindTunnel.make("a flight to measure", {
    system,
    workload: Workload.make({ clients: 3, operations, operation: charge, over: "100 millis" }),
    properties: []
  })
  const drawn = Result.getOrThrow(drawRun(scenario, 1))
  const workload = drawn.operations.map(({ operation }) => operation)
  return (isRecorded) =>
    Effect.runSync(
      Flight.fly({ scenario, seed: 1, operations: workload, faults: [], entropy: calm, isRecorded })
    )
}
