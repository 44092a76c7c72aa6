/**
 * Writes a recording: a header, events and checkpoints as lines, compressed.
 *
 * Owns the order of lines and where checkpoints stand. Equal input gives equal bytes on every
 * machine: no time, no name, no path of this machine goes into it. What is written was judged by
 * the reader's own rules before, so it opens.
 */
import { Result } from "effect"
import type { Event } from "./Event.ts"
import { checkpointLine, eventLine } from "./EventLine.ts"
import type { Header } from "./Header.ts"
import { decodeHeader } from "./HeaderLine.ts"
import { inflatedBytesMax } from "./Limits.ts"
import { RecordingError, type RecordingProblem } from "./RecordingError.ts"
import { compress } from "./RecordingFile.ts"
import { index } from "./RecordingText.ts"
import { applyEvent, checkpointPace, sortedState, type WorkingState } from "./StateHistory.ts"

/** Characters gathered before they are turned into bytes. */
const chunkCharacters = 1_048_576

/** Gathers lines as bytes, so that a long recording never has to be one string. */
const lineSink = (): {
  readonly add: (line: string) => void
  readonly size: () => number
  readonly bytes: () => Uint8Array
} => {
  const encoder = new TextEncoder()
  const chunks: Array<Uint8Array> = []
  let pending: Array<string> = []
  let pendingCharacters = 0
  let size = 0
  const flush = (): void => {
    const chunk = encoder.encode(pending.join(""))
    chunks.push(chunk)
    size += chunk.length
    pending = []
    pendingCharacters = 0
  }
  return {
    add: (line) => {
      pending.push(line, "\n")
      pendingCharacters += line.length + 1
      if (pendingCharacters > chunkCharacters) flush()
    },
    size: () => size + pendingCharacters,
    bytes: () => {
      flush()
      const bytes = new Uint8Array(size)
      let at = 0
      for (const chunk of chunks) {
        bytes.set(chunk, at)
        at += chunk.length
      }
      return bytes
    }
  }
}

const write = (
  header: Header,
  events: ReadonlyArray<Event>
): Result.Result<Uint8Array, RecordingProblem> =>
  Result.gen(function* () {
    const tooLarge: RecordingProblem = {
      _tag: "TooLarge",
      limit: "inflatedBytesMax",
      allowed: inflatedBytesMax
    }
    const sink = lineSink()
    // Decoding puts the keys into the order of the schema, however the header was put together.
    sink.add(JSON.stringify(yield* decodeHeader(JSON.stringify(header))))
    const state: WorkingState = new Map()
    const pace = checkpointPace()
    for (const event of events) {
      const line = eventLine(event)
      sink.add(line)
      applyEvent(state, event)
      if (pace.isDue(line.length)) {
        const checkpoint = checkpointLine(event.step, sortedState(state))
        sink.add(checkpoint)
        pace.taken(checkpoint.length)
      }
      if (sink.size() > inflatedBytesMax) return yield* Result.fail(tooLarge)
    }
    const text = sink.bytes()
    yield* index(text)
    return compress(text)
  })

/**
 * The file of a recording, or why no reader would open it: a payload with a forbidden key, say,
 * or more events than `eventsMax`. `file` is the name that the error gives.
 */
export const encodeResult = (
  header: Header,
  events: ReadonlyArray<Event>,
  file: string
): Result.Result<Uint8Array, RecordingError> =>
  Result.mapError(write(header, events), (problem) => new RecordingError({ file, problem }))

/**
 * The file of a recording.
 *
 * @throws RecordingError where `encodeResult` fails.
 */
export const encode = (header: Header, events: ReadonlyArray<Event>): Uint8Array =>
  Result.getOrThrow(encodeResult(header, events, `recording of ${header.scenario}`))
