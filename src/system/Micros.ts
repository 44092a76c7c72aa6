/** Lengths of time as Downforce counts them: whole virtual microseconds. */
import { Duration, Option } from "effect"

/**
 * Reads a duration as whole microseconds, rounded to the nearest: `undefined` when it cannot be
 * read, `Infinity` when it never ends.
 */
export const fromDuration = (input: Duration.Input): number | undefined =>
  Option.getOrUndefined(
    Option.map(Duration.fromInput(input), (duration) =>
      Math.round(Duration.toMillis(duration) * 1000)
    )
  )

/** A duration as its author wrote it, for messages. */
export const inputText = (input: Duration.Input): string =>
  typeof input === "string" ? `"${input}"` : String(input)
