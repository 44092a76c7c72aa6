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
import { encodeExit } from "./Wire.ts"

type Erased = RpcGroup.RpcGroup<Rpc.Any>
type Outgoing = RpcMessage.FromServer<Rpc.Any>
type Incoming = RpcMessage.FromClient<Rpc.Any>

/** A node's handlers, reachable. */
export interface Host extends NetworkHost {
  /** The calls whose handlers are running, in the order they arrived. */
  readonly handling: () => ReadonlyArray<Call>
}

/** What an answer is made of before it travels. */
const toBody = (call: Call, response: Outgoing): Body | undefined => {
  switch (response._tag) {
    case "Exit":
      // Only static types are erased: the result is encoded by the procedure's own schemas.
      return {
        _tag: "Exit",
        exit: encodeExit(call.codec, response.exit as Exit.Exit<unknown, unknown>)
      }
    case "Chunk":
      return { _tag: "Chunk", values: response.values.map(call.codec.element.encode) }
    case "Defect":
    case "ClientEnd":
      return undefined
  }
}

/**
 * Makes the host of a node from its handlers, bound to the node's scope: a graceful stop closes it.
 * A message that arrives twice is handled twice, as a network without sessions would have it.
 * `tracksCalls` tells handlers' own calls what they are part of, for the report of a deadlock.
 */
export const make = (
  network: Network,
  contract: Contract.Any,
  handlers: Readonly<Record<string, unknown>>,
  context: Context.Context<Scope.Scope>,
  tracksCalls: boolean
): Effect.Effect<Host, never, Scope.Scope> =>
  Effect.gen(function* () {
    // The group's own types are erased; its schemas are what encodes and decodes.
    const group = contract.group as unknown as Erased
    const requests = new Map<number, Call>()
    const running = new Map<number, number>()
    let nextRequest = 0

    const respond = (response: Outgoing): void => {
      if (response._tag === "Defect" || response._tag === "ClientEnd") return
      const request = Number(response.requestId)
      const call = requests.get(request)
      if (call === undefined) return
      const body = toBody(call, response)
      if (response._tag === "Exit") {
        requests.delete(request)
        if (running.get(call.id) === request) running.delete(call.id)
      }
      if (body !== undefined) network.send(call, body)
    }

    const provided = yield* group.toHandlers(handlers as never).pipe(Effect.provideContext(context))
    const server = yield* RpcServer.makeNoSerialization(group, {
      onFromServer: (response) => Effect.sync(() => respond(response)),
      disableTracing: true,
      disableFatalDefects: true
    }).pipe(Effect.provideContext(provided)) as Effect.Effect<RpcServer.RpcServer<Rpc.Any>>

    const write = (call: Call, message: Incoming): void => {
      const handling = tracksCalls ? Context.add(context, CurrentCall, call) : context
      Effect.runForkWith(handling)(server.write(call.caller.index, message))
    }

    const handle = (call: Call, encoded: Schema.Json): void => {
      let payload: unknown
      try {
        payload = call.codec.payload.decode(encoded)
      } catch (error) {
        const message = `the payload of ${call.procedure} does not decode: ${String(error)}`
        const exit = { _tag: "Failure", reasons: [{ _tag: "Die", message }] } as const
        return network.send(call, { _tag: "Exit", exit })
      }
      const id = nextRequest++
      requests.set(id, call)
      running.set(call.id, id)
      const message = { _tag: "Request", id, tag: call.procedure, payload, headers: {} }
      write(call, message as unknown as Incoming)
    }

    const receive = (call: Call, body: Body): void => {
      if (body._tag === "Request") return handle(call, body.payload)
      const request = running.get(call.id)
      if (request === undefined) return
      if (body._tag === "Ack") {
        return write(call, { _tag: "Ack", requestId: request as RpcMessage.RequestId })
      }
      write(call, {
        _tag: "Interrupt",
        requestId: request as RpcMessage.RequestId,
        interruptors: []
      })
    }

    return { receive, handling: () => [...requests.values()] }
  })
