/**
 * Triggers: short troubles that come and go. A system that does not recover although the trigger
 * has gone is metastable (Bronson and others, "Metastable Failures in Distributed Systems", HotOS
 * 2021).
 *
 * Owns the kinds and the time table of a probe with a trigger.
 */
import type { Duration } from "effect"
import type * as Operation from "../flight/Operation.ts"
import * as Micros from "../system/Micros.ts"
import type { Asked } from "../turbulence/AskedFault.ts"

/** A trigger. Times in microseconds. */
export interface Trigger {
  readonly name: string
  readonly lastingMicros: number
  /** How long after it has gone requests are measured again. */
  readonly settleMicros: number
  readonly what: What
  readonly problems: ReadonlyArray<string>
}

/** What a trigger does while it lasts. */
export type What =
  /** So many times as many requests. */
  | { readonly _tag: "spike"; readonly factor: number }
  /** Faults, whose window is the trigger's. */
  | { readonly _tag: "faults"; readonly faults: ReadonlyArray<Asked> }
  /** One call, such as one that flushes a cache, at its beginning. */
  | { readonly _tag: "call"; readonly operation: Operation.Operation }

/** When a trigger comes and goes. */
export interface Options {
  /** How long it lasts: 1 millisecond to a day. Default 5 seconds. */
  readonly lasting?: Duration.Input
  /** How long after it has gone requests are measured again, up to a day. Default 30 seconds. */
  readonly settle?: Duration.Input
}

/** The default length of a trigger: 5 seconds. */
export const lastingMicrosDefault = 5_000_000
/** The default time that a system has to get over a trigger: 30 seconds. */
export const settleMicrosDefault = 30_000_000
/** The largest factor of a spike. */
export const factorMax = 1_000

/** Names of triggers stand in the ids of points, and on terminals. */
const nameProblems = (name: string): ReadonlyArray<string> => {
  if (name.trim() === "") return ["a trigger has no name"]
  // Half of a surrogate pair is a character on no terminal, and cannot be part of an id.
  return /[\p{Cc}\p{Cs}]/u.test(name)
    ? [`the name of the trigger ${JSON.stringify(name)} has characters that cannot be shown`]
    : []
}

const make = (name: string, what: What, options: Options, more: ReadonlyArray<string>): Trigger => {
  const problems: Array<string> = [...more]
  const { lasting, settle } = options
  return {
    name,
    lastingMicros: Micros.upToADay("lasting", lasting, 1_000, lastingMicrosDefault, problems),
    settleMicros: Micros.upToADay("settle", settle, 0, settleMicrosDefault, problems),
    what,
    problems: [
      ...nameProblems(name),
      ...problems.map((problem) => `trigger ${JSON.stringify(name)}: ${problem}`)
    ]
  }
}

/**
 * So many times as many requests for a while. For arrivals of users it does nothing: a closed loop
 * has no spikes, and is refused.
 */
export const spike = (name: string, options: Options & { readonly factor: number }): Trigger => {
  const { factor } = options
  const isRight = factor > 0 && factor <= factorMax
  const problem = `factor is ${factor}; it must be above 0 and at most ${factorMax}`
  return make(name, { _tag: "spike", factor }, options, isRight ? [] : [problem])
}

/**
 * Faults for a while: a slow dependency, a paused one, a dead link. Their own windows do not count.
 *
 * @example
 * Trigger.faults("slow store", [Fault.slow("store", "50 millis")], { lasting: "5 seconds" })
 */
export const faults = (
  name: string,
  faults: ReadonlyArray<Asked>,
  options: Options = {}
): Trigger =>
  make(name, { _tag: "faults", faults }, options, faults.length > 0 ? [] : ["it has no faults"])

/** One call at the beginning: an operation that flushes a cache, or pushes a bad configuration. */
export const call = (
  name: string,
  operation: Operation.Operation,
  options: Options = {}
): Trigger => make(name, { _tag: "call", operation }, options, [])

/** The faults of a trigger, acting while it lasts. */
export const faultsOf = (
  { lastingMicros, what }: Trigger,
  atMicros: number
): ReadonlyArray<Asked> =>
  what._tag === "faults"
    ? what.faults.map((fault) => ({
        ...fault,
        atMs: Math.round(atMicros / 1_000),
        durationMs: Math.round(lastingMicros / 1_000)
      }))
    : []
