/**
 * Nodes that stay faulty for good: which of them, how, and that enough are left.
 *
 * Owns the drawing, one choice for each replica that its service can do without, and what an
 * outage does. It is never undone: the flight ends with it.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { type Manner, manners } from "../turbulence/ChoicePoint.ts"
import type { Links } from "./Link.ts"
import type { Node } from "./Node.ts"
import type { World } from "./World.ts"

/** What draws and acts. */
export interface Options {
  readonly kernel: Kernel
  readonly world: World
  readonly links: Links
  readonly recorder: Recorder | undefined
  /** Nodes that stay healthy whatever is drawn. */
  readonly spared: ReadonlyArray<string>
}

/** The nodes that are out for good, with how, in the order in which they were drawn. */
export type Outages = ReadonlyMap<Node, Manner>

const orderLabel = makeLabel("order")

/** The nodes of each service, in order of declaration. */
const byService = (world: World): ReadonlyArray<ReadonlyArray<Node>> => {
  const nodes = new Map<string, Array<Node>>()
  for (const node of world.nodes) {
    if (node.service === undefined) continue
    const replicas = nodes.get(node.service.name)
    if (replicas === undefined) nodes.set(node.service.name, [node])
    else replicas.push(node)
  }
  return [...nodes.values()]
}

/** How many names a text lists before it counts the rest. */
const namesMax = 12

/** Names of nodes as people read them: the first few, then how many more. */
export const namesText = (names: ReadonlyArray<string>): string => {
  if (names.length === 0) return "none"
  const more = names.length - namesMax
  const shown = names.slice(0, namesMax).join(", ")
  return more > 0 ? `${shown} and ${more} more` : shown
}

const wordsOf = ({ name }: Node, manner: Exclude<Manner, "healthy">): string => {
  switch (manner) {
    case "crashed":
      return `${name} crashes`
    case "cut off":
      return `${name} is cut off from everyone`
    case "frozen":
      return `${name} freezes`
  }
}

/** The replicas in the order in which they are asked, each with the task of its choice. */
const inOrder = (kernel: Kernel, task: Task, replicas: ReadonlyArray<Node>) =>
  replicas
    .map((node) => {
      const label = makeLabel(`node ${node.name}`)
      const choice = kernel.prepare(task, label, undefined, () => {}, undefined)
      return { node, choice, order: kernel.draw(orderLabel, choice) }
    })
    .sort((one, other) => one.order - other.order)

/**
 * Draws who stays faulty for good and makes them so, as choices caused by `task`.
 *
 * A service is asked replica by replica, in an order of its own, until it can do without no further
 * one: so what is left always suffices, and taking one outage away changes no other.
 */
export const begin = (options: Options, task: Task): Outages => {
  const { kernel, links, recorder, spared, world } = options

  const strike = (node: Node, manner: Exclude<Manner, "healthy">): void => {
    switch (manner) {
      case "crashed":
        return world.crash(node)
      case "frozen":
        return kernel.pause(node.process)
      case "cut off":
        for (const other of world.nodes) {
          if (other === node) continue
          links.between(node.name, other.name).blocked++
          links.between(other.name, node.name).blocked++
        }
    }
  }

  const record = (kind: "fault" | "healed", what: string): void => {
    if (recorder === undefined) return
    const time = kernel.now()
    task.step = recorder.record({ time, kind, what, because: [task.step] })
  }

  const out = new Map<Node, Manner>()
  for (const replicas of byService(world)) {
    const service = replicas[0]?.service
    let left = service === undefined ? 0 : service.replicas - service.core
    if (left === 0) continue
    const candidates = replicas.filter(({ name }) => !spared.includes(name))
    for (const { choice, node } of inOrder(kernel, task, candidates)) {
      if (left === 0) break
      const manner = manners[kernel.choose("outage", choice)]
      if (manner === undefined || manner === "healthy") continue
      left--
      out.set(node, manner)
      record("fault", `for good: ${wordsOf(node, manner)}`)
      strike(node, manner)
    }
  }
  const core = world.nodes.filter((node) => node.role !== "client" && !out.has(node))
  record("healed", `the core is healthy: ${namesText(core.map(({ name }) => name))}`)
  return out
}
