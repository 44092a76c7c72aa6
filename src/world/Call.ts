/**
 * A call under way: who asked whom for what, and how its answer gets back.
 *
 * Owns the shape of a call and of what travels for it.
 */
import { Cause, type Schema } from "effect"
import { RpcClientError } from "effect/rpc"
import { Socket } from "effect/socket"
import type { Process } from "../kernel/Process.ts"
import type { Task } from "../kernel/Task.ts"
import * as HttpContract from "../system/HttpContract.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import type { HttpPart, HttpRequest } from "./HttpWire.ts"
import type { WireCodec, WireExit } from "./Wire.ts"

/**
 * The place of a message in the answer to a call. A request that arrives twice is handled twice,
 * and a caller must be able to tell the two answers apart, and the elements of one in order.
 */
export interface Place {
  /** Which run of the callee's handler it belongs to. */
  readonly run: number
  /** The how-manieth message of that run it is, from 0; always 0 for what is no stream. */
  readonly sequence: number
}

/** What travels for a call. The first four go to the callee, the others to the caller. */
export type Body =
  | { readonly _tag: "Request"; readonly payload: Schema.Json }
  | { readonly _tag: "HttpRequest"; readonly request: HttpRequest }
  /** `run` is absent when all that runs for the call is to be interrupted. */
  | { readonly _tag: "Interrupt"; readonly run?: number }
  | ({ readonly _tag: "Ack" } & Place)
  | ({ readonly _tag: "Exit"; readonly exit: WireExit } & Place)
  | ({ readonly _tag: "Chunk"; readonly values: ReadonlyArray<Schema.Json> } & Place)
  | ({ readonly _tag: "HttpPart"; readonly part: HttpPart } & Place)

/** What begins a call. */
export type RequestBody = Extract<Body, { readonly _tag: "Request" | "HttpRequest" }>

/** A part of the answer to a streaming call. */
export type StreamBody = Extract<Body, { readonly _tag: "Exit" | "Chunk" | "HttpPart" }>

/** What the caller's side learns, in the end or on the way. */
export type Answer =
  | { readonly _tag: "Exit"; readonly exit: WireExit }
  | { readonly _tag: "Chunk"; readonly values: ReadonlyArray<Schema.Json> }
  | { readonly _tag: "HttpPart"; readonly part: HttpPart }
  | { readonly _tag: "Failed"; readonly error: TransportError }

/** Why a call got no answer, as the generated client reports it. */
export type TransportError = RpcClientError.RpcClientError | Cause.TimeoutError

/** A call under way. */
export interface Call {
  /** Keyed by what caused the call, so it is the same in every flight that makes the call. */
  readonly id: number
  readonly contract: string
  readonly procedure: string
  readonly codec: WireCodec
  readonly caller: Process
  readonly callee: Process
  /** `undefined` waits for ever. For a stream, the longest wait for its next element. */
  readonly timeoutMicros: number | undefined
  readonly startedAt: number
  /** The call whose handler made this one, when it was made inside a handler. */
  readonly within: Call | undefined
  /** Where a streaming call stands; `undefined` for all others. */
  readonly stream: StreamState | undefined
  /** The connection of a request by HTTP; `undefined` for remote procedures. */
  readonly connection: Connection | undefined
  /** Hands an answer to the generated client. Runs on the caller's process. */
  readonly answer: (answer: Answer) => void
  /** The request's own task: resets and timeouts are its children. Set when it is sent. */
  request: Task | undefined
  /** The recorded step of the request; -1 while not recording. */
  requestStep: number
  timeout: Task | undefined
  /** A message of it was lost: told when somebody waits for it for ever. */
  hasLostMessage: boolean
  /** What became of the request where it arrived: a copy of it must not contradict that. */
  arrival: "none" | "handled" | "refused"
  /** Its handler was interrupted before it had an answer: its caller had waited long enough. */
  isCut: boolean
  /** The caller never hears that the callee has crashed. */
  isSilent: boolean
}

/** The connection of an exchange by HTTP, mutable: nothing overtakes on it or arrives twice. */
export interface Connection {
  /** When the latest message to the callee arrives, and the latest one back. */
  lastThere: number
  lastBack: number
  /** The callee has begun a response that goes on. */
  isStreaming: boolean
  /** The response was cut short: what the callee still sends goes nowhere. */
  isShortened: boolean
  /**
   * Whether the timeout bounds the exchange as a whole, or each wait of the reader for more. It is
   * the whole once the response has said how long it is, if the edge has a policy.
   */
  timing: "whole" | "each wait"
}

/** How far the answer to a streaming call has come, on the caller's side. Mutable. */
export interface StreamState {
  /** The run whose answer the caller listens to: the first that it heard of. */
  run: number | undefined
  /** The sequence number of what it waits for. */
  expected: number
  /** How many elements it has acknowledged. */
  acknowledged: number
  /** What arrived before its turn, by sequence number. */
  readonly early: Map<number, StreamBody>
}

/** The address as people read it. */
export const toText = (call: Call): string =>
  `${call.caller.name} → ${call.callee.name} ${call.procedure}`

/** Nobody listens at the other end: the call has definitely not happened. */
export const refusedError = (call: Call): TransportError =>
  new RpcClientError.RpcClientError({
    reason: new Socket.SocketOpenError({
      kind: "Unknown",
      cause: new Error(`connection refused: ${toText(call)}`)
    })
  })

/** The connection broke while the call was under way: it may or may not have happened. */
export const resetError = (call: Call): TransportError =>
  new RpcClientError.RpcClientError({
    reason: new Socket.SocketReadError({ cause: new Error(`connection reset: ${toText(call)}`) })
  })

/** No answer came within the edge's timeout: it may or may not have happened. */
export const timeoutError = (call: Call): TransportError =>
  new Cause.TimeoutError(
    `no answer within ${durationText(call.timeoutMicros ?? 0)}: ${toText(call)}`
  )

/** Whether an error of a client says that the call has definitely not happened. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof RpcClientError.RpcClientError
    ? error.reason._tag === "SocketOpenError"
    : HttpContract.isNotSent(error)
