import { createHash } from "node:crypto"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import type { Event } from "../../src/recording/Event.ts"
import { checkpointEventsMin } from "../../src/recording/Limits.ts"
import { encode } from "../../src/recording/RecordingWriter.ts"
import { sampleFlown } from "./arbitraries.ts"

/** The lines of a file. */
const linesOf = (file: Uint8Array): ReadonlyArray<string> =>
  gunzipSync(file).toString().trimEnd().split("\n")

/** The values of an object with its keys the other way round. */
const reversed = <A extends object>(value: A): A =>
  // Sound: the same keys with the same values.
  Object.fromEntries(Object.entries(value).reverse()) as A

describe("encode", () => {
  // Golden: the same bytes on every machine and release of Node, for ever in format version 1.
  // If this changes, recordings stop being comparable byte for byte: that is a new version.
  it("writes the bytes it always wrote (events=42)", () => {
    const { events, header } = sampleFlown(42)
    const hash = createHash("sha256").update(encode(header, events)).digest("hex")
    expect(hash.slice(0, 16)).toBe("83003f6cb7541b1d")
  })

  it("writes equal bytes for equal input, whatever the order of keys", () => {
    const { events, header } = sampleFlown(42)
    const turned = encode(reversed(header), events.map(reversed))
    expect(Buffer.compare(turned, encode(header, events))).toBe(0)
  })

  it("writes the header, each event, and a checkpoint after enough events", () => {
    const { events, header } = sampleFlown(checkpointEventsMin * 2 + 1)
    const lines = linesOf(encode(header, events))
    expect(lines).toHaveLength(1 + events.length + 2)
    const places = lines.flatMap((line, index) => (line.startsWith('{"checkpoint"') ? [index] : []))
    expect(places).toEqual([checkpointEventsMin + 1, 2 * checkpointEventsMin + 2])
  })

  it("writes fewer checkpoints when the state outweighs the events", () => {
    const { header } = sampleFlown(1)
    const large = "x".repeat(400_000)
    const events = Array.from({ length: 4_000 }, (_, step): Event => ({
      step,
      time: step,
      kind: "log",
      node: "ledger",
      what: "grows",
      because: [],
      ...(step === 0 ? { state: { large } } : {})
    }))
    const { failure: _, twin: __, ...calm } = header
    const lines = linesOf(encode({ ...calm, events: events.length }, events))
    const checkpoints = lines.filter((line) => line.startsWith('{"checkpoint"'))
    expect(checkpoints).toHaveLength(1)
  })
})
