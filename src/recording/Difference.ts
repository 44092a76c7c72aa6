/**
 * Where two flights part: structural equality of events, ignoring nothing.
 *
 * Owns equality of JSON and of events. Aligning two flights beyond the first difference is for
 * whoever shows them side by side.
 */
import { Predicate } from "effect"
import type { Event } from "./Event.ts"
import type { Recording } from "./Recording.ts"

/**
 * Whether two JSON values are equal: the order of keys does not count, an absent key and one that
 * is undefined are the same, and so are 0 and -0, which JSON writes alike.
 */
export const sameJson = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => sameJson(item, right[index]))
  }
  if (!Predicate.isObject(left) || !Predicate.isObject(right)) return false
  const present = (value: Readonly<Record<PropertyKey, unknown>>): ReadonlyArray<string> =>
    Object.keys(value).filter((key) => value[key] !== undefined)
  const keys = present(left)
  if (keys.length !== present(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
}

/** Events by step: an array of them, or a recording. */
export type EventStream = ReadonlyArray<Event> | Pick<Recording, "header" | "event">

const isArray = (stream: EventStream): stream is ReadonlyArray<Event> => Array.isArray(stream)

/**
 * The first step at which two streams differ; where one ends and the other goes on, the step at
 * which it ends. `undefined` when they are equal. Headers are not compared.
 */
export const firstDifference = (left: EventStream, right: EventStream): number | undefined => {
  const count = (stream: EventStream): number =>
    isArray(stream) ? stream.length : stream.header.events
  const at = (stream: EventStream, step: number): Event | undefined =>
    isArray(stream) ? stream[step] : stream.event(step)
  const shared = Math.min(count(left), count(right))
  for (let step = 0; step < shared; step++) {
    if (!sameJson(at(left, step), at(right, step))) return step
  }
  return count(left) === count(right) ? undefined : shared
}
