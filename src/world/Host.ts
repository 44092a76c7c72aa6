/**
 * The callee's side of an edge: hands what arrives to the handlers of a node, and sends back what
 * they return.
 */
import { Cause, type Context, type Exit, type Schema, type Scope } from "effect"
import type * as Contract from "../system/Contract.ts"
import type { Admission } from "./Admission.ts"
import type { Body, Call } from "./Call.ts"
import * as Handling from "./Handling.ts"
import type { Host as NetworkHost, Network } from "./Network.ts"
import { encodeElement, encodeExit } from "./Wire.ts"

/** A node's handlers, reachable. */
export interface Host extends NetworkHost {
  /** The calls whose handlers are running, in the order they arrived. */
  readonly handling: () => ReadonlyArray<Call>
}

/**
 * Makes the host of a node from its handlers, bound to the node's scope: a graceful stop closes it.
 * A message that arrives twice is handled twice, as a network without sessions would have it.
 * Handlers' own calls know which call they are part of: their keys and the report of a deadlock say
 * so.
 */
export const make = (
  network: Network,
  contract: Contract.AnyRpc,
  handlers: Readonly<Record<string, unknown>>,
  context: Context.Context<Scope.Scope>,
  admission: Admission | undefined
): Host => {
  // The calls whose handlers run, by the number of the run; and how much of each stream was sent.
  const requests = new Map<number, Call>()
  const sent = new Map<number, number>()
  let nextRun = 0

  const answerChunk = (run: number, values: ReadonlyArray<unknown>): void => {
    const call = requests.get(run)
    if (call === undefined) return
    const sequence = sent.get(run) ?? 0
    const encoded = values.map((value) => encodeElement(call.codec, value))
    sent.set(run, sequence + 1)
    network.send(call, { _tag: "Chunk", run, sequence, values: encoded })
  }

  const answerExit = (run: number, exit: Exit.Exit<unknown, unknown>): void => {
    const call = requests.get(run)
    if (call === undefined) return
    const sequence = sent.get(run) ?? 0
    const encoded = encodeExit(call.codec, exit)
    if (exit._tag === "Failure" && Cause.hasInterruptsOnly(exit.cause)) call.isCut = true
    requests.delete(run)
    sent.delete(run)
    network.send(call, { _tag: "Exit", run, sequence, exit: encoded })
    admission?.onEnd()
  }

  const running = Handling.make({
    contract,
    handlers,
    context,
    answers: { chunk: answerChunk, exit: answerExit }
  })

  const handle = (call: Call, encoded: Schema.Json): void => {
    let payload: unknown
    try {
      payload = call.codec.payload.decode(encoded)
    } catch (error) {
      const message = `the payload of ${call.procedure} does not decode: ${String(error)}`
      const exit = { _tag: "Failure", reasons: [{ _tag: "Die", message }] } as const
      network.send(call, { _tag: "Exit", run: nextRun++, sequence: 0, exit })
      admission?.onEnd()
      return
    }
    const run = nextRun++
    requests.set(run, call)
    running.begin(call, run, payload)
  }

  const receive = (call: Call, body: Body): void => {
    switch (body._tag) {
      case "Request":
        return handle(call, body.payload)
      case "Ack": {
        const { run, sequence } = body
        // A late or a second acknowledgement is none of what was sent last.
        if (sent.get(run) !== sequence + 1 || requests.get(run) !== call) return
        return running.acknowledge(run)
      }
      case "Interrupt": {
        if (body.run !== undefined) {
          if (requests.get(body.run) === call) running.interrupt(body.run)
          return
        }
        // A request that arrived twice runs twice.
        for (const [run, each] of requests) if (each === call) running.interrupt(run)
        return
      }
      default:
        return
    }
  }

  return { receive, handling: () => [...requests.values()] }
}
