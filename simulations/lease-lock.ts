/** The lock in the wind tunnel: whoever lost the lease can no longer change the document. */
import { Always, Operation, Sometimes, Turbulence, WindTunnel, Workload } from "downforce"
import type { View } from "downforce"
import * as fc from "fast-check"
import { Worker } from "../systems/lease-lock/contracts.ts"
import { Lease } from "../systems/lease-lock/lock.ts"
import { Document } from "../systems/lease-lock/store.ts"
import { leaseLock } from "../systems/lease-lock/system.ts"

const line = fc.nat(99).map((number) => ({ line: `line-${number}` }))
const append = Operation.make(Worker, "append", line, {
  indefinite: (error) => error._tag === "Unsure"
})

const documents = (view: View) => [...view.read(Document).values()]

/** What every such system is put through, and what is asked of it. */
export const conditions = {
  workload: Workload.make({ clients: 3, operations: 8, operation: append, over: "1 second" }),
  // The lock and the store have no disk to keep what they know: only workers crash.
  turbulence: Turbulence.swarm({ spare: ["lock", "store"] }),
  properties: [
    Always.make("writes come in the order of their tokens", (view) => {
      for (const { writes } of documents(view)) {
        const late = writes.findIndex((token, index) => token < (writes[index - 1] ?? token))
        if (late < 0) continue
        const order = `${writes[late - 1]} then ${writes[late]}`
        return { subject: "tokens of writes", expected: "never a smaller token", actual: order }
      }
      return true
    }),
    Always.make("a line that was acknowledged stays", (view) => {
      const lines = documents(view).flatMap((document) => document.lines)
      const lost = Operation.entries(append, view.history).find(
        ({ outcome, payload }) => outcome?._tag === "ok" && !lines.includes(payload.line)
      )
      if (lost === undefined) return true
      return {
        subject: "an acknowledged line",
        expected: `${lost.payload.line} is in the document`,
        actual: `it is gone, though ${lost.id} ended ok`
      }
    }),
    Sometimes.make("a lease is taken over", (view) =>
      [...view.read(Lease).values()].some(({ takeovers }) => takeovers > 0)
    ),
    Sometimes.make("the store turns a former holder away", (view) =>
      documents(view).some(({ refused }) => refused > 0)
    )
  ]
}

export const onlyTheHolderWrites = WindTunnel.make("only the holder of the lease writes", {
  ...conditions,
  system: leaseLock
})
