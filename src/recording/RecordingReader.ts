/**
 * Opens recordings, from the bytes of a file or from events in memory.
 *
 * Owns how the parts come together; Recording.ts says what an opened recording can do. A file is
 * judged completely when it is opened, so an opened recording has no bad lines to stumble over.
 */
import { Result } from "effect"
import { causalChainOf, causesOf, otherEndsOf } from "./Causality.ts"
import type { Event } from "./Event.ts"
import { columnsOf, type EventColumns } from "./EventColumns.ts"
import type { Checkpoint } from "./EventLine.ts"
import type { Header } from "./Header.ts"
import { decodedEventsMax } from "./Limits.ts"
import type { Recording, State } from "./Recording.ts"
import { RecordingError } from "./RecordingError.ts"
import { inflate } from "./RecordingFile.ts"
import { index, type IndexedText, textOf } from "./RecordingText.ts"
import {
  applyEvent,
  changesOf,
  checkpointPace,
  copyOf,
  sortedState,
  type WorkingState
} from "./StateHistory.ts"

/** Where the events and checkpoints of a recording come from. */
interface Source {
  readonly header: Header
  readonly columns: EventColumns
  readonly event: (step: number) => Event
  /** Steps with a checkpoint, ascending, and the state after the nth of them. */
  readonly checkpointSteps: ReadonlyArray<number>
  readonly checkpoint: (position: number) => State
}

/** How many of the ascending steps are at most `step`. */
const countUpTo = (steps: ReadonlyArray<number>, step: number): number => {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((steps[middle] ?? 0) <= step) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Walks to the state after any step, from the nearest checkpoint or from where it walked last,
 * so that stepping forward costs one event. The state belongs to the walker: copy to keep it.
 */
const stateWalker = (source: Source): ((step: number) => State) => {
  let state: WorkingState = new Map()
  let reached = -1
  return (step) => {
    const position = countUpTo(source.checkpointSteps, step) - 1
    const checkpointStep = source.checkpointSteps[position] ?? -1
    if (step < reached || reached < checkpointStep) {
      state = position < 0 ? new Map() : copyOf(source.checkpoint(position))
      reached = checkpointStep
    }
    while (reached < step) {
      reached++
      if (source.columns.hasState[reached] === 1) applyEvent(state, source.event(reached))
    }
    return state
  }
}

const recordingOf = (source: Source): Recording => {
  const { columns, header } = source
  const walkTo = stateWalker(source)
  let ends: Int32Array | undefined
  const inRange =
    <A>(ask: (step: number) => A) =>
    (step: number): A => {
      if (Number.isInteger(step) && step >= 0 && step < header.events) return ask(step)
      throw new RangeError(`step ${step} is not one of the ${header.events} of this recording`)
    }
  return {
    header,
    event: inRange(source.event),
    violation: header.failure?.step ?? Math.max(0, header.events - 1),
    causes: inRange((step) => causesOf(columns, step)),
    causalChain: inRange((step) => causalChainOf(columns, step)),
    otherEnd: inRange((step) => {
      ends ??= otherEndsOf(columns)
      const end = ends[step] ?? -1
      return end < 0 ? undefined : end
    }),
    changes: inRange((step) =>
      columns.hasState[step] === 1 ? changesOf(walkTo(step - 1), source.event(step)) : []
    ),
    stateAfter: inRange((step) => sortedState(walkTo(step)))
  }
}

/** Remembers the latest answers; the oldest is forgotten first. */
const remembering = <A>(ask: (step: number) => A): ((step: number) => A) => {
  const known = new Map<number, A>()
  return (step) => {
    const answer = known.get(step)
    if (answer !== undefined) return answer
    const fresh = ask(step)
    known.set(step, fresh)
    if (known.size > decodedEventsMax) {
      for (const oldest of known.keys()) {
        known.delete(oldest)
        break
      }
    }
    return fresh
  }
}

const sourceOf = (indexed: IndexedText): Source => {
  const { checkpoints, ends, starts, text } = indexed
  return {
    header: indexed.header,
    columns: indexed.columns,
    // Sound casts: `index` accepted both lines, and neither schema changes what it decodes.
    event: remembering(
      (step) => JSON.parse(textOf(text, starts[step] ?? 0, ends[step] ?? 0)) as Event
    ),
    checkpointSteps: checkpoints.map(({ step }) => step),
    checkpoint: (position) => {
      const place = checkpoints[position]
      if (place === undefined) return new Map()
      const { state } = JSON.parse(textOf(text, place.start, place.end)) as Checkpoint
      return new Map(
        Object.entries(state).map(([node, probes]) => [node, new Map(Object.entries(probes))])
      )
    }
  }
}

/**
 * Opens the bytes of a recording file. `file` is its name in errors. Every line is judged here:
 * what is damaged, too large or dangerous is refused with one line that says where and why.
 */
export const open = (bytes: Uint8Array, file: string): Result.Result<Recording, RecordingError> =>
  inflate(bytes).pipe(
    Result.flatMap(index),
    Result.map((indexed) => recordingOf(sourceOf(indexed))),
    Result.mapError((problem) => new RecordingError({ file, problem }))
  )

/** A recording of a flight just flown: the same answers as its file would give, not checked. */
export const fromEvents = (header: Header, events: ReadonlyArray<Event>): Recording => {
  const columns = columnsOf(events.length)
  const checkpointSteps: Array<number> = []
  const checkpoints: Array<State> = []
  const state: WorkingState = new Map()
  const pace = checkpointPace()
  for (const event of events) {
    columns.add(event.because, event.because.length, event.message ?? -1, event.state !== undefined)
    applyEvent(state, event)
    if (!pace.isDue(Object.keys(event.state ?? {}).length)) continue
    const copy = copyOf(state)
    checkpointSteps.push(event.step)
    checkpoints.push(copy)
    pace.taken([...copy.values()].reduce((size, probes) => size + probes.size, 0))
  }
  return recordingOf({
    header: { ...header, events: events.length },
    columns: columns.done(),
    event: (step) => {
      const event = events[step]
      if (event === undefined) throw new RangeError(`there is no event ${step}`)
      return event
    },
    checkpointSteps,
    checkpoint: (position) => checkpoints[position] ?? new Map()
  })
}
