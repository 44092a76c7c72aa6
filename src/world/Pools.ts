/**
 * The pools of a node: who holds a slot, and who waits for one, in order of arrival.
 */
import { Effect, Effectable, Exit } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process, RawFiber } from "../kernel/Process.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import * as Pool from "../system/Pool.ts"
import * as Line from "./Line.ts"

/** The pools of the current incarnation of a node. */
export interface Pools extends Pool.Holder {
  /** In order of declaration. */
  readonly lines: ReadonlyMap<Pool.Any, Line.Line>
}

/** Who wants a slot, and whether it has one: to be given back whatever becomes of it. */
interface Holding {
  hasSlot: boolean
}

interface Taking extends Effect.Effect<void> {
  readonly kernel: Kernel
  readonly process: Process
  readonly line: Line.Line
  readonly holding: Holding
}

interface Taker {
  readonly fiber: RawFiber
  readonly holding: Holding
}

const goOn = (task: Task): void => {
  // Only `takingProto` prepares this function, with a fiber that waits.
  const { fiber, holding } = task.payload as Taker
  holding.hasSlot = true
  fiber.evaluate(Exit.void)
}

const slotLabel = makeLabel("slot")

/** Waits for a slot, and has it when it ends. */
const takingProto: Effect.Effect<void> = Effectable.Prototype<Taking>({
  label: "Slot",
  evaluate(fiber) {
    const { holding, kernel, line, process } = this
    if (Line.take(line)) {
      holding.hasSlot = true
      return Exit.void
    }
    // The runtime's fibers have these two methods; its public type leaves them out.
    const raw = fiber as RawFiber
    const taker: Taker = { fiber: raw, holding }
    const task = Line.prepareRest(kernel, slotLabel, process, goOn, taker)
    const waiter = Line.join(line, task, kernel.now())
    return raw.yieldWith(() => {
      // It goes on because it has a slot, or else because it was interrupted.
      if (holding.hasSlot) return
      if (Line.leave(line, waiter)) return
      // Its turn had come at this very instant.
      kernel.cancel(task)
      Line.giveBack(line, kernel)
    })
  }
})

/** Makes the pools of an incarnation; all slots are free. */
export const make = (kernel: Kernel, process: Process, pools: ReadonlyArray<Pool.Any>): Pools => {
  const lines = new Map(pools.map((pool) => [pool, Line.make(pool.slots)]))
  return {
    lines,
    withSlot: <A, E, R>(pool: Pool.Any, effect: Effect.Effect<A, E, R>) =>
      Effect.uninterruptibleMask((restore): Effect.Effect<A, E | Pool.PoolFull, R> => {
        const line = lines.get(pool)
        if (line === undefined) {
          const advice = "declare it in `capacity.pools` of the service"
          return Effect.die(new Error(`${process.name} has no pool ${pool.name}: ${advice}`))
        }
        const { queueMax } = pool
        const isFull = line.inUse >= line.places && line.waiting.length >= (queueMax ?? Infinity)
        if (isFull && queueMax !== undefined) {
          return Effect.fail(new Pool.PoolFull({ pool: pool.name, queueMax }))
        }
        const holding: Holding = { hasSlot: false }
        const taking: Effect.Effect<void> = Object.assign(Object.create(takingProto), {
          kernel,
          process,
          line,
          holding
        })
        // Preempted right after it got the slot, it may be interrupted before it has begun.
        return Effect.ensuring(
          Effect.flatMap(restore(taking), () => restore(effect)),
          Effect.sync(() => {
            if (holding.hasSlot) Line.giveBack(line, kernel)
          })
        )
      })
  }
}
