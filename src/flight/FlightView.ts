/**
 * What properties see of a flight: its nodes, their probes, and the history so far.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import type { History } from "../property/History.ts"
import type { Probe } from "../property/Probe.ts"
import type { View } from "../property/View.ts"
import type { Node } from "../world/Node.ts"
import type { World } from "../world/World.ts"

/** A view with what it looks at. */
interface Window extends View {
  readonly kernel: Kernel
  readonly world: World
  readonly operations: () => History
  readonly out: () => ReadonlyMap<Node, unknown>
}

/**
 * What all views share. Getters written into each view would keep every flight in memory until the
 * next full collection: V8 holds a getter by the shape of the object, and shapes live long.
 */
const prototype: Omit<View, "read"> & ThisType<Window> = {
  get time() {
    return this.kernel.now()
  },
  get history() {
    return this.operations()
  },
  get nodes() {
    return this.world.nodes.filter((node) => node.process.isAlive).map((node) => node.name)
  },
  get core() {
    const out = this.out()
    return this.world.nodes.filter((node) => !out.has(node)).map((node) => node.name)
  }
}

/** Makes the view of a flight. It is the same object throughout: it shows the present moment. */
export const make = (
  kernel: Kernel,
  world: World,
  operations: () => History,
  out: () => ReadonlyMap<Node, unknown>
): View => {
  const read = <A>(probe: Probe<A>): ReadonlyMap<string, A> => {
    const values = new Map<string, A>()
    for (const node of world.nodes) {
      // The erased probe is the same object, which is all that the lookup compares.
      const read = node.probes.get(probe as unknown as Probe<unknown>)
      // What was exposed under a probe has the type of the probe.
      if (read !== undefined && node.process.isAlive) values.set(node.name, read() as A)
    }
    return values
  }
  return Object.assign(Object.create(prototype), { kernel, world, operations, out, read })
}
