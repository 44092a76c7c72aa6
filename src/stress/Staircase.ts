/**
 * The second part of a search: a staircase around the load that half of all probes pass.
 *
 * Owns the walk: one step up after each pass, one down after each fail; when to make the steps
 * smaller or larger; and when enough is known. What is made of the probes is in `DixonMood.ts`.
 *
 * First it approaches, halving its steps at each reversal; these probes are not counted, as they
 * depend on where it came from. Then steps stay the same. Two things show that they do not fit the
 * system and start the count again: strict alternation between two loads (much too large), and long
 * runs to one side (much too small).
 */
import * as Axis from "./Axis.ts"
import * as DixonMood from "./DixonMood.ts"
import * as Fit from "./Fit.ts"
import * as Options from "./Options.ts"
import * as Probe from "./Probe.ts"
import type { Interval } from "./Statistics.ts"

/** Where the walk is. Levels are counted from `origin`, `spacing` apart on the grid. */
export interface Staircase {
  readonly mode: "approaching" | "counting"
  readonly origin: number
  readonly level: number
  readonly spacing: number
  readonly counted: ReadonlyArray<DixonMood.Trial>
  readonly reversals: number
  readonly last: boolean | undefined
  /** How many of the last outcomes were the same, and how many strictly alternated. */
  readonly straight: number
  readonly alternating: number
  readonly probes: number
  /** Straight fails at the lowest load, or straight passes at the highest. */
  readonly atEdge: number
  /** The last middle with other steps: better than none when probes run out. */
  readonly before: Middle | undefined
}

/** The middle, as a place on the grid. */
export interface Middle {
  readonly _tag: "located"
  readonly middle: number
  readonly spacing: number
  /** The same in levels, with what it rests on. */
  readonly levels: DixonMood.Estimate
}

/** What the walk came to. `above` and `below`: half of the probes pass nowhere on the axis. */
export type Located =
  | Middle
  | { readonly _tag: "above" }
  | { readonly _tag: "below" }
  | { readonly _tag: "unlocated" }

/** So many straight outcomes at an end of the axis that point beyond it: the middle is there. */
const edgeMax = 3
/** So many strictly alternating outcomes show that steps are too large. */
const alternatingMax = 6
/** So many straight outcomes show that steps are too small. */
const straightMax = 5
/** After so many probes with the same steps both are taken for chance: the count is worth more. */
const refitTrialsMax = 14
/** Steps grow up to this share of the axis. */
const spacingShareMax = 1 / 8

/** The load that the walk asks for. */
export const load = ({ grid }: Options.Resolved, { level, origin, spacing }: Staircase): number =>
  Axis.loadAt(grid, origin + level * spacing)

/** Begins between a load that passed and one that failed; both the same at an end of the axis. */
export const begin = (resolved: Options.Resolved, pass: number, fail: number): Staircase => {
  const { grid } = resolved
  const low = Axis.placeOf(grid, pass)
  const high = Axis.placeOf(grid, fail)
  const goal = Options.spacingAt(resolved, pass)
  const spacing = Math.max(goal, Axis.distanceAt(grid, Math.abs(high - low) / 4))
  return {
    mode: spacing > goal ? "approaching" : "counting",
    origin: Axis.placeOf(grid, Axis.loadAt(grid, (low + high) / 2)),
    level: 0,
    spacing,
    counted: [],
    reversals: 0,
    last: undefined,
    straight: 0,
    alternating: 0,
    probes: 0,
    atEdge: 0,
    before: undefined
  }
}

const middleOf = ({ counted, origin, spacing }: Staircase): Middle | undefined => {
  const levels = DixonMood.estimate(counted)
  if (levels === undefined) return undefined
  return { _tag: "located", middle: origin + levels.middle * spacing, spacing, levels }
}

/** Goes on from where the walk is, with other steps; what was counted is not comparable. */
const respaced = (resolved: Options.Resolved, walk: Staircase, spacing: number): Staircase => ({
  ...walk,
  origin: Axis.placeOf(resolved.grid, load(resolved, walk)),
  level: 0,
  spacing,
  counted: [],
  reversals: 0,
  last: undefined,
  straight: 0,
  alternating: 0,
  before: middleOf(walk) ?? walk.before
})

const approached = (resolved: Options.Resolved, walk: Staircase): Staircase => {
  if (walk.alternating < 2) return walk
  const goal = Options.spacingAt(resolved, load(resolved, walk))
  const spacing = Math.max(goal, Axis.distanceAt(resolved.grid, walk.spacing / 2))
  const next = respaced(resolved, walk, spacing)
  return { ...next, mode: spacing > goal ? "approaching" : "counting", last: walk.last }
}

const refitted = (resolved: Options.Resolved, walk: Staircase): Staircase => {
  if (walk.counted.length > refitTrialsMax) return walk
  const { grid } = resolved
  const half = Axis.distanceAt(grid, walk.spacing / 2)
  const isHalvable =
    half < walk.spacing && half >= Options.spacingMinAt(resolved, load(resolved, walk))
  if (walk.alternating >= alternatingMax && isHalvable) return respaced(resolved, walk, half)
  const isDoublable = 2 * walk.spacing <= Axis.span(grid) * spacingShareMax
  if (walk.straight >= straightMax && walk.atEdge === 0 && isDoublable) {
    return respaced(resolved, walk, 2 * walk.spacing)
  }
  return walk
}

/** The spread that all probes speak for, as a distance on the grid. */
export const spread = (
  { grid }: Options.Resolved,
  { middle, spacing }: Middle,
  probes: ReadonlyArray<Probe.Probe>
): number => {
  const placed = Probe.shares(probes).map(({ load, passes, trials }) => ({
    place: Axis.placeOf(grid, load),
    passes,
    trials
  }))
  return Fit.spread(placed, middle, spacing / 4)
}

/** The interval of a middle, as places on the grid, when `spread` is what all probes speak for. */
export const interval = ({ levels, middle, spacing }: Middle, spread: number): Interval => {
  const { high, low } = DixonMood.interval(levels, spread / spacing)
  return {
    low: middle + (low - levels.middle) * spacing,
    high: middle + (high - levels.middle) * spacing
  }
}

const isExact = (
  resolved: Options.Resolved,
  found: Middle,
  probes: ReadonlyArray<Probe.Probe>
): boolean => {
  const { grid } = resolved
  const precision = Options.precisionAt(resolved, Axis.exactLoadAt(grid, found.middle))
  const { high, low } = interval(found, spread(resolved, found, probes))
  return (high - low) / 2 <= Math.max(precision, grid.step ?? 0)
}

const moved = ({ grid }: Options.Resolved, walk: Staircase, passed: boolean): Staircase => {
  const level = walk.level + (passed ? 1 : -1)
  const place = walk.origin + level * walk.spacing
  // Sums of steps miss an end of the axis by a rounding error.
  const slack = walk.spacing * 1e-6
  const isInside =
    place >= Axis.placeOf(grid, grid.min) - slack &&
    place <= Axis.placeOf(grid, Axis.highest(grid)) + slack
  return isInside ? { ...walk, level, atEdge: 0 } : { ...walk, atEdge: walk.atEdge + 1 }
}

const told = (resolved: Options.Resolved, walk: Staircase, passed: boolean): Staircase => {
  const isReversal = walk.last !== undefined && walk.last !== passed
  const isCounted = walk.mode === "counting"
  return {
    ...moved(resolved, walk, passed),
    counted: isCounted ? [...walk.counted, { level: walk.level, passed }] : walk.counted,
    reversals: walk.reversals + (isReversal ? 1 : 0),
    last: passed,
    straight: isReversal ? 1 : walk.straight + 1,
    alternating: isReversal ? walk.alternating + 1 : 1,
    probes: walk.probes + 1
  }
}

/** Goes on after a probe at `load`, the last of all `probes`. */
export const tell = (
  resolved: Options.Resolved,
  walk: Staircase,
  passed: boolean,
  probes: ReadonlyArray<Probe.Probe>
): Staircase | Located => {
  const next = told(resolved, walk, passed)
  if (next.atEdge >= edgeMax) return { _tag: passed ? "above" : "below" }
  const isUsedUp = next.probes >= resolved.limits.locateProbesMax
  if (next.mode === "approaching") {
    return isUsedUp ? { _tag: "unlocated" } : approached(resolved, next)
  }
  const middle = next.reversals >= Options.reversalsMin ? middleOf(next) : undefined
  if (isUsedUp) return middleOf(next) ?? next.before ?? { _tag: "unlocated" }
  const refit = refitted(resolved, next)
  return refit === next && middle !== undefined && isExact(resolved, middle, probes)
    ? middle
    : refit
}
