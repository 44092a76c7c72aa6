/**
 * The simulated network: carries messages between processes, or does not.
 *
 * Owns latency, loss, duplication, reordering, refusal and reset of messages, and the calls under
 * way, because a crash or a timeout ends them. What a message means to a node is the business of
 * Host and HttpHost (callee), Caller and HttpExchange (caller).
 */
import type { Kernel } from "../kernel/Kernel.ts"
import * as NodeClock from "../kernel/NodeClock.ts"
import type { Process } from "../kernel/Process.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { EventKind } from "../recording/Event.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import * as Call from "./Call.ts"
import { declaredLength, type HttpPart } from "./HttpWire.ts"
import { type Link, type Links, labelOf, sentAt } from "./Link.ts"
import { bytesOf, isForCallee, kindOf, textOf, valueOf } from "./Words.ts"

/** What receives calls on a node. */
export interface Host {
  readonly receive: (call: Call.Call, body: Call.Body) => void
  /** Whether one more call may come in; one that may not is refused. By default all may. */
  readonly admits?: () => boolean
}

/** The network of a flight. */
export interface Network {
  /** Sends a request and starts its timeout. */
  readonly begin: (call: Call.Call, request: Call.RequestBody) => void
  /** Sends anything else that belongs to a call: to its callee, or back to its caller. */
  readonly send: (call: Call.Call, body: Call.Body) => void
  /** The caller is no longer interested: no answer reaches it any more. */
  readonly abandon: (call: Call.Call) => void
  /** Starts the timeout of a call whose caller waits for more, if it does not run. */
  readonly awaitMore: (call: Call.Call) => void
  /** Makes a node reachable. */
  readonly listen: (process: Process, host: Host) => void
  /** Makes a node reachable by HTTP. */
  readonly listenHttp: (process: Process, host: Host) => void
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
  /** What it says, as recordings tell it: made once, when first recorded. */
  text: string | undefined
}

const timeoutLabel = makeLabel("timeout")
const refusedLabel = makeLabel("refused")
const resetLabel = makeLabel("reset")
const copyLabel = makeLabel("copy")
const hangUpLabel = makeLabel("hang up")

const wordsOf = (packet: Packet): string => (packet.text ??= textOf(packet.call, packet.body))

/** Makes a network on which nobody listens yet. */
export const make = (kernel: Kernel, links: Links, recorder: Recorder | undefined): Network => {
  const hosts = new Map<string, Host>()
  const httpHosts = new Map<string, Host>()
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

  const hostOf = (call: Call.Call): Host | undefined =>
    (call.connection === undefined ? hosts : httpHosts).get(call.callee.name)

  /** The connection that carries a call, from its callee to its caller; broken by a partition. */
  const isCutOff = (call: Call.Call): boolean => {
    const isBlocked = links.between(call.callee.name, call.caller.name).blocked > 0
    if (isBlocked) call.hasLostMessage = true
    return isBlocked
  }

  const end = (call: Call.Call): boolean => {
    if (call.timeout !== undefined) kernel.cancel(call.timeout)
    call.timeout = undefined
    return calls.delete(call.id)
  }

  const startTimeout = (call: Call.Call): void => {
    const { request, timeoutMicros } = call
    if (timeoutMicros === undefined || request === undefined) return
    const at = NodeClock.dueAt(call.caller.clock, timeoutMicros)
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
    if (isCutOff(call)) return
    const back = links.between(call.callee.name, call.caller.name)
    const at = kernel.now() + back.latencyMicros + back.extraMicros
    const label = isRefusal ? refusedLabel : resetLabel
    const run = isRefusal ? deliverRefusal : deliverReset
    kernel.scheduleUnder(cause, at, label, call.caller, run, call)
  }

  /** Records that one end of a call has learnt that it is cut off. */
  const noteBreak = (
    task: Task,
    kind: "refused" | "reset",
    call: Call.Call,
    at: Process,
    peer: Process
  ): void => {
    if (recorder === undefined) return
    task.step = recorder.record({
      time: kernel.now(),
      kind,
      node: at.name,
      peer: peer.name,
      what: `${kind}: ${call.procedure}`,
      because: [task.step, call.requestStep]
    })
  }

  const deliverFailure = (task: Task, kind: "refused" | "reset"): void => {
    // Only `failLater` schedules this, with a call.
    const call = task.payload as Call.Call
    if (!calls.has(call.id)) return
    noteBreak(task, kind, call, call.caller, call.callee)
    end(call)
    // The handler of a stream may still be there, and waits to hear that its element has arrived.
    if (kind === "reset" && call.stream !== undefined) send(call, { _tag: "Interrupt" })
    const error = kind === "refused" ? Call.refusedError(call) : Call.resetError(call)
    call.answer({ _tag: "Failed", error })
  }
  /** Tells the callee that its caller is gone: its handler is interrupted, as by a broken pipe. */
  const hangUpLater = (call: Call.Call, request: Task): void => {
    const there = links.between(call.caller.name, call.callee.name)
    if (there.blocked > 0) return
    const at = kernel.now() + there.latencyMicros + there.extraMicros
    kernel.scheduleUnder(request, at, hangUpLabel, call.callee, deliverHangUp, call)
  }
  const deliverHangUp = (task: Task): void => {
    // Only `hangUpLater` schedules this, with a call.
    const call = task.payload as Call.Call
    noteBreak(task, "reset", call, call.callee, call.caller)
    hostOf(call)?.receive(call, { _tag: "Interrupt" })
  }

  const deliverRefusal = (task: Task): void => deliverFailure(task, "refused")
  const deliverReset = (task: Task): void => deliverFailure(task, "reset")

  const arrive = (task: Task): void => {
    // Only `transmit` schedules this function, with a packet.
    const packet = task.payload as Packet
    const { body, call } = packet
    if (recorder !== undefined) task.step = note("deliver", packet, task, wordsOf(packet))
    switch (body._tag) {
      case "Request":
      case "HttpRequest":
        return arriveAtCallee(call, body, task)
      case "Interrupt":
      case "Ack":
        hostOf(call)?.receive(call, body)
        return
      case "Exit":
      case "Chunk":
      case "HttpPart":
        if (!calls.has(call.id)) return
        return call.stream === undefined ? hand(call, body) : inOrder(call, call.stream, body)
    }
  }

  /** A refusal says that the call has not happened: no copy of its request may make that a lie. */
  const arriveAtCallee = (call: Call.Call, body: Call.Body, task: Task): void => {
    if (call.arrival === "refused") return
    const host = hostOf(call)
    if (host !== undefined && host.admits?.() !== false) {
      call.arrival = "handled"
      return host.receive(call, body)
    }
    if (call.arrival === "handled" || task.label === copyLabel) return
    call.arrival = "refused"
    failLater(call, task, true)
  }

  const hand = (call: Call.Call, body: Call.StreamBody): void => {
    if (body._tag === "HttpPart") {
      settlePart(call, body.part)
    } else if (body._tag === "Exit") {
      end(call)
    } else {
      if (call.timeout !== undefined) kernel.cancel(call.timeout)
      startTimeout(call)
    }
    call.answer(body)
  }

  /** The timeout of a response that goes on runs while its reader waits, see `awaitMore`. */
  const settlePart = (call: Call.Call, part: HttpPart): void => {
    if (part.rest !== "open") return void end(call)
    const { connection } = call
    if (part.head !== undefined && connection?.timing === "whole") {
      if (declaredLength(part.head.headers) !== undefined) return
      connection.timing = "each wait"
    }
    if (connection?.timing === "whole" || call.timeout === undefined) return
    kernel.cancel(call.timeout)
    call.timeout = undefined
  }

  /**
   * Hands on what arrives of a stream in the order in which it was sent, each part once, and all of
   * it from one run of the handler: a connection does that, whatever happens to its packets. What
   * is lost leaves a gap, behind which the consumer waits until its timeout.
   */
  const inOrder = (call: Call.Call, stream: Call.StreamState, body: Call.StreamBody): void => {
    stream.run ??= body.run
    if (body.run !== stream.run) {
      if (body._tag === "Chunk") send(call, { _tag: "Interrupt", run: body.run })
      return
    }
    if (body.sequence >= stream.expected) stream.early.set(body.sequence, body)
    let next = stream.early.get(stream.expected)
    while (next !== undefined && calls.has(call.id)) {
      stream.early.delete(stream.expected)
      stream.expected++
      hand(call, next)
      next = stream.early.get(stream.expected)
    }
  }

  /** Whether the message never arrives; says so in the recording. */
  const isStopped = (packet: Packet, task: Task): boolean => {
    const { body, call, link, receiver } = packet
    if (link.blocked > 0) {
      note("lost", packet, task, `${wordsOf(packet)}: partitioned`)
      call.hasLostMessage = true
      return true
    }
    const isRequest = body._tag === "Request" || body._tag === "HttpRequest"
    if (isRequest && (link.refused > 0 || !receiver.isAlive)) {
      note("refused", packet, task, wordsOf(packet))
      failLater(call, task, true)
      return true
    }
    if (kernel.choose("lose", task) !== 0) {
      note("lost", packet, task, wordsOf(packet))
      call.hasLostMessage = true
      return true
    }
    const isOneWay = body._tag === "Interrupt" || body._tag === "Ack"
    if (!isOneWay && kernel.choose("reset", task) !== 0) {
      note("lost", packet, task, `${wordsOf(packet)}: connection reset`)
      failLater(call, task, false)
      return true
    }
    return false
  }

  /** When the message arrives: never before what it follows, if it keeps its place in line. */
  const arrivalOf = ({ body, link }: Packet, task: Task): number => {
    const bytes = link.bytesPerSecond === undefined ? 0 : bytesOf(body)
    const usual = sentAt(link, kernel.now(), bytes) + link.latencyMicros + link.extraMicros
    const straggles = kernel.choose("reorder", task)
    if (straggles > 0) return Math.max(usual, link.lastArrival) + straggles
    // Strictly later than what it follows: at the same instant, ranks could still swap the two.
    link.lastArrival = Math.max(usual + kernel.choose("delay", task), link.lastArrival + 1)
    return link.lastArrival
  }

  /**
   * What a message is caused by: an answer by the request, a call inside a handler by the call that
   * is handled, so that keys follow the tree of calls. What ran at that moment may have been woken
   * by another operation (a permit, a queue), and would pass its own key on to this one.
   */
  const causeOf = (call: Call.Call, body: Call.Body): Task =>
    (body._tag === "Request" || body._tag === "HttpRequest"
      ? call.within?.request
      : call.request) ?? kernel.current()

  /** Sends on a connection: in order, each message once, and a body may be cut short. */
  const carry = (packet: Packet, connection: Call.Connection, task: Task): void => {
    const { call, receiver } = packet
    const isThere = receiver === call.callee
    const usual = arrivalOf(packet, task)
    const at = Math.max(usual, (isThere ? connection.lastThere : connection.lastBack) + 1)
    if (isThere) connection.lastThere = at
    else connection.lastBack = at
    if (recorder !== undefined) {
      packet.sentStep = note("send", packet, task, wordsOf(packet))
      task.step = packet.sentStep
    }
    kernel.enqueue(task, at)
    const { request } = call
    if (!isThere && connection.isShortened && request !== undefined) hangUpLater(call, request)
  }

  /** The first half of a part of a body, as the last one, when the choice says so. */
  const cutShort = (body: Call.Body, connection: Call.Connection, task: Task): Call.Body => {
    if (body._tag !== "HttpPart" || body.part.bytes.length === 0) return body
    if (kernel.choose("truncate", task) === 0) return body
    connection.isShortened = true
    const { bytes, head } = body.part
    const half = bytes.subarray(0, bytes.length >> 1)
    return { ...body, part: { head, bytes: half, rest: "complete" } }
  }

  const transmit = (packet: Packet): Task => {
    const { body, call, link, receiver } = packet
    const label = labelOf(link, kindOf(call, body))
    const task = kernel.prepare(causeOf(call, body), label, receiver, arrive, packet)
    // The key says what it belongs to; the recording says what happened just before.
    task.step = kernel.current().step
    if (isStopped(packet, task)) return task
    if (call.connection !== undefined) {
      const cut = cutShort(body, call.connection, task)
      const carried = cut === body ? packet : { ...packet, body: cut }
      task.payload = carried
      carry(carried, call.connection, task)
      return task
    }
    const at = arrivalOf(packet, task)
    const copyAfter = kernel.choose("duplicate", task)
    if (recorder !== undefined) {
      packet.sentStep = note("send", packet, task, wordsOf(packet))
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
    return transmit({
      call,
      body,
      link,
      receiver,
      message: messages++,
      sentStep: -1,
      text: undefined
    })
  }

  return {
    begin: (call, body) => {
      calls.set(call.id, call)
      links.between(call.caller.name, call.callee.name).calls++
      const request = send(call, body)
      call.request = request
      call.requestStep = request.step
      startTimeout(call)
    },
    send,
    abandon: (call) => void end(call),
    awaitMore: (call) => {
      if (call.timeout === undefined && calls.has(call.id)) startTimeout(call)
    },
    listenHttp: (process, host) => void httpHosts.set(process.name, host),
    listen: (process, host) => void hosts.set(process.name, host),
    unlisten: (process) => {
      hosts.delete(process.name)
      httpHosts.delete(process.name)
    },
    disconnect: (process) => {
      hosts.delete(process.name)
      httpHosts.delete(process.name)
      for (const call of [...calls.values()]) {
        const { request } = call
        if (call.caller === process) end(call)
        if (request === undefined || call.isSilent) continue
        if (call.caller !== process && call.callee !== process) continue
        call.isSilent = kernel.choose("silent", request) !== 0
        if (call.isSilent) continue
        if (call.callee === process) failLater(call, request, false)
        else hangUpLater(call, request)
      }
    },
    pending: () => [...calls.values()]
  }
}
