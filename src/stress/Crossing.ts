/**
 * Where a system breaks: the load at which a service level is, on average, just what is allowed.
 *
 * Owns that estimate. Half of all probes pass at a higher load: the share of slow requests in one
 * probe is mostly far below its mean, and now and then far above. The mean has no such bias. So the
 * curve through the values of all probes (`Graded.ts`) says where the limit is, and a system breaks
 * where the first of its levels does. What has no values, or is all or nothing (a safety property,
 * a probe that collapses or does not), breaks at the middle, where half of the probes pass.
 */
import * as Axis from "./Axis.ts"
import * as Graded from "./Graded.ts"
import type * as Options from "./Options.ts"
import type * as Probe from "./Probe.ts"
import * as Staircase from "./Staircase.ts"
import type { Interval } from "./Statistics.ts"

/** Where the first level is what is allowed. Places are on the grid. */
export interface Crossing {
  /** The level; for what has no values, the criterion that fails most. */
  readonly level: string
  readonly place: number
  /** Covers the crossing with a confidence of 95 %. */
  readonly interval: Interval
  /** `middle`: where half of the probes pass, for want of values. */
  readonly kind: Graded.Edge["kind"] | "middle"
}

/** Probes so many spreads from the middle, or steps of the staircase, are looked at. */
const reachSpreads = 4
/** Where most probes fail, the mean of what they fail by is above what is allowed. */
const aboveSpreads = 2
/** Within that reach the logarithm of a curve grows by so much at least. */
const growthMin = 0.1
/** In a step of the staircase it grows by so much at most. */
const growthMax = 8

interface Window {
  readonly probes: ReadonlyArray<Probe.Probe>
  readonly placeOf: (probe: Probe.Probe) => number
  readonly scope: Graded.Scope
  readonly middle: Crossing["interval"] & { readonly place: number }
}

const windowOf = (
  resolved: Options.Resolved,
  middle: Staircase.Middle,
  all: ReadonlyArray<Probe.Probe>
): Window => {
  const spread = Staircase.spread(resolved, middle, all)
  const width = Math.max(spread, middle.spacing)
  const reach = reachSpreads * width
  const place = middle.middle
  const placeOf = ({ ask }: Probe.Probe) => Axis.placeOf(resolved.grid, ask.load)
  return {
    probes: all.filter(
      (probe) => probe.outcome._tag !== "invalid" && Math.abs(placeOf(probe) - place) <= reach
    ),
    placeOf,
    scope: {
      bounds: {
        crossing: { low: place - reach, high: place + aboveSpreads * width },
        slope: { low: growthMin / reach, high: growthMax / middle.spacing }
      },
      middle: place,
      width
    },
    middle: { place, ...Staircase.interval(middle, spread) }
  }
}

const readingsOf = ({ outcome }: Probe.Probe): ReadonlyArray<Probe.Reading> =>
  outcome._tag === "invalid" ? [] : outcome.readings

const criteriaOf = ({ outcome }: Probe.Probe): ReadonlyArray<string> =>
  outcome._tag === "fail" ? outcome.criteria.map(({ name }) => name) : []

const gradedOf = ({ placeOf, probes }: Window): ReadonlyMap<string, Graded.Graded> => {
  const values = new Map<string, Array<Graded.Value>>()
  for (const probe of probes) {
    for (const { allowed, level, value } of readingsOf(probe).filter(Graded.isGradable)) {
      const known = values.get(level) ?? []
      known.push({ place: placeOf(probe), value, allowed })
      values.set(level, known)
    }
  }
  return new Map([...values].map(([level, values]) => [level, Graded.make(values)]))
}

/** The most frequent name, the first of equals; `undefined` when there is none. */
const mostFrequent = (names: ReadonlyArray<string>): string | undefined => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return [...counts].find(([, count]) => count === most)?.[0]
}

/** The lowest crossing of all levels; `undefined` when nothing failed near the middle. */
export const lowest = (
  resolved: Options.Resolved,
  middle: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Crossing | undefined => {
  const window = windowOf(resolved, middle, probes)
  const crossings: Array<Crossing> = []
  const graded = new Set<string>()
  for (const [level, values] of gradedOf(window)) {
    const edge = Graded.edgeOf(values, window.scope)
    if (edge !== undefined) crossings.push({ level, ...edge })
    if (edge !== undefined || !Graded.isAllOrNothing(values, window.scope)) graded.add(level)
  }
  const fails = window.probes.map(criteriaOf).filter((names) => names.length > 0)
  const others = fails.map((names) => names.filter((name) => !graded.has(name)))
  const isOther = 2 * others.filter((names) => names.length > 0).length >= fails.length
  const level = mostFrequent((isOther ? others : fails).flat())
  if (level !== undefined && (isOther || crossings.length === 0)) {
    const { place, ...interval } = window.middle
    crossings.push({ level, place, interval, kind: "middle" })
  }
  return crossings.toSorted((left, right) => left.place - right.place)[0]
}
