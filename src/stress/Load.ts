/**
 * Loads: what is asked of a system under stress, how often, for how long, and what is measured.
 *
 * Owns the declaration and its checks. A load warms up, is measured, and goes; then the flight goes
 * on for a while to see what is left. When requests arrive is Arrivals' business.
 */
import type { Duration } from "effect"
import * as Workload from "../flight/Workload.ts"
import * as Micros from "../system/Micros.ts"
import * as Arrivals from "./Arrivals.ts"

/** A checked load, calling these contracts. */
export interface Load<out Target = unknown> {
  readonly workload: Workload.Workload<Target>
  readonly arrivals: Arrivals.Arrivals
  /** How long requests come before they are measured. */
  readonly warmUpMicros: number
  /** Requests that are meant to begin within this time are measured. */
  readonly measureMicros: number
  /** How long the flight goes on after the last request has ended. */
  readonly drainMicros: number
  /** What is wrong with the options it was made from; empty when all is well. */
  readonly problems: ReadonlyArray<string>
}

/** The declaration of a load. */
export interface Options<Choices extends Workload.Choice | ReadonlyArray<Workload.Choice>> {
  /** What is asked for: one operation, or several to draw from, see `Workload.make`. */
  readonly operation: Choices
  readonly arrivals: Arrivals.Arrivals
  /** How long requests come before they are measured, up to a day. Default 5 seconds. */
  readonly warmUp?: Duration.Input
  /** For how long requests are measured: 1 millisecond to a day. Default 30 seconds. */
  readonly measure?: Duration.Input
  /** How long the flight goes on after the last request, up to a day. Default 15 seconds. */
  readonly drain?: Duration.Input
  /** How long a request waits for its answer, up to a day. Default 30 seconds. */
  readonly timeout?: Duration.Input
  /** The nodes that requests come from: 1 to `Workload.clientsMax`. Default 4; users: one each. */
  readonly clients?: number
  /**
   * How many requests the generator has under way at most: 1 to `inFlightMaxMax`. Default 10,000.
   * When more are due it falls behind, and the probe is invalid: it did not make the load it names.
   */
  readonly inFlightMax?: number
}

/** The default time before requests are measured: 5 seconds. */
export const warmUpMicrosDefault = 5_000_000
/** The default time for which requests are measured: 30 seconds. */
export const measureMicrosDefault = 30_000_000
/** The default time after the last request: 15 seconds. */
export const drainMicrosDefault = 15_000_000
/** The default number of client nodes. */
export const clientsDefault = 4
/** The default bound on requests under way. */
export const inFlightMaxDefault = 10_000
/** The largest bound on requests under way that can be asked for. */
export const inFlightMaxMax = 1_000_000

/**
 * Declares a load. Options out of range do not throw: they are problems that the breaking point
 * reports together with all others.
 *
 * @example
 * Load.make({ operation: buy, arrivals: Arrivals.poisson(rate), measure: "20 seconds" })
 */
export const make = <const Choices extends Workload.Choice | ReadonlyArray<Workload.Choice>>(
  options: Options<Choices>
): Load<TargetsOf<Choices>> => {
  const { arrivals, operation } = options
  const problems: Array<string> = []
  const length = (
    name: string,
    input: Duration.Input | undefined,
    minimum: 0 | 1_000,
    otherwise: number
  ): number => Micros.upToADay(`load: ${name}`, input, minimum, otherwise, problems)
  const inFlightMax = options.inFlightMax ?? inFlightMaxDefault
  if (!Number.isInteger(inFlightMax) || inFlightMax < 1 || inFlightMax > inFlightMaxMax) {
    problems.push(`load: inFlightMax is ${inFlightMax}; allowed are 1 to ${inFlightMaxMax}`)
  }
  const clients = arrivals._tag === "users" ? arrivals.users : (options.clients ?? clientsDefault)
  const workload = Workload.make({
    clients: Math.min(clients, Workload.clientsMax),
    operations: 1,
    operation,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout })
  })
  return {
    workload: { ...workload, pacing: { _tag: "as they come", inFlightMax } },
    arrivals,
    warmUpMicros: length("warmUp", options.warmUp, 0, warmUpMicrosDefault),
    measureMicros: length("measure", options.measure, 1_000, measureMicrosDefault),
    drainMicros: length("drain", options.drain, 0, drainMicrosDefault),
    problems: [
      ...workload.problems,
      ...Arrivals.problems(arrivals).map((problem) => `load: ${problem}`),
      ...problems
    ]
  }
}

type TargetsOf<Choices> = Workload.TargetOf<
  Choices extends ReadonlyArray<infer Each> ? Each : Choices
>
