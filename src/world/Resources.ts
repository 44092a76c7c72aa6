/**
 * What the nodes of a world do their work with, and how much of it is taken at this moment.
 *
 * Owns the list and its order. What it says about where a system breaks is for whoever reads it
 * again and again.
 */
import type { Semaphore } from "effect"
import type * as Line from "./Line.ts"
import type { Links } from "./Link.ts"
import type { Node } from "./Node.ts"
import type { World } from "./World.ts"

/**
 * The kinds of resources. `cores` of a node · `slots` for the calls that it handles · `pool` of its
 * code · `edge`: the calls that it may have under way to one contract · `link` to another node.
 */
export type ResourceKind = "cores" | "slots" | "pool" | "edge" | "link"

/** A resource at a moment. */
export interface Resource {
  readonly node: string
  readonly service: string
  readonly kind: ResourceKind
  /** Which of its kind: the pool, the contract, the other end of a link; the kind itself else. */
  readonly name: string
  readonly places: number
  readonly inUse: number
  /** How many wait; for a link, the messages' time in seconds. */
  readonly waiting: number
  /** How many were turned away so far in this life of the node. */
  readonly refused: number
}

type Place = Pick<Resource, "node" | "service">

const ofLine = (
  place: Place,
  kind: ResourceKind,
  name: string,
  line: Line.Line,
  refused: number
): Resource => ({
  // Not a spread of `place`: this is read hundreds of times in each probe.
  node: place.node,
  service: place.service,
  kind,
  name,
  places: line.places,
  inUse: line.inUse,
  waiting: line.waiting.length,
  refused
})

/** Effect's semaphores know who waits; their public type does not say. */
interface Counted {
  readonly taken: number
  readonly waiters: ReadonlySet<unknown>
}

const ofEdge = (place: Place, name: string, permits: Semaphore.Semaphore, places: number) => {
  const { taken, waiters } = permits as unknown as Counted
  return {
    node: place.node,
    service: place.service,
    kind: "edge",
    name,
    places,
    inUse: taken,
    waiting: waiters.size,
    refused: 0
  } as const
}

/** The resources of a node that are bounded. */
const ofNode = ({ means, name, service }: Node): ReadonlyArray<Resource> => {
  if (means === undefined || service === undefined) return []
  const place = { node: name, service: service.name }
  const { admission, cores, edges, pools } = means
  const found: Array<Resource> = []
  if (Number.isFinite(cores.line.places)) {
    found.push(ofLine(place, "cores", "cores", cores.line, 0))
  }
  if (admission !== undefined) {
    found.push(ofLine(place, "slots", "slots", admission.line, admission.refused()))
  }
  for (const [pool, line] of pools.lines) found.push(ofLine(place, "pool", pool.name, line, 0))
  for (const [contract, { places, permits }] of edges) {
    found.push(ofEdge(place, contract, permits, places))
  }
  return found
}

/** All bounded resources: those of nodes in their order, then links in the order of first use. */
export const read = (world: World, links: Links, now: number): ReadonlyArray<Resource> => [
  ...world.nodes.flatMap(ofNode),
  ...links.bounded().map(({ busyUntil, from, to }) => {
    const busy = Math.max(0, busyUntil - now)
    return {
      node: from,
      service: world.node(from)?.service?.name ?? from,
      kind: "link",
      name: to,
      places: 1,
      inUse: busy > 0 ? 1 : 0,
      waiting: busy / 1_000_000,
      refused: 0
    } as const
  })
]
