/**
 * What properties see of a flight: its nodes, their probes, and the history so far.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import type { History } from "../property/History.ts"
import type { Probe } from "../property/Probe.ts"
import type { View } from "../property/View.ts"
import type { World } from "../world/World.ts"

/** Makes the view of a flight. It is the same object throughout: it shows the present moment. */
export const make = (kernel: Kernel, world: World, history: () => History): View => ({
  get time() {
    return kernel.now()
  },
  get history() {
    return history()
  },
  get nodes() {
    return world.nodes.filter((node) => node.process.isAlive).map((node) => node.name)
  },
  read: <A>(probe: Probe<A>): ReadonlyMap<string, A> => {
    const values = new Map<string, A>()
    for (const node of world.nodes) {
      // The erased probe is the same object, which is all that the lookup compares.
      const read = node.probes.get(probe as unknown as Probe<unknown>)
      // What was exposed under a probe has the type of the probe.
      if (read !== undefined && node.process.isAlive) values.set(node.name, read() as A)
    }
    return values
  }
})
