/**
 * A chart in a terminal: bars over the load, the bounds they should stay below, and the loads that
 * are pointed out.
 *
 * Owns how it is drawn with characters. It says the same without colours: there are none.
 */
import * as ChartScale from "./ChartScale.ts"
import { padStart, widthOf } from "./EventWords.ts"
import type { Chart, Mark, Panel } from "./StressChart.ts"
import { tickLines } from "./TickLine.ts"
import { shortened, wrap } from "./Wrap.ts"

/** Rows of a panel of bars. */
const rowsOfPanel = 4
/** The widest that bars are drawn: more says no more. */
const columnsMax = 84
/** Columns of what stands left of the bars, with the line. */
const marginColumns = 12
/** Fewer columns than this show nothing. */
const columnsMin = 16

const eighths = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

/** A value at a column: the mean of the loads in it; `undefined` where nothing was probed. */
type Bars = ReadonlyArray<number | "none" | undefined>

/** What is shown in each column: a mean, weighted by probes, of the loads that lie in it. */
const barsOf = (chart: Chart, panel: Panel, at: number, columns: number): Bars => {
  const values = panel.series[at]?.values ?? []
  const sums = Array.from({ length: columns }, () => ({ sum: 0, weight: 0, points: 0 }))
  values.forEach(({ value, x }, index) => {
    const cell = sums[ChartScale.cellOf(chart.x, x, columns)]
    const weight = Math.max(1, chart.points[index]?.trials ?? 1)
    if (cell === undefined) return
    cell.points++
    if (value === null) return
    cell.sum += value * weight
    cell.weight += weight
  })
  return sums.map(({ points, sum, weight }) =>
    points === 0 ? undefined : weight === 0 ? "none" : sum / weight
  )
}

/** The character of a bar in a row, from the bottom 0. */
const cellText = (bar: Bars[number], row: number, { scale }: Panel): string => {
  if (bar === undefined) return " "
  if (bar === "none") return row === 0 ? "?" : " "
  const height = Math.round(ChartScale.placeOf(scale, bar) * rowsOfPanel * 8)
  const filled = Math.min(8, Math.max(0, height - row * 8))
  if (row === 0 && filled === 0) return "_"
  return eighths[filled] || " "
}

const panelLines = (
  chart: Chart,
  panel: Panel,
  at: number,
  columns: number
): ReadonlyArray<string> => {
  const bars = barsOf(chart, panel, at, columns)
  const [bound] = panel.bounds
  const boundRow =
    bound === undefined ? undefined : ChartScale.cellOf(panel.scale, bound.value, rowsOfPanel)
  const labelOf = (row: number): string => {
    if (bound !== undefined && row === boundRow) return panel.text(bound.value)
    if (row === rowsOfPanel - 1) return panel.text(panel.scale.high)
    return row === 0 ? panel.text(panel.scale.low) : ""
  }
  const lines: Array<string> = []
  for (let row = rowsOfPanel - 1; row >= 0; row--) {
    const cells = bars.map((bar) => {
      const text = cellText(bar, row, panel)
      return text === " " && row === boundRow ? "-" : text
    })
    const label = padStart(shortened(labelOf(row), marginColumns - 5), marginColumns - 2)
    lines.push(`${label} │${cells.join("")}`)
  }
  return lines
}

/** The mark under the axis, and what it means on the side where there is room. */
const markLine = ({ x }: Chart, mark: Mark, columns: number): string => {
  const { interval, load } = mark
  const at = ChartScale.cellOf(x, load, columns)
  const low = interval === undefined ? at : ChartScale.cellOf(x, interval.low, columns)
  const high = interval === undefined ? at : ChartScale.cellOf(x, interval.high, columns)
  const sign =
    low === high
      ? "^"
      : Array.from({ length: high - low + 1 }, (_, cell) =>
          cell === at - low ? "┼" : cell === 0 ? "├" : cell === high - low ? "┤" : "─"
        ).join("")
  const before = " ".repeat(marginColumns)
  const room = Math.max(low - 1, columns - high - 2)
  const text = widthOf(mark.text) <= room ? mark.text : shortened(mark.shortText, room)
  const isRight = high + 2 + widthOf(text) <= columns
  return isRight
    ? `${before}${" ".repeat(low)}${sign} ${text}`
    : `${before}${padStart(text, low - 1)} ${sign}`
}

/** Which panel stands below that of passes, and which of its numbers: those that break first. */
const secondPanel = ({ latency, levels }: Chart): readonly [Panel, number] | undefined => {
  const p99 = latency?.series.findIndex(({ name }) => name === "p99") ?? -1
  const [bound] = latency?.bounds ?? []
  const isFirst = bound !== undefined && bound.text === (levels?.series[0]?.name ?? bound.text)
  if (latency !== undefined && p99 >= 0 && (isFirst || levels === undefined)) return [latency, p99]
  return levels === undefined ? undefined : [levels, 0]
}

/** The chart in lines of at most so many columns; none where there is no room for it. */
export const curveLines = (chart: Chart, columns: number): ReadonlyArray<string> => {
  const width = Math.min(columnsMax, columns - marginColumns)
  if (width < columnsMin) return []
  const second = secondPanel(chart)
  const title = (text: string): string => `   ${shortened(text, columns - 3)}`
  return [
    title(`${chart.passes.title}, by ${chart.unit}`),
    ...panelLines(chart, chart.passes, 0, width),
    ...(second === undefined
      ? []
      : [title(secondTitle(...second)), ...panelLines(chart, second[0], second[1], width)]),
    ...tickLines(chart.x, marginColumns - 1, width),
    ...chart.marks.map((mark) => markLine(chart, mark, width)),
    ...chart.leftOut.flatMap((text) => wrap(text, columns - 3)).map((line) => `   ${line}`)
  ].map((line) => line.trimEnd())
}

const secondTitle = ({ bounds, series, title }: Panel, at: number): string => {
  const [bound] = bounds
  const name = series[at]?.name ?? ""
  return bound === undefined ? `${title}: ${name}` : `${title}: ${name} (--- ${bound.text})`
}
