/**
 * The inflated text of a recording: judged line by line, never decoded as a whole.
 *
 * Owns the order of lines (header, events with checkpoints between them, nothing after) and the
 * index over them. After `index` succeeds every line is known to be valid, so decoding one later
 * cannot fail. The reader opens with it and the writer proves with it that what it wrote opens.
 */
import { Result } from "effect"
import type { Event } from "./Event.ts"
import { columnsOf, type EventColumns } from "./EventColumns.ts"
import { decodeLine, type LinePlace } from "./EventLine.ts"
import { type EventScanner, type ScannedEvent, scannerOf } from "./EventScanner.ts"
import type { Header } from "./Header.ts"
import { decodeHeader } from "./HeaderLine.ts"
import { headerBytesMax, lineBytesMax } from "./Limits.ts"
import type { RecordingProblem } from "./RecordingError.ts"

/** A text whose every line was checked. */
export interface IndexedText {
  readonly text: Uint8Array
  readonly header: Header
  /** First byte and newline of the line of each event. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly columns: EventColumns
  /** Steps with a checkpoint, ascending, and where its line starts and ends. */
  readonly checkpoints: ReadonlyArray<{ step: number; start: number; end: number }>
}

const newline = 0x0a
/** The second byte of a line tells `{"checkpoint"` from `{"step"`: the third is c or s. */
const isCheckpointLike = (text: Uint8Array, start: number): boolean => text[start + 2] === 0x63

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The characters of a line. The text must be valid UTF-8, cut at newlines. */
export const textOf = (text: Uint8Array, start: number, end: number): string =>
  decoder.decode(text.subarray(start, end))

/** The laws between a vouched event and what came before; what fails goes to EventLine. */
const obeysOrder = (scanned: ScannedEvent, place: LinePlace): boolean => {
  if (scanned.step !== place.step || scanned.time < place.time) return false
  for (let index = 0; index < scanned.causeCount; index++) {
    if ((scanned.because[index] ?? 0) >= scanned.step) return false
  }
  return true
}

/** Copies what the index needs of an event that EventLine decoded. */
const scannedOf = (event: Event): ScannedEvent => ({
  step: event.step,
  time: event.time,
  message: event.message ?? -1,
  because: [...event.because],
  causeCount: event.because.length,
  hasState: event.state !== undefined
})

/** Judges one line: an event, the step of a checkpoint, or a problem. Quick when it is usual. */
const judge = (
  text: Uint8Array,
  scanner: EventScanner,
  start: number,
  end: number,
  place: LinePlace
): ScannedEvent | number | RecordingProblem => {
  if (end - start > lineBytesMax) {
    return { _tag: "TooLarge", limit: "lineBytesMax", allowed: lineBytesMax }
  }
  if (isCheckpointLike(text, start)) {
    const step = scanner.checkpoint(start, end)
    if (step >= 0 && step === place.step - 1 && step > place.checkpoint) return step
  } else if (scanner.event(start, end) && obeysOrder(scanner.scanned, place)) {
    return scanner.scanned
  }
  const line = decodeLine(textOf(text, start, end), place)
  if (Result.isFailure(line)) return line.failure
  if (line.success._tag === "Event") return scannedOf(line.success.event)
  return line.success.checkpoint.checkpoint
}

const missing = (found: number, header: Header): RecordingProblem => ({
  _tag: "Truncated",
  what: `it has ${found} of ${header.events} events`
})

/** Judges all lines of a text and says where everything is. */
export const index = (text: Uint8Array): Result.Result<IndexedText, RecordingProblem> => {
  const headerEnd = text.indexOf(newline)
  if (headerEnd > headerBytesMax || (headerEnd < 0 && text.length > headerBytesMax)) {
    const allowed = headerBytesMax
    return Result.fail({ _tag: "TooLarge", limit: "headerBytesMax", allowed })
  }
  if (headerEnd < 0) return Result.fail({ _tag: "Truncated", what: "its first line has no end" })
  const header = decodeHeader(textOf(text, 0, headerEnd))
  if (Result.isFailure(header)) return Result.fail(header.failure)
  return indexEvents(text, header.success, headerEnd + 1)
}

const indexEvents = (
  text: Uint8Array,
  header: Header,
  firstStart: number
): Result.Result<IndexedText, RecordingProblem> => {
  // A header may claim what it likes; the text after it bounds how many lines there can be.
  if (header.events > text.length - firstStart) return Result.fail(missing(0, header))
  const starts = new Int32Array(header.events)
  const ends = new Int32Array(header.events)
  const columns = columnsOf(header.events)
  const checkpoints: Array<{ step: number; start: number; end: number }> = []
  const scanner = scannerOf(text)
  const place = { line: 1, step: 0, time: 0, checkpoint: -1 }
  for (let start = firstStart; start < text.length;) {
    place.line++
    const end = text.indexOf(newline, start)
    if (end < 0) return Result.fail({ _tag: "Truncated", what: "its last line has no end" })
    const found = judge(text, scanner, start, end, place)
    if (typeof found === "number") {
      place.checkpoint = found
      checkpoints.push({ step: found, start, end })
    } else if ("_tag" in found) return Result.fail(found)
    else if (place.step === header.events) {
      const what = `more events follow than the ${header.events} of the header`
      return Result.fail({ _tag: "Invalid", line: place.line, what })
    } else {
      columns.add(found.because, found.causeCount, found.message, found.hasState)
      starts[place.step] = start
      ends[place.step] = end
      place.step++
      place.time = found.time
    }
    start = end + 1
  }
  if (place.step !== header.events) return Result.fail(missing(place.step, header))
  return Result.succeed({ text, header, starts, ends, columns: columns.done(), checkpoints })
}
