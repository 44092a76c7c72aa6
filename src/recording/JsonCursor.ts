/**
 * Steps over JSON in bytes without decoding it: the ground under EventScanner.
 *
 * Owns which spellings of strings, numbers, keys and values are surely valid JSON. It is stricter
 * than JSON.parse: what it steps over JSON.parse accepts, what it declines may still be valid.
 * Plain mutable code over one cursor, because a million lines pass through it while someone
 * waits. Bytes past the end read as 0. After a step that failed the cursor may stand anywhere.
 */
import { nestingDepthMax } from "./Limits.ts"

/** A text, valid UTF-8, and the place in it. */
export interface JsonCursor {
  readonly text: Uint8Array
  at: number
}

const quote = 0x22
const comma = 0x2c
const dot = 0x2e
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const arrayOpen = 0x5b
const backslash = 0x5c
const arrayClose = 0x5d
const objectOpen = 0x7b
const objectClose = 0x7d

/** More digits than this may not be an exact integer. */
const naturalDigitsMax = 15
/** More digits than this are left to the parser, since a number may overflow. */
const numberDigitsMax = 25

const wordTrue = new TextEncoder().encode("true")
const wordFalse = new TextEncoder().encode("false")
const wordNull = new TextEncoder().encode("null")

/** Steps over these very bytes, or stays. */
export const skip = (cursor: JsonCursor, expected: Uint8Array): boolean => {
  const { at, text } = cursor
  for (let index = 0; index < expected.length; index++) {
    if (text[at + index] !== expected[index]) return false
  }
  cursor.at = at + expected.length
  return true
}

/** Steps over this byte, or stays. */
export const skipByte = (cursor: JsonCursor, expected: number): boolean => {
  if (cursor.text[cursor.at] !== expected) return false
  cursor.at++
  return true
}

/** Reads an integer without sign, point or exponent; -1 when it is none for sure. */
export const natural = (cursor: JsonCursor): number => {
  const { at: start, text } = cursor
  let at = start
  let result = 0
  let byte = text[at] ?? 0
  while (byte >= zero && byte <= nine) {
    result = result * 10 + byte - zero
    byte = text[++at] ?? 0
  }
  cursor.at = at
  const digits = at - start
  if (digits === 0 || digits > naturalDigitsMax) return -1
  return digits > 1 && text[start] === zero ? -1 : result
}

const skipDigits = (cursor: JsonCursor): number => {
  const { at: start, text } = cursor
  let at = start
  let byte = text[at] ?? 0
  while (byte >= zero && byte <= nine) byte = text[++at] ?? 0
  cursor.at = at
  return at - start
}

const skipNumber = (cursor: JsonCursor): boolean => {
  skipByte(cursor, 0x2d)
  const start = cursor.at
  const digits = skipDigits(cursor)
  if (digits === 0 || digits > numberDigitsMax) return false
  if (digits > 1 && cursor.text[start] === zero) return false
  if (skipByte(cursor, dot) && skipDigits(cursor) === 0) return false
  if (!skipByte(cursor, 0x65)) return true
  if (!skipByte(cursor, 0x2b)) skipByte(cursor, 0x2d)
  const exponent = skipDigits(cursor)
  return exponent === 1 || exponent === 2
}

const isHexDigit = (byte: number): boolean =>
  (byte >= zero && byte <= nine) || (byte >= 0x61 && byte <= 0x66)

/** The second byte of `\" \\ \/ \b \f \n \r \t`. */
const isShortEscape = (byte: number): boolean =>
  byte === quote ||
  byte === backslash ||
  byte === 0x2f ||
  byte === 0x62 ||
  byte === 0x66 ||
  byte === 0x6e ||
  byte === 0x72 ||
  byte === 0x74

/** Steps over so many lowercase hexadecimal digits. */
export const skipHex = (cursor: JsonCursor, digits: number): boolean => {
  for (let index = 0; index < digits; index++) {
    if (!isHexDigit(cursor.text[cursor.at + index] ?? 0)) return false
  }
  cursor.at += digits
  return true
}

/** Steps over a string with any escapes. */
export const skipString = (cursor: JsonCursor): boolean => {
  const { text } = cursor
  let at = cursor.at
  if (text[at] !== quote) return false
  at++
  for (;;) {
    const byte = text[at++] ?? 0
    if (byte === quote) break
    if (byte < 0x20) return false
    if (byte !== backslash) continue
    const escaped = text[at++] ?? 0
    if (escaped === 0x75) {
      cursor.at = at
      if (!skipHex(cursor, 4)) return false
      at = cursor.at
    } else if (!isShortEscape(escaped)) return false
  }
  cursor.at = at
  return true
}

/** Steps over a key that is not a forbidden one, however it is spelt. */
const skipKey = (cursor: JsonCursor): boolean => {
  const start = cursor.at + 1
  if (!skipString(cursor)) return false
  const end = cursor.at - 1
  for (let at = start; at < end; at++) if (cursor.text[at] === backslash) return false
  const first = cursor.text[start]
  // `__proto__` and `constructor` need a closer look than this.
  return !(end - start === 9 && first === 0x5f) && !(end - start === 11 && first === 0x63)
}

const skipArray = (cursor: JsonCursor, depth: number): boolean => {
  if (!skipByte(cursor, arrayOpen)) return false
  if (skipByte(cursor, arrayClose)) return true
  do if (!skipValue(cursor, depth)) return false
  while (skipByte(cursor, comma))
  return skipByte(cursor, arrayClose)
}

/**
 * Steps over an object whose values are stepped over by `value`. `depth` is the object's own: the
 * outermost object or array of a line has 1.
 */
export const skipObject = (
  cursor: JsonCursor,
  depth: number,
  value: (cursor: JsonCursor, depth: number) => boolean = skipValue
): boolean => {
  if (!skipByte(cursor, objectOpen)) return false
  if (skipByte(cursor, objectClose)) return true
  do if (!skipKey(cursor) || !skipByte(cursor, colon) || !value(cursor, depth)) return false
  while (skipByte(cursor, comma))
  return skipByte(cursor, objectClose)
}

/** Steps over any value inside an object or array of the given depth. */
export function skipValue(cursor: JsonCursor, depth: number): boolean {
  switch (cursor.text[cursor.at]) {
    case quote:
      return skipString(cursor)
    case objectOpen:
      return depth < nestingDepthMax && skipObject(cursor, depth + 1)
    case arrayOpen:
      return depth < nestingDepthMax && skipArray(cursor, depth + 1)
    case 0x74:
      return skip(cursor, wordTrue)
    case 0x66:
      return skip(cursor, wordFalse)
    case 0x6e:
      return skip(cursor, wordNull)
    default:
      return skipNumber(cursor)
  }
}
