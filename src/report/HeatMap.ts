/**
 * Which loads of an envelope pass, as shades: one axis across, the other down.
 *
 * Owns how probes are gathered in cells, and the map in characters; the page draws the same cells.
 */
import { visible } from "../recording/VisibleText.ts"
import { numberText } from "../stress/DrivenAxis.ts"
import type { EnvelopeResult, Row } from "../stress/StressResult.ts"
import * as ChartScale from "./ChartScale.ts"
import { padStart, widthOf } from "./EventWords.ts"
import { tickLines } from "./TickLine.ts"
import { glue, shortened, wrap } from "./Wrap.ts"

/** How many of a cell's probes pass, in words. */
export type Shade = "all" | "most" | "some" | "none"

/** A cell that was probed. */
export interface Cell {
  /** From 0, along the first axis. */
  readonly column: number
  readonly shade: Shade
  readonly passes: number
  readonly trials: number
}

/** A row of the map. */
export interface MapRow {
  readonly y: number
  /** The cells that were probed, the lowest load first. */
  readonly cells: ReadonlyArray<Cell>
}

const shadeOf = (passes: number, trials: number): Shade => {
  if (passes === trials) return "all"
  if (passes === 0) return "none"
  return 2 * passes >= trials ? "most" : "some"
}

/** The scale of the loads that were probed or are marked in any row. */
export const scaleOf = ({ rows, x }: EnvelopeResult): ChartScale.Scale =>
  ChartScale.fit(
    rows.flatMap(({ curve, estimate: { breaking, demonstrated } }) => [
      ...curve.map((point) => point.x),
      ...(breaking === undefined ? [] : [breaking.load]),
      ...(demonstrated === undefined ? [] : [demonstrated.load])
    ]),
    x.scale
  )

const rowOf = ({ curve, y }: Row, scale: ChartScale.Scale, columns: number): MapRow => {
  const sums = new Map<number, { passes: number; trials: number }>()
  for (const { passes, trials, x } of curve) {
    if (trials === 0) continue
    const column = ChartScale.cellOf(scale, x, columns)
    const sum = sums.get(column) ?? { passes: 0, trials: 0 }
    sums.set(column, { passes: sum.passes + passes, trials: sum.trials + trials })
  }
  const cells = [...sums]
    .sort(([one], [other]) => one - other)
    .map(([column, { passes, trials }]) => {
      return { column, shade: shadeOf(passes, trials), passes, trials }
    })
  return { y, cells }
}

/** The rows of the map, each in so many columns. */
export const mapRows = (
  result: EnvelopeResult,
  scale: ChartScale.Scale,
  columns: number
): ReadonlyArray<MapRow> => result.rows.map((row) => rowOf(row, scale, columns))

const signs: { readonly [Each in Shade]: string } = { all: "█", most: "▓", some: "▒", none: "░" }
const unprobed = "·"
const frontier = "|"
const legend = [
  "█ all pass,",
  "▓ half or more,",
  "▒ fewer,",
  "░ none,",
  "· not probed,",
  "| breaks"
]
/** The widest that a map is drawn. */
const columnsMax = 100
/** Fewer columns than this show nothing. */
const columnsMin = 16

/** The map in lines of at most so many columns; none where there is no room for it. */
export const heatMapLines = (result: EnvelopeResult, columns: number): ReadonlyArray<string> => {
  const { rows, x, y } = result
  const names = rows.map((row) => numberText(row.y))
  const margin = 3 + Math.max(...names.map(widthOf), 6)
  const width = Math.min(columnsMax, columns - margin - 2)
  if (width < columnsMin || rows.every(({ curve }) => curve.length === 0)) return []
  const scale = scaleOf(result)
  const lines = mapRows(result, scale, width).map(({ cells }, at) => {
    const line = Array.from({ length: width }, () => unprobed)
    for (const { column, shade } of cells) line[column] = signs[shade]
    const breaking = rows[at]?.estimate.breaking
    if (breaking !== undefined) line[ChartScale.cellOf(scale, breaking.load, width)] = frontier
    return `${padStart(names[at] ?? "", margin)} │${line.join("")}`
  })
  const title = `probes that pass, ${visible(x.unit)} across, ${visible(y.unit)} down`
  const signsText = legend.map((item) => item.replaceAll(" ", glue)).join(" ")
  const indented = (text: string): ReadonlyArray<string> =>
    wrap(text, columns - 3).map((line) => `   ${line}`)
  return [
    ...indented(title),
    ...lines,
    ...tickLines(scale, margin + 1, width),
    ...indented(signsText)
  ].map((line) => shortened(line, columns).trimEnd())
}
