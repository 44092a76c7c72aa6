/**
 * The records of a log: how long the payload is, its CRC-32, and the payload.
 *
 * A payload has at least one byte: eight zeros, as a file grown by a hole has them, would pass for
 * a record with nothing in it.
 */
import type { Order } from "./contracts.ts"

const headerBytes = 8

/** What stands at a position of a log. */
export interface Record {
  readonly payload: Uint8Array
  /** What the payload should add up to. */
  readonly checksum: number
  /** Where the next record begins. */
  readonly end: number
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Makes a record of a payload. */
export const make = (payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(headerBytes + payload.length)
  const view = viewOf(bytes)
  view.setUint32(0, payload.length)
  view.setUint32(4, checksumOf(payload))
  bytes.set(payload, headerBytes)
  return bytes
}

/** Reads the record at a position; there is none when the file ends before it does. */
export const at = (log: Uint8Array, position: number): Record | undefined => {
  if (position + headerBytes > log.length) return undefined
  const view = viewOf(log)
  const length = view.getUint32(position)
  const end = position + headerBytes + length
  if (length === 0 || end > log.length) return undefined
  const payload = log.subarray(position + headerBytes, end)
  return { payload, checksum: view.getUint32(position + 4), end }
}

const checksums = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb8_8320 : 0)
  return value
})

/** The CRC-32 of bytes, as in Ethernet and zip. */
export const checksumOf = (bytes: Uint8Array): number => {
  let value = 0xffff_ffff
  for (const byte of bytes) value = (value >>> 8) ^ (checksums[(value ^ byte) & 0xff] ?? 0)
  return ~value >>> 0
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** An order as a payload: the amount, how long the number is, the number, the note. */
export const encode = ({ amount, note, order }: Order): Uint8Array => {
  const number = encoder.encode(order)
  const text = encoder.encode(note)
  const bytes = new Uint8Array(6 + number.length + text.length)
  viewOf(bytes).setInt32(0, amount)
  viewOf(bytes).setUint16(4, number.length)
  bytes.set(number, 6)
  bytes.set(text, 6 + number.length)
  return bytes
}

/** The order that a payload was made from. */
export const decode = (payload: Uint8Array): Order => {
  const noteAt = 6 + viewOf(payload).getUint16(4)
  return {
    amount: viewOf(payload).getInt32(0),
    order: decoder.decode(payload.subarray(6, noteAt)),
    note: decoder.decode(payload.subarray(noteAt))
  }
}
