/**
 * Directed links between processes: latency, and what faults have done to each of them.
 *
 * Owns the state of links. What happens to a message on one is Network's business.
 */
import { type Label, makeLabel } from "../kernel/Task.ts"

/** One directed link. Mutable: faults write to it while they act. */
export interface Link {
  readonly from: string
  readonly to: string
  /** What a message takes in calm air, in microseconds. */
  readonly latencyMicros: number
  /** What faults add to it. */
  extraMicros: number
  /** How many faults stop every message. */
  blocked: number
  /** How many faults refuse new connections. */
  refused: number
  /** When the latest message that keeps its place in line arrives. */
  lastArrival: number
  readonly labels: Map<string, Label>
}

/** All links of a flight; made when first used. */
export interface Links {
  readonly between: (from: string, to: string) => Link
}

/** What a message takes between two nodes in calm air: half a millisecond. */
export const latencyMicrosDefault = 500

/** Makes the links of a flight. */
export const make = (): Links => {
  const links = new Map<string, Map<string, Link>>()
  return {
    between: (from, to) => {
      let row = links.get(from)
      if (row === undefined) {
        row = new Map()
        links.set(from, row)
      }
      let link = row.get(to)
      if (link === undefined) {
        link = {
          from,
          to,
          latencyMicros: latencyMicrosDefault,
          extraMicros: 0,
          blocked: 0,
          refused: 0,
          lastArrival: 0,
          labels: new Map()
        }
        row.set(to, link)
      }
      return link
    }
  }
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
