/**
 * One flight: a system, a workload, a fault plan and a source of outcomes in; a verdict out.
 *
 * Owns the assembly of kernel, world, clients and monitor, and when a flight ends. What to fly and
 * what to make of many flights is the business of Explore, Shrink and Replay.
 */
import * as KernelModule from "../kernel/Kernel.ts"
import { makeLabel, pathOf, type Task } from "../kernel/Task.ts"
import type { History } from "../property/History.ts"
import * as Monitor from "../property/Monitor.ts"
import type { Probe } from "../property/Probe.ts"
import type { Counterexample } from "../property/Verdict.ts"
import type { View } from "../property/View.ts"
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

/** A property that was violated in a flight, and where in its recording (-1 without one). */
export interface Violation {
  readonly property: string
  readonly counterexample: Counterexample
  /** The service on which it showed, without replica numbers; `end` when judged after the end. */
  readonly where: string
  readonly step: number
}

/** What came of a flight. */
export interface Flown {
  readonly violation: Violation | undefined
  /** A property whose own code failed: neither a pass nor a violation. */
  readonly threw: Monitor.CheckThrew | undefined
  /** Why it cannot be called a pass; empty when it can. */
  readonly unknown: ReadonlyArray<string>
  /** The `Sometimes` that were reached, in order of declaration. */
  readonly reached: ReadonlyArray<string>
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

/** Flies a plan, alone and from start to end, synchronously. */
export const fly = (plan: Plan): Flown => {
  const { scenario } = plan
  const recorder = plan.isRecorded ? Recorder.make() : undefined
  const monitor = Monitor.make(scenario.properties)
  let found: Violation | undefined
  let threw: Monitor.CheckThrew | undefined
  const up = new Set<Node>()
  let coolUntil: number | undefined
  let deadlineSet = -1
  let seenVersion = -1
  let faultsChanged = false
  let isOver = false

  const report = (violation: Unasked.Violation | undefined): void => {
    if (violation === undefined || found !== undefined) return
    let step = -1
    if (recorder !== undefined) {
      const { actual, expected } = violation.counterexample
      step = recorder.record({
        time: kernel.now(),
        kind: "check",
        what: `${violation.property}: expected ${expected}, got ${actual}`,
        because: [kernel.current().step]
      })
    }
    const { counterexample, property } = violation
    const process = kernel.current().process
    const node = process === undefined ? undefined : world.nodes[process.index]
    const where = isOver ? "end" : (node?.service?.name ?? node?.role ?? "world")
    found = { property, counterexample, where, step }
    kernel.stop()
  }

  const reportFinding = (finding: Monitor.Finding | undefined): void => {
    if (finding === undefined) return
    if (finding._tag === "Violation") return report(finding)
    threw = finding
    kernel.stop()
  }

  const kernel: KernelModule.Kernel = KernelModule.make({
    entropy: plan.entropy,
    limits: scenario.limits,
    horizonMicros: scenario.horizonMicros,
    seed: plan.seed,
    onChoice:
      recorder === undefined
        ? undefined
        : (task, kind, outcome, key) =>
            recorder.noteDeviation({ key: keyText(key), path: pathOf(task), kind, outcome }),
    afterTask: (task) => afterTask(task)
  })
  const links = Link.make()
  const network = Network.make(kernel, links, recorder)
  const world: World.World = World.make({
    kernel,
    system: scenario.system,
    clients: Array.from({ length: scenario.workload.clients }, (_, index) =>
      Workload.clientName(index)
    ),
    links,
    network,
    recorder,
    listener: {
      onDefect: (node, cause) => report(Unasked.defect(node, cause, "running")),
      onStartFailed: (node, cause) => report(Unasked.defect(node, cause, "starting")),
      onUp: (node) => {
        if (up.has(node)) return
        up.add(node)
        if (up.size === scenario.system.nodes.length) clients.begin()
      }
    }
  })
  const { prepared, strangers } = Clients.prepare(scenario.workload, plan.operations)

  /** Nothing unusual will begin any more: what has to come to hold must do so from here on. */
  const settleIfOver = (): void => {
    if (!clients.isDone() || !faults.areOver() || coolUntil !== undefined) return
    coolUntil = kernel.now() + cooldownMicros
    monitor.settle(kernel.now())
    kernel.scheduleUnder(kernel.root, coolUntil, cooldownLabel, undefined, () => {}, undefined)
  }

  const clients: Clients.Clients = Clients.make(
    {
      kernel,
      world,
      workload: scenario.workload,
      operations: plan.operations,
      recorder,
      onDone: settleIfOver
    },
    prepared
  )
  const faultStrangers = Faults.strangers(plan.faults, world)
  const known = plan.faults.filter((fault) => !faultStrangers.some((each) => each.fault === fault))
  const faults = Faults.schedule(kernel, world, links, known, recorder, () => {
    faultsChanged = true
    settleIfOver()
  })

  const nodeOf = (task: Task): Node | undefined =>
    task.process === undefined ? undefined : world.nodes[task.process.index]

  const view: View = {
    get time() {
      return kernel.now()
    },
    get history() {
      return clients.history
    },
    get nodes() {
      return world.nodes.filter((node) => node.process.isAlive).map((node) => node.name)
    },
    read: <A>(probe: Probe<A>): ReadonlyMap<string, A> => {
      const values = new Map<string, A>()
      for (const node of world.nodes) {
        // A probe is its own key: what was exposed under it has its type.
        const read = node.probes.get(probe as unknown as Probe<unknown>)
        if (read !== undefined && node.process.isAlive) values.set(node.name, read() as A)
      }
      return values
    }
  }

  /** Wakes up when an `Eventually` runs out of time. */
  const watchDeadline = (): void => {
    const deadline = monitor.deadline()
    if (deadline === undefined || deadline === deadlineSet) return
    deadlineSet = deadline
    kernel.scheduleUnder(kernel.root, deadline, deadlineLabel, undefined, () => {}, undefined)
  }

  const mayHaveChanged = (node: Node | undefined): boolean =>
    node === undefined || node.probes.size > 0 || clients.version() !== seenVersion || faultsChanged

  const afterTask = (task: Task): void => {
    const node = nodeOf(task)
    if (recorder !== undefined) recordState(recorder, kernel, world, task, node)
    if (found !== undefined || !mayHaveChanged(node)) return
    seenVersion = clients.version()
    faultsChanged = false
    reportFinding(monitor.observe(view))
    watchDeadline()
    if (coolUntil !== undefined && kernel.now() >= coolUntil && monitor.settled()) kernel.stop()
  }

  for (const node of world.nodes) world.start(node)
  const end = kernel.run()
  isOver = true
  const unknown: Array<string> = []
  judgeEnd()

  function judgeEnd(): void {
    if (found !== undefined || threw !== undefined) return
    if (end._tag === "limit" && end.limit !== "stepsMax") return report(Unasked.livelock(end))
    if (end._tag === "limit") {
      unknown.push(`${end.limit} reached: ${scenario.limits[end.limit]} steps`)
      return
    }
    if (end._tag === "quiescent") {
      if (faults.active().length > 0) throw new Error("a fault is left when nothing else is")
      const handling = world.nodes.flatMap((node) => node.host?.handling() ?? [])
      report(Unasked.deadlock(network.pending(), handling, kernel.now()))
      if (found === undefined && up.size < scenario.system.nodes.length) {
        unknown.push("not every service came up")
      }
    }
    const isDone = clients.isDone() && faults.areOver()
    if (end._tag === "horizon" && !isDone) {
      unknown.push("the horizon came before the workload was done and all faults had healed")
    }
    if (found !== undefined) return
    const how = end._tag === "stopped" ? "settled" : end._tag
    const final = monitor.finish(view, how)
    reportFinding(final.finding)
    unknown.push(...final.unknown)
  }

  return {
    violation: found,
    threw,
    unknown,
    reached: monitor.reached(),
    steps: kernel.steps(),
    simulatedMicros: kernel.now(),
    digest: kernel.digest(),
    history: clients.history,
    strangers: [
      ...strangers.map(({ operation, reason }) => ({
        where: `operation ${operation.id}`,
        reason
      })),
      ...faultStrangers.map(({ fault, name }) => ({
        where: `fault ${fault.id}`,
        reason: `the system has no node ${name}`
      }))
    ],
    recorder
  }
}
