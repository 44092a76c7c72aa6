/**
 * Drawings of what is probed at two things at once: the frontier of an envelope, and the loads
 * after which a trigger leaves a system down.
 *
 * Owns how they are drawn. The cells are those of `HeatMap`.
 */
import { visible } from "../recording/VisibleText.ts"
import { numberText } from "../stress/DrivenAxis.ts"
import type { BreakingResult, EnvelopeResult, Row } from "../stress/StressResult.ts"
import * as ChartScale from "./ChartScale.ts"
import { mapRows, scaleOf } from "./HeatMap.ts"
import { element, type Html } from "./Html.ts"
import * as Plot from "./Plot.ts"
import { betweenText, estimateText, loadText } from "./StressWords.ts"
import { shortened } from "./Wrap.ts"

const rowHeight = 44
const columns = 72
/** The longest name that is written whole. */
const namesMax = 40
/** Where the first row begins. */
const top = Plot.lineHeight + 8

const middleOf = (at: number): number => top + at * rowHeight + rowHeight / 2

const frontierOf = (
  rows: ReadonlyArray<Row>,
  scale: ChartScale.Scale,
  role: string,
  of: (row: Row) => number | undefined
): ReadonlyArray<Html> => {
  // A row without a load breaks the line: nothing is known there.
  const lines: Array<Array<readonly [number, number]>> = [[]]
  rows.forEach((row, at) => {
    const load = of(row)
    if (load === undefined) lines.push([])
    else lines.at(-1)?.push([Plot.across(scale, load), middleOf(at)])
  })
  return lines.filter((line) => line.length > 1).map((line) => Plot.through(line, role))
}

const ringsOf = ({ rows, x, y }: EnvelopeResult, scale: ChartScale.Scale): ReadonlyArray<Html> =>
  rows.flatMap(({ estimate: { breaking }, ...row }, at) => {
    if (breaking === undefined) return []
    const { high, low } = breaking.interval
    const text = `${loadText(y, row.y)}: breaks at ${estimateText(breaking.load)} ${visible(x.unit)}`
    return [
      Plot.stroke(
        [Plot.across(scale, low), middleOf(at)],
        [Plot.across(scale, high), middleOf(at)],
        "frontier"
      ),
      Plot.dot(Plot.across(scale, breaking.load), middleOf(at), 5, "ring", text)
    ]
  })

/** The map of an envelope with its frontier; `text` says in words what it shows. */
export const envelopePlot = (result: EnvelopeResult, text: string): Html => {
  const { rows, x, y } = result
  const scale = scaleOf(result)
  const bottom = top + rows.length * rowHeight
  const cell = (Plot.right - Plot.left) / columns
  const cells = mapRows(result, scale, columns).flatMap(({ cells, y }, at) =>
    cells.map(({ column, passes, shade, trials }) => {
      const from = Plot.left + column * cell
      const says = `${loadText(result.y, y)}: ${passes} of ${trials} pass`
      const upper = top + at * rowHeight
      return Plot.box([from, upper + 4], [from + cell, upper + rowHeight - 4], shade, says)
    })
  )
  return Plot.drawing(
    "map",
    bottom + Plot.bottomHeight,
    `Probes that pass, by ${visible(x.unit)} and ${visible(y.unit)}`,
    text,
    ...Plot.gridLines(scale, top, bottom),
    ...cells,
    Plot.box([Plot.left, top], [Plot.right, bottom], "frame"),
    Plot.label(4, Plot.lineHeight - 4, "quiet", shortened(visible(y.unit), namesMax)),
    ...rows.map((row, at) =>
      Plot.label(Plot.left - 8, middleOf(at) + 5, "quiet end", numberText(row.y))
    ),
    ...frontierOf(rows, scale, "frontier demonstrated", (row) => row.estimate.demonstrated?.load),
    ...frontierOf(rows, scale, "frontier", (row) => row.estimate.breaking?.load),
    ...ringsOf(result, scale),
    ...Plot.bottomAxis(scale, bottom, visible(x.unit))
  )
}

const stuckShade = (stuck: number, trials: number): string => {
  if (stuck === 0) return "all"
  if (stuck === trials) return "none"
  return 2 * stuck <= trials ? "most" : "some"
}

/** By trigger, the loads after which the system stays down; `text` says it in words. */
export const triggerPlot = (
  { axis, metastability }: Pick<BreakingResult, "axis" | "metastability">,
  text: string
): Html => {
  const scale = ChartScale.fit(
    metastability.flatMap(({ points }) => points.map(({ load }) => load)),
    axis.scale
  )
  const height = rowHeight + Plot.lineHeight
  const bottom = metastability.length * height
  const rows = metastability.flatMap(({ band, points, trigger }, at) => {
    const upper = at * height + Plot.lineHeight
    const middle = upper + rowHeight / 2
    const dots = points
      .filter(({ trials }) => trials > 0)
      .map(({ load, stuck, trials }) => {
        const says = `${loadText(axis, load)}: stays down in ${stuck} of ${trials}`
        const role = `dot ${stuckShade(stuck, trials)}`
        return Plot.dot(Plot.across(scale, load), middle, 9, role, says)
      })
    return [
      Plot.label(Plot.left, upper - 6, "title", shortened(visible(trigger), namesMax)),
      ...(band === undefined
        ? []
        : [
            Plot.box(
              [Plot.across(scale, band.low), upper + 4],
              [Plot.across(scale, band.high), upper + rowHeight - 4],
              "band",
              `stays down: ${betweenText(axis, band)}`
            )
          ]),
      Plot.stroke([Plot.left, middle], [Plot.right, middle], "grid"),
      element("g", {}, ...dots)
    ]
  })
  return Plot.drawing(
    "triggers",
    bottom + Plot.bottomHeight,
    "Loads after which a trigger leaves the system down",
    text,
    ...Plot.gridLines(scale, Plot.lineHeight, bottom),
    ...rows,
    ...Plot.bottomAxis(scale, bottom, visible(axis.unit))
  )
}
