/**
 * Directed links between processes: latency, and what faults have done to each of them.
 *
 * Owns the state of links. What happens to a message on one is Network's business.
 */
import { type Label, makeLabel } from "../kernel/Task.ts"
import type { System } from "../system/System.ts"
import type { LinkCapacity } from "../system/Use.ts"

/** One directed link. Mutable: faults write to it while they act. */
export interface Link {
  readonly from: string
  readonly to: string
  /** What a message takes in calm air, in microseconds. */
  readonly latencyMicros: number
  /** What it carries a second; `undefined` is no bound. */
  readonly bytesPerSecond: number | undefined
  /** Until when what was sent before keeps a bounded link busy. */
  busyUntil: number
  /** What faults add to it. */
  extraMicros: number
  /** How many faults stop every message. */
  blocked: number
  /** How many faults refuse new connections. */
  refused: number
  /** When the latest message that keeps its place in line arrives. */
  lastArrival: number
  /** How many calls have gone this way. */
  calls: number
  readonly labels: Map<string, Label>
}

/** All links of a flight; made when first used. */
export interface Links {
  readonly between: (from: string, to: string) => Link
  /** All that were used so far, in the order of first use. */
  readonly all: () => ReadonlyArray<Link>
  /** Those that carry so much a second and no more, in the order they were first used. */
  readonly bounded: () => ReadonlyArray<Link>
}

/** What a message takes between two nodes in calm air: half a millisecond. */
export const latencyMicrosDefault = 500

/** What the edges of a system say about the links between its nodes: `from>to`. */
const declaredBy = ({ nodes, providers }: System): ReadonlyMap<string, LinkCapacity> => {
  const declared = new Map<string, LinkCapacity>()
  for (const { name, service } of nodes) {
    for (const { contract, link } of service.uses) {
      if (link.latencyMicros === undefined && link.bytesPerSecond === undefined) continue
      for (const other of providers.get(contract.contractName) ?? []) {
        declared.set(`${name}>${other}`, link)
        if (!declared.has(`${other}>${name}`)) declared.set(`${other}>${name}`, link)
      }
    }
  }
  return declared
}

const noLinks: ReadonlyMap<string, LinkCapacity> = new Map()

/** Makes the links of a flight: as the edges of its system declare them, or all alike. */
export const make = (system?: System): Links => {
  const links = new Map<string, Map<string, Link>>()
  const declared = system === undefined ? noLinks : declaredBy(system)
  const all: Array<Link> = []
  const bounded: Array<Link> = []
  return {
    all: () => all,
    bounded: () => bounded,
    between: (from, to) => {
      let row = links.get(from)
      if (row === undefined) {
        row = new Map()
        links.set(from, row)
      }
      let link = row.get(to)
      if (link === undefined) {
        const capacity = declared.get(`${from}>${to}`)
        link = {
          from,
          to,
          latencyMicros: capacity?.latencyMicros ?? latencyMicrosDefault,
          bytesPerSecond: capacity?.bytesPerSecond,
          busyUntil: 0,
          extraMicros: 0,
          blocked: 0,
          refused: 0,
          lastArrival: 0,
          calls: 0,
          labels: new Map()
        }
        row.set(to, link)
        all.push(link)
        if (link.bytesPerSecond !== undefined) bounded.push(link)
      }
      return link
    }
  }
}

/** When the last of so many bytes is on a link, if they are sent now. */
export const sentAt = (link: Link, now: number, bytes: number): number => {
  if (link.bytesPerSecond === undefined) return now
  const micros = Math.ceil((bytes * 1_000_000) / link.bytesPerSecond)
  link.busyUntil = Math.max(now, link.busyUntil) + micros
  return link.busyUntil
}

/** The label of a kind of message on a link: `gateway>payments charge`. */
export const labelOf = (link: Link, what: string): Label => {
  let label = link.labels.get(what)
  if (label === undefined) {
    label = makeLabel(`${link.from}>${link.to} ${what}`)
    link.labels.set(what, label)
  }
  return label
}
