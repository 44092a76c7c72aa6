/**
 * What breaks first: the resource that is exhausted just over the edge, and nothing behind it is.
 *
 * When a store is short of cores, whoever calls it is short of connections, and whoever calls that
 * one of slots: all are full, and only the last is to blame. So of all resources that are exhausted
 * the one is named that has no exhausted one downstream. On one node the calls' slots come first,
 * then pools, then the edge: who holds the one waits for the next. Cores and links come last: who
 * has one of them waits for nobody.
 */
import type { System } from "../system/System.ts"
import type { ResourceKind } from "../world/Resources.ts"
import type { ResourceUse } from "./Meter.ts"

/** A resource that holds the system back. */
export interface Bottleneck {
  readonly service: string
  /** The node, when it is one of several and the others are not exhausted. */
  readonly node: string
  readonly kind: ResourceKind
  readonly name: string
  readonly places: number
  readonly utilization: number
  readonly waiting: number
  readonly growth: number
  readonly refused: number
  /** Whatever else was exhausted, and only waits for it: from the front of the system on. */
  readonly behind: ReadonlyArray<string>
}

/** From this share of its places on, taken on average, a resource is exhausted. */
export const exhaustedMin = 0.85
/** With this many waiting for each place, on average, it is exhausted whatever its use says, ... */
export const waitingMin = 2
/** ... and so it is when it turns away as many as this in a probe. */
export const refusedMin = 1
/**
 * When nothing is exhausted, what is taken from this share on is to blame, ...
 *
 * A level of latency breaks before anything is exhausted: with many cores, a few requests that wait
 * for one now and then are enough.
 */
export const strainedMin = 0.6
/** ... if there are this many waiting for each place. */
export const strainedWaitingMin = 0.02

/** In which order the resources of one node are taken: later ones are deeper. */
const depth: Readonly<Record<ResourceKind, number>> = {
  slots: 0,
  pool: 1,
  edge: 2,
  link: 3,
  cores: 3
}

const keyOf = ({ kind, name, node }: ResourceUse): string => `${node} ${kind} ${name}`

/** The means over several probes, resource by resource, in the order of the first. */
export const mean = (
  probes: ReadonlyArray<ReadonlyArray<ResourceUse>>
): ReadonlyArray<ResourceUse> => {
  const all = new Map<string, Array<ResourceUse>>()
  for (const use of probes.flat()) {
    const known = all.get(keyOf(use))
    if (known === undefined) all.set(keyOf(use), [use])
    else known.push(use)
  }
  const average = (uses: ReadonlyArray<ResourceUse>, of: (use: ResourceUse) => number): number =>
    uses.reduce((sum, use) => sum + of(use), 0) / probes.length
  return [...all.values()].flatMap((uses) => {
    const [first] = uses
    if (first === undefined) return []
    return [
      {
        ...first,
        utilization: average(uses, (use) => use.utilization),
        waiting: average(uses, (use) => use.waiting),
        growth: average(uses, (use) => use.growth),
        refused: average(uses, (use) => use.refused)
      }
    ]
  })
}

const isExhausted = ({ kind, places, refused, utilization, waiting }: ResourceUse): boolean =>
  utilization >= exhaustedMin ||
  refused >= refusedMin ||
  (kind !== "link" && waiting >= waitingMin * places)

/** What waits for a link is counted in seconds: here its use has to say it all. */
const isStrained = ({ kind, places, utilization, waiting }: ResourceUse): boolean =>
  utilization >= strainedMin && kind !== "link" && waiting >= strainedWaitingMin * places

/** All that may be to blame. */
const suspects = (uses: ReadonlyArray<ResourceUse>): ReadonlyArray<ResourceUse> => {
  const exhausted = uses.filter(isExhausted)
  return exhausted.length > 0 ? exhausted : uses.filter(isStrained)
}

/** By node, all nodes that its calls lead to, over any number of calls; itself only in a cycle. */
const downstreamOf = ({ nodes, providers }: System): ReadonlyMap<string, ReadonlySet<string>> => {
  const direct = new Map(
    nodes.map(({ name, service }) => [
      name,
      service.uses.flatMap(({ contract }) => providers.get(contract.contractName) ?? [])
    ])
  )
  return new Map(
    nodes.map(({ name }) => {
      const seen = new Set<string>()
      const walk = (from: string): void => {
        for (const next of direct.get(from) ?? []) {
          if (seen.has(next)) continue
          seen.add(next)
          walk(next)
        }
      }
      walk(name)
      return [name, seen]
    })
  )
}

/** Whether who holds one resource may have to wait for the other. */
const leadsTo = (
  use: ResourceUse,
  other: ResourceUse,
  downstream: ReadonlyMap<string, ReadonlySet<string>>
): boolean => {
  // Who holds a core works, and a message that is on a link goes: neither waits for anybody.
  if (use.kind === "cores" || use.kind === "link") return false
  if (use.node === other.node) return depth[other.kind] > depth[use.kind]
  return downstream.get(use.node)?.has(other.node) === true
}

/** `deeper` is waited for by who holds `use`. In a cycle each is behind the other: neither is. */
const isDeeper = (
  use: ResourceUse,
  deeper: ResourceUse,
  downstream: ReadonlyMap<string, ReadonlySet<string>>
): boolean => leadsTo(use, deeper, downstream) && !leadsTo(deeper, use, downstream)

const label = ({ kind, name, node }: ResourceUse): string =>
  name === kind ? `${node} ${kind}` : `${node} ${kind} ${name}`

/** The resource to blame, from the uses of probes just over the edge; none if there is none. */
export const find = (system: System, uses: ReadonlyArray<ResourceUse>): Bottleneck | undefined => {
  const exhausted = suspects(uses)
  const downstream = downstreamOf(system)
  const roots = exhausted.filter(
    (use) => !exhausted.some((other) => isDeeper(use, other, downstream))
  )
  // Of several, the one that is taken most, in steps of 2 %; then the one that most wait for.
  const taken = ({ utilization }: ResourceUse): number => Math.round(utilization * 50)
  const [root] = roots.toSorted(
    (one, other) =>
      taken(other) - taken(one) || other.waiting / other.places - one.waiting / one.places
  )
  if (root === undefined) return undefined
  const { growth, kind, name, node, places, refused, service, utilization, waiting } = root
  const behind = exhausted.filter((use) => use !== root && !roots.includes(use)).map(label)
  return {
    service,
    node,
    kind,
    name,
    places,
    utilization,
    waiting,
    growth,
    refused,
    behind
  }
}

/** Whether a prediction names this bottleneck. */
export const isPredicted = (
  { component, resource }: { readonly component: string; readonly resource: string },
  { kind, name, node, service }: Bottleneck
): boolean =>
  (component === service || component === node) && (resource === name || resource === kind)
