/**
 * Filtering events by a text: which steps match, found a chunk at a time.
 *
 * Owns the question and the growing list of matches. Who calls `advance`, and when, is the
 * session's business: a recording of a million events takes many chunks.
 */
import type { Event } from "../../src/recording/Event.ts"
import type { Recording } from "../../src/recording/Recording.ts"

/** Events looked at per chunk: a chunk stays well below the time of a frame. */
export const chunkEventsMax = 2_000

/** A filter, and what it has found so far. */
export interface Filter {
  /** As typed, the `!` of the inverse included. */
  readonly text: string
  /** Matching steps below `scanned`, in order. */
  readonly matches: ReadonlyArray<number>
  /** Steps below this one have been looked at. */
  readonly scanned: number
}

/** A filter that has not looked at anything yet. */
export const make = (text: string): Filter => ({ text, matches: [], scanned: 0 })

/** Whether an event has the text anywhere a person would look for it. */
const mentions = (event: Event, needle: string): boolean =>
  `${event.kind} ${event.node ?? ""} ${event.peer ?? ""} ${event.what} ${event.source ?? ""}`
    .toLowerCase()
    .includes(needle)

/** The question of a filter: `text` somewhere in the event, or for `!text`, nowhere. */
export const predicateOf = (text: string): ((event: Event) => boolean) => {
  if (!text.startsWith("!")) {
    const needle = text.toLowerCase()
    return (event) => mentions(event, needle)
  }
  const needle = text.slice(1).toLowerCase()
  return (event) => !mentions(event, needle)
}

/** Whether every event has been looked at. */
export const isComplete = (filter: Filter, recording: Recording): boolean =>
  filter.scanned >= recording.header.events

/** The filter after one more chunk. */
export const advance = (filter: Filter, recording: Recording): Filter => {
  const end = Math.min(recording.header.events, filter.scanned + chunkEventsMax)
  const matches = predicateOf(filter.text)
  const found: Array<number> = []
  for (let step = filter.scanned; step < end; step++) {
    if (matches(recording.event(step))) found.push(step)
  }
  return {
    text: filter.text,
    matches: found.length === 0 ? filter.matches : [...filter.matches, ...found],
    scanned: end
  }
}

/** The index of the first match at or after a step. */
export const firstFrom = (matches: ReadonlyArray<number>, step: number): number => {
  let low = 0
  let high = matches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((matches[middle] ?? 0) < step) low = middle + 1
    else high = middle
  }
  return low
}
