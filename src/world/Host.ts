/**
 * The callee's side of an edge: hands what arrives to the handlers of a node, and sends back what
 * they return.
 */
import { Context, Effect, type Exit, type Schema, type Scope } from "effect"
import { type Rpc, type RpcGroup, type RpcMessage, RpcServer } from "effect/rpc"
import type * as Contract from "../system/Contract.ts"
import type { Body, Call } from "./Call.ts"
import { CurrentCall } from "./Caller.ts"
import type { Host as NetworkHost, Network } from "./Network.ts"
import { encodeElement, encodeExit } from "./Wire.ts"

type Erased = RpcGroup.RpcGroup<Rpc.Any>
type Outgoing = RpcMessage.FromServer<Rpc.Any>
type Incoming = RpcMessage.FromClient<Rpc.Any>

/** A node's handlers, reachable. */
export interface Host extends NetworkHost {
  /** The calls whose handlers are running, in the order they arrived. */
  readonly handling: () => ReadonlyArray<Call>
}

type Response = Extract<Outgoing, { readonly _tag: "Exit" | "Chunk" }>

/** What an answer is made of before it travels. */
const toBody = (call: Call, response: Response, run: number, sequence: number): Body => {
  if (response._tag === "Chunk") {
    const values = response.values.map((value) => encodeElement(call.codec, value))
    return { _tag: "Chunk", run, sequence, values }
  }
  // Only static types are erased: the result is encoded by the procedure's own schemas.
  const exit = encodeExit(call.codec, response.exit as Exit.Exit<unknown, unknown>)
  return { _tag: "Exit", run, sequence, exit }
}

/**
 * The handlers as the server looks them up: what `RpcGroup.toHandlers` makes, but for the context
 * of each. Every request brings the whole context of its node, and merging one with another, map by
 * map, would cost more than all else that a request does.
 */
const contextOf = (
  contract: Contract.Any,
  handlers: Readonly<Record<string, unknown>>
): Context.Context<never> => {
  const entries = new Map<string, Rpc.Handler<string>>()
  for (const [tag, procedure] of contract.group.requests) {
    // `Contract.missingHandlers` has looked at every function; the server calls it by its schemas.
    const handler = handlers[tag] as Rpc.Handler<string>["handler"]
    entries.set(procedure.key, { tag, handler, context: Context.empty() } as Rpc.Handler<string>)
  }
  return Context.makeUnsafe(entries)
}

/**
 * Makes the host of a node from its handlers, bound to the node's scope: a graceful stop closes it.
 * A message that arrives twice is handled twice, as a network without sessions would have it.
 * Handlers' own calls know which call they are part of: their keys and the report of a deadlock say
 * so.
 */
export const make: (
  network: Network,
  contract: Contract.Any,
  handlers: Readonly<Record<string, unknown>>,
  context: Context.Context<Scope.Scope>
) => Effect.Effect<Host, never, Scope.Scope> = Effect.fnUntraced(
  function* (network, contract, handlers, context) {
    // The group's own types are erased; its schemas are what encodes and decodes.
    const group = contract.group as unknown as Erased
    // The calls whose handlers run, by the number of the run; and how much of each stream was sent.
    const requests = new Map<number, Call>()
    const sent = new Map<number, number>()
    let nextRun = 0

    const respond = (response: Outgoing): void => {
      if (response._tag === "Defect" || response._tag === "ClientEnd") return
      const run = Number(response.requestId)
      const call = requests.get(run)
      if (call === undefined) return
      const sequence = sent.get(run) ?? 0
      const body = toBody(call, response, run, sequence)
      if (response._tag === "Exit") {
        requests.delete(run)
        sent.delete(run)
      } else {
        sent.set(run, sequence + 1)
      }
      network.send(call, body)
    }

    const provided = contextOf(contract, handlers)
    const server = yield* RpcServer.makeNoSerialization(group, {
      onFromServer: (response) => Effect.sync(() => respond(response)),
      disableTracing: true,
      disableFatalDefects: true
    }).pipe(Effect.provideContext(provided)) as Effect.Effect<RpcServer.RpcServer<Rpc.Any>>

    const write = (call: Call, message: Incoming): void => {
      const handling = Context.add(context, CurrentCall, call)
      Effect.runForkWith(handling)(server.write(call.caller.index, message))
    }

    const interrupt = (call: Call, run: number): void => {
      const requestId = run as RpcMessage.RequestId
      write(call, { _tag: "Interrupt", requestId, interruptors: [] })
    }

    const handle = (call: Call, encoded: Schema.Json): void => {
      let payload: unknown
      try {
        payload = call.codec.payload.decode(encoded)
      } catch (error) {
        const message = `the payload of ${call.procedure} does not decode: ${String(error)}`
        const exit = { _tag: "Failure", reasons: [{ _tag: "Die", message }] } as const
        network.send(call, { _tag: "Exit", run: nextRun++, sequence: 0, exit })
        return
      }
      const id = nextRun++
      requests.set(id, call)
      const message = { _tag: "Request", id, tag: call.procedure, payload, headers: {} }
      write(call, message as unknown as Incoming)
    }

    const receive = (call: Call, body: Body): void => {
      switch (body._tag) {
        case "Request":
          return handle(call, body.payload)
        case "Ack": {
          const { run, sequence } = body
          // A late or a second acknowledgement is none of what was sent last.
          if (sent.get(run) !== sequence + 1 || requests.get(run) !== call) return
          return write(call, { _tag: "Ack", requestId: run as RpcMessage.RequestId })
        }
        case "Interrupt": {
          if (body.run !== undefined) {
            if (requests.get(body.run) === call) interrupt(call, body.run)
            return
          }
          // A request that arrived twice runs twice.
          for (const [run, running] of requests) if (running === call) interrupt(call, run)
          return
        }
        default:
          return
      }
    }

    return { receive, handling: () => [...requests.values()] }
  }
)
