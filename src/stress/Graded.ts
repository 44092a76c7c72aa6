/**
 * The values of one service level near the edge, and where they are on average what is allowed.
 *
 * Owns which probes count for how much, and telling values that grow with the load from values that
 * jump. The curve through them is `Response.ts`; which level matters is `Crossing.ts`.
 */
import * as Response from "./Response.ts"
import type { Interval } from "./Statistics.ts"

/** The value of one probe. */
export interface Value {
  readonly place: number
  readonly value: number
  readonly allowed: number
}

/** The values of a level, as points of its curve. */
export interface Graded {
  readonly shape: Response.Shape
  readonly points: ReadonlyArray<Response.Point>
}

/** Where to look for an edge, and how. */
export interface Scope {
  readonly bounds: Response.Bounds
  /** Where half of all probes pass. */
  readonly middle: number
  /** How wide the cliff is, as passes and fails say: probes that close are near. */
  readonly width: number
}

/** Where a level is what is allowed. */
export interface Edge {
  /** `step`: values jump somewhere in the interval. */
  readonly kind: "curve" | "step"
  readonly place: number
  /** Covers the crossing with a confidence of 95 %. */
  readonly interval: Interval
}

/** The slope is that of all probes within so many widths of the middle. */
const widthsOfSlope = 2
/** Until so many of them broke the level, others from farther off count too. */
const brokenMin = 8
/**
 * The crossing is that of probes within a width of it, the nearest most: what is true of all loads
 * (some requests fail at any) is no part of the cliff. Until all of them weigh so much, others from
 * farther off count too.
 */
const weightMin = 8
const widening = 1.25
/** The curve is no straight line: near the crossing its slope may be so many times another. */
const slopeFactor = 1.4
/** The edges of a step are those of the so manieth probe on either side. */
const edgeRank = 3
const roundsMax = 6
/** A ratio that is not finite counts as this. */
const ratioMax = 1_000
/** A value up to so many times what is allowed breaks the level by degree, not altogether. */
const degreeMax = 10
/** If of all values that break the level fewer than this do so by degree, it is all or nothing. */
const degreeShareMin = 0.15

/** A level of which nothing at all is allowed has no average that could be just that. */
export const isGradable = ({ allowed }: Pick<Value, "allowed">): boolean =>
  allowed > 0 && Number.isFinite(allowed)

/** The points of a level, from values that are gradable. */
export const make = (values: ReadonlyArray<Value>): Graded => {
  const allowed = values[0]?.allowed ?? 0
  const isShare = allowed < 1 && values.every(({ value }) => value <= 1)
  return {
    shape: { shareAllowed: isShare ? allowed : 0 },
    points: values.map(({ allowed, place, value }) => {
      const ratio = value / allowed
      return { place, ratio: Number.isFinite(ratio) ? Math.max(0, ratio) : ratioMax, weight: 1 }
    })
  }
}

const broken = (points: ReadonlyArray<Response.Point>): ReadonlyArray<Response.Point> =>
  points.filter(({ ratio }) => ratio > 1)

const held = (points: ReadonlyArray<Response.Point>): ReadonlyArray<Response.Point> =>
  points.filter(({ ratio }) => ratio <= 1)

/**
 * Whether probes either hold the level or break it altogether. Then the mean only says how often
 * they break it, and is what is allowed where that hardly ever happens: at a load that no number of
 * probes anybody would fly can find.
 */
export const isAllOrNothing = ({ points }: Graded, { middle, width }: Scope): boolean => {
  // Farther up probes fail altogether, by whatever level.
  const breaking = broken(points).filter(({ place }) => place <= middle + width)
  const byDegree = breaking.filter(({ ratio }) => ratio <= degreeMax)
  return byDegree.length < degreeShareMin * breaking.length
}

/**
 * Where values jump: they hold up to a place and not from another on. The edges are where the third
 * of those that held was, and the third that did not: one that held may be luck.
 */
const stepOf = (points: ReadonlyArray<Response.Point>): Interval | undefined => {
  const places = (of: ReadonlyArray<Response.Point>) =>
    of.map(({ place }) => place).sort((left, right) => left - right)
  const [below, above] = [places(held(points)), places(broken(points))]
  const low = below.at(-edgeRank) ?? below[0]
  const high = above[edgeRank - 1] ?? above.at(-1)
  if (low === undefined || high === undefined) return undefined
  return Math.max(...below) < Math.min(...above) ? { low, high } : undefined
}

/** The curve through what is within the cliff, and some that broke the level. */
const curveOf = ({ points, shape }: Graded, { bounds, middle, width }: Scope): Response.Curve => {
  for (let reach = widthsOfSlope * width; ; reach *= widening) {
    const within = points.filter(({ place }) => Math.abs(place - middle) <= reach)
    if (broken(within).length >= brokenMin || within.length === points.length) {
      return Response.fit(shape, within, bounds)
    }
  }
}

/** Those near a crossing, the nearest with the most weight (tricube: Cleveland 1979). */
const near = (
  points: ReadonlyArray<Response.Point>,
  crossing: number,
  width: number
): ReadonlyArray<Response.Point> => {
  for (let reach = width; ; reach *= widening) {
    const weighted = points
      .map((point) => {
        const distance = Math.abs(point.place - crossing) / reach
        return { ...point, weight: distance < 1 ? (1 - distance ** 3) ** 3 : 0 }
      })
      .filter(({ weight }) => weight > 0)
    const sum = weighted.reduce((sum, { weight }) => sum + weight, 0)
    if (sum >= weightMin || weighted.length === points.length) return weighted
  }
}

/** The crossing by the probes near it, when the slope is given. */
const nearest = (
  { points, shape }: Graded,
  begin: Response.Curve,
  { bounds, width }: Scope
): { readonly crossing: number; readonly points: ReadonlyArray<Response.Point> } => {
  let crossing = begin.crossing
  for (let round = 1; ; round++) {
    const weighted = near(points, crossing, width)
    const next = Response.crossingOf(shape, weighted, begin.slope, bounds.crossing)
    const isSame = Math.abs(next - crossing) * begin.slope < 1e-3
    if (isSame || round >= roundsMax) return { crossing: next, points: weighted }
    crossing = next
  }
}

/**
 * The slope is taken from farther off than the crossing, since few probes say little about it; and
 * the interval covers what other slopes would make of the crossing.
 */
const crossingOf = (graded: Graded, scope: Scope): Edge | undefined => {
  const within = scope.bounds.crossing
  const curve = curveOf(graded, scope)
  const { crossing, points } = nearest(graded, curve, scope)
  const slack = (within.high - within.low) * 1e-6
  if (crossing <= within.low + slack || crossing >= within.high - slack) return undefined
  const intervals = [1 / slopeFactor, 1, slopeFactor].map((factor) =>
    Response.intervalOf(graded.shape, points, factor * curve.slope, within)
  )
  return {
    kind: "curve",
    place: crossing,
    interval: {
      low: Math.min(...intervals.map(({ low }) => low)),
      high: Math.max(...intervals.map(({ high }) => high))
    }
  }
}

/**
 * Where a level is on average what is allowed; `undefined` when that is nowhere within the bounds.
 * A level that is all or nothing has an edge only where it jumps.
 */
export const edgeOf = (graded: Graded, scope: Scope): Edge | undefined => {
  const { points } = graded
  if (held(points).length === 0 || broken(points).length === 0) return undefined
  const step = stepOf(points)
  if (step !== undefined) return { kind: "step", place: (step.low + step.high) / 2, interval: step }
  return isAllOrNothing(graded, scope) ? undefined : crossingOf(graded, scope)
}
