/**
 * Virtual sleeps: 1,000 fibers, each of which sleeps 100 times, from 1 to 97 virtual milliseconds.
 *
 * The same program runs on our kernel and on Effect's TestClock. fast-check's scheduler has no
 * time: it orders as many promises (of 5,000, in batches), which is its unit of work. The bare loop
 * is the least there is: as many numbers go through our EventQueue, and nothing happens.
 */
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as EventQueue from "../src/kernel/EventQueue.ts"
import { makeLabel } from "../src/kernel/Task.ts"
import { type Figure, judge } from "./Figure.ts"
import { makeKernel, makeNode } from "./Machine.ts"
import { interleave } from "./Rounds.ts"

const fibers = 1_000
const sleepsEach = 100
const scheduled = 5_000
const millisMax = 97
const rounds = 5

const millisOf = (fiber: number, sleep: number): number =>
  1 + ((fiber * 7 + sleep * 13) % millisMax)

const sleeper = Effect.fnUntraced(function* (fiber: number) {
  for (let sleep = 0; sleep < sleepsEach; sleep++) {
    yield* Effect.sleep(Duration.millis(millisOf(fiber, sleep)))
  }
})

const onKernel = (): number => {
  const kernel = makeKernel(undefined)
  const node = makeNode(kernel, "node", 0, undefined)
  const label = makeLabel("begin")
  for (let fiber = 0; fiber < fibers; fiber++) {
    const run = (): void => void Effect.runForkWith(node.context)(sleeper(fiber))
    kernel.schedule(0, label, node.process, run, undefined)
  }
  kernel.run()
  return fibers * sleepsEach
}

const onTestClock = (): Promise<number> =>
  Effect.gen(function* () {
    for (let fiber = 0; fiber < fibers; fiber++) yield* Effect.forkChild(sleeper(fiber))
    yield* Effect.yieldNow
    yield* TestClock.adjust(Duration.millis(sleepsEach * millisMax))
    return fibers * sleepsEach
  }).pipe(Effect.provide(TestClock.layer()), Effect.runPromise)

const onScheduler = async (): Promise<number> => {
  const [scheduler] = fc.sample(fc.scheduler(), { numRuns: 1, seed: 1 })
  if (scheduler === undefined) throw new Error("fast-check made no scheduler")
  for (let task = 0; task < scheduled; task++) void scheduler.schedule(Promise.resolve(task))
  await scheduler.waitIdle()
  return scheduled
}

const onBareLoop = (): number => {
  const queue = EventQueue.make<{ readonly time: number; readonly sequence: number }>()
  let sequence = 0
  for (; sequence < fibers; sequence++) queue.push({ time: millisOf(sequence, 0), sequence })
  const last = fibers * sleepsEach
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    if (sequence >= last) continue
    const fiber = event.sequence % fibers
    queue.push({ time: event.time + millisOf(fiber, sequence), sequence: sequence++ })
  }
  return last
}

/** Measures virtual sleeps. */
export const measure = async (): Promise<ReadonlyArray<Figure>> => {
  const { bare, kernel, scheduler, testClock } = await interleave(
    { kernel: onKernel, testClock: onTestClock, scheduler: onScheduler, bare: onBareLoop },
    rounds
  )
  return [
    judge("virtual sleeps", kernel, "sleeps/s", "at least", 1_000_000, {
      "Effect's TestClock": testClock,
      "fast-check's scheduler": scheduler,
      "bare loop": bare
    })
  ]
}
