/**
 * Looks at a flight again and again while it is under load: how much of each resource is taken and
 * how many wait, what the averages of levels are, and how things stood before and after.
 *
 * Owns when it looks and the sums. The moments are spread by keyed draws, one in each interval, so
 * that no rhythm of the system can hide between them. It changes nothing it looks at.
 */
import type { Flying } from "../flight/Flight.ts"
import type { View } from "../property/View.ts"
import { makeLabel } from "../kernel/Task.ts"
import * as Resources from "../world/Resources.ts"
import * as Baseline from "./Baseline.ts"
import type { Average } from "./Level.ts"
import type { LoadSource, Timetable } from "./LoadSource.ts"

/** How much of a resource was taken while requests were measured. */
export interface ResourceUse {
  readonly node: string
  readonly service: string
  readonly kind: Resources.ResourceKind
  readonly name: string
  readonly places: number
  /** The mean share of its places that was taken, 0 to 1. */
  readonly utilization: number
  /** How many waited on average (for a link: seconds of messages), over all ... */
  readonly waiting: number
  /** ... and in the last quarter less in the first: what it grew by. */
  readonly growth: number
  /** How many were turned away. */
  readonly refused: number
}

/** How many calls went from one service to another for each request that was measured. */
export interface EdgeUse {
  readonly from: string
  readonly to: string
  readonly callsPerRequest: number
}

/** What was seen. */
export interface Metered {
  readonly resources: ReadonlyArray<ResourceUse>
  readonly calls: ReadonlyArray<{
    readonly from: string
    readonly to: string
    readonly calls: number
  }>
  /** By the name of the level. */
  readonly averages: ReadonlyMap<string, number>
  readonly residues: ReadonlyArray<Baseline.Residue>
  /** An author's function threw: a sentence. Nothing else counts then. */
  readonly authorError: string | undefined
}

/** A meter; to be attached to one flight. */
export interface Meter {
  readonly onTakeOff: (flying: Flying) => void
  /** The load is about to begin: what is now, has to come back. */
  readonly onBegin: () => void
  /** The flight is over: what is now, is what is left of the load. */
  readonly onLanding: () => void
  /** What was seen, when the flight is over. */
  readonly read: () => Metered
}

/** How often it looks within the time that is measured. */
export const looksInMeasure = 400

interface Sum {
  last: Resources.Resource
  readonly refusedAtFirst: number
  taken: number
  waiting: number
  readonly quarters: [number, number, number, number]
}

const meterLabel = makeLabel("meter")

/** Makes a meter for a load with this timetable. */
export const make = (
  source: LoadSource,
  { fromMicros, untilMicros }: Timetable,
  averages: ReadonlyArray<Average>,
  gauges: ReadonlyArray<Baseline.Gauge>
): Meter => {
  const sums = new Map<string, Sum>()
  const totals = averages.map(() => 0)
  const counts: [number, number, number, number] = [0, 0, 0, 0]
  // By link, at the first look and at the last.
  let callsBefore: ReadonlyArray<number> | undefined
  let callsAfter: ReadonlyArray<number> = []
  let aloft: Flying | undefined
  let before: Baseline.Snapshot = new Map()
  let after: Baseline.Snapshot = before
  let authorError: string | undefined

  /** What an author's function says; when it throws, that is kept. */
  const asked = (what: string, of: () => number): number => {
    try {
      return of()
    } catch (thrown) {
      const error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
      authorError ??= `${what} threw ${error}`
      return Number.NaN
    }
  }

  const safeGauges = gauges.map((gauge) => ({
    ...gauge,
    read: (view: View) => asked(`the baseline ${gauge.name}`, () => gauge.read(view))
  }))

  const add = (resource: Resources.Resource, quarter: 0 | 1 | 2 | 3): void => {
    const key = `${resource.node} ${resource.kind} ${resource.name}`
    let sum = sums.get(key)
    if (sum === undefined) {
      const refusedAtFirst = resource.refused
      sum = { last: resource, refusedAtFirst, taken: 0, waiting: 0, quarters: [0, 0, 0, 0] }
      sums.set(key, sum)
    }
    sum.last = resource
    sum.taken += resource.inUse
    sum.waiting += resource.waiting
    sum.quarters[quarter] += resource.waiting
  }

  const snapshot = ({ kernel, links, view, world }: Flying): Baseline.Snapshot =>
    Baseline.snapshot(safeGauges, view, Resources.read(world, links, kernel.now()))

  const look = ({ kernel, links, view, world }: Flying): void => {
    const resources = Resources.read(world, links, kernel.now())
    const time = kernel.now() - (source.begunAt() ?? 0)
    const share = (time - fromMicros) / (untilMicros - fromMicros)
    // The share is below 1, so the quarter is 0 to 3.
    const quarter = Math.floor(share * 4) as 0 | 1 | 2 | 3
    counts[quarter]++
    for (const resource of resources) add(resource, quarter)
    averages.forEach(({ name, of }, at) => {
      totals[at] = (totals[at] ?? 0) + asked(`the level ${name}`, () => of(view))
    })
    callsAfter = links.all().map(({ calls }) => calls)
    callsBefore ??= callsAfter
  }

  /** The calls while requests were measured; links are in the order of their first use. */
  const callsOf = ({ links }: Flying): Metered["calls"] =>
    links.all().flatMap(({ from, to }, at) => {
      const begun = callsAfter[at] ?? 0
      return begun > 0 ? [{ from, to, calls: begun - (callsBefore?.[at] ?? 0) }] : []
    })

  const every = Math.max(1, Math.floor((untilMicros - fromMicros) / looksInMeasure))

  /** Looks once in each interval of the measurement, from the one on that begins then. */
  const lookFrom = (flying: Flying, from: number): void => {
    const { kernel } = flying
    // Anywhere in it.
    const at = from + ((kernel.draw(meterLabel, kernel.root) >>> 0) % every)
    if (at >= (source.begunAt() ?? from) + untilMicros) return
    const run = (): void => {
      look(flying)
      lookFrom(flying, from + every)
    }
    kernel.scheduleUnder(kernel.root, at, meterLabel, undefined, run, undefined)
  }

  const useOf = ({ last, quarters, refusedAtFirst, taken, waiting }: Sum): ResourceUse => {
    const [first, , , fourth] = counts
    const looks = Math.max(
      1,
      counts.reduce((sum, count) => sum + count, 0)
    )
    return {
      node: last.node,
      service: last.service,
      kind: last.kind,
      name: last.name,
      places: last.places,
      utilization: taken / looks / last.places,
      waiting: waiting / looks,
      growth: quarters[3] / Math.max(1, fourth) - quarters[0] / Math.max(1, first),
      // A node that has begun anew has turned nobody away yet.
      refused: Math.max(0, last.refused - refusedAtFirst)
    }
  }

  return {
    onTakeOff: (flying) => {
      aloft = flying
    },
    onBegin: () => {
      if (aloft === undefined) return
      before = snapshot(aloft)
      lookFrom(aloft, aloft.kernel.now() + fromMicros)
    },
    onLanding: () => {
      if (aloft !== undefined) after = snapshot(aloft)
    },
    read: () => {
      const looks = Math.max(
        1,
        counts.reduce((sum, count) => sum + count, 0)
      )
      return {
        resources: [...sums.values()].map(useOf),
        calls: aloft === undefined ? [] : callsOf(aloft),
        averages: new Map(averages.map(({ name }, at) => [name, (totals[at] ?? 0) / looks])),
        residues: Baseline.residues(before, after),
        authorError
      }
    }
  }
}
