import { constants, gunzipSync, gzipSync } from "node:zlib"
import { Result } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compress, inflate } from "../../src/recording/RecordingFile.ts"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const problemOf = (file: Uint8Array, sizeMax?: number): string | undefined => {
  const result = inflate(file, sizeMax)
  return Result.isFailure(result) ? result.failure._tag : undefined
}

/** A copy with one byte changed, counted from the end. */
const withByte = (bytes: Uint8Array, fromEnd: number, byte: number): Uint8Array =>
  bytes.with(bytes.length - fromEnd, byte)

/** Bytes with repetitions near and far, and long runs. */
const repetitive = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.tuple(fc.nat(255), fc.nat(600)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
      fc.constantFrom(bytesOf('{"step":1,"time":0,"kind":"send"}'), bytesOf('"kind":"deliver"'))
    ),
    { maxLength: 60 }
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))

describe("compress", () => {
  it("writes what zlib reads", () => {
    fc.assert(
      fc.property(repetitive, (bytes) => {
        expect(Buffer.compare(gunzipSync(compress(bytes)), bytes)).toBe(0)
      }),
      { numRuns: 500 }
    )
  })

  it("writes what zlib reads (matches at every distance up to beyond the window)", () => {
    const byteAt = (index: number): number => Math.imul(index, 0x9e3779b1) >>> 24
    const random = Uint8Array.from({ length: 40_000 }, (_, index) => byteAt(index))
    const marker = bytesOf("a marker that is nowhere else")
    for (let power = 5; power <= 15; power++) {
      for (const distance of [2 ** power - 1, 2 ** power, 2 ** power + 1]) {
        const bytes = new Uint8Array(distance + marker.length)
        bytes.set(random.subarray(0, distance))
        bytes.set(marker)
        bytes.set(marker, distance)
        expect(Buffer.compare(gunzipSync(compress(bytes)), bytes)).toBe(0)
      }
    }
  })

  it("writes nothing of the machine into the frame", () => {
    expect([...compress(bytesOf("a")).subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 255])
  })
})

describe("inflate", () => {
  it("reads any gzip of text", () => {
    const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_FIXED]
    for (const strategy of strategies) {
      const result = inflate(gzipSync("some text\n".repeat(50), { strategy }))
      expect(new TextDecoder().decode(Result.getOrThrow(result))).toBe("some text\n".repeat(50))
    }
  })

  it.each([
    ["Unreadable", "no gzip", bytesOf("{}")],
    ["Unreadable", "nothing", new Uint8Array(0)],
    ["Truncated", "a head alone", compress(bytesOf("a")).subarray(0, 12)],
    ["Truncated", "half a file", compress(bytesOf("abcdefgh\n".repeat(9))).subarray(0, 25)],
    ["Unreadable", "text that is not UTF-8", compress(Uint8Array.of(0xc3, 0x28))],
    ["Unreadable", "more after the end", Buffer.concat([compress(bytesOf("a")), Buffer.alloc(9)])],
    ["Unreadable", "a wrong checksum", withByte(compress(bytesOf("abc")), 8, 0)]
  ])("says %s for %s", (tag, _, file) => {
    expect(problemOf(file)).toBe(tag)
  })

  it("stops a bomb at the limit, whatever size the bomb claims", () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    expect(bomb.length).toBeLessThan(60_000)
    const lying = Uint8Array.from(bomb)
    lying.set([5, 0, 0, 0], lying.length - 4)
    for (const file of [bomb, lying]) {
      const before = process.memoryUsage().arrayBuffers
      expect(problemOf(file, 1_000_000)).toBe("TooLarge")
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    }
  })

  it("does not allocate what a small file merely claims", () => {
    const file = Uint8Array.from(compress(bytesOf("abc")))
    file.set([0, 0, 0, 0x3f], file.length - 4)
    const before = process.memoryUsage().arrayBuffers
    expect(problemOf(file)).toBe("Unreadable")
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
  })
})
