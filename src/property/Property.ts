/**
 * Properties: what must be true of a flight. Data and plain functions; the kernel never appears.
 *
 * Owns the union of the kinds and what a check's answer means. Judging them over a flight is
 * Monitor's.
 */
import type { Always } from "./Always.ts"
import type { CheckResult } from "./View.ts"
import type { Counterexample } from "./Verdict.ts"
import type { Eventually } from "./Eventually.ts"
import type { OfHistory } from "./OfHistory.ts"
import type { Sometimes } from "./Sometimes.ts"

/** The kinds. */
export type { Always, Eventually, OfHistory, Sometimes }

/** What a check is given and what it answers. */
export type { CheckResult, View } from "./View.ts"

/** A property of a scenario. */
export type Property = Always | Eventually | Sometimes | OfHistory

/**
 * Evidence from a check's answer; `undefined` when it holds. `actual` is what to say when the
 * check just answered false. Throws a TypeError when the answer is none that a check may give,
 * such as a promise: an answer nobody understands must not pass.
 */
export const evidence = (
  name: string,
  result: CheckResult,
  actual = "it does not hold"
): Counterexample | undefined => {
  if (result === true || result === undefined) return undefined
  if (result === false) return { subject: name, expected: name, actual }
  if (isCounterexample(result)) return result
  throw new TypeError(
    "a check must return a boolean, nothing, or { subject, expected, actual } as texts"
  )
}

const isCounterexample = (result: unknown): boolean =>
  typeof result === "object" &&
  result !== null &&
  ["subject", "expected", "actual"].every((field) => typeof Reflect.get(result, field) === "string")
