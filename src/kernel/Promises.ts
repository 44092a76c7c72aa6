/**
 * The promises of a flight: whose they are, and whether any wait for the thread's microtasks.
 *
 * Owns V8's hooks for as long as a flight is in the air. A reaction runs for the task that made its
 * promise, and may be caused by the task that settled what it waited for. How the thread is let go,
 * so that microtasks run, is the flight's business.
 */
import { promiseHooks } from "node:v8"
import type { Kernel } from "./Kernel.ts"
import type { Task } from "./Task.ts"

/** A promise that nothing has settled. */
export interface Unsettled {
  readonly task: Task
  /** What it was made for, see `Options`. */
  readonly subject: object | undefined
  /** Where it was made, as `sourceOf` tells it; `undefined` when nobody asks for sources. */
  readonly source: string | undefined
}

/** The promises of one flight. */
export interface Promises {
  /** Whether the flight has made any. */
  readonly areUsed: () => boolean
  /** Whether nothing works off the thread any more. */
  readonly isQuiet: () => boolean
  /** Work off the thread that virtual time waits for; its results are handed on in order. */
  readonly waitFor: <A>(work: Promise<A>) => Promise<A>
  /** The task that made a promise, if it is one of this flight. */
  readonly ownerOf: (promise: object) => Task | undefined
  /** Those that others wait for and nothing has settled, in the order they were made. */
  readonly unsettled: () => ReadonlyArray<Unsettled>
  /** Takes the hooks away. */
  readonly release: () => void
}

/** What is noted of each promise. */
export interface Options {
  /** Where it is made: slow, so asked for by recorded flights alone. */
  readonly sourceOf: (() => string | undefined) | undefined
  /** What the running code does it for; asked outside of promises' reactions, which inherit it. */
  readonly subjectOf: () => object | undefined
}

interface Made {
  readonly task: Task
  readonly subject: object | undefined
  /** What its reaction waits for. */
  readonly parent: object | undefined
  readonly source: string | undefined
}

/** Watches all promises of the thread; those made by code of the flight are its own. */
export const watch = (kernel: Kernel, { sourceOf, subjectOf }: Options): Promises => {
  const owned = new WeakMap<object, Made>()
  const settledBy = new WeakMap<object, Task>()
  const open = new Map<object, Made>()
  let count = 0
  let atWork = 0
  // The promise whose reaction is running.
  let running: Made | undefined
  let line: Promise<unknown> = Promise.resolve()

  const isFlying = (): boolean => kernel.current().process !== undefined

  const release = promiseHooks.createHook({
    init: (promise: object, parent: object | undefined) => {
      if (!isFlying()) return
      count++
      kernel.wantTurn()
      const subject = subjectOf() ?? running?.subject
      const made = { task: kernel.current(), subject, parent, source: sourceOf?.() }
      owned.set(promise, made)
      open.set(promise, made)
    },
    settled: (promise: object) => {
      open.delete(promise)
      if (!isFlying()) return
      settledBy.set(promise, kernel.current())
      kernel.wantTurn()
    },
    before: (promise: object) => {
      const made = owned.get(promise)
      if (made === undefined) return
      const settler = made.parent === undefined ? undefined : settledBy.get(made.parent)
      running = made
      kernel.enter(made.task, settler ?? made.task)
    },
    after: (promise: object) => {
      if (!owned.has(promise)) return
      running = undefined
      kernel.leave()
    }
    // The types of Node say `Function`; they are called with the promise and its parent.
  } as unknown as Parameters<typeof promiseHooks.createHook>[0]) as unknown as () => void

  return {
    areUsed: () => count > 0,
    isQuiet: () => atWork === 0,
    waitFor: (work) => {
      atWork++
      const done = (): void => {
        atWork--
      }
      const result = line.then(() => work)
      line = result.then(done, done)
      return result
    },
    ownerOf: (promise) => owned.get(promise)?.task,
    unsettled: () => {
      const awaited = new Set([...open.values()].map(({ parent }) => parent))
      return [...open]
        .filter(([promise, { parent }]) => parent === undefined && awaited.has(promise))
        .map(([, { source, subject, task }]) => ({ task, subject, source }))
    },
    release
  }
}
