/**
 * Figures as people read them: a table, one line for each figure and one for what it is held to.
 */
import type { Figure } from "./Figure.ts"

const number = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 })

const rowOf = (figure: Figure): ReadonlyArray<string> => [
  figure.holds ? "holds" : "FAILS",
  figure.name,
  number.format(figure.figure),
  figure.unit,
  number.format(figure.budget)
]

const againstOf = ({ against }: Figure): ReadonlyArray<ReadonlyArray<string>> =>
  against.map((other) => [
    "",
    `  ${other.name}`,
    number.format(other.figure),
    "",
    `x ${number.format(other.ratio)}`
  ])

const heading = ["", "what", "figure", "", "budget"]
/** Which columns are numbers, and stand at the right. */
const isNumber = [false, false, true, false, true]

/** All figures, aligned. */
export const table = (figures: ReadonlyArray<Figure>): string => {
  const rows = [heading, ...figures.flatMap((figure) => [rowOf(figure), ...againstOf(figure)])]
  const widths = heading.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  )
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return isNumber[column] === true ? cell.padStart(width) : cell.padEnd(width)
      })
      .join("  ")
      .trimEnd()
  )
  return `${lines.join("\n")}\n`
}
