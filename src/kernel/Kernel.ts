/**
 * The deterministic machine: virtual time, the order of everything, and every choice.
 *
 * Owns the clock, the queue of what will happen, the list of what is ready, the current task (and
 * with it, causality), preemption, and the limits. Owns no node's insides, no network, no fault and
 * no verdict. Time is an integer count of virtual microseconds. Plain, fast, mutable code: this is
 * the inner loop.
 */
import type { ChoiceKind } from "../turbulence/ChoicePoint.ts"
import type { Entropy } from "../turbulence/Entropy.ts"
import { mix } from "../turbulence/Seed.ts"
import * as Choices from "./Choices.ts"
import * as Continuations from "./Continuations.ts"
import type { End, Limits } from "./End.ts"
import * as EventQueue from "./EventQueue.ts"
import type { Process } from "./Process.ts"
import * as ReadyList from "./ReadyList.ts"
import { childHigh, childLow, type Label, makeRoot, nextOrdinal, type Task } from "./Task.ts"

/** What a kernel is made with. */
export interface Options {
  readonly entropy: Entropy
  readonly limits: Limits
  /** The flight ends at this virtual time, in microseconds. */
  readonly horizonMicros: number
  /** Seeds what programs draw for themselves (their `Random`), apart from all turbulence. */
  readonly seed: number
  /** Set when the flight is recorded: tasks then keep their parents. */
  readonly onChoice: Choices.ChoiceListener | undefined
  /** Called after every task. */
  readonly afterTask: (task: Task) => void
}

/** The machine. */
export interface Kernel {
  /** Virtual microseconds since the flight began. */
  readonly now: () => number
  /** The task that is running; the root before and after the flight. */
  readonly current: () => Task
  readonly root: Task
  /** Schedules a child of the current task. */
  readonly schedule: (
    time: number,
    label: Label,
    process: Process | undefined,
    run: (task: Task) => void,
    payload: unknown
  ) => Task
  /** Schedules a child of a given task: used where the true cause is not the current task. */
  readonly scheduleUnder: (
    cause: Task,
    time: number,
    label: Label,
    process: Process | undefined,
    run: (task: Task) => void,
    payload: unknown
  ) => Task
  /** A child of a given task that is not queued yet: its choices come before its time is known. */
  readonly prepare: (
    cause: Task,
    label: Label,
    process: Process | undefined,
    run: (task: Task) => void,
    payload: unknown
  ) => Task
  /** Queues a prepared task. */
  readonly enqueue: (task: Task, time: number) => void
  readonly cancel: (task: Task) => void
  /** The outcome of a choice about a task. */
  readonly choose: (kind: ChoiceKind, task: Task) => number
  /** A 32-bit integer for a program's own use, keyed by a task: by default the current one. */
  readonly draw: (label: Label, cause?: Task) => number
  /** A 53-bit identifier keyed by the current task, the same in every flight it happens in. */
  readonly identify: (label: Label) => number
  /** Mixes something that was observed into the flight's digest. */
  readonly note: (value: number) => void
  /** A process's fiber asks whether it must give up the processor. */
  readonly shouldCede: () => boolean
  /** A process's fiber asks to be continued later. */
  readonly dispatch: (process: Process, run: () => void, priority: number) => void
  /** Lets the current task run some more operations before it cedes: see `operationsOfLog`. */
  readonly allowMore: (operations: number) => void
  readonly pause: (process: Process) => void
  readonly unpause: (process: Process) => void
  /**
   * Something of the flight is in the thread's microtask queue, or works off the thread: `run`
   * rests with `turn` when the current task is over, until `settle` says how it stands.
   */
  readonly wantTurn: () => void
  /** The microtasks have run; `isQuiet` when nothing works off the thread. */
  readonly settle: (isQuiet: boolean) => void
  /** Runs a callback for the current task when it is over, as `process.nextTick` would. */
  readonly nextTick: (run: () => void) => void
  /**
   * Code goes on that an earlier task has begun, outside of any task: a promise's reaction. What it
   * causes is that task's; for recordings, it happens because of `settler`. Ends with `leave`.
   */
  readonly enter: (owner: Task, settler: Task) => void
  readonly leave: () => void
  /** Whether the code that runs belongs to a process that has died: it must not act any more. */
  readonly isGhost: () => boolean
  /** Ends the flight after the current task. */
  readonly stop: () => void
  /** Ends the flight after this instant: quiescent if nothing is left to happen, else stopped. */
  readonly finish: () => void
  /** Runs until nothing is left to do, or a limit, the horizon or `stop` ends it. */
  readonly run: () => End
  readonly steps: () => number
  /** A hash of all tasks run so far: 53 bits. */
  readonly digest: () => number
}

const rankMax = 7

/** How often what one task began may be taken off the processor. Then it runs on undisturbed. */
const cedesMax = 16

const runClosure = (task: Task): void => {
  // `dispatch` is the only place that schedules this function, and it gives a closure.
  const run = task.payload as () => void
  run()
}

/** Makes a kernel at time 0 with nothing to do. */
export const make = (options: Options): Kernel => {
  const { afterTask, entropy, horizonMicros, limits, onChoice } = options
  const queue = EventQueue.make<Task>()
  const ready = ReadyList.make(rankMax)
  const keepParents = onChoice !== undefined
  let now = 0
  let sequence = 0
  let steps = 0
  let stepsAtInstant = 0
  let digestHigh = 0
  let digestLow = 0
  let isStopped = false
  let isFinishing = false
  let limitHit: End | undefined
  // The operations the current task may still run, and what happens when they are used up.
  let operationsLeft = 0
  let cedeAfter = 0
  let isCeding = false
  const rest = Continuations.make()
  // Dead code goes on: a promise's reaction cannot be taken back when its process has died.
  let isHaunted = false

  const root = makeRoot()
  let current = root

  const { choose, drawRank, tellRank, tellRest } = Choices.make(entropy, onChoice, (outcome) => {
    digestLow = mix(digestLow, outcome)
  })

  const makeTask = (
    cause: Task,
    time: number,
    label: Label,
    process: Process | undefined,
    run: (task: Task) => void,
    payload: unknown
  ): Task => {
    const origin = cause.origin ?? cause
    const ordinal = nextOrdinal(origin, label)
    return {
      time,
      sequence: sequence++,
      high: childHigh(origin, label, ordinal),
      low: childLow(origin, label, ordinal),
      label,
      ordinal,
      parent: keepParents && origin !== root ? origin : undefined,
      process,
      incarnation: process === undefined ? 0 : process.incarnation,
      run,
      payload,
      cancelled: false,
      stretched: false,
      step: cause.step,
      origin: undefined,
      cedeAfter: 0,
      children: undefined
    }
  }

  /** The incarnation it belongs to has ended: it never runs and makes no choice. */
  const isDead = (task: Task): boolean =>
    task.process !== undefined && task.incarnation !== task.process.incarnation

  const enqueueReady = (task: Task, priority: number): void => {
    // What a slow process has made wait keeps the place that its rank gave it when it was due.
    const rank = task.process === undefined || task.stretched ? 0 : drawRank(task)
    ready.push(task, Math.max(rank, priority))
  }

  const scheduleUnder: Kernel["scheduleUnder"] = (cause, time, label, process, run, payload) => {
    const task = makeTask(cause, time < now ? now : time, label, process, run, payload)
    queue.push(task)
    return task
  }

  const dispatch: Kernel["dispatch"] = (process, run, priority) => {
    if (isHaunted) return
    if (isCeding) {
      isCeding = false
      const task = makeTask(current, now, process.labels.resume, process, runClosure, run)
      task.origin = current.origin ?? current
      task.cedeAfter = task.ordinal + 1 < cedesMax ? cedeAfter : 0
      const held = choose("hold", task)
      if (held === 0) return enqueueReady(task, 0)
      task.time = now + held
      queue.push(task)
      return
    }
    const task = makeTask(current, now, process.labels.task, process, runClosure, run)
    enqueueReady(task, priority)
  }

  const shouldCede = (): boolean => {
    if (--operationsLeft >= 0) return false
    if (isHaunted) return true
    if (cedeAfter > 0) {
      // The next fiber that the task wakes is taken off after as many operations again.
      isCeding = true
      operationsLeft = cedeAfter
      return true
    }
    limitHit ??= {
      _tag: "limit",
      limit: "operationsPerTaskMax",
      processName: current.process?.name ?? ""
    }
    isStopped = true
    return true
  }

  /** Moves everything due at the next instant into the ready list, all together. */
  const advance = (): End | undefined => {
    let next = queue.peek()
    // A timer of a process that has died must not keep the flight going until it is due.
    while (next !== undefined && (next.cancelled || isDead(next))) {
      queue.pop()
      next = queue.peek()
    }
    if (next === undefined) return { _tag: "quiescent" }
    if (isFinishing) return { _tag: "stopped" }
    if (next.time > horizonMicros) {
      now = horizonMicros
      return { _tag: "horizon" }
    }
    if (next.time > now) {
      now = next.time
      stepsAtInstant = 0
    }
    while (next !== undefined && next.time === now) {
      queue.pop()
      if (!next.cancelled && !isDead(next)) enqueueReady(next, 0)
      next = queue.peek()
    }
    return undefined
  }

  /** Whether a task of a process must wait or has died with its incarnation. */
  const isHeldBack = (task: Task, process: Process): boolean => {
    if (isDead(task)) return true
    if (process.isPaused) {
      process.parked.push(task)
      return true
    }
    if (process.slowMicros > 0 && !task.stretched) {
      task.stretched = true
      task.time = now + process.slowMicros
      task.sequence = sequence++
      queue.push(task)
      return true
    }
    return false
  }

  const runTask = (task: Task): void => {
    const process = task.process
    if (process !== undefined) {
      if (isHeldBack(task, process)) return
      tellRank(task)
      // The rest of a task that was taken off is taken off after as many operations again; it needs
      // one of them to take up where it was.
      const isRest = task.origin !== undefined
      cedeAfter = isRest ? task.cedeAfter : choose("cede", task)
      const allowed = isRest ? cedeAfter + 1 : cedeAfter
      operationsLeft = cedeAfter > 0 ? allowed : limits.operationsPerTaskMax
    }
    steps++
    stepsAtInstant++
    digestHigh = mix(digestHigh ^ task.high, now)
    digestLow = mix(digestLow ^ task.low, digestHigh)
    current = task
    isCeding = false
    task.run(task)
    afterTask(task)
    // Recorded tasks live on as the parents of others, but what they worked on need not.
    task.payload = undefined
    current = root
  }

  const enter: Kernel["enter"] = (owner, settler) => {
    const origin = owner.origin ?? owner
    const task: Task = {
      ...owner,
      origin,
      parent: keepParents && origin !== root ? origin : undefined,
      step: settler.step,
      children: undefined
    }
    current = task
    isHaunted = isDead(task)
    operationsLeft = isHaunted ? 0 : limits.operationsPerTaskMax
    cedeAfter = 0
    isCeding = false
    if (!isHaunted) rest.entered.set(task.process, task)
  }

  const leave = (): void => {
    current = root
    isHaunted = false
  }

  /** Promises and ticks take no virtual time: what only makes more of them is a livelock. */
  const countAtInstant = (processName: string): void => {
    if (++stepsAtInstant < limits.stepsPerInstantMax) return
    limitHit ??= { _tag: "limit", limit: "stepsPerInstantMax", processName }
    isStopped = true
  }

  const settle = (isQuiet: boolean): void => {
    const last = [...rest.entered.values()].at(-1)
    if (isQuiet) countAtInstant(last?.process?.name ?? "")
    rest.isWaiting = !isQuiet || rest.ticks.length > 0
  }

  const runTicks = (): void => {
    for (
      let tick = rest.ticks.shift();
      tick !== undefined && !isStopped;
      tick = rest.ticks.shift()
    ) {
      countAtInstant(tick.owner.process?.name ?? "")
      enter(tick.owner, tick.owner)
      if (!isHaunted) tick.run()
      leave()
    }
  }

  /** What promises have done since the last task is looked at as what a task has done. */
  const noteEntered = (): void => {
    for (const task of [...rest.entered.values()]) {
      current = task
      afterTask(task)
    }
    rest.entered.clear()
    current = root
  }

  const runAll = (): End => {
    while (!isStopped) {
      if (rest.isWaiting) {
        runTicks()
        if (isStopped) break
        return { _tag: "turn" }
      }
      const task = ready.shift()
      if (task === undefined) {
        const end = advance()
        if (end !== undefined) return end
        continue
      }
      if (task.cancelled) continue
      runTask(task)
      if (steps >= limits.stepsMax) {
        return { _tag: "limit", limit: "stepsMax", processName: task.process?.name ?? "" }
      }
      if (stepsAtInstant >= limits.stepsPerInstantMax) {
        return { _tag: "limit", limit: "stepsPerInstantMax", processName: task.process?.name ?? "" }
      }
    }
    return limitHit ?? { _tag: "stopped" }
  }

  const run = (): End => {
    if (rest.entered.size > 0) noteEntered()
    const end = runAll()
    if (end._tag === "turn") return end
    tellRest()
    return end
  }

  return {
    now: () => now,
    current: () => current,
    root,
    schedule: (time, label, process, run, payload) =>
      scheduleUnder(current, time, label, process, run, payload),
    scheduleUnder,
    prepare: (cause, label, process, run, payload) =>
      makeTask(cause, now, label, process, run, payload),
    enqueue: (task, time) => {
      task.time = time < now ? now : time
      queue.push(task)
    },
    cancel: (task) => {
      task.cancelled = true
    },
    choose,
    draw: (label, cause = current) => {
      const origin = cause.origin ?? cause
      const ordinal = nextOrdinal(origin, label)
      return mix(
        mix(options.seed ^ label.high, childHigh(origin, label, ordinal)),
        childLow(origin, label, ordinal)
      )
    },
    identify: (label) => {
      const origin = current.origin ?? current
      const ordinal = nextOrdinal(origin, label)
      const high = childHigh(origin, label, ordinal)
      return (high & 0x1fffff) * 0x1_0000_0000 + (childLow(origin, label, ordinal) >>> 0)
    },
    note: (value) => {
      digestHigh = mix(digestHigh, value)
      digestLow = mix(digestLow, digestHigh)
    },
    shouldCede,
    dispatch,
    allowMore: (operations) => {
      operationsLeft += operations
    },
    pause: (process) => {
      process.isPaused = true
    },
    unpause: (process) => {
      process.isPaused = false
      const parked = process.parked
      process.parked = []
      // In the order in which they became due: they have drawn their ranks already.
      for (const task of parked) ready.push(task, 0)
    },
    wantTurn: () => void (rest.isWaiting = true),
    settle,
    nextTick: (run) => {
      rest.isWaiting = true
      rest.ticks.push({ owner: current, run })
    },
    enter,
    leave,
    isGhost: () => isHaunted,
    stop: () => void (isStopped = true),
    finish: () => void (isFinishing = true),
    run,
    steps: () => steps,
    digest: () => (digestHigh & 0x1fffff) * 0x1_0000_0000 + (digestLow >>> 0)
  }
}
