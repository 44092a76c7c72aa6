/**
 * The outermost layer of a recording file: gzip around lines of text.
 *
 * Owns the gzip frame, the limits on its size and the check that the text is UTF-8. The only
 * module of this folder that uses Node; what the lines say is for the writer and the reader.
 */
import { isUtf8 } from "node:buffer"
import { crc32, gunzipSync } from "node:zlib"
import { Result } from "effect"
import { deflate } from "./Deflate.ts"
import { fileBytesMax, inflatedBytesMax } from "./Limits.ts"
import type { RecordingProblem } from "./RecordingError.ts"

/** Magic, method 8, no flags, no time, no speed, unknown system: nothing of this machine. */
const gzipHead = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
const gzipTailBytes = 8

/** DEFLATE never inflates by more than this, so a claimed size above it is a lie. */
const inflationMax = 1_032

/** Least to inflate at a time, so that a claim too small does not make a million pieces. */
const pieceBytesMin = 65_536

/** Wraps text into gzip; equal text gives equal bytes on every machine and release of Node. */
export const compress = (text: Uint8Array): Uint8Array => {
  const body = deflate(text)
  const file = new Uint8Array(gzipHead.length + body.length + gzipTailBytes)
  file.set(gzipHead)
  file.set(body, gzipHead.length)
  const tail = new DataView(file.buffer, gzipHead.length + body.length)
  tail.setUint32(0, crc32(text), true)
  tail.setUint32(4, text.length, true)
  return file
}

const problemOf = (cause: unknown): RecordingProblem => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return { _tag: "TooLarge", limit: "inflatedBytesMax", allowed: inflatedBytesMax }
  }
  if (code === "Z_BUF_ERROR") return { _tag: "Truncated", what: "the compressed data just ends" }
  return { _tag: "Unreadable", what: "its compressed data is damaged" }
}

/**
 * Unwraps gzip. A bomb is stopped at the limit while inflating: memory never grows beyond the
 * smaller of `sizeMax` and what the file can honestly hold.
 */
export const inflate = (
  file: Uint8Array,
  sizeMax: number = inflatedBytesMax
): Result.Result<Uint8Array, RecordingProblem> => {
  if (file.length > fileBytesMax) {
    return Result.fail({ _tag: "TooLarge", limit: "fileBytesMax", allowed: fileBytesMax })
  }
  if (file[0] !== gzipHead[0] || file[1] !== gzipHead[1]) {
    return Result.fail({ _tag: "Unreadable", what: "it is not gzip" })
  }
  if (file.length < gzipHead.length + gzipTailBytes) {
    return Result.fail({ _tag: "Truncated", what: "the compressed data just ends" })
  }
  const size = new DataView(file.buffer, file.byteOffset + file.length - 4).getUint32(0, true)
  // The claimed size only chooses how much is inflated at a time: one piece when it is true. It
  // is no reason to refuse, since a truncated file claims just anything.
  const possible = Math.min(size, file.length * inflationMax, sizeMax)
  const pieceBytes = Math.max(pieceBytesMin, possible + 1)
  let text: Uint8Array
  try {
    text = gunzipSync(file, { maxOutputLength: sizeMax, chunkSize: pieceBytes })
  } catch (cause) {
    return Result.fail(problemOf(cause))
  }
  if (text.length !== size) {
    return Result.fail({ _tag: "Unreadable", what: "something follows the compressed data" })
  }
  if (!isUtf8(text)) return Result.fail({ _tag: "Unreadable", what: "its text is not UTF-8" })
  return Result.succeed(text)
}
