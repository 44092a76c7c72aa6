/**
 * Whether a system recovers at one point, by probes that are flown again and again.
 *
 * Owns when that is known, and how many more probes it takes. Answers count in the order of their
 * repetitions, whatever the order in which they came.
 */

/** Whether service levels held again after all trouble had gone. */
export type Outcome =
  | { readonly _tag: "recovered" }
  | { readonly _tag: "stuck"; readonly criterion: string }
  /** The probe says nothing. */
  | { readonly _tag: "invalid"; readonly reason: string }

/** How often it was stuck. */
export interface Trials {
  readonly stuck: number
  /** Valid probes. */
  readonly trials: number
}

/** What it takes to recover: half of the probes, or all of them. */
export type Rule = "mostly" | "always"

/** What is known at a point. */
export interface Recovery extends Trials {
  /** `unknown`: too many probes were invalid. `open`: probes are wanted. */
  readonly answer: "recovers" | "stuck" | "unknown" | "open"
  /** What did not hold in each probe that was stuck. */
  readonly criteria: ReadonlyArray<string>
  /** Repetitions whose answers were looked at, invalid ones among them, and those wanted. */
  readonly used: ReadonlyArray<number>
  readonly wanted: ReadonlyArray<number>
}

/** After so many invalid probes nothing is known. */
const invalidsMax = 3

const answerOf = (
  { stuck, trials }: Trials,
  repetitions: number,
  rule: Rule
): "recovers" | "stuck" | undefined => {
  const recovered = trials - stuck
  if (rule === "always") {
    if (stuck > 0) return "stuck"
    return recovered >= repetitions ? "recovers" : undefined
  }
  if (2 * stuck > repetitions) return "stuck"
  return 2 * recovered >= repetitions ? "recovers" : undefined
}

/** How many more probes there must be at least until something is known. */
const missing = ({ stuck, trials }: Trials, repetitions: number, rule: Rule): number => {
  if (rule === "always") return repetitions - trials
  const toStuck = Math.floor(repetitions / 2) + 1 - stuck
  const toRecover = Math.ceil(repetitions / 2) - (trials - stuck)
  return Math.min(toStuck, toRecover)
}

/** Judges by at most so many valid repetitions: as soon as the rest could not change the answer. */
export const of = (
  outcomeOf: (repetition: number) => Outcome | undefined,
  repetitions: number,
  rule: Rule
): Recovery => {
  const criteria: Array<string> = []
  const used: Array<number> = []
  let [stuck, trials] = [0, 0]
  for (let repetition = 0; ; repetition++) {
    const counts = { stuck, trials }
    const answer = answerOf(counts, repetitions, rule)
    if (answer !== undefined) return { ...counts, answer, criteria, used, wanted: [] }
    if (repetition - trials >= invalidsMax) {
      return { ...counts, answer: "unknown", criteria, used, wanted: [] }
    }
    const outcome = outcomeOf(repetition)
    if (outcome === undefined) {
      const wanted = Array.from(
        { length: missing(counts, repetitions, rule) },
        (_, more) => repetition + more
      ).filter((each) => outcomeOf(each) === undefined)
      return { ...counts, answer: "open", criteria, used, wanted }
    }
    used.push(repetition)
    if (outcome._tag === "invalid") continue
    trials++
    if (outcome._tag === "stuck") {
      stuck++
      criteria.push(outcome.criterion)
    }
  }
}
