/**
 * What the charts of a breaking point show: which numbers over the load, which bounds, which marks.
 *
 * Owns the selection and the scales, for the terminal and the page alike. How a chart is drawn is
 * for `Curve` (text) and `StressPlot` (SVG).
 */
import { visible } from "../recording/VisibleText.ts"
import { numberText } from "../stress/DrivenAxis.ts"
import type { Interval } from "../stress/Statistics.ts"
import type { BreakingResult, CurvePoint, StressResult } from "../stress/StressResult.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import * as ChartScale from "./ChartScale.ts"
import { countOf } from "./EventWords.ts"
import { betweenText, estimateText, percentText, rangeText } from "./StressWords.ts"
import { glue } from "./Wrap.ts"

/** A load that is pointed out. */
export interface Mark {
  readonly kind: "breaking" | "demonstrated" | "limit" | "ultimate" | "rupture"
  readonly load: number
  readonly interval: Interval | undefined
  /** What it is, with its number and the interval of that. */
  readonly text: string
  /** The same without the interval. */
  readonly shortText: string
}

/** A number over the load; `null` where a probe had none. */
export interface Series {
  readonly name: string
  readonly values: ReadonlyArray<{ readonly x: number; readonly value: number | null }>
}

/** Numbers of one kind over the load. */
export interface Panel {
  readonly title: string
  readonly scale: ChartScale.Scale
  readonly series: ReadonlyArray<Series>
  /** Lines that the numbers should stay below. */
  readonly bounds: ReadonlyArray<{ readonly value: number; readonly text: string }>
  /** A number of this kind in few characters. */
  readonly text: (value: number) => string
}

/** All that is drawn of a breaking point. */
export interface Chart {
  readonly unit: string
  readonly x: ChartScale.Scale
  /** The points that are drawn, the lowest load first. */
  readonly points: ReadonlyArray<CurvePoint>
  /** What is said of the points that are not: they lie too far off the edge. */
  readonly leftOut: ReadonlyArray<string>
  readonly marks: ReadonlyArray<Mark>
  /** The share of probes that pass. */
  readonly passes: Panel
  /** Latencies; `undefined` when no request was answered. The bound that breaks first is first. */
  readonly latency: Panel | undefined
  /** Levels by what they allow; `undefined` when none allows anything. The first breaks first. */
  readonly levels: Panel | undefined
}

/** A level as results list it; latencies with their bound, where the result has it. */
interface Listed {
  readonly name: string
  readonly allowed: number
  readonly latency?: { readonly percentile: number; readonly atMostMicros: number } | undefined
}

/** The levels of a result with their bounds. */
export const listedLevels = ({ levels }: StressResult): ReadonlyArray<Listed> => levels

const marksOf = ({ estimate, target }: BreakingResult): ReadonlyArray<Mark> => {
  const { breaking, demonstrated, rupture } = estimate
  const mark = (kind: Mark["kind"], word: string, load: number, interval?: Interval): Mark => {
    if (interval === undefined) {
      const text = `${word} ${numberText(load)}`
      return { kind, load, interval, text, shortText: text }
    }
    const shortText = `${word} ${estimateText(load)}`
    const text = `${shortText} (${rangeText(interval)})`.replaceAll(glue, " ")
    return { kind, load, interval, text, shortText }
  }
  return [
    ...(breaking === undefined
      ? []
      : [mark("breaking", "breaks at", breaking.load, breaking.interval)]),
    ...(demonstrated === undefined ? [] : [mark("demonstrated", "carries", demonstrated.load)]),
    ...(target === undefined
      ? []
      : [mark("limit", "limit", target.limit), mark("ultimate", "ultimate", target.ultimate)]),
    ...(rupture._tag === "ruptured" ? [mark("rupture", "ruptures at", rupture.load)] : [])
  ]
}

const seriesOf = (
  name: string,
  points: ReadonlyArray<CurvePoint>,
  of: (point: CurvePoint) => number | null
): Series => ({
  name,
  values: points.map((point) => {
    const value = of(point)
    return { x: point.x, value: value !== null && Number.isFinite(value) ? value : null }
  })
})

const valuesOf = (series: ReadonlyArray<Series>): ReadonlyArray<number> =>
  series.flatMap(({ values }) => values.flatMap(({ value }) => (value === null ? [] : [value])))

const shareOf = ({ passes, trials }: CurvePoint): number | null =>
  trials > 0 ? passes / trials : null

const passesOf = (points: ReadonlyArray<CurvePoint>): Panel => ({
  title: "probes that pass",
  scale: { kind: "linear", low: 0, high: 1 },
  series: [seriesOf("probes that pass", points, shareOf)],
  bounds: [],
  text: (share) => percentText(share).replaceAll(glue, " ")
})

const latencyOf = (
  points: ReadonlyArray<CurvePoint>,
  levels: ReadonlyArray<Listed>
): Panel | undefined => {
  // A latency of 0 has no place on a log scale: it is drawn at a microsecond.
  const shown = (micros: number | null): number | null =>
    micros === null ? null : Math.max(1, micros)
  const series = [
    seriesOf("p50", points, ({ p50Micros }) => shown(p50Micros)),
    seriesOf("p99", points, ({ p99Micros }) => shown(p99Micros))
  ]
  const values = valuesOf(series)
  if (values.length === 0) return undefined
  const bounds = levels.flatMap(({ latency, name }) =>
    latency === undefined ? [] : [{ value: latency.atMostMicros, text: visible(name) }]
  )
  const scale = ChartScale.fit([...values, ...bounds.map(({ value }) => value)], "log")
  return { title: "latency of requests", scale, series, bounds, text: latencyText }
}

/** A latency in few characters. */
export const latencyText = (micros: number): string => durationText(Number(micros.toPrecision(3)))

/** How a level did at a point as a share of what it allows; `null` when it allows nothing. */
const allowedShare = ({ allowed, name }: Listed, { levels }: CurvePoint): number | null => {
  const mean = levels.find(({ level }) => level === name)?.mean
  return mean === undefined || allowed <= 0 ? null : mean / allowed
}

/** The lowest share of what is allowed that is drawn: less is drawn as this. */
const shareMin = 0.01

const levelsOf = (
  points: ReadonlyArray<CurvePoint>,
  levels: ReadonlyArray<Listed>
): Panel | undefined => {
  const series = levels
    .map((level) =>
      seriesOf(visible(level.name), points, (point) => {
        const share = allowedShare(level, point)
        return share === null ? null : Math.max(shareMin, share)
      })
    )
    .filter((each) => valuesOf([each]).length > 0)
  if (series.length === 0) return undefined
  return {
    title: "service levels, by what is allowed",
    scale: ChartScale.fit([...valuesOf(series), shareMin, 10], "log"),
    series,
    bounds: [{ value: 1, text: "allowed" }],
    text: (times) => `${Number(times.toPrecision(2))}x`
  }
}

/** The level that breaks first, then the others in their order. */
const breakingFirst = (result: BreakingResult): ReadonlyArray<Listed> => {
  const first = result.estimate.breaking?.level
  const levels = listedLevels(result)
  return [
    ...levels.filter(({ name }) => name === first),
    ...levels.filter(({ name }) => name !== first)
  ]
}

/**
 * The loads that are drawn: from one probed load below all that is marked to one above. What lies
 * further off says little, and leaves no room for the edge.
 */
const windowOf = ({ curve, estimate }: BreakingResult, marks: ReadonlyArray<Mark>): Interval => {
  const { middle } = estimate
  const loads = [
    ...marks.flatMap(({ interval, load }) => [load, interval?.low ?? load, interval?.high ?? load]),
    ...(middle === undefined ? [] : [middle.cliff.low, middle.cliff.high])
  ]
  const hasEdge = middle !== undefined || marks.some(({ kind }) => kind === "breaking")
  if (!hasEdge) return { low: -Infinity, high: Infinity }
  const least = Math.min(...loads)
  const most = Math.max(...loads)
  const below = curve.filter(({ x }) => x < least).at(-1)?.x ?? least
  const above = curve.find(({ x }) => x > most)?.x ?? most
  return { low: below, high: above }
}

const leftOutText = (
  axis: BreakingResult["axis"],
  points: ReadonlyArray<CurvePoint>
): ReadonlyArray<string> => {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return []
  const passes = points.reduce((sum, point) => sum + point.passes, 0)
  const trials = points.reduce((sum, point) => sum + point.trials, 0)
  const loads = betweenText(axis, { low: first.x, high: last.x }).replaceAll(glue, " ")
  return [`not drawn: ${loads}, where ${passes} of ${countOf(trials, "probe")} pass`]
}

/** What is drawn of a result; `undefined` when nothing was probed. */
export const chartOf = (result: BreakingResult): Chart | undefined => {
  const { axis, curve } = result
  if (curve.length === 0) return undefined
  const levels = breakingFirst(result)
  const marks = marksOf(result)
  const { high, low } = windowOf(result, marks)
  const points = curve.filter(({ x }) => x >= low && x <= high)
  const loads = [...points.map(({ x }) => x), ...marks.map(({ load }) => load)]
  return {
    unit: visible(axis.unit),
    x: ChartScale.fit(loads, axis.scale),
    points,
    leftOut: [
      ...leftOutText(
        axis,
        curve.filter(({ x }) => x < low)
      ),
      ...leftOutText(
        axis,
        curve.filter(({ x }) => x > high)
      )
    ],
    marks,
    passes: passesOf(points),
    latency: latencyOf(points, levels),
    levels: levelsOf(points, levels)
  }
}
