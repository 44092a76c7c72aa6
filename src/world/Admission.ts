/**
 * Admission: how many calls a node handles at once, how many wait for their turn, and which are
 * turned away.
 *
 * Stands before the host of a node. Owns the queue of calls that have arrived; what handles them is
 * Host's and HttpHost's business.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { Capacity } from "../system/Capacity.ts"
import type { Body, Call } from "./Call.ts"
import * as Line from "./Line.ts"
import type { Host } from "./Network.ts"

/** The admission of the current incarnation of a node. */
export interface Admission {
  readonly line: Line.Line
  /** How many calls were turned away. */
  readonly refused: () => number
  /** Puts it before a host, of remote procedures or of HTTP. */
  readonly before: (host: Host) => Host
  /** A call that was let in is over, whatever became of it. */
  readonly onEnd: () => void
  /** The node stops: nobody who waits is let in any more. They hear of it when it is down. */
  readonly close: () => void
}

/** A request that waits. One that arrives twice waits twice. */
interface Arrival {
  readonly host: Host
  readonly call: Call
  readonly body: Body
}

/** Makes the admission of an incarnation: all slots are free. */
export const make = (kernel: Kernel, process: Process, capacity: Capacity): Admission => {
  const line = Line.make(capacity.slots)
  const queueMax = capacity.queueMax ?? Number.POSITIVE_INFINITY
  const label = makeLabel(`slot ${process.name}`)
  // Whoever was not let in yet: in line, or called at this very instant.
  const waiting = new Map<Call, ReadonlyArray<Line.Waiter>>()
  let refused = 0

  const letIn = (task: Task): void => {
    // Only `wait` prepares this function, with an arrival.
    const { body, call, host } = task.payload as Arrival
    const others = (waiting.get(call) ?? []).filter((waiter) => waiter.task !== task)
    if (others.length === 0) waiting.delete(call)
    else waiting.set(call, others)
    host.receive(call, body)
  }

  const wait = (arrival: Arrival): void => {
    const { call } = arrival
    const task = Line.prepareRest(kernel, label, process, letIn, arrival)
    const waiter = Line.join(line, task, kernel.now())
    waiting.set(call, [...(waiting.get(call) ?? []), waiter])
  }

  /** Its caller is gone: nobody waits for the answer any more. */
  const sendAway = (call: Call): void => {
    for (const waiter of waiting.get(call) ?? []) {
      if (Line.leave(line, waiter)) continue
      kernel.cancel(waiter.task)
      Line.giveBack(line, kernel)
    }
    waiting.delete(call)
  }

  const receive = (host: Host, call: Call, body: Body): void => {
    if (body._tag === "Request" || body._tag === "HttpRequest") {
      if (Line.take(line)) return host.receive(call, body)
      return wait({ host, call, body })
    }
    if (body._tag === "Interrupt" && body.run === undefined) sendAway(call)
    host.receive(call, body)
  }

  return {
    line,
    refused: () => refused,
    before: (host) => ({
      receive: (call, body) => receive(host, call, body),
      admits: () => {
        if (line.inUse < line.places || line.waiting.length < queueMax) return true
        refused++
        return false
      }
    }),
    onEnd: () => Line.giveBack(line, kernel),
    close: () => {
      for (const waiter of [...waiting.values()].flat()) kernel.cancel(waiter.task)
      line.waiting.length = 0
      waiting.clear()
    }
  }
}
