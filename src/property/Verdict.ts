/**
 * What a property, a flight or a batch comes to: it holds, it is violated, or nobody knows.
 *
 * A limit, a budget or a timeout is `unknown`, never a pass.
 */

/** Evidence against a property. Texts are short; `subject` has no names that differ by run. */
export interface Counterexample {
  /** What it is about, in general: `charges of an order`. Part of the failure's signature. */
  readonly subject: string
  /** The claim with actual names: `charges(o-17) ≤ 1`. */
  readonly expected: string
  /** What was met instead, without "got": `2`. Whoever prints it says that. */
  readonly actual: string
}

/** The result of judging. */
export type Verdict =
  | { readonly _tag: "holds" }
  | { readonly _tag: "violated"; readonly counterexample: Counterexample }
  | { readonly _tag: "unknown"; readonly reason: string }

/** It held. */
export const holds: Verdict = { _tag: "holds" }
/** It was violated, and this is the evidence. */
export const violated = (counterexample: Counterexample): Verdict => ({
  _tag: "violated",
  counterexample
})
/** It could not be decided, for this reason. */
export const unknown = (reason: string): Verdict => ({ _tag: "unknown", reason })

/** The worse of two verdicts: violated before unknown before holds; the first of equals. */
export const worst = (left: Verdict, right: Verdict): Verdict => {
  const weight = { violated: 2, unknown: 1, holds: 0 } as const
  return weight[right._tag] > weight[left._tag] ? right : left
}
