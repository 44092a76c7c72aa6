/**
 * The caller's side of an edge: a generated client whose calls cross the simulated network, under
 * the policy of the edge (timeout, retry, concurrency).
 */
import {
  Context,
  Effect,
  Exit,
  Fiber,
  Schedule,
  Scheduler,
  type Schema,
  Scope,
  type Semaphore
} from "effect"
import { type Rpc, RpcClient, type RpcGroup, RpcMessage } from "effect/rpc"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { makeLabel } from "../kernel/Task.ts"
import type * as Contract from "../system/Contract.ts"
import type { EdgePolicy } from "../system/Use.ts"
import type { Answer, Call } from "./Call.ts"
import type { Network } from "./Network.ts"
import { codecOf, decodeExit, misfit } from "./Wire.ts"

/** The call whose handler is running, for whoever asks what waits for what. */
export const CurrentCall = Context.Reference<Call | undefined>("downforce/CurrentCall", {
  defaultValue: () => undefined
})

/** A client whose procedures are not known to the type checker. */
export type AnyClient = Readonly<
  Record<string, (payload: unknown, options?: unknown) => Effect.Effect<unknown, unknown>>
>

/** What a client is made with. */
export interface Options {
  readonly kernel: Kernel
  readonly network: Network
  readonly caller: Process
  readonly contract: Contract.AnyRpc
  readonly policy: EdgePolicy
  /** Chooses the node that a call goes to; `within` is the call whose handler makes it. */
  readonly pick: (within: Call | undefined) => Process
  /** Bounds the calls under way, over all clients of the edge. */
  readonly permits: Semaphore.Semaphore | undefined
  /** In which what a stream still has to do is run. */
  readonly context: Context.Context<never>
  /** Bounds the client: when it closes, calls under way are interrupted. */
  readonly scope: Scope.Scope
}

type Erased = RpcGroup.RpcGroup<Rpc.Any>
type Outgoing = RpcMessage.FromClient<Rpc.Any>
type Incoming = RpcMessage.FromServer<Rpc.Any>

const exitMessage = (call: Call, exit: Exit.Exit<unknown, unknown>): Incoming => {
  const requestId = RpcMessage.RequestId(call.id)
  // The exit was decoded by the procedure's own schemas; only its static type is erased.
  return { _tag: "Exit", clientId: 0, requestId, exit } as unknown as Incoming
}

const chunkMessage = (call: Call, encoded: ReadonlyArray<Schema.Json>): Incoming => {
  const requestId = RpcMessage.RequestId(call.id)
  const values = encoded.map(call.codec.element.decode)
  // The elements were decoded by the procedure's own schema; only their static type is erased.
  return { _tag: "Chunk", clientId: 0, requestId, values } as unknown as Incoming
}

/** An answer as the generated client takes it. One that does not decode is a defect. */
const messageOf = (call: Call, answer: Answer): Incoming => {
  try {
    switch (answer._tag) {
      case "Failed":
        return exitMessage(call, Exit.fail(answer.error))
      case "Exit":
        return exitMessage(call, decodeExit(call.codec, answer.exit))
      case "Chunk":
        return chunkMessage(call, answer.values)
      case "HttpPart":
        return exitMessage(call, Exit.die(new Error("a procedure was answered by HTTP")))
    }
  } catch (error) {
    return exitMessage(call, Exit.die(error))
  }
}

/**
 * A call that is not preempted before its request has left. Effect 4.1's own client dies ("Not a
 * valid effect") when it is preempted right after it has set up its handling of interruption, and
 * is then interrupted: that would be reported as a defect of the service that made the call.
 */
const unpreempted =
  (call: AnyClient[string]): AnyClient[string] =>
  (payload, options) =>
    Effect.provideService(call(payload, options), Scheduler.PreventSchedulerYield, true)

/** A call whose payload is refused by name when it does not fit: the caller's own mistake. */
const checked =
  (name: string, call: AnyClient[string]): AnyClient[string] =>
  (payload, options) => {
    try {
      return call(payload, options)
    } catch (error) {
      throw misfit(`the payload of ${name}`, error)
    }
  }

/** Applies the policy of an edge to one procedure of its client. */
const withPolicy = (
  policy: EdgePolicy,
  permits: Semaphore.Semaphore | undefined,
  call: AnyClient[string]
): AnyClient[string] => {
  const { retry } = policy
  if (retry === undefined && permits === undefined) return call
  return (payload, options) => {
    const one = call(payload, options)
    const attempt = permits === undefined ? one : permits.withPermits(1)(one)
    if (retry === undefined) return attempt
    return Effect.retry(attempt, {
      times: retry.times,
      while: retry.onlyIf,
      schedule: Schedule.spaced(retry.delayMicros / 1000)
    })
  }
}

/** Makes a client of a contract. Streams keep to the timeout, between elements; not to the rest. */
export const make = (options: Options): AnyClient => {
  const { caller, context, contract, kernel, network, permits, pick, policy } = options
  const open = new Map<number, Call>()
  const callLabel = makeLabel(`call ${contract.contractName}`)
  // The group's own types are erased; its schemas are what encodes and decodes.
  const group = contract.group as unknown as Erased

  const deliver = (call: Call, answer: Answer): void => {
    if (answer._tag !== "Chunk") open.delete(call.id)
    // Writing resumes the caller at once; what it returns is only work for streams.
    const rest = built.write(messageOf(call, answer))
    if (rest !== Effect.void) Effect.runForkWith(context)(rest)
  }

  const begin = (message: Extract<Outgoing, { readonly _tag: "Request" }>): void => {
    const procedure = contract.requests.get(message.tag)
    // The generated client has one method for each procedure of the group, and no other.
    if (procedure === undefined) throw new Error(`${contract.contractName} has no ${message.tag}`)
    const codec = codecOf(procedure)
    const within = Fiber.getCurrent()?.getRef(CurrentCall)
    const call: Call = {
      id: Number(message.id),
      contract: contract.contractName,
      procedure: message.tag,
      codec,
      caller,
      callee: pick(within),
      timeoutMicros: policy.timeoutMicros,
      startedAt: kernel.now(),
      within,
      stream: codec.isStream
        ? { run: undefined, expected: 0, acknowledged: 0, early: new Map() }
        : undefined,
      connection: undefined,
      answer: (answer) => deliver(call, answer),
      request: undefined,
      requestStep: -1,
      timeout: undefined,
      hasLostMessage: false,
      arrival: "none",
      isCut: false,
      isSilent: false
    }
    open.set(call.id, call)
    network.begin(call, { _tag: "Request", payload: codec.payload.encode(message.payload) })
  }

  const acknowledge = (call: Call): void => {
    const { stream } = call
    if (stream?.run === undefined) return
    const sequence = stream.acknowledged++
    network.send(call, { _tag: "Ack", run: stream.run, sequence })
  }

  const onFromClient = ({ message }: { readonly message: Outgoing }): Effect.Effect<void> =>
    Effect.sync(() => {
      if (message._tag === "Request") return begin(message)
      if (message._tag === "Eof") return
      const call = open.get(Number(message.requestId))
      if (call === undefined) return
      if (message._tag === "Ack") return acknowledge(call)
      open.delete(call.id)
      network.abandon(call)
      network.send(call, { _tag: "Interrupt" })
    })

  // The group's types are erased: its client has a method for each procedure, whatever they take.
  const built = Effect.runSync(
    RpcClient.makeNoSerialization(group, {
      onFromClient,
      disableTracing: true,
      generateRequestId: () => RpcMessage.RequestId(kernel.identify(callLabel))
    }).pipe(Effect.provideService(Scope.Scope, options.scope)) as unknown as Effect.Effect<{
      readonly client: AnyClient
      readonly write: (message: Incoming) => Effect.Effect<void>
    }>
  )

  const client: Record<string, AnyClient[string]> = {}
  for (const [tag, procedure] of contract.requests) {
    const generated = built.client[tag]
    if (generated === undefined) continue
    const call = checked(`${contract.contractName}.${tag}`, generated)
    client[tag] = codecOf(procedure).isStream
      ? call
      : withPolicy(policy, permits, unpreempted(call))
  }
  return client
}
