/**
 * What is judged without being asked for, where no other test of a whole flight comes to it.
 */
import { Cause, Effect, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { Contract, Operation, Service, System, Turbulence, WindTunnel, Workload } from "downforce"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { flyRun } from "../../src/flight/Explore.ts"

class Front extends Contract.make<Front>()(
  "Front",
  RpcGroup.make(Rpc.make("ask", { payload: { key: Schema.String } }))
) {}

class Back extends Contract.make<Back>()("Back", RpcGroup.make(Rpc.make("answer"))) {}

const back = Service.make("back", {
  provides: Back,
  handlers: Effect.succeed(Back.of({ answer: () => Effect.void }))
})

describe("an undeclared edge", () => {
  it("is a violation that names the service and the contract, when types were not checked", () => {
    const front = Service.make("front", {
      provides: Front,
      handlers: Effect.succeed(
        Front.of({
          // As code without types would: the requirement is hidden from the compiler.
          ask: () => Effect.flatMap(Back, (client) => client.answer()) as Effect.Effect<void>
        })
      )
    })
    const tunnel = WindTunnel.make("undeclared", {
      system: System.make("undeclared", { services: [front, back] }),
      workload: Workload.make({
        clients: 1,
        operations: 1,
        operation: Operation.make(Front, "ask", fc.constant({ key: "a" }))
      }),
      turbulence: Turbulence.calm,
      properties: []
    })
    expect(Effect.runSync(flyRun(tunnel, 1, 0)).failure).toEqual({
      property: "no undeclared edge",
      subject: "front calls Back"
    })
  })

  it("is told from other defects", () => {
    expect(Contract.undeclaredIn(new Error("Service not found: other/Key"))).toBeUndefined()
    expect(Contract.undeclaredIn(Cause.fail("Service not found"))).toBeUndefined()
  })
})
