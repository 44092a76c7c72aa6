/**
 * A line: those who wait for one of a bounded number of places, in order of arrival.
 *
 * Owns the count and the order. What a place is (a core, a slot of a pool, a slot for a call), and
 * what is done when one is free, is for others. Whoever waits goes on as a task of its own, whose
 * key was fixed when it joined: who gave the place back changes no key.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import type { Label, Task } from "../kernel/Task.ts"

/** Bounded places, and who waits for one. Only the functions of this module write to it. */
export interface Line {
  /** `Infinity` when nobody ever has to wait. */
  readonly places: number
  inUse: number
  /** What each waits as, and since when, in order of arrival. */
  readonly waiting: Array<Waiter>
}

/** Somebody in line. `task` is queued when its turn comes. */
export interface Waiter {
  readonly task: Task
  readonly since: number
}

/** Makes an empty line. */
export const make = (places: number | undefined): Line => ({
  places: places ?? Number.POSITIVE_INFINITY,
  inUse: 0,
  waiting: []
})

/** Takes a place if one is free and nobody waits for it. */
export const take = (line: Line): boolean => {
  if (line.inUse >= line.places) return false
  line.inUse++
  return true
}

/**
 * Prepares what goes on with the current task when its turn comes. What that causes is caused by
 * the current task, as if it had only been preempted: whether it has to wait, which is up to
 * others, changes no key of what comes after.
 */
export const prepareRest = (
  kernel: Kernel,
  label: Label,
  process: Process,
  run: (task: Task) => void,
  payload: unknown
): Task => {
  const cause = kernel.current()
  const task = kernel.prepare(cause, label, process, run, payload)
  task.origin = cause.origin ?? cause
  task.cedeAfter = kernel.choose("cede", task)
  return task
}

/** Joins the line, behind all others. The task is prepared, and not queued yet. */
export const join = (line: Line, task: Task, now: number): Waiter => {
  const waiter = { task, since: now }
  line.waiting.push(waiter)
  return waiter
}

/** Leaves the line without having had a place; false if the turn has come already. */
export const leave = (line: Line, waiter: Waiter): boolean => {
  const at = line.waiting.indexOf(waiter)
  if (at >= 0) line.waiting.splice(at, 1)
  return at >= 0
}

/** Gives a place back: to the first who waits, whose task is queued for now, if there is one. */
export const giveBack = (line: Line, kernel: Kernel): void => {
  const next = line.waiting.shift()
  if (next === undefined) line.inUse--
  else kernel.enqueue(next.task, kernel.now())
}
