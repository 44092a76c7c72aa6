/**
 * The thread that a flight is on: its globals, its promises, and its turns.
 *
 * Owns what a flight takes over of the thread and gives back: the guards of globals, the hooks of
 * promises, and rejections that nobody handles. One flight is in the air on a thread at a time.
 */
import { setImmediate as nextTurn, setTimeout } from "node:timers"
import { Effect, Fiber, Semaphore } from "effect"
import { sourceOfCall } from "../kernel/CallSource.ts"
import * as Guards from "../kernel/Guards.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import * as Promises from "../kernel/Promises.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import { CurrentCall } from "../world/Caller.ts"
import { inert } from "../world/Globals.ts"

/** What a flight has taken over of its thread. */
export interface Thread {
  readonly promises: Promises.Promises
  /** Lets the microtasks of the thread run, which is all that moves promises. */
  readonly turn: Effect.Effect<void>
  /** Gives everything back. */
  readonly release: () => void
}

/** What a flight wants to hear of. */
export interface Listener {
  readonly onLeak: (leak: Leak) => void
  /** A promise was rejected and nobody handles that; in production the process would die. */
  readonly onRejection: (process: Process, reason: unknown) => void
}

/** Of work off the thread, so many turns are waited for without a pause, ... */
const eagerTurns = 100
/** ... then as many as this, each so many milliseconds long: half a minute of real time. */
const busyTurnsMax = 30_000
const busyTurnMillis = 1

const endlessWork: Leak = {
  call: "work off the thread",
  nodeName: "a node",
  source: undefined,
  advice: "it has not ended for half a minute, and virtual time waits for it"
}

type RejectionListener = (reason: unknown, promise: Promise<unknown>) => void

/** Takes over the thread. `withSources`: note where promises are made, which is slow. */
export const occupy = (kernel: Kernel, withSources: boolean, listener: Listener): Thread => {
  const land = Guards.takeOff({
    surroundings: () => {
      const surroundings = kernel.current().process?.surroundings
      return surroundings !== undefined && kernel.isGhost() ? inert(surroundings) : surroundings
    },
    report: (leak) => {
      if (!kernel.isGhost()) listener.onLeak(leak)
    },
    waitFor: (work) => promises.waitFor(work)
  })
  const promises = Promises.watch(kernel, {
    sourceOf: withSources ? sourceOfCall : undefined,
    subjectOf: () => Fiber.getCurrent()?.getRef(CurrentCall)
  })
  let others: ReadonlyArray<RejectionListener> | undefined
  let busyTurns = 0

  const onRejection: RejectionListener = (reason, promise) => {
    const process = promises.ownerOf(promise)?.process
    if (process !== undefined) return listener.onRejection(process, reason)
    for (const other of others ?? []) other(reason, promise)
  }

  /** While there is a listener, Node does not end for it; one of ours must not reach the others. */
  const listen = (): void => {
    if (others !== undefined) return
    others = process.listeners("unhandledRejection")
    process.removeAllListeners("unhandledRejection")
    process.on("unhandledRejection", onRejection)
  }

  const unlisten = (): void => {
    if (others === undefined) return
    process.off("unhandledRejection", onRejection)
    for (const other of others) process.on("unhandledRejection", other)
    others = undefined
  }

  return {
    promises,
    turn: Effect.callback<void>((resume) => {
      listen()
      const end = (): void => {
        const isQuiet = promises.endTurn()
        busyTurns = isQuiet ? 0 : busyTurns + 1
        if (busyTurns > busyTurnsMax) listener.onLeak(endlessWork)
        kernel.settle(isQuiet || busyTurns > busyTurnsMax)
        resume(Effect.void)
      }
      if (busyTurns < eagerTurns) nextTurn(end)
      else setTimeout(end, busyTurnMillis)
    }),
    release: () => {
      unlisten()
      promises.release()
      land()
    }
  }
}

/**
 * Keeps the guards in place around many flights: putting them there costs as much as a small one.
 */
export const guarded = <A, E, R>(flights: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(Guards.install),
    () => flights,
    (uninstall) => Effect.sync(uninstall)
  )

const flying = Semaphore.makeUnsafe(1)

/** Waits until no other flight is in the air on this thread. */
export const alone: <A, E, R>(flight: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> =
  flying.withPermits(1)
