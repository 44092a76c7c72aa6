/**
 * What a service says, in one line: its messages, annotations and spans as text.
 *
 * Owns the wording only. Whose line it is and where it goes is Ambient's and Spans' business.
 */
import { Array as Arr, type Fiber, References } from "effect"

const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? String(value) : value

/** A part of a message; what has no JSON (a circle, say) is told by its type. */
const partText = (part: unknown): string => {
  if (typeof part === "string" || typeof part === "bigint") return String(part)
  try {
    return JSON.stringify(part, bigintAsText) ?? String(part)
  } catch {
    return `[${typeof part}]`
  }
}

/** Named values: `order=o-17 tries=2`. */
export const pairsText = (pairs: Iterable<readonly [string, unknown]>): string =>
  Array.from(pairs, ([name, value]) => `${name}=${partText(value)}`).join(" ")

/**
 * The messages of a line, then its annotations, its log spans with their milliseconds so far by the
 * node's clock, and the innermost traced span: `paid order=o-17 charging=3ms span=charge`.
 */
export const logLine = (
  fiber: Fiber.Fiber<unknown, unknown>,
  message: unknown,
  wallMillis: number
): string => {
  const spans = fiber.getRef(References.CurrentLogSpans)
  const { span } = fiber.cache
  return [
    Arr.ensure(message).map(partText).join(" "),
    pairsText(Object.entries(fiber.getRef(References.CurrentLogAnnotations))),
    pairsText(spans.map(([label, startMillis]) => [label, `${wallMillis - startMillis}ms`])),
    span?._tag === "Span" ? pairsText([["span", span.name]]) : ""
  ]
    .filter((part) => part !== "")
    .join(" ")
}
