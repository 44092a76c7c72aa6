/**
 * The caller's side of one exchange by HTTP: sends a request, and hands out the parts of the
 * response as they are asked for.
 *
 * Owns what has arrived and was not read yet, acknowledgement (the callee sends no more than a
 * window ahead), and hanging up. What a response looks like to a program is for others to say.
 */
import { Cause, Fiber } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { type Label, makeLabel } from "../kernel/Task.ts"
import * as Call from "./Call.ts"
import { CurrentCall } from "./Caller.ts"
import { declaredLength, type HttpHead, type HttpPart, type HttpRequest } from "./HttpWire.ts"
import { latencyMicrosDefault } from "./Link.ts"
import type { Network } from "./Network.ts"
import type { WireCodec } from "./Wire.ts"

/**
 * Why an exchange failed: nobody listens, no such host, the connection broke, it ended before all
 * that was promised had come, or nothing came in time.
 */
export type Trouble =
  | { readonly kind: "refused" | "unknown host" | "reset" | "short"; readonly message: string }
  | { readonly kind: "timeout"; readonly message: string; readonly error: Cause.TimeoutError }

/** What reading an exchange yields: the head once, then bytes, then the end or a trouble. */
export type Reading =
  | { readonly _tag: "Head"; readonly head: HttpHead; readonly hasBody: boolean }
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly _tag: "End" }
  | { readonly _tag: "Trouble"; readonly trouble: Trouble }

/** An exchange under way. */
export interface Exchange {
  /** Calls back once, with what comes next: at once, if it is there already. */
  readonly read: (resume: (reading: Reading) => void) => void
  /** Hangs up: nothing is handed out any more, and the callee hears of it. */
  readonly cancel: () => void
  /** Keeps a response from being collected before the exchange has ended. */
  response: unknown
}

/** What an exchange is begun with. */
export interface Options {
  readonly kernel: Kernel
  readonly network: Network
  readonly caller: Process
  /** What is called, as recordings and keys name it: a contract, or a host. */
  readonly target: string
  readonly pick: (within: Call.Call | undefined) => Process
  readonly timeoutMicros: number | undefined
  /** See `Connection.timing`. */
  readonly timing: Call.Connection["timing"]
  readonly request: HttpRequest
  /** The call whose handler makes this one; `currentCall` where the program asked for it. */
  readonly within: Call.Call | undefined
}

/** The call whose handler is running, as far as a fiber knows. */
export const currentCall = (): Call.Call | undefined => Fiber.getCurrent()?.getRef(CurrentCall)

const labels = new Map<string, Label>()

const labelOf = (target: string): Label => {
  let label = labels.get(target)
  if (label === undefined) {
    label = makeLabel(`call ${target}`)
    labels.set(target, label)
  }
  return label
}

const unused = {
  encode: () => {
    throw new Error("a body by HTTP has no codec")
  },
  decode: () => {
    throw new Error("a body by HTTP has no codec")
  }
}

const codecOf = (isStream: boolean): WireCodec => ({
  isStream,
  payload: unused,
  success: unused,
  element: unused,
  error: unused
})

/** A response that goes on may do so for ever; what comes before it must come. */
const streaming = codecOf(true)
const whole = codecOf(false)

/**
 * What all calls by HTTP share. A getter written into each would keep its flight in memory until
 * the next full collection: V8 holds a getter by the shape of the object, and shapes live long.
 */
const shared: Pick<Call.Call, "codec"> & ThisType<Call.Call> = {
  get codec() {
    return this.connection?.isStreaming === true ? streaming : whole
  }
}

const troubleOf = (error: Call.TransportError): Trouble => {
  if (Cause.isTimeoutError(error)) return { kind: "timeout", message: error.message, error }
  const { cause } = error.reason
  const message = cause instanceof Error ? cause.message : error.message
  return { kind: Call.isRefusal(error) ? "refused" : "reset", message }
}

/** Statuses and methods of which a response has no body, whatever its headers say. */
export const hasNoBody = (method: string, status: number): boolean =>
  method === "HEAD" || status === 204 || status === 205 || status === 304 || status < 200

/** Sends a request. */
export const begin = (options: Options): Exchange => {
  const { caller, kernel, network, pick, request, target, within } = options
  const arrived: Array<Reading> = []
  let waiting: ((reading: Reading) => void) | undefined
  let isOver = false
  // How many bytes are still to come; `undefined` when nobody has said.
  let bytesLeft: number | undefined

  const hand = (reading: Reading): void => {
    const resume = waiting
    waiting = undefined
    if (resume === undefined) return void arrived.push(reading)
    acknowledge(reading)
    resume(reading)
  }

  const finish = (last: Reading): void => {
    isOver = true
    hand(last)
  }

  const onPart = ({ bytes, head, rest }: HttpPart): void => {
    if (head !== undefined) {
      const isBodiless = hasNoBody(request.method, head.status)
      bytesLeft = isBodiless ? undefined : declaredLength(head.headers)
      hand({ _tag: "Head", head, hasBody: !isBodiless && (rest === "open" || bytes.length > 0) })
    }
    if (bytesLeft !== undefined) bytesLeft -= bytes.length
    if (bytes.length > 0) hand({ _tag: "Bytes", bytes, isLast: rest !== "open" })
    if (rest === "open") return
    const what = `${caller.name} → ${call.callee.name} ${call.procedure}`
    if (rest === "broken") {
      const message = `connection reset: ${what}`
      finish({ _tag: "Trouble", trouble: { kind: "reset", message } })
    } else if (bytesLeft !== undefined && bytesLeft > 0) {
      const message = `the body ended ${bytesLeft} bytes early: ${what}`
      finish({ _tag: "Trouble", trouble: { kind: "short", message } })
    } else {
      finish({ _tag: "End" })
    }
  }

  const stream: Call.StreamState = {
    run: undefined,
    expected: 0,
    acknowledged: 0,
    early: new Map()
  }

  const connection: Call.Connection = {
    lastThere: 0,
    lastBack: 0,
    isStreaming: false,
    isShortened: false,
    timing: options.timing
  }

  const fields: Omit<Call.Call, "codec"> = {
    id: kernel.identify(labelOf(target)),
    contract: target,
    procedure: `${request.method} ${request.path.split("?")[0]}`,
    caller,
    callee: pick(within),
    timeoutMicros: options.timeoutMicros,
    startedAt: kernel.now(),
    within,
    stream,
    connection,
    answer: (answer) => {
      if (isOver) return
      if (answer._tag === "HttpPart") return onPart(answer.part)
      if (answer._tag !== "Failed") throw new Error("a request by HTTP got no response by HTTP")
      finish({ _tag: "Trouble", trouble: troubleOf(answer.error) })
    },
    request: undefined,
    requestStep: -1,
    timeout: undefined,
    hasLostMessage: false,
    arrival: "none",
    isSilent: false,
    isCut: false
  }
  // Both parts of a call are there now.
  const call = Object.assign(Object.create(shared), fields) as Call.Call

  /** The reader has taken what came: the callee may send on. */
  const acknowledge = (reading: Reading): void => {
    if (reading._tag !== "Bytes" || reading.isLast || isOver || stream.run === undefined) return
    network.send(call, { _tag: "Ack", run: stream.run, sequence: stream.acknowledged++ })
  }

  network.begin(call, { _tag: "HttpRequest", request })

  return {
    read: (resume) => {
      const next = arrived.shift()
      if (next !== undefined) {
        acknowledge(next)
        return resume(next)
      }
      // What is over has been read to its end, and ends again.
      if (isOver) return resume({ _tag: "End" })
      waiting = resume
      network.awaitMore(call)
    },
    cancel: () => {
      if (isOver) return
      isOver = true
      waiting = undefined
      network.abandon(call)
      network.send(call, { _tag: "Interrupt" })
    },
    response: undefined
  }
}

const lookupLabel = makeLabel("look up")

/** An exchange with a host that does not exist: to learn that takes as long as asking one. */
export const nowhere = (kernel: Kernel, caller: Process, host: string): Exchange => {
  const trouble: Trouble = { kind: "unknown host", message: `no host is named ${host}` }
  let isOver = false
  return {
    read: (resume) => {
      const fail = (): void => {
        if (!isOver) resume({ _tag: "Trouble", trouble })
      }
      kernel.schedule(kernel.now() + latencyMicrosDefault, lookupLabel, caller, fail, undefined)
    },
    cancel: () => {
      isOver = true
    },
    response: undefined
  }
}
