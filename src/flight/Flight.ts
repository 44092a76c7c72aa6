/**
 * One flight: a system, a workload, a fault plan and a source of outcomes in; a judgement out.
 *
 * Owns the assembly of kernel, world, clients and judge, and when a flight ends. What to fly and
 * what to make of many flights is the business of Explore, Shrink and Replay.
 */
import { Cause, Effect } from "effect"
import type { End } from "../kernel/End.ts"
import * as KernelModule from "../kernel/Kernel.ts"
import * as Process from "../kernel/Process.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import { makeLabel, pathOf, type Task } from "../kernel/Task.ts"
import type { History } from "../property/History.ts"
import type { View } from "../property/View.ts"
import type * as Header from "../recording/Header.ts"
import * as Recorder from "../recording/Recorder.ts"
import { type Entropy, keyText } from "../turbulence/Entropy.ts"
import type { Fault } from "../turbulence/Fault.ts"
import type { Call } from "../world/Call.ts"
import * as Faults from "../world/Faults.ts"
import * as Link from "../world/Link.ts"
import * as Network from "../world/Network.ts"
import type { Node } from "../world/Node.ts"
import * as World from "../world/World.ts"
import * as Clients from "./Clients.ts"
import * as Generator from "./Generator.ts"
import * as FlightView from "./FlightView.ts"
import * as Judge from "./Judge.ts"
import * as LivenessPhase from "./LivenessPhase.ts"
import { recordState } from "./StateRecorder.ts"
import * as Running from "./Running.ts"
import * as Thread from "./Thread.ts"
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
  /** Where operations come from instead, for a workload whose operations begin as they come. */
  readonly source?: Generator.Source
  /** Called when everything is there and nothing has begun: to look on by tasks of the root. */
  readonly onTakeOff?: (flying: Flying) => void
  /** Called when the flight is over, and everything is still as it was then. */
  readonly onLanding?: () => void
}

/** What an onlooker may look at. It must change nothing. */
export interface Flying {
  readonly kernel: KernelModule.Kernel
  readonly world: World.World
  readonly links: Link.Links
  readonly network: Network.Network
  readonly view: View
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
  /** The operations that were begun, in the order of the history. */
  readonly begun: ReadonlyArray<Header.Operation>
  /** Where its code reached past the simulation: such a flight proves nothing. */
  readonly leaks: ReadonlyArray<Leak>
  /** How often the thread was let go for promises: none for a flight of pure Effect code. */
  readonly turns: number
  readonly strangers: ReadonlyArray<Stranger>
  /** Set when the flight was recorded. */
  readonly recorder: Recorder.Recorder | undefined
}

const cooldownLabel = makeLabel("cooldown")
const deadlineLabel = makeLabel("deadline")
const lookLabel = makeLabel("look")
const nothing = (): void => {}
const nobody: ReadonlyMap<Node, unknown> = new Map()

/** Everything that flies. */
interface Aircraft {
  readonly kernel: KernelModule.Kernel
  readonly network: Network.Network
  readonly world: World.World
  readonly links: Link.Links
  readonly view: View
  readonly running: Running.Running
  readonly users: Clients.Users
  readonly faults: Faults.Faults
  readonly judge: Judge.Judge
  /** `undefined` when the system needs all its nodes. */
  readonly phase: LivenessPhase.LivenessPhase | undefined
  readonly thread: Thread.Thread
  readonly leaks: Array<Leak>
  readonly recorder: Recorder.Recorder | undefined
  /** The nodes that have come up at least once. */
  readonly up: ReadonlySet<Node>
  readonly strangers: ReadonlyArray<Stranger>
}

const clientNames = (scenario: WindTunnel): ReadonlyArray<string> =>
  Array.from({ length: scenario.workload.clients }, (_, index) => Workload.clientName(index))

const makeKernel = (
  plan: Plan,
  entropy: Entropy,
  recorder: Recorder.Recorder | undefined,
  afterTask: (task: Task) => void
): KernelModule.Kernel =>
  KernelModule.make({
    entropy,
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

/**
 * The promise that nothing will settle although somebody waits for it, where nothing is left to
 * happen: a call waits for it or has waited long enough, or a node that never came up. Where a
 * message was lost, it is no wonder.
 */
const unsettledOf = (aircraft: Aircraft): ReadonlyArray<Leak> => {
  const { network, phase, thread, up, world } = aircraft
  if (!thread.promises.areUsed()) return []
  const handling = new Set(world.nodes.flatMap((node) => node.host?.handling() ?? []))
  const last = thread.promises.unsettled().findLast(({ subject, task }) => {
    const { process } = task
    const node = process === undefined ? undefined : world.nodes[process.index]
    if (node === undefined || task.incarnation !== node.process.incarnation) return false
    if (phase?.out().has(node) === true) return false
    if (network.pending().some((call) => call.caller === process && call.hasLostMessage)) {
      return false
    }
    // Subjects are the calls that are handled: see `Thread`.
    const call = subject as Call | undefined
    return call === undefined
      ? node.role !== "client" && !up.has(node)
      : call.isCut || handling.has(call)
  })
  if (last === undefined) return []
  return [
    {
      call: "new Promise",
      nodeName: last.task.process?.name ?? "",
      source: last.source,
      advice: "nothing in the flight settles it, and something waits for it"
    }
  ]
}

/** What a flight is told while it is under way. */
interface Listening {
  readonly afterTask: (task: Task) => void
  /** An operation has ended, or a fault has healed. */
  readonly onChange: () => void
  /** The liveness phase has begun. */
  readonly onLiveness: () => void
}

/** The liveness phase of a scenario that has one. */
const phaseOf = (
  plan: Plan,
  parts: Omit<LivenessPhase.Options, "liveness" | "workload" | "spared" | "onBegin">,
  { onLiveness }: Listening
): LivenessPhase.LivenessPhase | undefined => {
  const { liveness, turbulence, workload } = plan.scenario
  if (liveness === undefined) return undefined
  const { spared } = turbulence
  return LivenessPhase.make({ ...parts, liveness, workload, spared, onBegin: onLiveness })
}

/** Who makes the operations: `clients` when they do one thing at a time. */
const usersOf = (
  { scenario, source }: Plan,
  parts: Pick<Clients.Options, "kernel" | "world" | "running" | "onDone">,
  prepared: ReadonlyArray<Running.Prepared>
): { readonly users: Clients.Users; readonly clients: Clients.Clients | undefined } => {
  const { liveness, workload } = scenario
  const { pacing } = workload
  if (pacing._tag === "in turn") {
    const options = { ...parts, workload, triesMin: liveness?.operations }
    const clients = Clients.make(options, prepared)
    return { users: clients, clients }
  }
  const { inFlightMax } = pacing
  const options = { ...parts, workload, inFlightMax }
  const users = Generator.make({ ...options, source: source ?? Generator.fromList(prepared) })
  return { users, clients: undefined }
}

/** Puts everything together. */
const assemble = (plan: Plan, listening: Listening): Aircraft => {
  const { scenario } = plan
  const { afterTask, onChange } = listening
  const { horizonMicros, lastingFaults } = scenario
  const recorder = plan.isRecorded ? Recorder.make() : undefined
  const { calm, entropy } = LivenessPhase.calmable(plan.entropy)
  const hasPhase = scenario.liveness !== undefined
  const kernel = makeKernel(plan, hasPhase ? entropy : plan.entropy, recorder, afterTask)
  const links = Link.make(scenario.system)
  const network = Network.make(kernel, links, recorder)
  const up = new Set<Node>()
  let hasBegun = false
  const isAwaited = (node: Node): boolean =>
    node.role !== "client" && !up.has(node) && !faults.keepsDown(node)
  /** Lets the operations begin once every node is up that can be. */
  const considerBeginning = (): void => {
    const areAllUp = up.size === scenario.system.nodes.length
    if (hasBegun || (!areAllUp && lastingFaults === "awaited")) return
    if (!areAllUp && world.nodes.some(isAwaited)) return
    hasBegun = true
    users.begin()
  }
  const world: World.World = World.make({
    kernel,
    system: scenario.system,
    clients: clientNames(scenario),
    links,
    network,
    recorder,
    atlas: scenario.turbulence.atlas,
    listener: {
      onDefect: (node, cause) => judge.report(Unasked.defect(node, cause, "running")),
      onStartFailed: (node, cause) => judge.report(Unasked.defect(node, cause, "starting")),
      onUndeclared: (node, contract) => judge.report(Unasked.undeclared(node, contract)),
      onUp: (node) => {
        if (up.has(node)) return
        up.add(node)
        considerBeginning()
      }
    }
  })
  const { prepared, strangers } = Running.prepare(scenario.workload, plan.operations, hasPhase)
  const running = Running.make(kernel, world, recorder)
  const { clients, users } = usersOf(plan, { kernel, world, running, onDone: onChange }, prepared)
  const out = (): ReadonlyMap<Node, unknown> => phase?.out() ?? nobody
  const view = FlightView.make(kernel, world, () => running.history, out)
  const judge: Judge.Judge = Judge.make(scenario, kernel, view, recorder, () => {
    const { process } = kernel.current()
    const node = process === undefined ? undefined : world.nodes[process.index]
    return node?.service?.name ?? node?.role ?? "world"
  })
  const { report } = judge
  const { history } = running
  const parts = { kernel, world, links, recorder, history, calm, report }
  const phase = clients === undefined ? undefined : phaseOf(plan, { ...parts, clients }, listening)
  const leaks: Array<Leak> = []
  const thread = Thread.occupy(kernel, plan.isRecorded, {
    onLeak: (leak) => {
      leaks.push(leak)
      Unasked.recordLeak(kernel, recorder, leak)
      kernel.stop()
    },
    onRejection: (process, reason) => {
      const node = world.nodes[process.index]
      if (node !== undefined) judge.report(Unasked.defect(node, Cause.die(reason), "running"))
    }
  })
  const lost = Faults.strangers(plan.faults, world)
  const known = plan.faults.filter((fault) => !lost.some((each) => each.fault === fault))
  const isStanding: Faults.IsStanding = ({ atMs, durationMs }) =>
    lastingFaults === "standing" && (atMs + durationMs) * 1_000 > horizonMicros
  const listener = { onBegun: considerBeginning, onHealed: onChange }
  const faults = Faults.schedule({ kernel, world, links, recorder, listener, isStanding }, known)
  return {
    kernel,
    network,
    world,
    links,
    view,
    running,
    users,
    faults,
    judge,
    phase,
    thread,
    leaks,
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
const runWithoutTraces = (kernel: KernelModule.Kernel): End => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return kernel.run()
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** A flight in the air. */
interface Aloft {
  /** Flies on until it is over, or promises need a turn of the thread. */
  readonly run: () => End
  readonly conclude: (end: End, turns: number) => Flown
  readonly thread: Thread.Thread
  /** Ends the lives of all nodes: what their promises still do is no part of the flight. */
  readonly silence: () => void
}

/** Wakes the judge again and again, as long as the flight goes on. */
const lookEvery = (kernel: KernelModule.Kernel, micros: number): void => {
  const look = (): void => {
    const at = kernel.now() + micros
    kernel.scheduleUnder(kernel.root, at, lookLabel, undefined, look, undefined)
  }
  look()
}

const takeOff = (plan: Plan): Aloft => {
  const { checkEveryMicros } = plan.scenario
  let coolUntil: number | undefined
  let deadlineAt: number | undefined
  let deadline: Task | undefined
  let seenVersion = -1
  let hasChanged = false

  /** Nothing unusual will begin any more: what has to come to hold must do so from here on. */
  const coolDown = (): void => {
    hasChanged = true
    coolUntil = kernel.now() + plan.scenario.cooldownMicros
    judge.settle()
    kernel.scheduleUnder(kernel.root, coolUntil, cooldownLabel, undefined, nothing, undefined)
  }

  const onChange = (): void => {
    hasChanged = true
    if (coolUntil !== undefined || !users.isDone() || !faults.areOver()) return
    if (phase === undefined) coolDown()
    else phase.approach()
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

  /** Whether a task has changed nothing that anyone looks at, or nobody looks at this moment. */
  const isQuiet = (task: Task, node: Node | undefined): boolean =>
    checkEveryMicros === undefined
      ? node !== undefined &&
        node.probes.size === 0 &&
        running.version() === seenVersion &&
        !hasChanged
      : !hasChanged && task.label !== lookLabel && task.label !== cooldownLabel

  const afterTask = (task: Task): void => {
    const node = task.process === undefined ? undefined : world.nodes[task.process.index]
    const isNow = checkEveryMicros === undefined || task.label === lookLabel
    if (recorder !== undefined) {
      if (isNow) recordState(recorder, kernel, world, task, node)
      else recorder.endTask()
    }
    if (isQuiet(task, node) || judge.isOver()) return
    seenVersion = running.version()
    hasChanged = false
    judge.observe()
    watchDeadline()
    if (coolUntil === undefined || kernel.now() < coolUntil || !judge.isSettled()) return
    // What still waits and could never go on is a deadlock, and only quiescence tells.
    if (phase === undefined || phase.isDone()) kernel.finish()
  }

  const aircraft = assemble(plan, { afterTask, onChange, onLiveness: coolDown })
  const { faults, judge, kernel, leaks, network, phase, users } = aircraft
  const { recorder, running, strangers, thread, up, world } = aircraft
  for (const node of world.nodes) world.start(node)
  plan.onTakeOff?.(aircraft)
  if (checkEveryMicros !== undefined) lookEvery(kernel, checkEveryMicros)

  const conclude = (end: End, turns: number): Flown => {
    plan.onLanding?.()
    const isSafe = users.isDone() && faults.areOver()
    const facts = {
      isDone: isSafe && (phase === undefined || phase.isDone()),
      doneWhen: isSafe
        ? "the core had shown its progress"
        : "the workload was done and all faults had healed",
      notUp: () =>
        world.nodes
          .filter((node) => node.role !== "client" && !up.has(node))
          .map(({ name }) => name),
      leaks: () => [
        ...faults.active().map(({ id }) => `fault ${id} still acts`),
        ...faults.leaks(phase?.out())
      ],
      deadlock: () => {
        const out = phase?.out() ?? nobody
        // Whoever is out for good waits for ever, and may.
        const there = world.nodes.filter((node) => !out.has(node))
        const handling = there.flatMap((node) => node.host?.handling() ?? [])
        const waiting = network
          .pending()
          .filter(({ caller }) => there.some(({ process }) => process === caller))
        return Unasked.deadlock(waiting, handling, kernel.now())
      }
    }
    if (end._tag === "quiescent" && !judge.isOver()) leaks.push(...unsettledOf(aircraft))
    const judgement = judge.conclude(end, facts)
    return {
      ...judgement,
      // What comes after a leak is its doing, and differs from one time to the next.
      violation: leaks.length > 0 ? undefined : judgement.violation,
      steps: kernel.steps(),
      simulatedMicros: kernel.now(),
      digest: kernel.digest(),
      history: running.history,
      begun: running.begun,
      leaks,
      turns,
      strangers,
      recorder
    }
  }

  return {
    run: () => runWithoutTraces(kernel),
    conclude,
    thread,
    silence: () => {
      for (const node of world.nodes) Process.kill(node.process)
    }
  }
}

/** Goes on, turn by turn, until the flight is over. */
const goOn = (aloft: Aloft, turns: number): Effect.Effect<Flown> =>
  Effect.suspend(() => {
    const end = aloft.run()
    if (end._tag === "turn") return Effect.flatMap(aloft.thread.turn, () => goOn(aloft, turns + 1))
    const flown = aloft.conclude(end, turns)
    if (!aloft.thread.promises.areUsed()) return Effect.succeed(flown)
    // Reactions that are due run now, as those of dead nodes: after the landing they would be real.
    aloft.silence()
    return Effect.as(aloft.thread.turn, flown)
  })

/**
 * Flies a plan, alone and from start to end. Synchronous as long as the flight makes no promise;
 * with promises it lets the thread go after each task that has made one.
 */
export const fly = (plan: Plan): Effect.Effect<Flown> =>
  Thread.alone(
    Effect.suspend(() => {
      const aloft = takeOff(plan)
      return Effect.ensuring(goOn(aloft, 0), Effect.sync(aloft.thread.release))
    })
  )
