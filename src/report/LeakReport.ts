/**
 * What is said of leaks: where code reached past the simulation, and what to do instead.
 */
import { Schema } from "effect"
import { leakText } from "../flight/Unasked.ts"
import type { Leak } from "../kernel/Surroundings.ts"

/** Most leaks of a scenario that are printed. */
export const leaksShownMax = 20

/** A leak in a JSON document. */
export const LeakReport = Schema.Struct({
  /** What was called: `fs.readFileSync`. */
  call: Schema.String,
  node: Schema.String,
  /** `payments.ts:84`; null when the call cannot be traced to a line. */
  source: Schema.NullOr(Schema.String),
  advice: Schema.String
})

/** See the schema of the same name. */
export type LeakReport = typeof LeakReport.Type

/** The part of a document for a leak. */
export const leakReport = ({ advice, call, nodeName, source }: Leak): LeakReport => ({
  call,
  node: nodeName,
  source: source ?? null,
  advice
})

/** One line for each leak of a scenario, at most `leaksShownMax` and how many more. */
export const leakLines = (scenario: string, leaks: ReadonlyArray<Leak>): ReadonlyArray<string> => {
  const left = leaks.length - leaksShownMax
  return [
    ...leaks
      .slice(0, leaksShownMax)
      .map((leak) => `${scenario}: not deterministic: ${leakText(leak)}`),
    ...(left > 0 ? [`${scenario}: and ${left} more; --json lists all`] : [])
  ]
}
