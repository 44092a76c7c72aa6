/** Lengths of time as Downforce counts them: whole virtual microseconds. */
import { Duration, Option } from "effect"

/**
 * Reads a duration as whole microseconds, rounded to the nearest: `undefined` when it cannot be
 * read, `Infinity` only when it never ends.
 */
export const fromDuration = (input: Duration.Input): number | undefined => {
  // Effect reads NaN as zero; an author who computed NaN did not mean that.
  if (typeof input === "number" && Number.isNaN(input)) return undefined
  const duration = Option.getOrUndefined(Duration.fromInput(input))
  if (duration === undefined) return undefined
  const micros = Math.round(Duration.toMillis(duration) * 1000)
  // A length beyond all numbers still ends: it must not be taken for one that never does.
  return Duration.isFinite(duration) ? Math.min(micros, Number.MAX_VALUE) : micros
}

/** A duration as its author wrote it, for messages. */
export const inputText = (input: Duration.Input): string =>
  typeof input === "string" ? JSON.stringify(input) : String(input)
