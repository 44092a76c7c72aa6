/**
 * One line of a recording after the header: an event or a checkpoint, written and checked.
 *
 * Owns what a line may say: its schema, strictly, and the laws that schemas cannot state. This is
 * the authority; EventScanner is the quick way to the same answers.
 */
import { Result, Schema } from "effect"
import { Event } from "./Event.ts"
import { complaint } from "./HeaderLine.ts"
import type { State } from "./Recording.ts"
import type { RecordingProblem } from "./RecordingError.ts"
import { parseLine } from "./SafeJson.ts"
import { pathComplaint } from "./SafePath.ts"

const Step = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** The whole state after a step: probe values by node and probe. */
export const Checkpoint = Schema.Struct({
  checkpoint: Step,
  state: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Json))
})

/** See the schema of the same name. */
export type Checkpoint = typeof Checkpoint.Type

/** Where a line stands: its number from 1, how many events came before, and their latest time. */
export interface LinePlace {
  readonly line: number
  readonly step: number
  readonly time: number
  /** The step of the latest checkpoint so far; -1 when there was none. */
  readonly checkpoint: number
}

/** What a line turned out to be. */
export type Line =
  | { readonly _tag: "Event"; readonly event: Event }
  | { readonly _tag: "Checkpoint"; readonly checkpoint: Checkpoint }

const strict = { onExcessProperty: "error" } as const
const decodeEvent = Schema.decodeUnknownResult(Event, strict)
const decodeCheckpoint = Schema.decodeUnknownResult(Checkpoint, strict)

/** A checkpoint as its line, nodes and probes in the order of the state. */
export const checkpointLine = (step: number, state: State): string => {
  const record = <A>(values: ReadonlyMap<string, A>, text: (value: A) => string): string =>
    `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${text(value)}`).join(",")}}`
  const nodes = record(state, (probes) => record(probes, (value) => JSON.stringify(value)))
  return `{"checkpoint":${step},"state":${nodes}}`
}

/** An event as its line, keys in the order of the schema, absent keys left out. */
export const eventLine = (event: Event): string =>
  JSON.stringify({
    step: event.step,
    time: event.time,
    kind: event.kind,
    node: event.node,
    peer: event.peer,
    what: event.what,
    because: event.because,
    message: event.message,
    source: event.source,
    value: event.value,
    state: event.state,
    deviations: event.deviations?.map(({ key, path, kind, outcome }) => ({
      key,
      path,
      kind,
      outcome
    }))
  })

/** The problem of an event that its schema accepts, or undefined. */
const eventProblem = (event: Event, place: LinePlace): string | undefined => {
  if (event.step !== place.step) return `step ${event.step} stands where ${place.step} belongs`
  if (event.time < place.time) return `time goes back from ${place.time} to ${event.time}`
  for (const cause of event.because) {
    if (cause >= event.step) return `step ${event.step} has a cause that is not earlier: ${cause}`
  }
  if (event.state !== undefined && event.node === undefined) return "it has state but no node"
  return undefined
}

const invalid = (line: number, what: string): RecordingProblem => ({ _tag: "Invalid", line, what })

/** Decodes a line in full and checks every law. Slow and complete. */
export const decodeLine = (text: string, place: LinePlace): Result.Result<Line, RecordingProblem> =>
  Result.gen(function* () {
    const value = yield* parseLine(text, place.line)
    if (typeof value === "object" && value !== null && "checkpoint" in value) {
      const checkpoint = yield* Result.mapError(decodeCheckpoint(value), (error) =>
        invalid(place.line, complaint(error))
      )
      const problem = checkpointProblem(checkpoint.checkpoint, place)
      if (problem !== undefined) return yield* Result.fail(invalid(place.line, problem))
      return { _tag: "Checkpoint", checkpoint } as const
    }
    const event = yield* Result.mapError(decodeEvent(value), (error) =>
      invalid(place.line, complaint(error))
    )
    const problem = eventProblem(event, place)
    if (problem !== undefined) return yield* Result.fail(invalid(place.line, problem))
    const what = event.source === undefined ? undefined : pathComplaint("source", event.source)
    if (what !== undefined) {
      return yield* Result.fail<RecordingProblem>({ _tag: "UnsafePath", line: place.line, what })
    }
    return { _tag: "Event", event } as const
  })

/** A checkpoint stands right after the event it belongs to, once. */
const checkpointProblem = (step: number, place: LinePlace): string | undefined => {
  if (step !== place.step - 1) return `checkpoint ${step} does not follow event ${step}`
  if (step === place.checkpoint) return `checkpoint ${step} stands there twice`
  return undefined
}
