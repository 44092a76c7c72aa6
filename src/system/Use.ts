/**
 * Uses: the edges of the graph. Which contract a service calls, and under which policy.
 *
 * Owns the policy as data and its limits. The client that keeps to it is the world's.
 */
import type { Duration } from "effect"
import * as Contract from "./Contract.ts"
import * as Micros from "./Micros.ts"

/** What the client of an edge does without being told in each call. */
export interface EdgePolicy {
  /** How long one attempt may take; `undefined` waits for ever. */
  readonly timeoutMicros: number | undefined
  /** After which failures, how soon and how often an attempt is made again. */
  readonly retry:
    | {
        readonly times: number
        readonly delayMicros: number
        readonly onlyIf: (error: unknown) => boolean
      }
    | undefined
  /** How many calls one node may have under way; more wait their turn. `undefined` is no bound. */
  readonly concurrency: number | undefined
}

/**
 * The network between the two ends of an edge, each way. `undefined` is what links have unasked.
 */
export interface LinkCapacity {
  readonly latencyMicros: number | undefined
  /** What the link carries a second; messages go out one after the other. `undefined`: all. */
  readonly bytesPerSecond: number | undefined
}

/** An edge to a contract. */
export interface Use<out C extends Contract.Any = Contract.Any> {
  readonly contract: C
  readonly policy: EdgePolicy
  readonly link: LinkCapacity
  /** What is wrong with the options it was made from; empty when all is well. */
  readonly problems: ReadonlyArray<string>
}

/** The options of an edge. */
export interface Options {
  /** How long one attempt may take, up to a day. Default 10 seconds. `"Infinity"`: for ever. */
  readonly timeout?: Duration.Input
  /** Default: every attempt is the only one. */
  readonly retry?: {
    /** How many attempts may follow the first one: 0 to `retryTimesMax`. */
    readonly times: number
    /** The time between the end of an attempt and the next. Default 100 milliseconds. */
    readonly delay?: Duration.Input
    /** Which errors are worth another attempt. Default: call errors only, see `CallError`. */
    readonly onlyIf?: (error: unknown) => boolean
  }
  /** How many calls one node may have under way: 1 to `concurrencyMax`. Default: no bound. */
  readonly concurrency?: number
  /** What a message takes in calm air, up to a day. Default 500 microseconds. */
  readonly latency?: Duration.Input
  /**
   * What the link between the two nodes carries each way, in bytes a second: 1 to `bandwidthMax`. A
   * message takes as long as its payload as JSON needs, after those before it. Default: no bound.
   */
  readonly bandwidth?: number
}

/** The default timeout of an attempt: 10 seconds, well within a client's own patience. */
export const timeoutMicrosDefault = 10_000_000
/** The default time between attempts: 100 milliseconds. */
export const retryDelayMicrosDefault = 100_000
/** The most retries that can be asked for. */
export const retryTimesMax = 100
/** The largest bound on concurrency that can be asked for. */
export const concurrencyMax = 100_000
/** The largest bandwidth that can be asked for: a terabyte a second. */
export const bandwidthMax = 1_000_000_000_000

/**
 * Declares an edge to a contract with its policy. Options out of range do not throw: they are
 * problems that `System` reports together with all others.
 *
 * @example
 * Use.make(Ledger, { timeout: "1 second", retry: { times: 2 }, concurrency: 8 })
 */
export const make = <C extends Contract.Any>(contract: C, options: Options = {}): Use<C> => {
  const problems: Array<string> = []
  const { bandwidth, concurrency, latency, retry } = options
  const timeoutMicros = readTimeout(options.timeout, problems)
  const delayMicros = Micros.upToADay(
    "retry.delay",
    retry?.delay,
    0,
    retryDelayMicrosDefault,
    problems
  )
  const latencyMicros =
    latency === undefined ? undefined : Micros.upToADay("latency", latency, 0, 0, problems)
  if (retry !== undefined && !isWithin(retry.times, 0, retryTimesMax)) {
    problems.push(`retry.times is ${retry.times}; allowed are 0 to ${retryTimesMax}`)
  }
  if (concurrency !== undefined && !isWithin(concurrency, 1, concurrencyMax)) {
    problems.push(`concurrency is ${concurrency}; allowed are 1 to ${concurrencyMax}`)
  }
  if (bandwidth !== undefined && !(bandwidth >= 1 && bandwidth <= bandwidthMax)) {
    problems.push(`bandwidth is ${bandwidth}; allowed are 1 to ${bandwidthMax} bytes a second`)
  }
  return {
    contract,
    link: { latencyMicros, bytesPerSecond: bandwidth },
    policy: {
      timeoutMicros,
      retry:
        retry === undefined
          ? undefined
          : { times: retry.times, delayMicros, onlyIf: retry.onlyIf ?? Contract.isCallError },
      concurrency
    },
    problems
  }
}

const isWithin = (value: number, minimum: number, maximum: number): boolean =>
  Number.isInteger(value) && value >= minimum && value <= maximum

const readTimeout = (
  input: Duration.Input | undefined,
  problems: Array<string>
): number | undefined => {
  if (input === undefined) return timeoutMicrosDefault
  const micros = Micros.fromDuration(input)
  if (micros === Number.POSITIVE_INFINITY) return undefined
  if (micros !== undefined && isWithin(micros, 1, Micros.dayMicros)) return micros
  problems.push(
    `timeout is ${Micros.inputText(input)}; allowed are 1 microsecond to 1 day, or "Infinity"`
  )
  return timeoutMicrosDefault
}
