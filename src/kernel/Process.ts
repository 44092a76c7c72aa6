/**
 * A process: the life of a node, as the kernel sees it.
 *
 * Owns whether a node is alive, paused or slow, and its Effect scheduler, through which all its
 * fibers run. A crash is a new incarnation: every task of the old one is dropped unrun, so no
 * finalizer runs. What the node is made of is the world's business.
 */
import type { Exit, Fiber, Scheduler } from "effect"
import type { Kernel } from "./Kernel.ts"
import * as NodeClock from "./NodeClock.ts"
import type { Surroundings } from "./Surroundings.ts"
import { type Label, makeLabel, type Task } from "./Task.ts"

/** The life of a node. Only the kernel and the functions of this module write to it. */
export interface Process {
  readonly name: string
  /** Position in the system's order of nodes. */
  readonly index: number
  readonly scheduler: Scheduler.Scheduler
  /** The clocks of its machine: they outlive it. */
  readonly clock: NodeClock.NodeClock
  readonly labels: {
    readonly task: Label
    readonly timer: Label
    readonly resume: Label
    readonly random: Label
  }
  isAlive: boolean
  incarnation: number
  isPaused: boolean
  /** How late each step starts, in microseconds; 0 when the node is not slow. */
  slowMicros: number
  /** What became due while it was paused, in order. */
  parked: Array<Task>
  /** What plain JavaScript finds around it, in the current incarnation. */
  surroundings: Surroundings | undefined
}

/** Makes a process that is not alive yet. */
export const make = (kernel: Kernel, name: string, index: number): Process => {
  const dispatcher: Scheduler.SchedulerDispatcher = {
    scheduleTask: (task, priority) => kernel.dispatch(process, task, priority),
    // Only a synchronous run of an effect flushes, and nothing in a flight is run that way.
    flush: () => {}
  }
  const process: Process = {
    name,
    index,
    scheduler: {
      executionMode: "async",
      shouldYield: () => kernel.shouldCede(),
      makeDispatcher: () => dispatcher
    },
    clock: NodeClock.make(kernel.now),
    labels: {
      task: makeLabel(`task ${name}`),
      timer: makeLabel(`timer ${name}`),
      resume: makeLabel(`resume ${name}`),
      random: makeLabel(`random ${name}`)
    },
    isAlive: false,
    incarnation: 0,
    isPaused: false,
    slowMicros: 0,
    parked: [],
    surroundings: undefined
  }
  return process
}

/** Begins a new incarnation. */
export const start = (process: Process): void => {
  process.incarnation++
  process.isAlive = true
}

/** Ends the current incarnation: what it was doing is never finished and never cleaned up. */
export const kill = (process: Process): void => {
  process.incarnation++
  process.isAlive = false
  process.parked = []
}

/** What the runtime offers of a fiber beyond its public type: resuming and suspending it. */
export interface RawFiber extends Fiber.Fiber<unknown, unknown> {
  /** How many operations it has run since it was last resumed. */
  currentOpCount: number
  readonly evaluate: (effect: Exit.Exit<unknown, unknown>) => void
  readonly yieldWith: (onResume: () => void) => never
}
