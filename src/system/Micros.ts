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

/** The longest length that options may have where nothing else is said: one day. */
export const dayMicros = 86_400_000_000

const namesOfMinimum = { 0: "0", 1: "1 microsecond", 1_000: "1 millisecond" } as const

/**
 * Reads an option that is a length of up to a day: `otherwise` when it is left out. One that is out
 * of range is a problem, named by `what`, and `otherwise` is used.
 */
export const upToADay = (
  what: string,
  input: Duration.Input | undefined,
  minimum: keyof typeof namesOfMinimum,
  otherwise: number,
  problems: Array<string>
): number => {
  if (input === undefined) return otherwise
  const micros = fromDuration(input)
  if (micros !== undefined && micros >= minimum && micros <= dayMicros) return micros
  const allowed = `${namesOfMinimum[minimum]} to 1 day`
  problems.push(`${what} is ${inputText(input)}; allowed are ${allowed}`)
  return otherwise
}
