/**
 * The tables of docs/PIPELINE.md: what a change of practice is worth, and what ten times the
 * commits take.
 *
 * Owns their figures: each is the place where a search finds as much yellow as green.
 */
import { BreakingPoint } from "downforce"
import { dayOf, moreGreenThanYellow } from "../../simulations/delivery-pipeline.ts"
import { seedOf } from "../../src/stress/Drive.ts"
import * as Search from "../../src/stress/Search.ts"
import { type Practice, usual, usualRate } from "../../systems/delivery-pipeline/practice.ts"
import { probe } from "./Probes.ts"

/** A figure: where in the tables it is, what is searched for it, and what the formula says. */
export interface Figure {
  readonly row: string
  /** From 1: the one behind the name of the row. */
  readonly column: number
  readonly point: BreakingPoint.BreakingPoint
  readonly estimate: number
}

/** Ten times the commits. */
const tenfold = 10 * usualRate
/** How many commits a red batch has, for the formula. */
const redBatch = 10

/** Minutes from red to green, by the formula: a step for each doubling, and one to see it green. */
const minutesYellow = ({ decisionMinutes, isolationMinutes, revertMinutes }: Practice): number =>
  isolationMinutes * (Math.log2(redBatch) + 1) + decisionMinutes + revertMinutes

/** The share of commits that turn a batch red by themselves, when half the time is yellow. */
const shareAllowed = (practice: Practice, perHour: number): number =>
  30 / (perHour * minutesYellow(practice))

const interactions = ({ interactionProbability }: Practice): number =>
  (interactionProbability * (redBatch - 1)) / 2

const changes: ReadonlyArray<readonly [row: string, change: Partial<Practice>]> = [
  ["as usual", {}],
  ["half the defects", { defectProbability: usual.defectProbability / 2 }],
  ["a tenth of the defects", { defectProbability: usual.defectProbability / 10 }],
  ["no interactions", { interactionProbability: 0 }],
  ["isolation twice as fast", { isolationMinutes: usual.isolationMinutes / 2 }],
  ["isolation ten times as fast", { isolationMinutes: usual.isolationMinutes / 10 }],
  ["answers at once", { decisionMinutes: 0 }],
  ["answers after an hour", { decisionMinutes: 60 }],
  ["answers after four hours", { decisionMinutes: 240 }]
]

/** At how many commits an hour a practice breaks. */
export const rates: ReadonlyArray<Figure> = changes.map(([row, change]) => {
  const practice = { ...usual, ...change }
  return {
    row,
    column: 1,
    point: BreakingPoint.make("commit rate", {
      axis: { unit: "commits/hour", min: 1, max: 400, start: usualRate },
      at: (perHour) => dayOf(practice, perHour),
      levels: [moreGreenThanYellow]
    }),
    estimate: shareAllowed(practice, 1) / (practice.defectProbability + interactions(practice))
  }
})

const isolations = [5, 1]
const decisions = [0, 10, 60]

/** With how many defects in a thousand commits ten times the commits are too many. */
export const defects: ReadonlyArray<Figure> = isolations.flatMap((isolationMinutes) =>
  decisions.map((decisionMinutes, at) => {
    const practice = { ...usual, isolationMinutes, decisionMinutes }
    return {
      row: isolationMinutes === 1 ? "1 minute" : `${isolationMinutes} minutes`,
      column: at + 1,
      point: BreakingPoint.make("defect rate", {
        axis: { unit: "defects/1,000 commits", min: 0.2, max: 50, start: 1 },
        at: (each) => dayOf({ ...practice, defectProbability: each / 1_000 }, tenfold),
        levels: [moreGreenThanYellow]
      }),
      estimate: 1_000 * (shareAllowed(practice, tenfold) - interactions(practice))
    }
  })
)

/** The share of a day under yellow. */
const yellowOf = async (point: BreakingPoint.BreakingPoint, x: number, seed: number) => {
  const { authorError, levels } = await probe(point, { x }, seed)
  if (authorError !== undefined) throw new Error(authorError)
  const found = levels.find(({ level }) => level === moreGreenThanYellow.name)
  if (found === undefined) throw new Error("nobody looked at the flag")
  return found
}

/** The mean share of time under yellow at a point, over so many days. */
export const yellowAt = async (
  point: BreakingPoint.BreakingPoint,
  x: number,
  days: number
): Promise<number> => {
  let total = 0
  for (let day = 1; day <= days; day++) total += (await yellowOf(point, x, day)).value
  return total / days
}

/** Where there is as much yellow as green. Nothing else is asked for. */
export const breaksAt = async (point: BreakingPoint.BreakingPoint): Promise<number> => {
  let search = Search.start(BreakingPoint.searchOptions(point, "default"))
  for (let ask = Search.next(search); ask !== undefined; ask = Search.next(search)) {
    if (ask.phase === "confirm") break
    const seed = seedOf(1, { x: ask.load }, ask.repetition)
    const reading = await yellowOf(point, ask.load, seed)
    const criteria = [{ name: reading.level, isSafety: false }]
    const isHeld = reading.value <= reading.allowed
    search = Search.tell(search, ask, {
      readings: [reading],
      ...(isHeld ? { _tag: "pass" } : { _tag: "fail", criteria })
    })
  }
  return Search.result(search).breaking?.load ?? Number.NaN
}

const text = (value: number): string => `${Number(value.toPrecision(2))}`

/** A table as the formatter wants it: all cells of a column are as wide as the widest. */
const tableOf = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head = [], ...body] = rows
  const widths = head.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const rule = widths.map((width) => "-".repeat(width))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`
  return [head, rule, ...body].map(line).join("\n")
}

/** The practice that all of it is about. */
export const practiceTable = (): string =>
  tableOf([
    ["practice", "usual"],
    ...Object.entries(usual).map(([name, value]) => [`\`${name}\``, `${value}`])
  ])

/** The first table, from what was found in the order of `rates`. */
export const ratesTable = (found: ReadonlyArray<number>): string =>
  tableOf([
    ["practice", "commits an hour", "of the usual rate", "by the formula"],
    ...rates.map(({ estimate, row }, at) => {
      const value = found[at] ?? Number.NaN
      return [row, text(value), `${text(value / usualRate)} times`, text(estimate)]
    })
  ])

const againstUsual = (defects: number): string => {
  const times = (1_000 * usual.defectProbability) / defects
  return times >= 1 ? `${text(times)} times fewer` : `${text(1 / times)} times more`
}

/** The second table, from what was found in the order of `defects`. */
export const defectsTable = (found: ReadonlyArray<number>): string =>
  tableOf([
    ["a step of isolation", ...decisions.map((minutes) => `answers after ${minutes} minutes`)],
    ...isolations.map((_, row) => {
      const first = row * decisions.length
      const cells = decisions.map((_, column) => {
        const value = found[first + column] ?? Number.NaN
        return `${text(value)}: ${againstUsual(value)}`
      })
      return [defects[first]?.row ?? "", ...cells]
    })
  ])

/** What a page says a figure is; not a number when it says nothing. */
export const quoted = (page: string, { column, row }: Figure): number => {
  const lines = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()))
  return Number.parseFloat(lines.find(([, first]) => first === row)?.[column + 1] ?? "")
}
