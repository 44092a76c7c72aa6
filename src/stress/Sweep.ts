/**
 * The last part of a search: on past the middle to the first safety failure or the end of the axis,
 * and over the loads below the start, which the bracket has not seen.
 *
 * Owns which loads are visited. A load that does what it should not (passes above the middle, fails
 * below it) is probed again, and loads on either side of it too: either it was luck, or passing is
 * not monotone.
 */
import * as Axis from "./Axis.ts"
import * as Bracket from "./Bracket.ts"
import type { Resolved } from "./Options.ts"

/** A load to visit. */
export interface Visit {
  readonly load: number
  /** On which side of the middle it is. */
  readonly side: "below" | "above"
  /** Neighbours of a surprise have no neighbours of their own. */
  readonly kind: "stride" | "neighbour"
}

/** Where the sweep is: at the first visit. */
export interface Sweep {
  readonly visits: ReadonlyArray<Visit>
  readonly trials: number
  readonly surprises: number
  readonly probes: number
}

/** A load with a surprise is probed so often in all. */
const trialsOfSurprise = 6
/** With so many surprises among them it is no luck. */
const surprisesMin = 5
/** At most this share of all probes is for loads below the start: rupture is looked for above. */
const belowShareMax = 1 / 4
/** Neighbours are this share of a stride away. */
const neighbourShare = 1 / 3

const strides = (
  next: (load: number) => number,
  from: number,
  side: Visit["side"]
): ReadonlyArray<Visit> => {
  const visits: Array<Visit> = []
  let load = from
  for (;;) {
    const further = next(load)
    if (further === load) return visits
    load = further
    visits.push({ load, side, kind: "stride" })
  }
}

/** Begins with the loads below the start, as far as `lowest` does not cover them, then goes up. */
export const begin = (resolved: Resolved, middle: number, lowest: number): Sweep => {
  const from = Axis.loadAt(resolved.grid, Axis.placeOf(resolved.grid, middle))
  const belowMax = Math.floor(belowShareMax * resolved.limits.ruptureProbesMax)
  return {
    visits: [
      ...strides((load) => Bracket.below(resolved, load), lowest, "below").slice(0, belowMax),
      ...strides((load) => Bracket.above(resolved, load), from, "above")
    ],
    trials: 0,
    surprises: 0,
    probes: 0
  }
}

const neighbours = (resolved: Resolved, visit: Visit): ReadonlyArray<Visit> => {
  const { axis, stride } = resolved
  const place = Axis.placeOf(axis, visit.load)
  return [1, -1]
    .map((direction) => Axis.loadAt(axis, place + direction * neighbourShare * stride))
    .filter((load) => load !== visit.load)
    .map((load) => ({ load, side: visit.side, kind: "neighbour" }))
}

/** Goes on after a probe at the first visit. */
export const tell = (resolved: Resolved, sweep: Sweep, passed: boolean): Sweep => {
  const [visit, ...rest] = sweep.visits
  if (visit === undefined) return sweep
  const trials = sweep.trials + 1
  const surprises = sweep.surprises + (passed === (visit.side === "above") ? 1 : 0)
  const probes = sweep.probes + 1
  if (surprises > 0 && trials < trialsOfSurprise) return { ...sweep, trials, surprises, probes }
  const isIsland = surprises >= surprisesMin && visit.kind === "stride"
  const visits = isIsland ? [...neighbours(resolved, visit), ...rest] : rest
  return { visits, trials: 0, surprises: 0, probes }
}
