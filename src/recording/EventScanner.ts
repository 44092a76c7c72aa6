/**
 * The quick check of lines as the writer writes them: one pass over bytes, next to no garbage.
 *
 * Owns speed only. A line is vouched for when it is surely what EventLine accepts as far as one
 * line can tell; everything else (unusual spelling, keys in another order, damage) is left to
 * EventLine, which decides. That a vouched line is always accepted there, with equal numbers, is
 * a property test.
 */
import { kindNames, kinds } from "../turbulence/ChoicePoint.ts"
import { eventKinds } from "./Event.ts"
import type { JsonCursor } from "./JsonCursor.ts"
import {
  natural,
  skip,
  skipByte,
  skipHex,
  skipObject,
  skipString,
  skipValue
} from "./JsonCursor.ts"

/** What a vouched event line says. Read it before the next scan, which overwrites it. */
export interface ScannedEvent {
  step: number
  time: number
  /** -1 when the event belongs to no message. */
  message: number
  /** The causes; only the first `causeCount` entries count. */
  because: Array<number>
  causeCount: number
  hasState: boolean
}

/** Scans lines of one text. `start` is the first byte of a line, `end` its newline. */
export interface EventScanner {
  /** Whether the line is an event for sure; then `scanned` says what it holds. */
  readonly event: (start: number, end: number) => boolean
  /** The step of a checkpoint line; -1 when unsure. */
  readonly checkpoint: (start: number, end: number) => number
  readonly scanned: ScannedEvent
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const words = {
  step: bytesOf('{"step":'),
  time: bytesOf(',"time":'),
  kind: bytesOf(',"kind":'),
  node: bytesOf(',"node":'),
  peer: bytesOf(',"peer":'),
  what: bytesOf(',"what":'),
  because: bytesOf(',"because":['),
  message: bytesOf(',"message":'),
  source: bytesOf(',"source":'),
  value: bytesOf(',"value":'),
  state: bytesOf(',"state":'),
  deviations: bytesOf(',"deviations":['),
  deviationKey: bytesOf('{"key":"'),
  deviationPath: bytesOf('","path":'),
  outcome: bytesOf(',"outcome":'),
  checkpoint: bytesOf('{"checkpoint":')
}
const eventKindWords = eventKinds.map((kind) => bytesOf(`"${kind}"`))
const choiceKindWords = kindNames.map((kind) => bytesOf(`"${kind}"`))
const outcomeMax = Math.max(...kindNames.map((kind) => kinds[kind].outcomeMax))

const comma = 0x2c
const dot = 0x2e
const slash = 0x2f
const colon = 0x3a
const backslash = 0x5c
const arrayClose = 0x5d
const objectClose = 0x7d
const tilde = 0x7e
const firstBeyondPlain = 0x7f

/** Longest source judged here in bytes; longer ones are left to EventLine. */
const sourceBytesMax = 512

const skipOneOf = (cursor: JsonCursor, candidates: ReadonlyArray<Uint8Array>): boolean => {
  for (const candidate of candidates) if (skip(cursor, candidate)) return true
  return false
}

/** A plain relative path with an optional line: no `..`, no drive, no address, no escapes. */
const skipSource = (cursor: JsonCursor): boolean => {
  const { text } = cursor
  const start = cursor.at + 1
  if (!skipString(cursor)) return false
  const end = cursor.at - 1
  if (end <= start || end - start > sourceBytesMax) return false
  const first = text[start]
  if (first === slash || first === tilde || text[start + 1] === colon) return false
  for (let at = start; at < end; at++) {
    const byte = text[at] ?? 0
    if (byte === backslash || byte >= firstBeyondPlain) return false
    if (byte === dot && text[at + 1] === dot) return false
    if (byte === colon && text[at + 1] === slash) return false
  }
  return true
}

const skipDeviation = (cursor: JsonCursor): boolean => {
  if (!skip(cursor, words.deviationKey) || !skipHex(cursor, 14)) return false
  if (!skip(cursor, words.deviationPath) || !skipString(cursor)) return false
  if (!skip(cursor, words.kind) || !skipOneOf(cursor, choiceKindWords)) return false
  if (!skip(cursor, words.outcome)) return false
  const outcome = natural(cursor)
  return outcome >= 0 && outcome <= outcomeMax && skipByte(cursor, objectClose)
}

const skipDeviations = (cursor: JsonCursor): boolean => {
  if (skipByte(cursor, arrayClose)) return true
  do if (!skipDeviation(cursor)) return false
  while (skipByte(cursor, comma))
  return skipByte(cursor, arrayClose)
}

const scanBecause = (cursor: JsonCursor, scanned: ScannedEvent): boolean => {
  scanned.causeCount = 0
  if (skipByte(cursor, arrayClose)) return true
  do {
    const cause = natural(cursor)
    if (cause < 0) return false
    scanned.because[scanned.causeCount++] = cause
  } while (skipByte(cursor, comma))
  return skipByte(cursor, arrayClose)
}

/** Everything before `message`: what every event has, and its nodes. */
const scanHead = (cursor: JsonCursor, scanned: ScannedEvent): "node" | "no node" | "unsure" => {
  if (!skip(cursor, words.step)) return "unsure"
  scanned.step = natural(cursor)
  if (scanned.step < 0 || !skip(cursor, words.time)) return "unsure"
  scanned.time = natural(cursor)
  if (scanned.time < 0 || !skip(cursor, words.kind)) return "unsure"
  if (!skipOneOf(cursor, eventKindWords)) return "unsure"
  const hasNode = skip(cursor, words.node)
  if (hasNode && !skipString(cursor)) return "unsure"
  if (skip(cursor, words.peer) && !skipString(cursor)) return "unsure"
  if (!skip(cursor, words.what) || !skipString(cursor)) return "unsure"
  if (!skip(cursor, words.because) || !scanBecause(cursor, scanned)) return "unsure"
  return hasNode ? "node" : "no node"
}

const scanEvent = (cursor: JsonCursor, scanned: ScannedEvent): boolean => {
  scanned.message = -1
  const head = scanHead(cursor, scanned)
  if (head === "unsure") return false
  if (skip(cursor, words.message)) {
    scanned.message = natural(cursor)
    if (scanned.message < 0) return false
  }
  if (skip(cursor, words.source) && !skipSource(cursor)) return false
  if (skip(cursor, words.value) && !skipValue(cursor, 1)) return false
  scanned.hasState = skip(cursor, words.state)
  if (scanned.hasState && (head === "no node" || !skipObject(cursor, 2))) return false
  if (skip(cursor, words.deviations) && !skipDeviations(cursor)) return false
  return skipByte(cursor, objectClose)
}

const skipProbes = (cursor: JsonCursor, depth: number): boolean => skipObject(cursor, depth + 1)

const scanCheckpoint = (cursor: JsonCursor): number => {
  if (!skip(cursor, words.checkpoint)) return -1
  const step = natural(cursor)
  if (step < 0 || !skip(cursor, words.state) || !skipObject(cursor, 2, skipProbes)) return -1
  return skipByte(cursor, objectClose) ? step : -1
}

/** Makes a scanner of a text, which must be valid UTF-8. */
export const scannerOf = (text: Uint8Array): EventScanner => {
  const cursor: JsonCursor = { text, at: 0 }
  const scanned: ScannedEvent = {
    step: 0,
    time: 0,
    message: -1,
    because: [],
    causeCount: 0,
    hasState: false
  }
  return {
    scanned,
    event: (start, end) => {
      cursor.at = start
      return scanEvent(cursor, scanned) && cursor.at === end
    },
    checkpoint: (start, end) => {
      cursor.at = start
      const step = scanCheckpoint(cursor)
      return cursor.at === end ? step : -1
    }
  }
}
