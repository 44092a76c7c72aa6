/**
 * Faults at work: each is a scoped resource that acts from its start until it heals.
 *
 * Owns what a fault does to nodes and links and how it is undone. Several may act on one target:
 * each is counted, and the target recovers when the last one heals.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import { isDisturbed } from "../kernel/NodeClock.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { type Fault, targets, toText } from "../turbulence/Fault.ts"
import * as Clocks from "./Clocks.ts"
import * as DiskFaults from "./DiskFaults.ts"
import type { Link, Links } from "./Link.ts"
import type { Node } from "./Node.ts"
import type { World } from "./World.ts"

/** The faults of a flight. */
export interface Faults {
  /** Those that act now, in the order they began. */
  readonly active: () => ReadonlyArray<Fault>
  /** Whether all of the plan have begun and healed, but for those that stand. */
  readonly areOver: () => boolean
  /** Whether a node will not come up, because of a fault that stands. */
  readonly keepsDown: (node: Node) => boolean
  /**
   * What is not as it was although no fault acts any more, one sentence each. Must be empty, but
   * for nodes that are out for good.
   */
  readonly leaks: (out?: ReadonlyMap<Node, unknown>) => ReadonlyArray<string>
}

/** Undoes what a fault has done. */
type Heal = () => void

const nothing: Heal = () => {}

/** Names in a plan that the system does not have; a plan with any of them cannot be flown. */
export const strangers = (
  plan: ReadonlyArray<Fault>,
  world: World
): ReadonlyArray<{ readonly fault: Fault; readonly name: string }> =>
  plan.flatMap((fault) =>
    targets(fault)
      .filter((name) => world.node(name) === undefined)
      .map((name) => ({ fault, name }))
  )

const takesDown = (fault: Fault, node: string): boolean =>
  (fault._tag === "Crash" || fault._tag === "Restart" || fault._tag === "Pause") &&
  fault.node === node

/** Links that a fault acts on. */
const linksOf = (fault: Fault, links: Links): ReadonlyArray<Link> => {
  switch (fault._tag) {
    case "SlowLink":
    case "DeadLink":
    case "RefusedLink":
      return [links.between(fault.from, fault.to)]
    case "Partition":
      return fault.left.flatMap((left) =>
        fault.right.flatMap((right) =>
          fault.shape === "one-way"
            ? [links.between(left, right)]
            : [links.between(left, right), links.between(right, left)]
        )
      )
    case "Crash":
    case "Restart":
    case "Pause":
    case "Slow":
    case "ClockJump":
    case "ClockDrift":
    case "ClockFreeze":
    case "SlowDisk":
    case "FailingDisk":
    case "FullDisk":
      return []
  }
}

/** What is told of the faults of a flight. */
export interface Listener {
  readonly onBegun?: () => void
  readonly onHealed: () => void
}

/** Whether a fault acts from the beginning of its window to the end of the flight. */
export type IsStanding = (fault: Fault) => boolean

const neverStands: IsStanding = () => false

/** What faults are made with. */
export interface Options {
  readonly kernel: Kernel
  readonly world: World
  readonly links: Links
  readonly recorder: Recorder | undefined
  readonly listener: Listener
  /** Default: all of the plan is waited for. */
  readonly isStanding?: IsStanding
}

/** Schedules a plan. */
export const schedule = (options: Options, plan: ReadonlyArray<Fault>): Faults => {
  const { isStanding = neverStands, kernel, links, listener, recorder, world } = options
  const awaited = plan.filter((fault) => !isStanding(fault)).length
  const active: Array<Fault> = []
  const down = new Map<Node, number>()
  const paused = new Map<Node, number>()
  // Nodes that are stopping gracefully: a stop may take longer than the fault that asked for it.
  const stopping = new Set<Node>()
  const healLabel = makeLabel("heal")
  let over = 0

  const count = (counts: Map<Node, number>, node: Node, change: number): number => {
    const next = (counts.get(node) ?? 0) + change
    counts.set(node, next)
    return next
  }

  const eachLink = (fault: Fault, change: (link: Link, sign: number) => void): Heal => {
    const affected = linksOf(fault, links)
    for (const link of affected) change(link, 1)
    return () => {
      for (const link of affected) change(link, -1)
    }
  }

  const takeDown = (node: Node, isGraceful: boolean): Heal => {
    count(down, node, 1)
    if (!isGraceful) {
      // Whatever else is being done to it, a process that is still alive dies here and now.
      stopping.delete(node)
      world.crash(node)
    } else if (node.process.isAlive && !stopping.has(node)) {
      stopping.add(node)
      world.stop(node, () => {
        stopping.delete(node)
        if (down.get(node) === 0) world.start(node)
      })
    }
    return () => {
      if (count(down, node, -1) === 0) world.start(node)
    }
  }

  const freeze = (node: Node): Heal => {
    if (count(paused, node, 1) === 1) kernel.pause(node.process)
    return () => {
      if (count(paused, node, -1) === 0) kernel.unpause(node.process)
    }
  }

  const slow = (node: Node, micros: number): Heal => {
    node.process.slowMicros += micros
    return () => {
      node.process.slowMicros -= micros
    }
  }

  const begin = (fault: Fault): Heal => {
    switch (fault._tag) {
      case "Crash":
      case "Restart": {
        const node = world.node(fault.node)
        return node === undefined ? nothing : takeDown(node, fault._tag === "Restart")
      }
      case "Pause": {
        const node = world.node(fault.node)
        return node === undefined ? nothing : freeze(node)
      }
      case "Slow": {
        const node = world.node(fault.node)
        return node === undefined ? nothing : slow(node, fault.stepMs * 1000)
      }
      case "ClockJump":
      case "ClockDrift":
      case "ClockFreeze": {
        const node = world.node(fault.node)
        return node === undefined ? nothing : Clocks.disturb(kernel, node, fault, recorder)
      }
      case "SlowDisk":
      case "FailingDisk":
      case "FullDisk": {
        const disk = world.node(fault.node)?.disk
        return disk === undefined ? nothing : DiskFaults.begin(disk, fault)
      }
      case "SlowLink":
        return eachLink(fault, (link, sign) => {
          link.extraMicros += sign * fault.extraMs * 1000
        })
      case "RefusedLink":
        return eachLink(fault, (link, sign) => {
          link.refused += sign
        })
      case "DeadLink":
      case "Partition":
        return eachLink(fault, (link, sign) => {
          link.blocked += sign
        })
    }
  }

  const record = (kind: "fault" | "healed", fault: Fault, task: Task): void => {
    if (recorder === undefined) return
    task.step = recorder.record({
      time: kernel.now(),
      kind,
      what: `${fault.id}: ${toText(fault)}`,
      because: [task.step]
    })
  }

  for (const fault of plan) {
    const act = (task: Task): void => {
      record("fault", fault, task)
      active.push(fault)
      const heal = begin(fault)
      listener.onBegun?.()
      const healed = (healing: Task): void => {
        record("healed", fault, healing)
        active.splice(active.indexOf(fault), 1)
        over++
        heal()
        listener.onHealed()
      }
      const until = kernel.now() + fault.durationMs * 1000
      kernel.schedule(until, healLabel, undefined, healed, undefined)
    }
    kernel.schedule(fault.atMs * 1000, makeLabel(`fault ${fault.id}`), undefined, act, undefined)
  }

  const leaks: Faults["leaks"] = (out = new Map()) => {
    const isOut = (name: string): boolean => {
      const node = world.node(name)
      return node !== undefined && out.has(node)
    }
    if (active.length > 0) return []
    const ofNodes = world.nodes.flatMap((node) => {
      if (out.has(node)) return []
      const { clock, isAlive, isPaused, slowMicros } = node.process
      if (isPaused) return [`${node.name} is still paused`]
      if (slowMicros !== 0) return [`${node.name} is still slow`]
      if (node.disk !== undefined && DiskFaults.isHurt(node.disk)) {
        return [`the disk of ${node.name} is still disturbed`]
      }
      if (isDisturbed(clock)) return [`the clock of ${node.name} is still disturbed`]
      return isAlive ? [] : [`${node.name} is still down`]
    })
    const ofLinks = plan.flatMap((fault) =>
      linksOf(fault, links)
        .filter((link) => !isOut(link.from) && !isOut(link.to))
        .filter((link) => link.blocked !== 0 || link.refused !== 0 || link.extraMicros !== 0)
        .map((link) => `${link.from} → ${link.to} is still disturbed`)
    )
    return [...ofNodes, ...new Set(ofLinks)]
  }

  return {
    active: () => [...active],
    areOver: () => over === awaited,
    keepsDown: ({ name }) => active.some((fault) => takesDown(fault, name) && isStanding(fault)),
    leaks
  }
}
