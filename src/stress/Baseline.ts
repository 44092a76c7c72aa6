/**
 * What must be as it was when a load has gone: nothing waits, nothing is still held, and what the
 * scenario names (leases, memory, backlog) is back where it was. What is not is *residual
 * deformation*: a word of structural testing for a part that stays bent.
 */
import type { View } from "../property/View.ts"
import type { Resource } from "../world/Resources.ts"

/** A number of the system's state that a load must not change for good. */
export interface Gauge {
  readonly name: string
  readonly read: (view: View) => number
  /** By how much it may differ afterwards. */
  readonly tolerance: number
}

/** What is left of a load. */
export interface Residue {
  readonly name: string
  readonly before: number
  readonly after: number
  readonly isBack: boolean
}

/** The state of things at a moment, as far as it must come back. */
export type Snapshot = ReadonlyMap<string, { readonly value: number; readonly tolerance: number }>

/**
 * How many may wait or be held at the moment of looking without being left from the load: a system
 * at rest has heartbeats.
 */
const chatter = 1

/**
 * Declares a gauge.
 *
 * @example
 * Baseline.make("open leases", (view) => [...view.read(Leases).values()].flat().length)
 */
export const make = (
  name: string,
  read: (view: View) => number,
  options: { readonly tolerance?: number } = {}
): Gauge => ({ name, read, tolerance: options.tolerance ?? 0 })

/** What is wrong with gauges, one sentence each. */
export const problems = (gauges: ReadonlyArray<Gauge>): ReadonlyArray<string> =>
  gauges.flatMap(({ name, tolerance }, at) => [
    ...(gauges.findIndex((gauge) => gauge.name === name) < at
      ? [`two baselines are named ${JSON.stringify(name)}`]
      : []),
    ...(tolerance >= 0 ? [] : [`baseline ${JSON.stringify(name)}: tolerance is ${tolerance}`])
  ])

/** Reads everything that must come back. */
export const snapshot = (
  gauges: ReadonlyArray<Gauge>,
  view: View,
  resources: ReadonlyArray<Resource>
): Snapshot => {
  const values = new Map<string, { readonly value: number; readonly tolerance: number }>()
  for (const { inUse, kind, name, node, waiting } of resources) {
    const what = name === kind ? `${node} ${kind}` : `${node} ${kind} ${name}`
    values.set(`${what} waiting`, { value: waiting, tolerance: chatter })
    if (kind === "slots" || kind === "pool") {
      values.set(`${what} held`, { value: inUse, tolerance: chatter })
    }
  }
  for (const { name, read, tolerance } of gauges) {
    values.set(name, { value: read(view), tolerance })
  }
  return values
}

/** What has changed between two snapshots, in their order. Lower than before is as good. */
export const residues = (before: Snapshot, after: Snapshot): ReadonlyArray<Residue> =>
  [...after].map(([name, { tolerance, value }]) => {
    const was = before.get(name)?.value ?? 0
    return { name, before: was, after: value, isBack: value <= was + tolerance }
  })
