/**
 * The axis below a chart in a terminal: a line with ticks, and round numbers under it.
 */
import { numberText } from "../stress/DrivenAxis.ts"
import * as ChartScale from "./ChartScale.ts"
import { padEnd, widthOf } from "./EventWords.ts"

/** Columns that a tick should have for itself. */
const columnsOfTick = 10

/** Two lines: the axis, with its corner in the column `margin`, and the numbers. */
export const tickLines = (
  scale: ChartScale.Scale,
  margin: number,
  columns: number
): readonly [string, string] => {
  const line = Array.from({ length: columns }, () => "─")
  let labels = ""
  for (const tick of ChartScale.ticks(scale, Math.max(2, Math.floor(columns / columnsOfTick)))) {
    const column = ChartScale.cellOf(scale, tick, columns)
    const text = numberText(tick)
    const from = Math.max(0, Math.min(columns - text.length, column - (text.length >> 1)))
    line[column] = "┬"
    // Where two numbers would touch, the second is left out.
    if (labels === "" || from > widthOf(labels)) labels = padEnd(labels, from) + text
  }
  const left = " ".repeat(margin)
  return [`${left}└${line.join("")}`, `${left} ${labels}`]
}
