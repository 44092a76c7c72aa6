/**
 * What plain JavaScript finds around it on a node: the clocks, chance, timers, environment and
 * network of the node, for the globals that the guards have replaced.
 *
 * Owns the timers: tasks that die with the incarnation. What each global looks like is Guards'.
 */
import { Cause } from "effect"
import { refuse } from "../kernel/Dispatch.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import * as NodeClock from "../kernel/NodeClock.ts"
import type { Surroundings } from "../kernel/Surroundings.ts"
import type { Task } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import type { Listener } from "./Ambient.ts"
import type { NodeHttp } from "./Http.ts"
import type { Node } from "./Node.ts"

/**
 * How often one task may read its node's clocks: 1,000,000 times. Time stands still while a task
 * runs, so more than that is a loop that waits for it in vain.
 */
export const clockReadsPerTaskMax = 1_000_000

/** Makes the surroundings of the current incarnation of a node. */
export const make = (
  kernel: Kernel,
  node: Node,
  recorder: Recorder | undefined,
  listener: Listener,
  { fetch, open }: Pick<NodeHttp, "fetch" | "open">
): Surroundings => {
  const { process } = node

  /** What a callback throws has nobody to catch it: in production the process would die. */
  const guarded = (run: () => void) => (): void => {
    try {
      run()
    } catch (thrown) {
      listener.onDefect(node, Cause.die(thrown))
    }
  }

  let reader: Task | undefined
  let reads = 0
  const countRead = (): void => {
    if (reader !== kernel.current()) {
      reader = kernel.current()
      reads = 0
    }
    reads++
    if (reads <= clockReadsPerTaskMax) return
    throw refuse(surroundings, "a clock in a loop", "time stands still while code runs")
  }

  const surroundings: Surroundings = {
    nodeName: node.name,
    wallMillis: () => {
      countRead()
      return NodeClock.wallMillis(process.clock)
    },
    monotonicMicros: () => {
      countRead()
      return NodeClock.monotonicMicros(process.clock)
    },
    draw: () => kernel.draw(process.labels.random),
    startTimer: (micros, run) => {
      const whole = Math.max(0, Math.round(micros))
      const at = NodeClock.dueAt(process.clock, whole)
      const ring = guarded(run)
      const task = kernel.schedule(
        at,
        process.labels.timer,
        process,
        (task) => {
          if (recorder !== undefined) {
            task.step = recorder.record({
              time: kernel.now(),
              kind: "timer",
              node: node.name,
              what: `timer after ${durationText(whole)}`,
              because: [task.step]
            })
          }
          ring()
        },
        undefined
      )
      return () => kernel.cancel(task)
    },
    nextTick: (run) => kernel.nextTick(guarded(run)),
    env: node.env,
    fetch,
    openHttp: open
  }
  return surroundings
}

/** What code finds that goes on although its node has died: nothing it begins ever happens. */
export const inert = (surroundings: Surroundings): Surroundings => ({
  ...surroundings,
  startTimer: () => () => {},
  nextTick: () => {},
  fetch: () => new Promise(() => {})
})
