/**
 * Compression to DEFLATE (RFC 1951) whose bytes depend on nothing but the input.
 *
 * Owns writing. Reading is zlib's business. It exists because zlib promises no particular bytes:
 * its match finder differs between processors, builds and versions, and a recording must be equal
 * byte for byte wherever it is written (docs/decisions/0003-recording-bytes.md).
 *
 * One block with fixed Huffman codes; matches found greedily through one table of the latest
 * position of each hash of four bytes. The hot loop is plain mutable code.
 */

const windowBytes = 32_768
const matchBytesMin = 4
const matchBytesMax = 258
const hashBits = 16

/** Base lengths of the length symbols 257..285 and the number of extra bits of each (3.2.5). */
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258
]
const lengthExtraBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0
]

/** A code of so many bits with its first bit lowest, as DEFLATE stores Huffman codes. */
const reversed = (code: number, bits: number): number => {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result |= ((code >>> bit) & 1) << (bits - 1 - bit)
  return result
}

/** The fixed code of a literal or length symbol (3.2.6) as `code * 16 + bits`. */
const fixedCode = (symbol: number): number => {
  if (symbol < 144) return reversed(0x30 + symbol, 8) * 16 + 8
  if (symbol < 256) return reversed(0x190 + symbol - 144, 9) * 16 + 9
  if (symbol < 280) return reversed(symbol - 256, 7) * 16 + 7
  return reversed(0xc0 + symbol - 280, 8) * 16 + 8
}

const literalCodes = Int32Array.from({ length: 256 }, (_, symbol) => fixedCode(symbol))

/** What a match length is written as, extra bits included, again as `code * 16 + bits`. */
const lengthCodes = Int32Array.from({ length: matchBytesMax + 1 }, (_, length) => {
  let index = lengthBases.length - 1
  while (index > 0 && (lengthBases[index] ?? 0) > length) index--
  const symbol = fixedCode(257 + index)
  const bits = symbol & 15
  const extra = length - (lengthBases[index] ?? 0)
  return ((symbol >>> 4) | (extra << bits)) * 16 + bits + (lengthExtraBits[index] ?? 0)
})

/** Deflates bytes into one raw DEFLATE stream. Equal input, equal output, everywhere. */
export const deflate = (input: Uint8Array): Uint8Array => {
  // No literal takes more than 9 bits and no match more bits than its bytes as literals.
  const output = new Uint8Array(Math.ceil((input.length * 9) / 8) + 16)
  const latest = new Int32Array(1 << hashBits).fill(-1)
  const hashEnd = input.length - matchBytesMin
  let written = 0
  let pending = 0
  let pendingBits = 0
  const write = (code: number, bits: number): void => {
    pending |= code << pendingBits
    pendingBits += bits
    while (pendingBits >= 8) {
      output[written++] = pending & 0xff
      pending >>>= 8
      pendingBits -= 8
    }
  }
  const fourAt = (at: number): number =>
    (input[at] ?? 0) |
    ((input[at + 1] ?? 0) << 8) |
    ((input[at + 2] ?? 0) << 16) |
    ((input[at + 3] ?? 0) << 24)
  const hash = (four: number): number => Math.imul(four, 0x9e3779b1) >>> (32 - hashBits)
  const writeDistance = (distance: number): void => {
    const less = distance - 1
    const high = less < 4 ? 0 : 30 - Math.clz32(less)
    const symbol = less < 4 ? less : high * 2 + 2 + ((less >>> high) & 1)
    write(reversed(symbol, 5), 5)
    write(less & ((1 << high) - 1), high)
  }

  write(0b011, 3) // The last block, with fixed codes.
  let at = 0
  while (at < input.length) {
    let length = 0
    if (at <= hashEnd) {
      const four = fourAt(at)
      const slot = hash(four)
      const candidate = latest[slot] ?? -1
      latest[slot] = at
      if (candidate >= 0 && at - candidate <= windowBytes && fourAt(candidate) === four) {
        const lengthMax = Math.min(matchBytesMax, input.length - at)
        length = matchBytesMin
        while (length < lengthMax && input[candidate + length] === input[at + length]) length++
        const code = lengthCodes[length] ?? 0
        write(code >>> 4, code & 15)
        writeDistance(at - candidate)
      }
    }
    if (length === 0) {
      const code = literalCodes[input[at] ?? 0] ?? 0
      write(code >>> 4, code & 15)
      at++
      continue
    }
    const end = at + length
    for (at++; at < end; at++) if (at <= hashEnd) latest[hash(fourAt(at))] = at
  }
  write(0, 7) // Symbol 256: the end of the block.
  write(0, 7) // Pushes out the last byte; at most seven zero bits remain unwritten.
  return output.slice(0, written)
}
