/**
 * When the requests of a load arrive.
 *
 * Owns the kinds of arrivals and the times they come to. Times are in *load time*: microseconds
 * since the load began, before a trigger has made some of it go faster or slower (see Pace).
 */
import type { Duration } from "effect"
import * as Micros from "../system/Micros.ts"

/** Arrivals; rates are requests a second. */
export type Arrivals =
  /** Independent users: exponential gaps. */
  | { readonly _tag: "poisson"; readonly rate: number }
  /** Like clockwork. */
  | { readonly _tag: "constant"; readonly rate: number }
  /** Groups of `burst` requests at the same moment, the groups at exponential gaps. */
  | { readonly _tag: "bursty"; readonly rate: number; readonly burst: number }
  /** As once measured: offsets in microseconds, ascending; `stretch` makes it slower or faster. */
  | {
      readonly _tag: "trace"
      readonly offsets: ReadonlyArray<number>
      readonly stretch: number
      readonly repeats: boolean
    }
  /** A closed loop: each user asks, waits for the answer, thinks, and asks again. */
  | { readonly _tag: "users"; readonly users: number; readonly thinkMicros: number }

/** Open-loop arrivals; those of users depend on the answers. */
export type Open = Exclude<Arrivals, { readonly _tag: "users" }>

/** The highest rate that can be asked for, in requests a second. */
export const rateMax = 1_000_000
/** The most requests of one burst. */
export const burstMax = 100_000
/** The most users of a closed loop. */
export const usersMax = 10_000
/** The most requests of a trace. */
export const traceMax = 1_000_000

/** Poisson arrivals: what many independent users make. */
export const poisson = (rate: number): Arrivals => ({ _tag: "poisson", rate })

/** One request every `1 / rate` seconds. */
export const constant = (rate: number): Arrivals => ({ _tag: "constant", rate })

/** Bursts of so many requests at once, at random; `rate` counts requests, not bursts. */
export const bursty = (rate: number, options: { readonly burst: number }): Arrivals => ({
  _tag: "bursty",
  rate,
  burst: options.burst
})

/**
 * The arrivals of a trace: offsets in milliseconds since its beginning, ascending. With a `rate`
 * the trace is stretched evenly until it has that rate on average; so a trace has an axis, too. A
 * trace that ends before the load does makes a probe invalid, unless it `repeats`.
 */
export const trace = (
  offsetsMs: ReadonlyArray<number>,
  options: { readonly rate?: number; readonly repeats?: boolean } = {}
): Arrivals => {
  const offsets = offsetsMs.map((millis) => Math.round(millis * 1_000))
  const span = offsets.at(-1) ?? 0
  const own = span === 0 ? 0 : ((offsets.length - 1) * 1_000_000) / span
  const stretch = options.rate === undefined || own === 0 ? 1 : own / options.rate
  return { _tag: "trace", offsets, stretch, repeats: options.repeats ?? false }
}

/** A closed loop of so many users, who think for so long between an answer and the next request. */
export const users = (
  users: number,
  options: { readonly think?: Duration.Input } = {}
): Arrivals => ({
  _tag: "users",
  users,
  thinkMicros: options.think === undefined ? 0 : (Micros.fromDuration(options.think) ?? NaN)
})

/** What is wrong with arrivals, one sentence each. */
export const problems = (arrivals: Arrivals): ReadonlyArray<string> => {
  switch (arrivals._tag) {
    case "poisson":
    case "constant":
      return rateProblems(arrivals.rate)
    case "bursty":
      return [
        ...rateProblems(arrivals.rate),
        ...outside("the burst", arrivals.burst, 1, burstMax, true)
      ]
    case "trace": {
      const { offsets, stretch } = arrivals
      const isSorted = offsets.every((offset, at) => offset >= (offsets[at - 1] ?? 0))
      const span = offsets.at(-1) ?? 0
      return [
        ...outside("the number of requests in the trace", offsets.length, 2, traceMax, true),
        ...(isSorted ? [] : ["the offsets of the trace must be ascending, from 0"]),
        // A trace without a length has no rate, and would repeat for ever at one moment.
        ...(isSorted && !(span > 0 && Number.isFinite(span))
          ? [`the trace ends after ${span} microseconds; it must take some time, and end`]
          : []),
        ...(stretch > 0 && Number.isFinite(stretch)
          ? []
          : ["the rate of the trace must be above 0"])
      ]
    }
    case "users":
      return [
        ...outside("the number of users", arrivals.users, 1, usersMax, true),
        ...outside("the time to think", arrivals.thinkMicros, 0, 86_400_000_000, false)
      ]
  }
}

const rateProblems = (rate: number): ReadonlyArray<string> =>
  rate > 0 && rate <= rateMax ? [] : [`the rate ${rate} must be above 0 and at most ${rateMax}`]

const outside = (
  what: string,
  value: number,
  minimum: number,
  maximum: number,
  isWhole: boolean
): ReadonlyArray<string> =>
  value >= minimum && value <= maximum && (!isWhole || Number.isInteger(value))
    ? []
    : [`${what} is ${value}; allowed are ${minimum} to ${maximum}`]

/**
 * The times of arrivals, one after the other, in load time; `undefined` when there are no more.
 * `uniform` gives the number of an index, in (0, 1).
 */
export const times = (
  arrivals: Open,
  uniform: (index: number) => number
): (() => number | undefined) => {
  let index = 0
  // Sums of floats: exact to far less than a microsecond over any load that can be flown.
  let seconds = 0
  switch (arrivals._tag) {
    case "poisson":
      return () => {
        seconds -= Math.log(uniform(index++)) / arrivals.rate
        return seconds * 1_000_000
      }
    case "constant":
      return () => (++index * 1_000_000) / arrivals.rate
    case "bursty":
      return () => {
        if (index % arrivals.burst === 0) {
          seconds -= (Math.log(uniform(index)) * arrivals.burst) / arrivals.rate
        }
        index++
        return seconds * 1_000_000
      }
    case "trace":
      return traceTimes(arrivals)
  }
}

const traceTimes = ({
  offsets,
  repeats,
  stretch
}: Extract<Arrivals, { readonly _tag: "trace" }>): (() => number | undefined) => {
  // A repetition begins one average gap after the last request.
  const span = offsets.at(-1) ?? 0
  const period = span + span / Math.max(1, offsets.length - 1)
  let index = 0
  return () => {
    const round = Math.floor(index / offsets.length)
    const offset = offsets[index % offsets.length]
    index++
    if (offset === undefined || (round > 0 && !repeats)) return undefined
    return (round * period + offset) * stretch
  }
}
