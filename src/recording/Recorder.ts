/**
 * Collects the events of one flight, in memory, as they happen.
 *
 * Owns the numbering of steps, and which deviations and state changes belong to which event. What
 * is worth an event is decided by whoever calls; the file is RecordingWriter's business.
 */
import type { Schema } from "effect"
import type { Deviation } from "../turbulence/ChoicePoint.ts"
import type { Event, EventKind } from "./Event.ts"

/** An event before it has its step. Keys that do not apply are absent or undefined. */
export interface Draft {
  readonly time: number
  readonly kind: EventKind
  readonly node?: string | undefined
  readonly peer?: string | undefined
  readonly what: string
  /** Causing steps; negative ones (no step yet) are dropped, as are repetitions. */
  readonly because: ReadonlyArray<number>
  readonly message?: number | undefined
  readonly source?: string | undefined
  readonly value?: Schema.Json | undefined
}

/** The growing recording of a flight. */
export interface Recorder {
  /** Adds an event and returns its step. Deviations noted since the last one belong to it. */
  readonly record: (draft: Draft) => number
  /** A choice that was not calm; it belongs to the next event. */
  readonly noteDeviation: (deviation: Deviation) => void
  /** The deviations noted that belong to no event yet. */
  readonly looseDeviations: () => ReadonlyArray<Deviation>
  /** The first event of a node since the last `endTask`; what it only logged or traced is none. */
  readonly firstStepOf: (node: string) => number | undefined
  /** What is recorded from here on belongs to another task. */
  readonly endTask: () => void
  /** A probe of the node of a step has a new value; null when it is gone. */
  readonly noteState: (step: number, probe: string, value: Schema.Json) => void
  readonly events: () => ReadonlyArray<Event>
  /** All deviations noted, in the order they were made. */
  readonly deviations: () => ReadonlyArray<Deviation>
}

interface MutableEvent {
  step: number
  time: number
  kind: EventKind
  node?: string
  peer?: string
  what: string
  because: ReadonlyArray<number>
  message?: number
  source?: string
  value?: Schema.Json
  state?: Record<string, Schema.Json>
  deviations?: ReadonlyArray<Deviation>
}

/** Most events have one cause or two, and there are many events: these make no set. */
const causesOf = (because: ReadonlyArray<number>): ReadonlyArray<number> => {
  const [first = -1, second = -1] = because
  if (because.length > 2) {
    return [...new Set(because.filter((step) => step >= 0))].sort((left, right) => right - left)
  }
  if (second < 0 || second === first) return first < 0 ? [] : [first]
  if (first < 0) return [second]
  return first > second ? [first, second] : [second, first]
}

/**
 * What is only said decides nothing: one more log line or span must not take the deviations, or the
 * changes of state, that are another event's.
 */
const isSaid = (kind: EventKind): boolean => kind === "log" || kind === "span"

/** Makes an empty recorder. */
export const make = (): Recorder => {
  const events: Array<MutableEvent> = []
  const deviations: Array<Deviation> = []
  let loose: Array<Deviation> = []
  let taskStart = 0

  const record = (draft: Draft): number => {
    const step = events.length
    const event: MutableEvent = {
      step,
      time: draft.time,
      kind: draft.kind,
      what: draft.what,
      because: causesOf(draft.because)
    }
    if (draft.node !== undefined) event.node = draft.node
    if (draft.peer !== undefined) event.peer = draft.peer
    if (draft.message !== undefined) event.message = draft.message
    if (draft.source !== undefined) event.source = draft.source
    if (draft.value !== undefined) event.value = draft.value
    if (loose.length > 0 && !isSaid(draft.kind)) {
      event.deviations = loose
      loose = []
    }
    events.push(event)
    return step
  }

  return {
    record,
    noteDeviation: (deviation) => {
      deviations.push(deviation)
      loose.push(deviation)
    },
    looseDeviations: () => loose,
    firstStepOf: (node) => {
      for (let step = taskStart; step < events.length; step++) {
        const event = events[step]
        if (event?.node === node && !isSaid(event.kind)) return step
      }
      return undefined
    },
    endTask: () => {
      taskStart = events.length
    },
    noteState: (step, probe, value) => {
      const event = events[step]
      if (event === undefined) return
      event.state ??= {}
      event.state[probe] = value
    },
    events: () => events,
    deviations: () => deviations
  }
}
