/**
 * The second half of locating: probes where the system is thought to break, until it is known as
 * exactly as was asked for.
 *
 * Owns how many, and where. A staircase circles the middle, where half of the probes pass; where a
 * level is just what is allowed may be some way below it, and what a probe there says counts most.
 * Probes come in batches at one load, so that several can be flown at once.
 */
import * as Axis from "./Axis.ts"
import * as Crossing from "./Crossing.ts"
import * as Options from "./Options.ts"
import type * as Probe from "./Probe.ts"
import type * as Staircase from "./Staircase.ts"

/** Where it is: at this load, so many more probes after this one, so many before. */
export interface Refine {
  readonly load: number
  readonly left: number
  readonly probes: number
}

/** So many probes at one load; then it is looked at what they say. */
const batch = 8
/** No more when this share of all probes is used: the rest is for demonstrating a load. */
const usedShareMax = 1 / 2

const isExact = (
  resolved: Options.Resolved,
  { interval, kind, place }: Crossing.Crossing,
  probes: number
): boolean => {
  if (kind === "curve" && probes < resolved.refineProbesMin) return false
  const { grid } = resolved
  const precision = Options.precisionAt(resolved, Axis.exactLoadAt(grid, place))
  return (interval.high - interval.low) / 2 <= Math.max(precision, grid.step ?? 0)
}

const planned = (
  resolved: Options.Resolved,
  flown: number,
  middle: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Refine | undefined => {
  const { probesMax, refineProbesMax } = resolved.limits
  const unused = Math.floor(usedShareMax * probesMax) - probes.length
  const left = Math.min(batch, refineProbesMax - flown, unused)
  if (left <= 0) return undefined
  const crossing = Crossing.lowest(resolved, middle, probes)
  // The staircase has said about the middle what there is to say.
  if (crossing === undefined || crossing.kind === "middle") return undefined
  if (isExact(resolved, crossing, flown)) return undefined
  return { load: Axis.loadAt(resolved.grid, crossing.place), left: left - 1, probes: flown }
}

/** Begins; `undefined` when there is nothing to refine. */
export const begin = (
  resolved: Options.Resolved,
  middle: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Refine | undefined => planned(resolved, 0, middle, probes)

/** Goes on after a probe at `load`, the last of all `probes`; `undefined` when it is enough. */
export const tell = (
  resolved: Options.Resolved,
  { left, load, probes: before }: Refine,
  middle: Staircase.Middle,
  probes: ReadonlyArray<Probe.Probe>
): Refine | undefined =>
  left > 0
    ? { load, left: left - 1, probes: before + 1 }
    : planned(resolved, before + 1, middle, probes)
