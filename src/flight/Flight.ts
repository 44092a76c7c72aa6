/**
 * One flight: a system, a workload, a fault plan and a source of outcomes in; a judgement out.
 *
 * Owns the assembly of kernel, world, clients and judge, and when a flight ends. What to fly and
 * what to make of many flights is the business of Explore, Shrink and Replay.
 */
import * as KernelModule from "../kernel/Kernel.ts"
import { makeLabel, pathOf, type Task } from "../kernel/Task.ts"
import type { History } from "../property/History.ts"
import type * as Header from "../recording/Header.ts"
import * as Recorder from "../recording/Recorder.ts"
import { type Entropy, keyText } from "../turbulence/Entropy.ts"
import type { Fault } from "../turbulence/Fault.ts"
import * as Faults from "../world/Faults.ts"
import * as Link from "../world/Link.ts"
import * as Network from "../world/Network.ts"
import type { Node } from "../world/Node.ts"
import * as World from "../world/World.ts"
import * as Clients from "./Clients.ts"
import * as FlightView from "./FlightView.ts"
import * as Judge from "./Judge.ts"
import { recordState } from "./StateRecorder.ts"
import * as Unasked from "./Unasked.ts"
import type { WindTunnel } from "./WindTunnel.ts"
import * as Workload from "./Workload.ts"

/** What to fly. */
export interface Plan {
  readonly scenario: WindTunnel
  /** The run's seed: what programs draw for themselves comes from it. */
  readonly seed: number
  readonly operations: ReadonlyArray<Header.Operation>
  readonly faults: ReadonlyArray<Fault>
  /** Where the outcomes of choice points come from. */
  readonly entropy: Entropy
  readonly isRecorded: boolean
}

/** Why a plan cannot be flown as it is: it names what the system or the workload does not have. */
export interface Stranger {
  /** What named it: `operation o-17`, `fault f-1`. */
  readonly where: string
  readonly reason: string
}

/** What came of a flight. */
export interface Flown extends Judge.Judgement {
  /** Kernel steps. */
  readonly steps: number
  readonly simulatedMicros: number
  /** A hash of everything that happened: 53 bits. Equal flights have equal digests. */
  readonly digest: number
  readonly history: History
  readonly strangers: ReadonlyArray<Stranger>
  /** Set when the flight was recorded. */
  readonly recorder: Recorder.Recorder | undefined
}

/**
 * How long a flight goes on after the workload is done and the last fault has healed, so that what
 * is still under way can do its harm: 15 virtual seconds, or until nothing is left to happen.
 */
export const cooldownMicros = 15_000_000

const cooldownLabel = makeLabel("cooldown")
const deadlineLabel = makeLabel("deadline")
const nothing = (): void => {}

/** Everything that flies. */
interface Aircraft {
  readonly kernel: KernelModule.Kernel
  readonly network: Network.Network
  readonly world: World.World
  readonly clients: Clients.Clients
  readonly faults: Faults.Faults
  readonly judge: Judge.Judge
  readonly recorder: Recorder.Recorder | undefined
  /** The nodes that have come up at least once. */
  readonly up: ReadonlySet<Node>
  readonly strangers: ReadonlyArray<Stranger>
}

const clientNames = (scenario: WindTunnel): ReadonlyArray<string> =>
  Array.from({ length: scenario.workload.clients }, (_, index) => Workload.clientName(index))

const makeKernel = (
  plan: Plan,
  recorder: Recorder.Recorder | undefined,
  afterTask: (task: Task) => void
): KernelModule.Kernel =>
  KernelModule.make({
    entropy: plan.entropy,
    limits: plan.scenario.limits,
    horizonMicros: plan.scenario.horizonMicros,
    seed: plan.seed,
    onChoice:
      recorder === undefined
        ? undefined
        : (task, kind, outcome, key) =>
            recorder.noteDeviation({ key: keyText(key), path: pathOf(task), kind, outcome }),
    afterTask
  })

/** Puts everything together. `onChange` is called when an operation ends or a fault heals. */
const assemble = (plan: Plan, afterTask: (task: Task) => void, onChange: () => void): Aircraft => {
  const { scenario } = plan
  const recorder = plan.isRecorded ? Recorder.make() : undefined
  const kernel = makeKernel(plan, recorder, afterTask)
  const links = Link.make()
  const network = Network.make(kernel, links, recorder)
  const up = new Set<Node>()
  const world: World.World = World.make({
    kernel,
    system: scenario.system,
    clients: clientNames(scenario),
    links,
    network,
    recorder,
    listener: {
      onDefect: (node, cause) => judge.report(Unasked.defect(node, cause, "running")),
      onStartFailed: (node, cause) => judge.report(Unasked.defect(node, cause, "starting")),
      onUp: (node) => {
        if (up.has(node)) return
        up.add(node)
        if (up.size === scenario.system.nodes.length) clients.begin()
      }
    }
  })
  const { prepared, strangers } = Clients.prepare(scenario.workload, plan.operations)
  const clients: Clients.Clients = Clients.make(
    { kernel, world, workload: scenario.workload, recorder, onDone: onChange },
    prepared
  )
  const view = FlightView.make(kernel, world, () => clients.history)
  const judge: Judge.Judge = Judge.make(scenario, kernel, view, recorder, () => {
    const { process } = kernel.current()
    const node = process === undefined ? undefined : world.nodes[process.index]
    return node?.service?.name ?? node?.role ?? "world"
  })
  const lost = Faults.strangers(plan.faults, world)
  const known = plan.faults.filter((fault) => !lost.some((each) => each.fault === fault))
  const faults = Faults.schedule(kernel, world, links, known, recorder, onChange)
  return {
    kernel,
    network,
    world,
    clients,
    faults,
    judge,
    recorder,
    up,
    strangers: [
      ...strangers.map(({ operation, reason }) => ({
        where: `operation ${operation.id}`,
        reason
      })),
      ...lost.map(({ fault, name }) => ({
        where: `fault ${fault.id}`,
        reason: `the system has no node ${name}`
      }))
    ]
  }
}

/**
 * Runs the machine without stack traces: errors are ordinary in a flight (a refused connection is
 * one), and V8 spends a tenth of a flight on traces that nobody reads. Recorded flights do the
 * same, so that no program can tell them apart; the frames that Effect keeps do not need it.
 */
const runWithoutTraces = (kernel: KernelModule.Kernel): KernelModule.End => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return kernel.run()
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** Flies a plan, alone and from start to end, synchronously. */
export const fly = (plan: Plan): Flown => {
  let coolUntil: number | undefined
  let deadlineAt: number | undefined
  let deadline: Task | undefined
  let seenVersion = -1
  let hasChanged = false

  /** Nothing unusual will begin any more: what has to come to hold must do so from here on. */
  const onChange = (): void => {
    hasChanged = true
    if (coolUntil !== undefined || !clients.isDone() || !faults.areOver()) return
    coolUntil = kernel.now() + cooldownMicros
    judge.settle()
    kernel.scheduleUnder(kernel.root, coolUntil, cooldownLabel, undefined, nothing, undefined)
  }

  /** Wakes up when an `Eventually` runs out of time. */
  const watchDeadline = (): void => {
    const at = judge.deadline()
    if (at === deadlineAt) return
    deadlineAt = at
    if (deadline !== undefined) kernel.cancel(deadline)
    deadline =
      at === undefined
        ? undefined
        : kernel.scheduleUnder(kernel.root, at, deadlineLabel, undefined, nothing, undefined)
  }

  const afterTask = (task: Task): void => {
    const node = task.process === undefined ? undefined : world.nodes[task.process.index]
    if (recorder !== undefined) recordState(recorder, kernel, world, task, node)
    const isQuiet =
      node !== undefined &&
      node.probes.size === 0 &&
      clients.version() === seenVersion &&
      !hasChanged
    if (isQuiet || judge.isOver()) return
    seenVersion = clients.version()
    hasChanged = false
    judge.observe()
    watchDeadline()
    // What still waits and could never go on is a deadlock, and only quiescence tells.
    if (coolUntil !== undefined && kernel.now() >= coolUntil && judge.isSettled()) kernel.finish()
  }

  const aircraft = assemble(plan, afterTask, onChange)
  const { clients, faults, judge, kernel, network, recorder, strangers, up, world } = aircraft
  for (const node of world.nodes) world.start(node)
  const end = runWithoutTraces(kernel)
  const judgement = judge.conclude(end, {
    isDone: clients.isDone() && faults.areOver(),
    notUp: () =>
      world.nodes.filter((node) => node.role !== "client" && !up.has(node)).map(({ name }) => name),
    leaks: () => [...faults.active().map(({ id }) => `fault ${id} still acts`), ...faults.leaks()],
    deadlock: () => {
      const handling = world.nodes.flatMap((node) => node.host?.handling() ?? [])
      return Unasked.deadlock(network.pending(), handling, kernel.now())
    }
  })
  return {
    ...judgement,
    steps: kernel.steps(),
    simulatedMicros: kernel.now(),
    digest: kernel.digest(),
    history: clients.history,
    strangers,
    recorder
  }
}
