/**
 * What goes on for tasks that are over: ticks they asked for, and reactions of their promises.
 *
 * Mutable state of the kernel's loop, and nothing else.
 */
import type { Process } from "./Process.ts"
import type { Task } from "./Task.ts"

/** A callback that a task asked for, to run when it is over. */
export interface Tick {
  readonly owner: Task
  readonly run: () => void
}

/** What is to be done before the next task. */
export interface Continuations {
  /** Microtasks or ticks of the flight wait, or something works off the thread. */
  isWaiting: boolean
  readonly ticks: Array<Tick>
  /** For whom code has gone on since the last task: by process, the latest. */
  readonly entered: Map<Process | undefined, Task>
}

/** Nothing goes on yet. */
export const make = (): Continuations => ({ isWaiting: false, ticks: [], entered: new Map() })
