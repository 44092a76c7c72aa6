/**
 * Pools: a bounded number of slots that code takes and gives back, such as database connections. A
 * lock is a pool of one slot.
 *
 * In a flight each node has the pool to itself, waiting is in order of arrival, and the report says
 * when it is what holds the system back. Outside of a flight it is a semaphore of the process.
 */
import { Context, Data, Effect, Semaphore } from "effect"

/** Nobody may wait any more: the pool's queue is full. */
export class PoolFull extends Data.TaggedError("PoolFull")<{
  readonly pool: string
  readonly queueMax: number
}> {
  override get message(): string {
    return `pool ${this.pool} is full and ${this.queueMax} wait already`
  }
}

/** A pool whose type is not known. */
export interface Any {
  readonly name: string
  readonly slots: number
  /** How many may wait; `undefined` is no bound. */
  readonly queueMax: number | undefined
}

/** A pool. `Full` is what taking a slot may fail with: nothing when its queue has no bound. */
export interface Pool<Full = never> extends Any {
  /** Runs an effect while holding a slot. */
  readonly withSlot: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Full, R>
}

/** Takes slots of the pools of the node whose code is running. */
export interface Holder {
  readonly withSlot: <A, E, R>(
    pool: Any,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | PoolFull, R>
}

/** The holder of the current node; none outside of a flight. */
export const CurrentHolder = Context.Reference<Holder | undefined>("downforce/CurrentHolder", {
  defaultValue: () => undefined
})

/** A holder that bounds what the whole process takes, as in production. */
const ofProcess = (pool: Any): Holder => {
  const semaphore = Semaphore.makeUnsafe(pool.slots)
  let taken = 0
  let waiting = 0
  return {
    withSlot: <A, E, R>(_: Any, effect: Effect.Effect<A, E, R>) =>
      Effect.uninterruptibleMask((restore): Effect.Effect<A, E | PoolFull, R> => {
        const mustWait = taken + waiting >= pool.slots
        if (mustWait && pool.queueMax !== undefined && waiting >= pool.queueMax) {
          return Effect.fail(new PoolFull({ pool: pool.name, queueMax: pool.queueMax }))
        }
        waiting++
        let isHeld = false
        const held = Effect.suspend(() => {
          isHeld = true
          waiting--
          taken++
          return effect
        })
        return Effect.ensuring(
          restore(semaphore.withPermits(1)(held)),
          Effect.sync(() => {
            if (isHeld) taken--
            else waiting--
          })
        )
      })
  }
}

/**
 * Declares a pool of so many slots (1 to `Capacity.slotsMax`) on each node that has it among the
 * `pools` of its `capacity`. With `queueMax`, no more than so many wait for one; then taking a slot
 * fails with `PoolFull`.
 *
 * @example
 * const connections = Pool.make("connections", { slots: 8 })
 * // capacity: { pools: [connections] }, and in a handler:
 * yield* connections.withSlot(store.write(entry))
 */
export const make: {
  (name: string, options: { readonly slots: number; readonly queueMax?: undefined }): Pool
  (name: string, options: { readonly slots: number; readonly queueMax: number }): Pool<PoolFull>
} = (
  name: string,
  { queueMax, slots }: { readonly slots: number; readonly queueMax?: number | undefined }
): Pool => {
  let own: Holder | undefined
  const pool: Pool<PoolFull> = {
    name,
    slots,
    queueMax,
    withSlot: (effect) =>
      Effect.withFiber((fiber) => {
        const holder = fiber.getRef(CurrentHolder) ?? (own ??= ofProcess(pool))
        return holder.withSlot(pool, effect)
      })
  }
  // A pool whose queue has no bound is never full: the overloads say so.
  return pool as unknown as Pool
}
