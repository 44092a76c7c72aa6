/**
 * What is said of whole batches: a line for each scenario, a line for all, a line of progress.
 */
import type { BatchResult, BatchVerdict, Progress } from "../flight/BatchResult.ts"
import { visible } from "../recording/VisibleText.ts"
import { toText } from "../turbulence/Seed.ts"
import { countOf, countText, padEnd, widthOf } from "./EventWords.ts"
import type { Paint } from "./Paint.ts"
import { verdictMark } from "./VerdictMark.ts"

/** A length of real time: `640 ms`, `3.2 s`, `4 min 10 s`. */
export const wallText = (millis: number): string => {
  if (millis < 1_000) return `${Math.round(millis)} ms`
  if (millis < 60_000) return `${(millis / 1_000).toFixed(1)} s`
  const seconds = Math.round(millis / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A length of simulated time in the largest unit that fits: `12.0 s`, `3.4 min`, `2 days`. */
export const simulatedText = (micros: number): string => {
  const seconds = micros / 1_000_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  if (seconds < 3_600) return `${(seconds / 60).toFixed(1)} min`
  if (seconds < 86_400) return `${(seconds / 3_600).toFixed(1)} h`
  return `${countText(seconds / 86_400)} days`
}

const outcomeText = (batch: BatchResult): string => {
  const stale = batch.regressions.filter(({ outcome }) => outcome === "stale").length
  const parts = [
    ...(batch.failures.length === 0 ? [] : [countOf(batch.failures.length, "failure")]),
    ...batch.unknown.map(({ count, reason }) =>
      count === batch.runs || stale > 0 ? visible(reason) : `${visible(reason)} (${count} runs)`
    )
  ]
  return parts.join("; ")
}

const sometimesText = (batch: BatchResult): string =>
  batch.sometimes.map(({ count, name }) => `${visible(name)} ${countText(count)}x`).join(", ")

/** The line of a scenario: mark, id, runs, and what there is to say. */
export const scenarioLine = (batch: BatchResult, idColumns: number, paint: Paint): string => {
  const regressions = batch.regressions.length
  const flown = [
    countOf(batch.runs, "run").padStart(11),
    ...(regressions === 0 ? [] : [`after ${countOf(regressions, "regression")}`])
  ].join(" ")
  const said = batch.verdict === "holds" ? sometimesText(batch) : outcomeText(batch)
  const start = ` ${verdictMark(batch.verdict, paint)}  ${padEnd(visible(batch.id), idColumns)} ${flown}`
  return said === "" ? start : `${start}   ${batch.verdict === "holds" ? paint.quiet(said) : said}`
}

/** The columns that the ids of scenarios take. */
export const idColumnsOf = (ids: ReadonlyArray<string>): number =>
  Math.min(
    60,
    ids.reduce((most, id) => Math.max(most, widthOf(visible(id))), 0)
  )

/** What of a scenario goes into the last line. `runs` are runs, or probes. */
export interface Tallied {
  readonly verdict: BatchVerdict
  readonly runs: number
  readonly simulatedMicros: number
}

/** The last line: how many held, how fast it flew. */
export const totalLine = (
  batches: ReadonlyArray<Tallied>,
  wallMillis: number,
  seed: number,
  paint: Paint
): string => {
  const count = (verdict: BatchVerdict): number =>
    batches.filter((batch) => batch.verdict === verdict).length
  const violated = count("violated")
  const unknown = count("unknown")
  const verdicts = [
    ...(violated === 0 ? [] : [paint.bad(`${violated} violated`)]),
    ...(unknown === 0 ? [] : [paint.doubtful(`${unknown} unknown`)]),
    ...(count("holds") === 0 ? [] : [`${count("holds")} held`])
  ].join(", ")
  const runs = batches.reduce((sum, batch) => sum + batch.runs, 0)
  const micros = batches.reduce((sum, batch) => sum + batch.simulatedMicros, 0)
  const seconds = Math.max(wallMillis, 1) / 1_000
  const ratio = countText(micros / 1_000_000 / seconds)
  return [
    ` ${countOf(batches.length, "scenario")}: ${verdicts}`,
    `${countOf(runs, "run")} in ${wallText(wallMillis)}, ${countText(runs / seconds)} runs/s`,
    `${simulatedText(micros)} simulated, ${ratio} times real time`,
    `seed ${toText(seed)}`
  ].join(" · ")
}

/** What is needed to tell how far a command has come. */
export interface Standing {
  readonly id: string
  /** Which scenario it is, from 1, and of how many. */
  readonly place: number
  readonly places: number
  readonly progress: Progress
  /** Since the batch began. */
  readonly wallMillis: number
  /** The wall time the batch may take, when it is bounded. */
  readonly timeMillis: number | undefined
}

/** One line of progress: where it is, runs, rate, time left. */
export const progressLine = (standing: Standing): string => {
  const { failures, phase, runsDone, runsTotal } = standing.progress
  const where = `[${standing.place}/${standing.places}] ${visible(standing.id)}`
  if (phase === "regressions") return `${where}  regressions`
  if (phase === "shrinking") {
    return `${where}  shrinking ${countOf(failures, "failure")}`
  }
  const rate = standing.wallMillis === 0 ? 0 : (runsDone * 1_000) / standing.wallMillis
  const byRuns = rate === 0 ? Number.POSITIVE_INFINITY : ((runsTotal - runsDone) * 1_000) / rate
  const byTime = (standing.timeMillis ?? Number.POSITIVE_INFINITY) - standing.wallMillis
  const left = Math.max(0, Math.min(byRuns, byTime))
  return [
    where,
    standing.timeMillis === undefined
      ? `${countText(runsDone)} of ${countOf(runsTotal, "run")}`
      : countOf(runsDone, "run"),
    `${countText(rate)} runs/s`,
    ...(Number.isFinite(left) ? [`${wallText(left)} left`] : []),
    ...(failures === 0 ? [] : [countOf(failures, "failure")])
  ].join("  ")
}
