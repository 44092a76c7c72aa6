/**
 * The cores of a node: `Work.spend` keeps one busy, and waits for one while all are.
 *
 * A primitive of our own, as for sleeping: overload is made of a great many of these. The timer
 * that ends the work is the process's own, so a crash ends it, a pause holds it up, and a slow node
 * takes longer over it, with the core busy all the while.
 */
import { type Effect, Effectable, Exit } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process, RawFiber } from "../kernel/Process.ts"
import { type Label, makeLabel, type Task } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import type { Processor } from "../system/Work.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import * as Line from "./Line.ts"
import { sourceOf } from "./Source.ts"

/** The cores of the current incarnation of a node. */
export interface Cores extends Processor {
  readonly line: Line.Line
}

interface Options {
  readonly kernel: Kernel
  readonly process: Process
  readonly recorder: Recorder | undefined
  readonly line: Line.Line
  readonly workLabel: Label
  readonly coreLabel: Label
}

interface Work extends Effect.Effect<void> {
  readonly options: Options
  readonly micros: number
}

interface Job {
  readonly fiber: RawFiber
  readonly work: Work
  readonly since: number
  /**
   * The task that ends it. Its key is fixed when the work is asked for: whether it has to wait for
   * a core, which is up to others, changes no key of what comes after it.
   */
  ending: Task | undefined
  /** Since when it has a core. */
  begunAt: number | undefined
  isDone: boolean
}

/** The core works on a job from now on. */
const begin = (job: Job): void => {
  const { ending, work } = job
  const { kernel } = work.options
  job.begunAt = kernel.now()
  if (ending !== undefined) kernel.enqueue(ending, kernel.now() + work.micros)
}

const end = (task: Task): void => {
  // Only `workProto` prepares this function, with a job.
  const job = task.payload as Job
  const { begunAt, fiber, since, work } = job
  const { kernel, line, process, recorder } = work.options
  if (recorder !== undefined) {
    const waited = (begunAt ?? since) - since
    const after = waited > 0 ? `, after ${durationText(waited)} for a core` : ""
    task.step = recorder.record({
      time: kernel.now(),
      kind: "timer",
      node: process.name,
      what: `worked ${durationText(work.micros)}${after}`,
      because: [task.step],
      source: sourceOf(fiber)
    })
  }
  job.isDone = true
  Line.giveBack(line, kernel)
  fiber.evaluate(Exit.void)
}

const takeUp = (task: Task): void => {
  // Only `workProto` prepares this function, with a job that waits.
  begin(task.payload as Job)
}

const workProto: Effect.Effect<void> = Effectable.Prototype<Work>({
  label: "Work",
  evaluate(fiber) {
    // The runtime's fibers have these two methods; its public type leaves them out.
    const raw = fiber as RawFiber
    const { coreLabel, kernel, line, process, workLabel } = this.options
    const job: Job = {
      fiber: raw,
      work: this,
      since: kernel.now(),
      ending: undefined,
      begunAt: undefined,
      isDone: false
    }
    job.ending = kernel.prepare(kernel.current(), workLabel, process, end, job)
    if (Line.take(line)) {
      begin(job)
      return raw.yieldWith(() => giveUp(job, undefined))
    }
    const task = kernel.prepare(kernel.current(), coreLabel, process, takeUp, job)
    const waiter = Line.join(line, task, kernel.now())
    return raw.yieldWith(() => giveUp(job, waiter))
  }
})

/**
 * The fiber goes on. If its work is not done it was interrupted: it leaves the line, or gives its
 * core back.
 */
const giveUp = ({ begunAt, ending, isDone, work }: Job, waiter: Line.Waiter | undefined): void => {
  const { kernel, line } = work.options
  if (isDone) return
  if (ending !== undefined) kernel.cancel(ending)
  if (begunAt === undefined && waiter !== undefined) {
    if (Line.leave(line, waiter)) return
    // Its turn had come at this very instant.
    kernel.cancel(waiter.task)
  }
  Line.giveBack(line, kernel)
}

/** Makes the cores of an incarnation; all of them are free. */
export const make = (
  kernel: Kernel,
  process: Process,
  recorder: Recorder | undefined,
  cores: number | undefined
): Cores => {
  const line = Line.make(cores)
  const options: Options = {
    kernel,
    process,
    recorder,
    line,
    workLabel: makeLabel(`work ${process.name}`),
    coreLabel: makeLabel(`core ${process.name}`)
  }
  return {
    line,
    spend: (micros) => {
      const work = Object.create(workProto)
      work.options = options
      work.micros = micros
      return work
    }
  }
}
