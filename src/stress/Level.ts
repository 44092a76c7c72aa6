/**
 * Service levels: what a system owes its users under load, as declared.
 *
 * Owns the kinds, their names, and how each is read off a probe. Every level comes to one number
 * that must not exceed what is allowed; for all but averages it is a share of bad requests, which
 * is what makes a breaking point estimable: the mean share is unbiased, a percentile is not.
 */
import { type Duration } from "effect"
import type * as Operation from "../flight/Operation.ts"
import type { HistoryEntry } from "../property/History.ts"
import type { View } from "../property/View.ts"
import * as Micros from "../system/Micros.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import * as Percentile from "./Percentile.ts"
import type { Reading } from "./Probe.ts"

/** A level that is read off the requests of a probe. */
export interface OfRequests {
  readonly _tag: "latency" | "errors" | "goodput"
  readonly name: string
  /** The requests it counts: those of one operation, or all. */
  readonly operation: Pick<Operation.Operation, "contract" | "procedure"> | undefined
  /** Whether a request is bad. */
  readonly isBad: (entry: HistoryEntry) => boolean
  /** The share of bad requests that is allowed. */
  readonly allowed: number
  /** The percentile and what it must not exceed; `undefined` for errors and goodput. */
  readonly bound: { readonly percentile: number; readonly atMostMicros: number } | undefined
  /** What a person reads of it: the percentile, the share. */
  readonly text: (entries: ReadonlyArray<HistoryEntry>) => string
  readonly problems: ReadonlyArray<string>
}

/** A level that is the average of a number over the time of measurement. */
export interface Average {
  readonly _tag: "average"
  readonly name: string
  readonly of: (view: View) => number
  readonly allowed: number
  readonly problems: ReadonlyArray<string>
}

/** A service level. */
export type Level = OfRequests | Average

/** Which requests a level counts. */
export interface Only {
  /** Default: all. */
  readonly of?: Operation.Operation
}

/** When the answer came, counted from when the request was meant to begin; never is `Infinity`. */
export const latencyMicros = ({ endedAt, intendedAt, outcome }: HistoryEntry): number =>
  endedAt === undefined || outcome === undefined || outcome._tag === "info"
    ? Number.POSITIVE_INFINITY
    : endedAt - intendedAt

const isOk = ({ outcome }: HistoryEntry): boolean => outcome?._tag === "ok"

const percentText = (share: number): string => `${Math.round(share * 100_000) / 1_000}%`

const shareText =
  (isCounted: (entry: HistoryEntry) => boolean) =>
  (entries: ReadonlyArray<HistoryEntry>): string =>
    percentText(entries.filter(isCounted).length / Math.max(1, entries.length))

/** What is left of a whole, without the error of floats: of 99.9 %, 0.001 is left. */
const remainder = (whole: number, part: number): number =>
  Math.round(((whole - part) / whole) * 1e12) / 1e12

const shareProblems = (what: string, share: number): ReadonlyArray<string> =>
  share >= 0 && share < 1 ? [] : [`${what} is ${share}; allowed are 0 up to 1`]

const suffix = ({ of }: Only): string => (of === undefined ? "" : ` of ${of.procedure}`)

/** The latency below which so many percent of all requests stay, by the nearest rank. */
const percentileText =
  (percentile: number) =>
  (entries: ReadonlyArray<HistoryEntry>): string => {
    const at = Percentile.of(entries.map(latencyMicros), percentile)
    return at === undefined || at === Number.POSITIVE_INFINITY ? "no answer" : durationText(at)
  }

/**
 * So many percent of all requests are answered in time, counted from when they were meant to begin.
 * A request that gets no answer is late; one that is refused or answered by an error in time is
 * not.
 *
 * @example
 * Level.latency({ percentile: 99, atMost: "250 millis" })
 */
export const latency = (
  options: { readonly percentile: number; readonly atMost: Duration.Input } & Only
): Level => {
  const { atMost, percentile } = options
  const micros = Micros.fromDuration(atMost)
  const bound = micros ?? 0
  return {
    _tag: "latency",
    name: `p${percentile}${suffix(options)} ≤ ${durationText(bound)}`,
    operation: options.of,
    isBad: (entry) => latencyMicros(entry) > bound,
    allowed: remainder(100, percentile),
    bound: { percentile, atMostMicros: bound },
    text: percentileText(percentile),
    problems: [
      ...(percentile > 0 && percentile < 100
        ? []
        : [`the percentile ${percentile} must be above 0 and below 100`]),
      ...(micros !== undefined && micros > 0 && Number.isFinite(micros)
        ? []
        : [`latency: atMost is ${Micros.inputText(atMost)}; it must be above 0`])
    ]
  }
}

/**
 * No more than this share of all requests fails, is refused, or gets no answer.
 *
 * @example
 * Level.errors({ atMost: 0.01 })
 */
export const errors = (options: { readonly atMost: number } & Only): Level => ({
  _tag: "errors",
  name: `errors${suffix(options)} ≤ ${percentText(options.atMost)}`,
  operation: options.of,
  isBad: (entry) => !isOk(entry),
  allowed: options.atMost,
  bound: undefined,
  text: shareText((entry) => !isOk(entry)),
  problems: shareProblems("errors: atMost", options.atMost)
})

/**
 * At least this share of what is offered is answered `ok`. Without a level for errors or goodput,
 * 99 % are asked for.
 */
export const goodput = (options: { readonly atLeast: number } & Only): Level => ({
  _tag: "goodput",
  name: `goodput${suffix(options)} ≥ ${percentText(options.atLeast)}`,
  operation: options.of,
  isBad: (entry) => !isOk(entry),
  allowed: remainder(1, options.atLeast),
  bound: undefined,
  text: shareText(isOk),
  problems: shareProblems("goodput: 1 - atLeast", 1 - options.atLeast)
})

/**
 * The average of a number over the time of measurement, such as a share of time: 1 while it is so
 * and 0 while not. It is read some hundred times, at moments that keep no rhythm.
 *
 * @example
 * Level.average("under yellow", { atMost: 0.5, of: (view) => (isYellow(view) ? 1 : 0) })
 */
export const average = (
  name: string,
  options: { readonly atMost: number; readonly of: (view: View) => number }
): Level => ({
  _tag: "average",
  name: `${name} ≤ ${options.atMost}`,
  of: options.of,
  allowed: options.atMost,
  problems: options.atMost >= 0 ? [] : [`${name}: atMost is ${options.atMost}, below 0`]
})

/** The requests of a probe that a level counts. */
export const counted = (
  { operation }: OfRequests,
  entries: ReadonlyArray<HistoryEntry>
): ReadonlyArray<HistoryEntry> =>
  operation === undefined
    ? entries
    : entries.filter(
        ({ contract, procedure }) =>
          contract === operation.contract.contractName && procedure === operation.procedure
      )

/** The levels that hold when nobody says otherwise: what is offered gets done. */
export const withDefault = (levels: ReadonlyArray<Level>): ReadonlyArray<Level> =>
  levels.some(({ _tag }) => _tag === "errors" || _tag === "goodput")
    ? levels
    : [...levels, goodput({ atLeast: 0.99 })]

/** How a level did, as a number and as a person reads it. */
export interface Read extends Reading {
  readonly text: string
}

/** Reads a level off measured requests; `averages` has the means of averages by name. */
export const read = (
  level: Level,
  entries: ReadonlyArray<HistoryEntry>,
  averages: ReadonlyMap<string, number>
): Read => {
  const { allowed, name } = level
  if (level._tag === "average") {
    const value = averages.get(name) ?? 0
    return { level: name, value, allowed, text: `${Math.round(value * 1_000) / 1_000}` }
  }
  const mine = counted(level, entries)
  const value = mine.filter(level.isBad).length / Math.max(1, mine.length)
  return { level: name, value, allowed, text: level.text(mine) }
}
