/**
 * What a breaking point or an envelope prints: one page of a terminal.
 *
 * Owns the layout. What is said is in `StressFacts`, the charts are in `Curve` and `HeatMap`. No
 * line is wider than the terminal but for commands and paths, which are there to be copied.
 */
import { visible } from "../recording/VisibleText.ts"
import type { EnvelopeResult, StressResult } from "../stress/StressResult.ts"
import { curveLines } from "./Curve.ts"
import { padEnd, widthOf } from "./EventWords.ts"
import type { Fact, Mood } from "./Fact.ts"
import { heatMapLines } from "./HeatMap.ts"
import type { Paint } from "./Paint.ts"
import { chartOf } from "./StressChart.ts"
import { frontierRows, type FrontierRow, sectionsOf } from "./StressFacts.ts"
import type { StressSaved } from "./StressSaved.ts"
import { headline, reasonsBeside } from "./StressWords.ts"
import { verdictMark } from "./VerdictMark.ts"
import { glue, shortened, shownWidth, wrap } from "./Wrap.ts"

/** How text is laid out and coloured. */
export interface Look {
  readonly columns: number
  readonly paint: Paint
}

const marginText = "   "
const labelColumns = 15
/** Columns before what is said of the whole. */
const headColumns = 7

/** The whole report, lines without a last newline. */
export const stressText = (result: StressResult, saved: StressSaved, look: Look): string => {
  const [first, ...rest] = sectionsOf(result, saved).map(({ facts }) =>
    facts.flatMap((fact) => factLines(fact, look))
  )
  const pictures = pictureLines(result, look)
  const said = first === undefined ? [] : [first]
  const blocks = [
    headLines(result, look),
    ...(result.kind === "envelope"
      ? [frontierLines(result, look), pictures, ...said]
      : [...said, pictures]),
    ...rest
  ]
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")
}

/** The verdict and the name with the place at the right, then what it comes to. */
const headLines = (result: StressResult, { columns, paint }: Look): ReadonlyArray<string> => {
  const name = visible(`${result.system} › ${result.title}`)
  const source = result.source === undefined ? "" : visible(result.source)
  const room = columns - headColumns
  const names = wrap(name, room).map((line) => paint.strong(line))
  const [first = "", ...rest] = names
  const mark = ` ${verdictMark(result.verdict, paint)}  `
  const gap = room - shownWidth(first) - widthOf(source)
  const isBeside = rest.length === 0 && gap >= 2
  const inset = " ".repeat(headColumns)
  const indented = (text: string): ReadonlyArray<string> =>
    wrap(text, room).map((line) => inset + line)
  return [
    `${mark}${first}${isBeside && source !== "" ? " ".repeat(gap) + source : ""}`,
    ...rest.map((line) => inset + line),
    ...(isBeside || source === "" ? [] : indented(source)),
    ...indented(headline(result)),
    ...reasonsBeside(result).flatMap(indented)
  ]
}

const painted = (text: string, mood: Mood, paint: Paint): string =>
  // Word by word, so that a line may end between them.
  text
    .split(" ")
    .map((word) => paint[mood](word))
    .join(" ")

const factLines = (
  { command, label, lead, text }: Fact,
  { columns, paint }: Look
): ReadonlyArray<string> => {
  const room = columns - marginText.length - labelColumns
  const inset = " ".repeat(marginText.length + labelColumns)
  const said = [...(lead === undefined ? [] : [painted(lead.text, lead.mood, paint)]), text]
    .filter((part) => part !== "")
    .join(" ")
  const lines = said === "" ? [] : wrap(said, room)
  const shown = command === undefined ? lines : withCommand(lines, command, room)
  return shown.map((line, at) =>
    at === 0 ? `${marginText}${padEnd(label, labelColumns)}${line}` : inset + line
  )
}

const withCommand = (
  lines: ReadonlyArray<string>,
  command: string,
  room: number
): ReadonlyArray<string> => {
  const [only] = lines
  const isOne = only !== undefined && lines.length === 1
  return isOne && shownWidth(only) + 2 + widthOf(command) <= room
    ? [`${only}  ${command}`]
    : [...lines, command]
}

const pictureLines = (result: StressResult, { columns }: Look): ReadonlyArray<string> => {
  if (result.kind === "envelope") return heatMapLines(result, columns)
  const chart = chartOf(result)
  return chart === undefined ? [] : curveLines(chart, columns)
}

const titles = (unit: string): Omit<FrontierRow, "culprit"> => ({
  y: unit,
  target: "limit",
  demonstrated: "carries",
  breaks: "breaks at"
})

/** Columns of a table that are as wide as their widest cell, the last one left as it is. */
const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? "")))
  )
  return rows.map((row) =>
    row
      .map((text, column) => padEnd(text, widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  )
}

/** The table of an envelope. */
const frontierLines = (result: EnvelopeResult, { columns, paint }: Look): ReadonlyArray<string> => {
  const rows = [titles(visible(result.y.unit)), ...frontierRows(result)]
  const hasTarget = result.rows.some(({ target }) => target !== undefined)
  const cells = rows.map(({ breaks, demonstrated, target, y }) =>
    [y, ...(hasTarget ? [target] : []), demonstrated, breaks].map((text) =>
      text.replaceAll(glue, " ")
    )
  )
  return aligned(cells).map((line, at) => {
    const text = marginText + shortened(line, columns - marginText.length)
    return at === 0 ? paint.quiet(text) : text
  })
}
