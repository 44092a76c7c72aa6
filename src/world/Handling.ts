/**
 * Runs the handlers of a node as the server of `effect/rpc` does: a fiber and a scope for each
 * request, streams element by element as they are acknowledged, interruption by the caller.
 *
 * It is ours because `RpcServer.makeNoSerialization` remembers the context of every request in a
 * weak map, where the young generation's collector takes it for alive, and through it the whole
 * flight: copying what is dead took a third of the time of a small flight. Owns no message: what is
 * answered is sent by the host.
 */
import { Context, Deferred, Effect, Exit, Fiber, Latch, Pull, Queue, Scope, Stream } from "effect"
import { Headers } from "effect/http"
import { Rpc, RpcSchema } from "effect/rpc"
import type * as Contract from "../system/Contract.ts"
import type { Call } from "./Call.ts"
import { CurrentCall } from "./Caller.ts"

/** Where what handlers return goes to. `run` tells the requests apart. */
export interface Answers {
  readonly chunk: (run: number, values: ReadonlyArray<unknown>) => void
  readonly exit: (run: number, exit: Exit.Exit<unknown, unknown>) => void
}

/** The handlers of a node at work. */
export interface Handling {
  /** Starts the handler of a call. Its exit is answered once, whatever becomes of it. */
  readonly begin: (call: Call, run: number, payload: unknown) => void
  /** The caller has the elements of a stream that were sent last. */
  readonly acknowledge: (run: number) => void
  /** The caller is no longer interested. */
  readonly interrupt: (run: number) => void
}

/** What handlers are run with. */
export interface Options {
  readonly contract: Contract.AnyRpc
  readonly handlers: Readonly<Record<string, unknown>>
  /** The context of the node. When its scope closes, what is running is interrupted. */
  readonly context: Context.Context<Scope.Scope>
  readonly answers: Answers
}

type Handler = (payload: unknown, options: unknown) => object
type Failing = Effect.Effect<unknown, unknown>

const isStream = (value: object): value is Stream.Stream<unknown, unknown> => Stream.isStream(value)

/** A procedure may answer with what another fiber completes later. */
const settled = (value: unknown): Failing =>
  Deferred.isDeferred(value) ? Deferred.await(value) : Effect.succeed(value)

/** Sends what a stream, or the queue of one, has; `write` waits until it has arrived. */
const drain = (
  source: object,
  write: (values: ReadonlyArray<unknown>) => Effect.Effect<void>
): Failing => {
  if (isStream(source)) return Stream.runForEachArray(source, write)
  // The contract's types leave only this: an effect that gives the queue of the elements.
  const queued = source as Effect.Effect<Queue.Dequeue<unknown, unknown>, unknown, Scope.Scope>
  const all = Effect.flatMap(queued, (queue) =>
    Effect.whileLoop({
      while: () => true,
      body: () => Effect.flatMap(Queue.takeAll(queue), write),
      step: () => {}
    })
  )
  return Effect.scoped(Pull.catchDone(all, () => Effect.void))
}

/** Makes the handlers of a node ready to run. */
export const make = ({ answers, context, contract, handlers }: Options): Handling => {
  const fibers = new Map<number, Fiber.Fiber<unknown, unknown>>()
  const latches = new Map<number, Latch.Latch>()
  const clients = new Map<number, Rpc.ServerClient>()
  const track = Fiber.runIn(Scope.forkUnsafe(Context.get(context, Scope.Scope), "parallel"))

  const clientOf = (call: Call): Rpc.ServerClient => {
    const known = clients.get(call.caller.index)
    if (known !== undefined) return known
    const client = new Rpc.ServerClient(call.caller.index)
    clients.set(call.caller.index, client)
    return client
  }

  const streamed = (run: number, source: object): Failing => {
    const latch = Latch.makeUnsafe(false)
    latches.set(run, latch)
    return drain(source, (values) => {
      latch.closeUnsafe()
      return Effect.andThen(
        Effect.sync(() => answers.chunk(run, values)),
        latch.await
      )
    })
  }

  /** What the handler makes of a payload. What it throws is a defect of the fiber that asks. */
  const handle = (call: Call, run: number, payload: unknown): Failing => {
    // `Contract.missingHandlers` has looked at every function before the node was up.
    const handler = handlers[call.procedure] as Handler
    const rpc = contract.requests.get(call.procedure)
    const client = clientOf(call)
    const made = handler(payload, { client, requestId: run, headers: Headers.empty, rpc, payload })
    const isWrapped = Rpc.isWrapper(made)
    const value: object = isWrapped ? made.value : made
    // A contract's types leave nothing else than an effect for what is no stream.
    const effect = call.codec.isStream
      ? streamed(run, value)
      : Effect.flatMap(value as Failing, settled)
    return isWrapped && made.uninterruptible ? Effect.uninterruptible(effect) : effect
  }

  const begin = (call: Call, run: number, payload: unknown): void => {
    const scope = Scope.makeUnsafe()
    let isAnswered = false
    const answered = Effect.onExit(
      Effect.suspend(() => handle(call, run, payload)),
      (exit) => {
        isAnswered = true
        const sent = Effect.sync(() => answers.exit(run, exit))
        const closed = Scope.closeUnsafe(scope, exit)
        return closed === undefined ? sent : Effect.ensuring(sent, closed)
      }
    )
    const fiber = Effect.runForkWith(
      Context.add(Context.add(context, CurrentCall, call), Scope.Scope, scope)
    )(
      // Known before the handler runs: it may be cancelled while it does.
      Effect.withFiber((fiber) => {
        fibers.set(run, fiber)
        return answered
      })
    )
    track(fiber)
    fiber.addObserver(() => {
      fibers.delete(run)
      latches.delete(run)
      if (!isAnswered) answers.exit(run, Exit.interrupt())
    })
  }

  return {
    begin,
    acknowledge: (run) => {
      const latch = latches.get(run)
      if (latch !== undefined) Effect.runForkWith(context)(latch.open)
    },
    interrupt: (run) => {
      fibers.get(run)?.interruptUnsafe(undefined, RpcSchema.ClientAbort.annotation)
    }
  }
}
