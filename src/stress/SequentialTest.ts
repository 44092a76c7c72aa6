/**
 * Wald's sequential probability ratio test: as few probes as it takes to tell a load that passes
 * often from one that passes less often, by default 95 times of 100 from 85 times (Wald,
 * "Sequential Tests of Statistical Hypotheses", Annals of Mathematical Statistics 16, 1945).
 *
 * Owns one test at one load. At which loads to test is the search's.
 */

/** What is told from what, and how sure. */
export interface Options {
  /** The share of passes that is good. */
  readonly good: number
  /** The share of passes that is bad. */
  readonly bad: number
  /** How often either is mistaken for the other, at most. */
  readonly error: number
  /** After so many probes without an answer it is inconclusive. */
  readonly trialsMax: number
}

/** 27 straight passes accept, 3 straight fails reject, and after 100 probes nobody knows. */
export const optionsDefault: Options = { good: 0.95, bad: 0.85, error: 0.05, trialsMax: 100 }

/** A quick look, which tells 95 of 100 from half: 5 straight passes accept, 2 fails reject. */
export const optionsSmall: Options = { good: 0.95, bad: 0.5, error: 0.05, trialsMax: 20 }

/** How far the test is. */
export interface Count {
  readonly passes: number
  readonly trials: number
}

/** Before the first probe. */
export const empty: Count = { passes: 0, trials: 0 }

/** What is known after some probes. */
export type Answer = "accepted" | "rejected" | "inconclusive" | "open"

/** Counts one more probe. */
export const tell = ({ passes, trials }: Count, passed: boolean): Count => ({
  passes: passes + (passed ? 1 : 0),
  trials: trials + 1
})

/** The answer so far. */
export const answer = (
  { passes, trials }: Count,
  { bad, error, good, trialsMax }: Options
): Answer => {
  const fails = trials - passes
  const evidence = passes * Math.log(good / bad) + fails * Math.log((1 - good) / (1 - bad))
  const bound = Math.log((1 - error) / error)
  if (evidence >= bound) return "accepted"
  if (evidence <= -bound) return "rejected"
  return trials >= trialsMax ? "inconclusive" : "open"
}
