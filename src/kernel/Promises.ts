/**
 * The promises of a flight: whose they are, and whether any wait for the thread's microtasks.
 *
 * Owns V8's hooks for as long as a flight is in the air. A reaction runs for the task that made its
 * promise, and may be caused by the task that settled what it waited for. How the thread is let go,
 * so that microtasks run, is the flight's business.
 */
import { writeSync } from "node:fs"
import { exit } from "node:process"
import { promiseHooks } from "node:v8"
import { sourceOfCall } from "./CallSource.ts"
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
  /** The microtasks have run: whether nothing works off the thread any more. */
  readonly endTurn: () => boolean
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
  readonly kernel: Kernel
  readonly task: Task
  readonly subject: object | undefined
  /** What its reaction waits for. */
  parent: Marked | undefined
  readonly source: string | undefined
  settler: Task | undefined
}

/**
 * What is known of a promise hangs on the promise itself, as Node's own hooks do it: a weak map of
 * so many short-lived keys takes the collector several times as long.
 */
const madeKey = Symbol("downforce/made")

interface Marked {
  [madeKey]?: Made
}

/**
 * Reactions in one turn, some seconds of them. Promises that settle each other without end never
 * give the thread back, and nothing in it can stop them: the thread says where, and ends.
 */
export const reactionsPerTurnMax = 1_000_000

/** Of how many reactions at either end of a turn it is noted where their promises are made. */
const reactionsTold = 1_000

/** The exit code of a thread that ends so: the one for a limit, see the commands. */
const exitCode = 3

let lastWords: string | undefined

/** What this thread has said when it ended itself; for whoever must not say something else. */
export const lastWordsOfThread = (): string | undefined => lastWords

const endThread = ({ source, task }: Made): void => {
  const where = source === undefined ? "" : `, made at ${source}`
  const what = `promises of ${task.process?.name}${where} settle each other without end`
  lastWords = `${what}: ${reactionsPerTurnMax} reactions at one instant`
  writeSync(2, `downforce: ${lastWords}\n`)
  exit(exitCode)
}

/** Watches all promises of the thread; those made by code of the flight are its own. */
export const watch = (kernel: Kernel, { sourceOf, subjectOf }: Options): Promises => {
  const open = new Map<object, Made>()
  const ownedBy = (promise: Marked): Made | undefined => {
    const made = promise[madeKey]
    return made?.kernel === kernel ? made : undefined
  }
  let count = 0
  let reactions = 0
  let atWork = 0
  // The promise whose reaction is running.
  let running: Made | undefined
  let { stackTraceLimit } = Error
  let line: Promise<unknown> = Promise.resolve()

  /**
   * Told is what nothing settles: no reaction of another promise. And of a turn that long nobody
   * looks at the rest.
   */
  const isTold = (parent: Marked | undefined): boolean =>
    parent === undefined && reactions < reactionsTold
  /** So near to the limit, the last that is said is where. */
  const isEndless = (): boolean => reactions > reactionsPerTurnMax - reactionsTold

  const isFlying = (): boolean => kernel.current().process !== undefined

  const release = promiseHooks.createHook({
    init: (promise: Marked, parent: Marked | undefined) => {
      if (!isFlying()) return
      count++
      kernel.wantTurn()
      const subject = subjectOf() ?? running?.subject
      const task = kernel.current()
      const source = isEndless() ? sourceOfCall() : isTold(parent) ? sourceOf?.() : undefined
      const made = { kernel, task, subject, parent, source, settler: undefined }
      promise[madeKey] = made
      open.set(promise, made)
    },
    settled: (promise: Marked) => {
      open.delete(promise)
      if (!isFlying()) return
      const made = promise[madeKey]
      if (made !== undefined) made.settler = kernel.current()
      kernel.wantTurn()
    },
    before: (promise: Marked) => {
      const made = ownedBy(promise)
      if (made === undefined) return
      if (++reactions > reactionsPerTurnMax) endThread(made)
      running = made
      // Stacks name paths of the machine, and a task has none either.
      stackTraceLimit = Error.stackTraceLimit
      Error.stackTraceLimit = 0
      kernel.enter(made.task, made.parent?.[madeKey]?.settler ?? made.task)
      // What has settled is not waited for any more; else a chain would be kept from its beginning.
      made.parent = undefined
    },
    after: (promise: Marked) => {
      if (ownedBy(promise) === undefined) return
      running = undefined
      Error.stackTraceLimit = stackTraceLimit
      kernel.leave()
    }
    // The types of Node say `Function`; they are called with the promise and its parent.
  } as unknown as Parameters<typeof promiseHooks.createHook>[0]) as unknown as () => void

  return {
    areUsed: () => count > 0,
    endTurn: () => {
      reactions = 0
      return atWork === 0
    },
    waitFor: (work) => {
      atWork++
      const result = line.then(() => work)
      const settled = (): void => {
        atWork--
      }
      line = result.then(settled, settled)
      return result
    },
    ownerOf: (promise) => ownedBy(promise)?.task,
    unsettled: () => {
      const awaited = new Set([...open.values()].map(({ parent }) => parent))
      return [...open]
        .filter(([promise, { parent }]) => parent === undefined && awaited.has(promise))
        .map(([, { source, subject, task }]) => ({ task, subject, source }))
    },
    release
  }
}
