/**
 * Whether the backlog grows: more requests are under way late in the measurement than early in it,
 * by more than chance and the usual up and down explain.
 *
 * Owns the rule. Two moments would not do: where answers take long, the number under way goes up
 * and down by a good part of itself in a system that keeps up.
 */
import type { HistoryEntry } from "../property/History.ts"

/** The mean number under way may grow by this share of the measured requests, ... */
export const growthShareMax = 0.03
/** ... or by this many requests, ... */
export const growthMin = 10
/** ... or by so many times the root of what was under way, whichever is most. */
export const deviationsMax = 5

/** The mean number of requests under way between two moments. */
const meanUnderWay = (
  history: ReadonlyArray<HistoryEntry>,
  from: number,
  until: number
): number => {
  let sum = 0
  for (const { endedAt = Number.POSITIVE_INFINITY, intendedAt } of history) {
    sum += Math.max(0, Math.min(endedAt, until) - Math.max(intendedAt, from))
  }
  return sum / Math.max(1, until - from)
}

/**
 * Compares the last quarter of the time with the first; `measured` requests fell into all of it.
 */
export const hasGrown = (
  history: ReadonlyArray<HistoryEntry>,
  from: number,
  until: number,
  measured: number
): boolean => {
  const quarter = (until - from) / 4
  const early = meanUnderWay(history, from, from + quarter)
  const late = meanUnderWay(history, until - quarter, until)
  const usual = deviationsMax * Math.sqrt(early)
  return late - early > Math.max(growthMin, growthShareMax * measured, usual)
}
