/** The signature of a failure: the same bug seen twice is one failure. */
import { hashText, toText } from "../turbulence/Seed.ts"

/**
 * Eight hexadecimal digits from the property, what it was about, and the causal shape of the
 * failure. None of the three may contain names or numbers that differ from run to run.
 */
export const signature = (property: string, subject: string, shape: string): string =>
  // As JSON no two different triples have the same text.
  toText(hashText(JSON.stringify([property, subject, shape])))
