/**
 * Who caused what: causes, causal chains and the two ends of a message, from columns alone.
 *
 * Owns the questions, not the events: nothing here decodes one.
 */
import type { EventColumns } from "./EventColumns.ts"

/** The earlier steps that caused a step, nearest first, each once. */
export const causesOf = (columns: EventColumns, step: number): ReadonlyArray<number> => {
  const start = columns.causeStarts[step] ?? 0
  const end = columns.causeStarts[step + 1] ?? start
  return [...new Set(columns.causes.subarray(start, end))]
}

/** All ancestors of a step and the step itself, in order of time. */
export const causalChainOf = (columns: EventColumns, step: number): ReadonlyArray<number> => {
  const isReached = new Uint8Array(step + 1)
  isReached[step] = 1
  const chain: Array<number> = []
  // Causes are always earlier, so one pass backwards reaches every ancestor before its own causes.
  for (let current = step; current >= 0; current--) {
    if (isReached[current] === 0) continue
    chain.push(current)
    const end = columns.causeStarts[current + 1] ?? 0
    for (let index = columns.causeStarts[current] ?? 0; index < end; index++) {
      isReached[columns.causes[index] ?? 0] = 1
    }
  }
  return chain.reverse()
}

/** Remembers a step per message number: an array for numbers that count up, else a map. */
const stepsByMessage = (
  columns: EventColumns
): { get: (message: number) => number; set: (message: number, step: number) => void } => {
  let messageMax = -1
  for (const message of columns.messages) if (message > messageMax) messageMax = message
  if (messageMax <= columns.count * 4) {
    const steps = new Int32Array(messageMax + 1).fill(-1)
    return {
      get: (message) => steps[message] ?? -1,
      set: (message, step) => {
        steps[message] = step
      }
    }
  }
  const steps = new Map<number, number>()
  return {
    get: (message) => steps.get(message) ?? -1,
    set: (message, step) => {
      steps.set(message, step)
    }
  }
}

/**
 * The other end of the message of every step, -1 for none. Where a message is first seen it
 * leaves, every later step is an end of it: from an end the other end is where it left, from
 * there it is the first end.
 */
export const otherEndsOf = (columns: EventColumns): Int32Array => {
  const ends = new Int32Array(columns.count).fill(-1)
  const origins = stepsByMessage(columns)
  for (let step = 0; step < columns.count; step++) {
    const message = columns.messages[step] ?? -1
    if (message < 0) continue
    const origin = origins.get(message)
    if (origin < 0) {
      origins.set(message, step)
      continue
    }
    ends[step] = origin
    if (ends[origin] === -1) ends[origin] = step
  }
  return ends
}
