/**
 * The same failure seen twice is one failure: what a saved regression fails with, new runs may too.
 */
import type { FoundFailure } from "../flight/BatchResult.ts"

/** Failures of which no two have the same signature. */
export interface Distinct {
  readonly failures: ReadonlyArray<FoundFailure>
  /** The file of a saved regression that fails with the signature, by signature. */
  readonly known: ReadonlyMap<string, string>
}

/** Of failures with the same signature a new one tells more, since it has been shrunk just now. */
export const distinct = (failures: ReadonlyArray<FoundFailure>): Distinct => {
  const signatureOf = ({ header }: FoundFailure): string => header.failure?.signature ?? ""
  const known = new Map<string, string>()
  const chosen = new Map<string, FoundFailure>()
  for (const failure of failures) {
    const signature = signatureOf(failure)
    const { regression } = failure
    if (regression !== undefined && !known.has(signature)) known.set(signature, regression)
    const other = chosen.get(signature)
    if (other === undefined || (other.regression !== undefined && regression === undefined)) {
      chosen.set(signature, failure)
    }
  }
  return { failures: [...chosen.values()], known }
}
