/**
 * A probe: one flight at one load, asked for by a search and answered by whoever flies it.
 *
 * Owns the words of that conversation, and counting probes by their load.
 */
import type { Share } from "./Statistics.ts"

/** What a probe is for. */
export type Phase = "bracket" | "locate" | "confirm" | "limit" | "ultimate" | "rupture"

/**
 * A probe that is wanted. `repetition` counts the probes at this load from 0, whatever they were
 * for: load and repetition are all that its seed may depend on, and no two probes share both.
 */
export interface Ask {
  readonly phase: Phase
  readonly load: number
  readonly repetition: number
}

/**
 * How a service level did in a probe: the level holds when `value` is at most `allowed`. The value
 * is the share of requests that were bad (slower than a bound, lost, wrong), or an average: a
 * quantity whose mean over many probes is what the level is about.
 */
export interface Reading {
  readonly level: string
  readonly value: number
  readonly allowed: number
}

/** What a probe failed by: a service level, named as in its reading, or something else. */
export interface Criterion {
  readonly name: string
  readonly isSafety: boolean
}

/** What came of a probe. */
export type Outcome =
  | { readonly _tag: "pass"; readonly readings: ReadonlyArray<Reading> }
  | {
      readonly _tag: "fail"
      readonly readings: ReadonlyArray<Reading>
      /** Never empty; the first is the one to name first. */
      readonly criteria: ReadonlyArray<Criterion>
    }
  /** The probe says nothing: the load was not what it should have been. */
  | { readonly _tag: "invalid"; readonly reason: string }

/** A probe that was flown. */
export interface Probe {
  readonly ask: Ask
  readonly outcome: Outcome
}

/** Whether a probe failed on safety, alone or among other things. */
export const isSafetyFailure = (outcome: Outcome): boolean =>
  outcome._tag === "fail" && outcome.criteria.some(({ isSafety }) => isSafety)

/** How many probes passed at each load, the lowest load first. Invalid probes count nowhere. */
export const shares = (probes: ReadonlyArray<Probe>): ReadonlyArray<Share> => {
  const byLoad = new Map<number, Share>()
  for (const { ask, outcome } of probes) {
    if (outcome._tag === "invalid") continue
    const { passes, trials } = byLoad.get(ask.load) ?? { passes: 0, trials: 0 }
    const isPass = outcome._tag === "pass"
    byLoad.set(ask.load, {
      load: ask.load,
      passes: passes + (isPass ? 1 : 0),
      trials: trials + 1
    })
  }
  return [...byLoad.values()].sort((left, right) => left.load - right.load)
}
