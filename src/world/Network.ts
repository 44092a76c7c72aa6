/**
 * The simulated network: carries messages between processes, or does not.
 *
 * Owns latency, loss, duplication, reordering, refusal and reset of messages, and the calls under
 * way, because a crash or a timeout ends them. What a message means to a node is the business of
 * RpcHost (callee) and RpcClient (caller).
 */
import type { Schema } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { EventKind } from "../recording/Event.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import * as Call from "./Call.ts"
import { type Link, type Links, labelOf } from "./Link.ts"
import { exitSummary, summary } from "./Wire.ts"

/** What receives calls on a node. */
export interface Host {
  readonly receive: (call: Call.Call, body: Call.Body) => void
}

/** The network of a flight. */
export interface Network {
  /** Sends a request and starts its timeout. */
  readonly begin: (call: Call.Call, payload: Schema.Json) => void
  /** Sends anything else that belongs to a call: to its callee, or back to its caller. */
  readonly send: (call: Call.Call, body: Call.Body) => void
  /** The caller is no longer interested: no answer reaches it any more. */
  readonly abandon: (call: Call.Call) => void
  /** Makes a node reachable. */
  readonly listen: (process: Process, host: Host) => void
  /** Makes a node unreachable; the calls it is handling go on. */
  readonly unlisten: (process: Process) => void
  /** Ends all calls to and from a process that has died. */
  readonly disconnect: (process: Process) => void
  /** The calls whose callers still wait, in the order they began. */
  readonly pending: () => ReadonlyArray<Call.Call>
}

interface Packet {
  readonly call: Call.Call
  readonly body: Call.Body
  readonly link: Link
  readonly receiver: Process
  readonly message: number
  sentStep: number
}

const timeoutLabel = makeLabel("timeout")
const refusedLabel = makeLabel("refused")
const resetLabel = makeLabel("reset")
const copyLabel = makeLabel("copy")

const isForCallee = (body: Call.Body): boolean =>
  body._tag === "Request" || body._tag === "Interrupt" || body._tag === "Ack"

const kindOf = (call: Call.Call, body: Call.Body): string => {
  switch (body._tag) {
    case "Request":
      return call.procedure
    case "Exit":
      return "reply"
    case "Chunk":
      return "next"
    case "Interrupt":
      return "cancel"
    case "Ack":
      return "ack"
  }
}

const textOf = (call: Call.Call, body: Call.Body): string => {
  switch (body._tag) {
    case "Request":
      return `${call.procedure} ${summary(body.payload)}`.trimEnd()
    case "Exit":
      return `reply ${exitSummary(body.exit)}`.trimEnd()
    case "Chunk":
      return `next ${body.values.map(summary).join(" ")}`.trimEnd()
    case "Interrupt":
      return `cancel ${call.procedure}`
    case "Ack":
      return `ack ${call.procedure}`
  }
}

const valueOf = (body: Call.Body): Schema.Json | undefined => {
  switch (body._tag) {
    case "Request":
      return body.payload
    case "Exit":
      return body.exit._tag === "Success" ? body.exit.value : { reasons: [...body.exit.reasons] }
    case "Chunk":
      return body.values
    case "Interrupt":
    case "Ack":
      return undefined
  }
}

/** Makes a network on which nobody listens yet. */
export const make = (kernel: Kernel, links: Links, recorder: Recorder | undefined): Network => {
  const hosts = new Map<string, Host>()
  const calls = new Map<number, Call.Call>()
  let messages = 0

  const note = (kind: EventKind, packet: Packet, task: Task, what: string): number => {
    if (recorder === undefined) return -1
    const isArrival = kind === "deliver"
    const sender = packet.receiver === packet.call.callee ? packet.call.caller : packet.call.callee
    return recorder.record({
      time: kernel.now(),
      kind,
      node: isArrival ? packet.receiver.name : sender.name,
      peer: isArrival ? sender.name : packet.receiver.name,
      what,
      because: [packet.sentStep, task.step],
      message: packet.message,
      value: kind === "send" ? valueOf(packet.body) : undefined
    })
  }

  const end = (call: Call.Call): boolean => {
    if (call.timeout !== undefined) kernel.cancel(call.timeout)
    call.timeout = undefined
    return calls.delete(call.id)
  }

  const startTimeout = (call: Call.Call): void => {
    const { request, timeoutMicros } = call
    if (timeoutMicros === undefined || request === undefined) return
    const at = kernel.now() + timeoutMicros
    call.timeout = kernel.scheduleUnder(request, at, timeoutLabel, call.caller, expire, call)
  }

  const expire = (task: Task): void => {
    // Only `startTimeout` schedules this function, with a call.
    const call = task.payload as Call.Call
    if (recorder !== undefined) {
      task.step = recorder.record({
        time: kernel.now(),
        kind: "timer",
        node: call.caller.name,
        peer: call.callee.name,
        what: `timeout after ${durationText(call.timeoutMicros ?? 0)}: ${call.procedure}`,
        because: [call.requestStep]
      })
    }
    if (!end(call)) return
    send(call, { _tag: "Interrupt" })
    call.answer({ _tag: "Failed", error: Call.timeoutError(call) })
  }

  /** Tells the caller that its call failed, after the news has crossed the network. */
  const failLater = (call: Call.Call, cause: Task, isRefusal: boolean): void => {
    const back = links.between(call.callee.name, call.caller.name)
    const at = kernel.now() + back.latencyMicros + back.extraMicros
    const label = isRefusal ? refusedLabel : resetLabel
    const run = isRefusal ? deliverRefusal : deliverReset
    kernel.scheduleUnder(cause, at, label, call.caller, run, call)
  }

  const deliverFailure = (task: Task, kind: "refused" | "reset"): void => {
    // Only `failLater` schedules this, with a call.
    const call = task.payload as Call.Call
    if (!calls.has(call.id)) return
    if (recorder !== undefined) {
      task.step = recorder.record({
        time: kernel.now(),
        kind,
        node: call.caller.name,
        peer: call.callee.name,
        what: `${kind}: ${call.procedure}`,
        because: [task.step, call.requestStep]
      })
    }
    end(call)
    const error = kind === "refused" ? Call.refusedError(call) : Call.resetError(call)
    call.answer({ _tag: "Failed", error })
  }
  const deliverRefusal = (task: Task): void => deliverFailure(task, "refused")
  const deliverReset = (task: Task): void => deliverFailure(task, "reset")

  const arrive = (task: Task): void => {
    // Only `transmit` schedules this function, with a packet.
    const packet = task.payload as Packet
    const { body, call } = packet
    if (recorder !== undefined) task.step = note("deliver", packet, task, textOf(call, body))
    if (isForCallee(body)) {
      const host = hosts.get(call.callee.name)
      if (host === undefined) return failLater(call, task, true)
      host.receive(call, body)
      return
    }
    if (!calls.has(call.id)) return
    switch (body._tag) {
      case "Exit":
        end(call)
        call.answer(body)
        return
      case "Chunk":
        if (call.timeout !== undefined) kernel.cancel(call.timeout)
        startTimeout(call)
        call.answer(body)
        return
      default:
        return
    }
  }

  /** Whether the message never arrives; says so in the recording. */
  const isStopped = (packet: Packet, task: Task): boolean => {
    const { body, call, link, receiver } = packet
    if (link.blocked > 0) {
      note("lost", packet, task, `${textOf(call, body)}: partitioned`)
      call.hasLostMessage = true
      return true
    }
    if (body._tag === "Request" && (link.refused > 0 || !receiver.isAlive)) {
      note("refused", packet, task, textOf(call, body))
      failLater(call, task, true)
      return true
    }
    if (kernel.choose("lose", task) !== 0) {
      note("lost", packet, task, textOf(call, body))
      call.hasLostMessage = true
      return true
    }
    if ((body._tag === "Request" || body._tag === "Exit") && kernel.choose("reset", task) !== 0) {
      note("lost", packet, task, `${textOf(call, body)}: connection reset`)
      failLater(call, task, false)
      return true
    }
    return false
  }

  /** When the message arrives: never before what it follows, if it keeps its place in line. */
  const arrivalOf = (link: Link, task: Task): number => {
    const usual = kernel.now() + link.latencyMicros + link.extraMicros
    const straggles = kernel.choose("reorder", task)
    if (straggles > 0) return Math.max(usual, link.lastArrival) + straggles
    link.lastArrival = Math.max(usual + kernel.choose("delay", task), link.lastArrival)
    return link.lastArrival
  }

  const transmit = (packet: Packet): Task => {
    const { body, call, link, receiver } = packet
    const label = labelOf(link, kindOf(call, body))
    const task = kernel.prepare(kernel.current(), label, receiver, arrive, packet)
    if (isStopped(packet, task)) return task
    const at = arrivalOf(link, task)
    const copyAfter = kernel.choose("duplicate", task)
    if (recorder !== undefined) {
      packet.sentStep = note("send", packet, task, textOf(call, body))
      task.step = packet.sentStep
    }
    kernel.enqueue(task, at)
    if (copyAfter > 0) {
      kernel.scheduleUnder(task, at + copyAfter, copyLabel, receiver, arrive, packet)
    }
    return task
  }

  const send = (call: Call.Call, body: Call.Body): Task => {
    const receiver = isForCallee(body) ? call.callee : call.caller
    const sender = receiver === call.callee ? call.caller : call.callee
    const link = links.between(sender.name, receiver.name)
    return transmit({ call, body, link, receiver, message: messages++, sentStep: -1 })
  }

  return {
    begin: (call, payload) => {
      calls.set(call.id, call)
      const request = send(call, { _tag: "Request", payload })
      call.request = request
      call.requestStep = request.step
      startTimeout(call)
    },
    send,
    abandon: (call) => void end(call),
    listen: (process, host) => void hosts.set(process.name, host),
    unlisten: (process) => void hosts.delete(process.name),
    disconnect: (process) => {
      hosts.delete(process.name)
      for (const call of [...calls.values()]) {
        if (call.caller === process) end(call)
        else if (call.callee === process && call.request !== undefined) {
          if (kernel.choose("silent", call.request) === 0) failLater(call, call.request, false)
        }
      }
    },
    pending: () => [...calls.values()]
  }
}
