/**
 * How exact searches for known limits are, over many repetitions: one row for each queue.
 */
import type { Repetition } from "./Repetition.ts"
import { median } from "./Rounds.ts"

/** An estimate this near the limit is right. */
const nearShare = 0.05

/** What the repetitions of one queue come to. Errors are shares of the limit. */
export interface Accuracy {
  readonly queue: string
  readonly limit: number
  readonly repetitions: number
  /** How many found it, within 5 %, and with an interval that covers it. */
  readonly found: number
  readonly near: number
  readonly covered: number
  readonly meanError: number
  readonly worstError: number
  /** Half the width of the interval. */
  readonly halfWidth: number
  /** Medians of one search. */
  readonly probes: number
  readonly requests: number
  /** Of the ramps: how many there were, how many within 5 %, and their error and cost. */
  readonly ramps: number
  readonly rampsNear: number
  readonly rampError: number
  readonly rampRequests: number
}

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

const isNear = (error: number): boolean => Math.abs(error) <= nearShare

/** The row of one queue; `of` are its repetitions. */
export const accuracyOf = (queue: string, of: ReadonlyArray<Repetition>): Accuracy => {
  const limit = of[0]?.limit ?? Number.NaN
  const errors = of.flatMap(({ load }) => (load === null ? [] : [load / limit - 1]))
  const ramps = of.flatMap(({ ramp }) => (ramp === null ? [] : [ramp]))
  const rampErrors = ramps.map(({ load }) => load / limit - 1)
  const intervals = of.flatMap(({ high, low }) =>
    low === null || high === null ? [] : [{ low, high }]
  )
  return {
    queue,
    limit,
    repetitions: of.length,
    found: of.filter(({ verdict }) => verdict === "found").length,
    near: errors.filter(isNear).length,
    covered: intervals.filter(({ high, low }) => low <= limit && limit <= high).length,
    meanError: mean(errors),
    worstError: Math.max(0, ...errors.map(Math.abs)),
    halfWidth: mean(intervals.map(({ high, low }) => (high - low) / 2 / limit)),
    probes: median(of.map(({ probes }) => probes)),
    requests: median(of.map(({ requests }) => requests)),
    ramps: ramps.length,
    rampsNear: rampErrors.filter(isNear).length,
    rampError: mean(rampErrors),
    rampRequests: median(ramps.map(({ requests }) => requests))
  }
}

/** One row for each queue, in the order in which they first appear. */
export const accuracies = (all: ReadonlyArray<Repetition>): ReadonlyArray<Accuracy> =>
  [...new Set(all.map(({ queue }) => queue))].map((name) =>
    accuracyOf(
      name,
      all.filter(({ queue }) => queue === name)
    )
  )

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const signed = (share: number): string => `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`
const thousands = (count: number): string =>
  Number.isNaN(count) ? "" : `${Math.round(count / 1_000)} k`

const heading = [
  "queue",
  "limit/s",
  "within 5 %",
  "covered",
  "mean error",
  "worst",
  "± interval",
  "probes",
  "requests",
  "ramp within 5 %",
  "ramp error",
  "ramp requests"
]

const rowOf = (row: Accuracy): ReadonlyArray<string> => [
  row.queue,
  row.limit.toFixed(2),
  `${row.near} of ${row.repetitions}`,
  `${row.covered} of ${row.repetitions}`,
  signed(row.meanError),
  percent(row.worstError),
  percent(row.halfWidth),
  `${row.probes}`,
  thousands(row.requests),
  row.ramps === 0 ? "" : `${row.rampsNear} of ${row.ramps}`,
  row.ramps === 0 ? "" : signed(row.rampError),
  thousands(row.rampRequests)
]

/** The rows as a table in Markdown. */
export const table = (rows: ReadonlyArray<Accuracy>): string => {
  const rule = heading.map((_, column) => (column === 0 ? "---" : "---:"))
  const lines = [heading, rule, ...rows.map(rowOf)].map((cells) => `| ${cells.join(" | ")} |`)
  return `${lines.join("\n")}\n`
}
