/**
 * What surrounds the code of a node: its scheduler, clock, randomness, configuration, logs, spans
 * and probes, all simulated. Ordinary Effect code asks for these through its context and never
 * knows.
 */
import {
  type Cause,
  Clock,
  ConfigProvider,
  Context,
  type Exit,
  Fiber,
  Logger,
  Metric,
  Random,
  References,
  Scheduler,
  Tracer
} from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import * as KeyedRandom from "../kernel/KeyedRandom.ts"
import * as NodeClock from "../kernel/NodeClock.ts"
import type { RawFiber } from "../kernel/Process.ts"
import * as VirtualClock from "../kernel/VirtualClock.ts"
import { CurrentProbeSink } from "../property/Probe.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { CurrentHolder } from "../system/Pool.ts"
import { CurrentProcessor } from "../system/Work.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import { contextOf } from "./DiskServices.ts"
import * as Environment from "./Environment.ts"
import { logLine } from "./LogLine.ts"
import type { Node } from "./Node.ts"
import { sourceOf } from "./Source.ts"
import * as Spans from "./Spans.ts"

/** What the world is told about a node's fibers. */
export interface Listener {
  readonly onDefect: (node: Node, cause: Cause.Cause<unknown>) => void
}

/**
 * How many operations of the runtime `yield* Effect.log(...)` costs in a generator, on whatever
 * level. A log line gives them back to its task, so that adding one does not move the point at
 * which the task is preempted. Composed in another way, as with `Effect.tap`, it costs more. One
 * thing is beyond this: where a task is preempted between two operations, plain code between them
 * has run; a line put before that plain code makes it run after the preemption.
 */
export const operationsOfLog = 2

const makeLogger = (
  kernel: Kernel,
  node: Node,
  recorder: Recorder | undefined
): Logger.Logger<unknown, void> =>
  Logger.make(({ fiber, logLevel, message }) => {
    kernel.allowMore(operationsOfLog)
    // The runtime counts operations itself, too, and takes an extra one at every 32nd. Its fibers
    // let the count be written; their public type does not.
    ;(fiber as RawFiber).currentOpCount -= operationsOfLog
    if (recorder === undefined) return
    const text = logLine(fiber, message, NodeClock.wallMillis(node.process.clock))
    recorder.record({
      time: kernel.now(),
      kind: "log",
      node: node.name,
      what: `${logLevel.toLowerCase()}: ${text}`,
      because: [kernel.current().step],
      source: sourceOf(Fiber.getCurrent())
    })
  })

/** Makes the context in which the current incarnation of a node runs. */
export const make = (
  kernel: Kernel,
  node: Node,
  recorder: Recorder | undefined,
  listener: Listener
): Context.Context<never> => {
  const { process } = node
  const onWake: VirtualClock.WakeListener | undefined =
    recorder === undefined
      ? undefined
      : (task, micros, fiber) => {
          task.step = recorder.record({
            time: kernel.now(),
            kind: "timer",
            node: node.name,
            what: `slept ${durationText(micros)}`,
            because: [task.step],
            source: sourceOf(fiber)
          })
        }
  return contextOf(node).pipe(
    Context.add(Scheduler.Scheduler, process.scheduler),
    Context.add(Clock.Clock, VirtualClock.make(kernel, process, onWake)),
    Context.add(Random.Random, KeyedRandom.make(kernel, process)),
    Context.add(ConfigProvider.ConfigProvider, Environment.provider(node.env)),
    Context.add(Tracer.Tracer, Spans.make(kernel, node, recorder)),
    // What a level would suppress would not give its operations back.
    Context.add(References.MinimumLogLevel, "All"),
    Context.add(Logger.CurrentLoggers, new Set([makeLogger(kernel, node, recorder)])),
    Context.add(Metric.FiberRuntimeMetrics, {
      recordFiberStart: () => {},
      recordFiberEnd: (_, exit: Exit.Exit<unknown, unknown>) => {
        if (exit._tag === "Failure") listener.onDefect(node, exit.cause)
      }
    }),
    Context.add(CurrentProcessor, node.means?.cores),
    Context.add(CurrentHolder, node.means?.pools),
    Context.add(CurrentProbeSink, {
      expose: (probe, read) => void node.probes.set(probe, read)
    })
  ) as Context.Context<never>
}
