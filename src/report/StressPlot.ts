/**
 * The drawing of a breaking point: passes, latencies and service levels over the load, one below
 * the other, with the loads that are pointed out.
 *
 * Owns how it is drawn. What is drawn is in `StressChart`.
 */
import { numberText } from "../stress/DrivenAxis.ts"
import * as Statistics from "../stress/Statistics.ts"
import type { CurvePoint } from "../stress/StressResult.ts"
import * as ChartScale from "./ChartScale.ts"
import { element, type Html } from "./Html.ts"
import * as Plot from "./Plot.ts"
import type { Chart, Mark, Panel, Series } from "./StressChart.ts"

const panelHeight = 150
const ticksMax = 4
/** With fewer probes an interval is nearly all there is, and is not drawn. */
const trialsOfWhisker = 5
/** Colours there are; more series use them again. */
const colours = 4

/** Where a panel is, from the top. */
interface Place {
  readonly top: number
  readonly bottom: number
}

const down = ({ scale }: Panel, { bottom, top }: Place, value: number): number =>
  bottom - ChartScale.placeOf(scale, value) * (bottom - top)

const pointText = (chart: Chart, point: CurvePoint, panel: Panel, at: number): string => {
  const value = panel.series[at]?.values.find(({ x }) => x === point.x)?.value
  const said = value === null || value === undefined ? "no answer" : panel.text(value)
  const name = panel.series[at]?.name ?? ""
  const passes = `${point.passes} of ${point.trials} pass`
  return `${numberText(point.x)} ${chart.unit}: ${passes}; ${name} ${said}`
}

const frameOf = (chart: Chart, panel: Panel, place: Place): ReadonlyArray<Html> => {
  const { bottom, top } = place
  return [
    Plot.label(Plot.left, top - 8, "title", panel.title),
    ...Plot.gridLines(chart.x, top, bottom),
    ...ChartScale.ticks(panel.scale, ticksMax).flatMap((tick) => {
      const y = down(panel, place, tick)
      return [
        Plot.stroke([Plot.left, y], [Plot.right, y], "grid"),
        Plot.label(Plot.left - 8, y + 5, "quiet end", panel.text(tick))
      ]
    }),
    Plot.box([Plot.left, top], [Plot.right, bottom], "frame")
  ]
}

const boundsOf = (panel: Panel, place: Place): ReadonlyArray<Html> =>
  panel.bounds.flatMap(({ text, value }) => {
    const y = down(panel, place, value)
    return [
      Plot.stroke([Plot.left, y], [Plot.right, y], "bound"),
      Plot.label(Plot.right - 6, y - 5, "end", text)
    ]
  })

/** Pieces of a line without the places where there is no value. */
const pieces = (values: Series["values"]): ReadonlyArray<Series["values"]> => {
  const found: Array<Array<Series["values"][number]>> = [[]]
  for (const each of values) {
    if (each.value === null) found.push([])
    else found.at(-1)?.push(each)
  }
  return found.filter((piece) => piece.length > 0)
}

const lineOf = (chart: Chart, panel: Panel, place: Place, at: number): ReadonlyArray<Html> => {
  const colour = at % colours
  const values = panel.series[at]?.values ?? []
  const position = ({ value, x }: Series["values"][number]): readonly [number, number] => [
    Plot.across(chart.x, x),
    down(panel, place, value ?? 0)
  ]
  return [
    ...pieces(values).map((piece) => Plot.through(piece.map(position), `series s${colour}`)),
    ...chart.points.flatMap((point, index) => {
      const value = values[index]
      if (value === undefined || value.value === null) return []
      const text = pointText(chart, point, panel, at)
      return [Plot.dot(...position(value), 3.2, `dot f${colour}`, text)]
    })
  ]
}

/** Which line is which: a sample of it and its name, one below the other in the corner. */
const legendOf = ({ series }: Panel, { top }: Place): ReadonlyArray<Html> =>
  series.flatMap(({ name }, at) => {
    const y = top + 18 + at * Plot.lineHeight
    return [
      Plot.stroke([Plot.left + 10, y - 5], [Plot.left + 42, y - 5], `series s${at % colours}`),
      Plot.label(Plot.left + 50, y, "", name)
    ]
  })

const linePanel = (chart: Chart, panel: Panel, place: Place): Html =>
  element(
    "g",
    {},
    ...frameOf(chart, panel, place),
    ...boundsOf(panel, place),
    ...panel.series.flatMap((_, at) => lineOf(chart, panel, place, at)),
    ...legendOf(panel, place)
  )

/** Dots as large as there were probes, with the interval of the probability to pass. */
const passesPanel = (chart: Chart, place: Place): Html => {
  const panel = chart.passes
  const shapes = chart.points.flatMap((point) => {
    const { passes, trials, x } = point
    if (trials === 0) return []
    const at = Plot.across(chart.x, x)
    const radius = 2.5 + Math.min(5, Math.sqrt(trials) * 0.7)
    const { high, low } = Statistics.clopperPearson(passes, trials)
    return [
      ...(trials < trialsOfWhisker
        ? []
        : [Plot.stroke([at, down(panel, place, low)], [at, down(panel, place, high)], "whisker")]),
      Plot.dot(
        at,
        down(panel, place, passes / trials),
        radius,
        "dot f0",
        pointText(chart, point, panel, 0)
      )
    ]
  })
  return element("g", {}, ...frameOf(chart, panel, place), ...shapes)
}

const markLine = (chart: Chart, { kind, load }: Mark, at: number, bottom: number): Html => {
  const x = Plot.across(chart.x, load)
  return Plot.stroke([x, at * Plot.lineHeight + 10], [x, bottom], `mark ${kind}`)
}

/** The lines of marks run through all panels, behind what is drawn in them. */
const markLines = (chart: Chart, bottom: number): ReadonlyArray<Html> => {
  const top = chart.marks.length * Plot.lineHeight
  const intervals = chart.marks.flatMap(({ interval }) => {
    if (interval === undefined) return []
    const [from, to] = [interval.low, interval.high].map((load) => Plot.across(chart.x, load))
    return [Plot.box([from ?? 0, top], [to ?? 0, bottom], "interval")]
  })
  return [...intervals, ...chart.marks.map((mark, at) => markLine(chart, mark, at, bottom))]
}

/** Each mark has a line of text of its own above the panels, on the side where there is room. */
const markLabels = (chart: Chart): ReadonlyArray<Html> =>
  chart.marks.map(({ load, text }, at) => {
    const x = Plot.across(chart.x, load)
    const isLeft = x > (Plot.left + Plot.right) / 2
    const y = (at + 1) * Plot.lineHeight - 4
    return Plot.label(isLeft ? x - 7 : x + 7, y, isLeft ? "end" : "", text)
  })

/** The drawing; `text` says in words what it shows. */
export const stressPlot = (chart: Chart, text: string): Html => {
  const { latency, levels, marks } = chart
  const panels = [latency, levels].filter((panel) => panel !== undefined)
  const first = marks.length * Plot.lineHeight + Plot.lineHeight + 10
  const step = panelHeight + Plot.lineHeight + 22
  const placeAt = (at: number): Place => {
    const top = first + at * step
    return { top, bottom: top + panelHeight }
  }
  const { bottom } = placeAt(panels.length)
  return Plot.drawing(
    "plot",
    bottom + Plot.bottomHeight,
    "Passes, latencies and service levels over the load",
    text,
    ...markLines(chart, bottom),
    passesPanel(chart, placeAt(0)),
    ...panels.map((panel, at) => linePanel(chart, panel, placeAt(at + 1))),
    ...markLabels(chart),
    ...Plot.bottomAxis(chart.x, bottom, chart.unit)
  )
}
