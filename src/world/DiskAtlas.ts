/**
 * The fault atlas (as TigerBeetle's simulator has one): which disks keep what they were given.
 *
 * Of the nodes of one service at least one keeps all it has synced; a run's seed says which. So
 * what is lost all the same is the system's own doing.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel } from "../kernel/Task.ts"
import type * as System from "../system/System.ts"
import type { Atlas } from "../turbulence/Turbulence.ts"

/** The names of the nodes whose disks never corrupt what was synced. */
export const protectedNodes = (
  kernel: Kernel,
  system: System.System,
  atlas: Atlas
): ReadonlySet<string> => {
  if (atlas === "none") return new Set()
  return new Set(
    system.services.flatMap((service) => {
      if (service.disk === undefined) return []
      const nodes = system.nodes.filter((node) => node.service === service)
      const draw = kernel.draw(makeLabel(`atlas ${service.name}`), kernel.root) >>> 0
      const node = nodes[draw % nodes.length]
      return node === undefined ? [] : [node.name]
    })
  )
}
