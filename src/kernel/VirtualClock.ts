/**
 * The clock of a process: Effect's Clock over the clocks of its machine.
 *
 * A sleep is one task in the kernel's queue, made by a primitive of our own: that is several times
 * faster than `Effect.callback`, and needs no finalizer to be cancelled.
 */
import { type Clock, Duration, Effect, Effectable, Exit } from "effect"
import type { Kernel } from "./Kernel.ts"
import * as NodeClock from "./NodeClock.ts"
import type { Process, RawFiber } from "./Process.ts"
import type { Task } from "./Task.ts"

/** Called when a sleep ends, before its fiber goes on; used for recording. */
export type WakeListener = (task: Task, micros: number, fiber: RawFiber) => void

interface Sleep extends Effect.Effect<void> {
  readonly kernel: Kernel
  readonly process: Process
  readonly micros: number
  readonly onWake: WakeListener | undefined
}

interface Sleeper {
  readonly fiber: RawFiber
  readonly sleep: Sleep
}

const wake = (task: Task): void => {
  // Only `sleepProto` schedules this function, always with a sleeper.
  const { fiber, sleep } = task.payload as Sleeper
  sleep.onWake?.(task, sleep.micros, fiber)
  fiber.evaluate(Exit.void)
}

const sleepProto: Effect.Effect<void> = Effectable.Prototype<Sleep>({
  label: "Sleep",
  evaluate(fiber) {
    // The runtime's fibers have these two methods; its public type leaves them out.
    const raw = fiber as RawFiber
    const { kernel, process } = this
    const at = NodeClock.dueAt(process.clock, this.micros)
    const task = kernel.schedule(at, process.labels.timer, process, wake, {
      fiber: raw,
      sleep: this
    } satisfies Sleeper)
    return raw.yieldWith(() => kernel.cancel(task))
  }
})

/** Makes the clock of a process. `Effect.sleep` of nothing or less only gives way. */
export const make = (
  kernel: Kernel,
  process: Process,
  onWake: WakeListener | undefined
): Clock.Clock => {
  const { clock } = process
  const millis = (): number => NodeClock.wallMillis(clock)
  const nanos = (): bigint => BigInt(NodeClock.wallMicros(clock)) * 1000n
  const monotonic = (): bigint => BigInt(NodeClock.monotonicMicros(clock)) * 1000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: monotonic,
    monotonicTimeNanos: Effect.sync(monotonic),
    sleep: (duration) => {
      const micros = Math.round(Duration.toMillis(duration) * 1000)
      if (micros <= 0) return Effect.yieldNow
      if (!Number.isFinite(micros)) return Effect.never
      const sleep = Object.create(sleepProto)
      sleep.kernel = kernel
      sleep.process = process
      sleep.micros = micros
      sleep.onWake = onWake
      return sleep
    }
  }
}
