import { Result, type Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkpointLine, decodeLine, eventLine } from "../../src/recording/EventLine.ts"
import { scannerOf } from "../../src/recording/EventScanner.ts"
import { nestingDepthMax } from "../../src/recording/Limits.ts"
import type { State } from "../../src/recording/Recording.ts"
import { eventsArbitrary, jsonArbitrary } from "./arbitraries.ts"

/** Sound where it is used: what was parsed from JSON is JSON, whatever fast-check calls it. */
type Probes = Readonly<Record<string, Schema.Json>>

const anyTime = { line: 2, time: 0, checkpoint: -1 }

/** What is left to the schema: large numbers, escapes, keys that need a look, odd sources. */
const unusual = [
  /\d{16}|e[+-]\d{3}/,
  /\\|\.\./,
  /[{,]"[c_][^"]*":/,
  /"source":"[^"]*[^ -[\]-}"]/,
  /"source":"[^"]*:(?!\d)/
]

/** Scans a text that is one line. */
const scan = (line: string) => {
  const bytes = new TextEncoder().encode(`${line}\n`)
  const scanner = scannerOf(bytes)
  const event = scanner.event(0, bytes.length - 1) ? structuredClone(scanner.scanned) : undefined
  return { event, checkpoint: scanner.checkpoint(0, bytes.length - 1) }
}

const lineArbitrary = eventsArbitrary(8)
  .filter((events) => events.length > 0)
  .map((events) =>
    eventLine(events.at(-1) ?? { step: 0, time: 0, kind: "up", what: "", because: [] })
  )

/** Pieces that lines are made of, and pieces that they must not be made of. */
const piece = fc.constantFrom(
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "0",
  "-",
  "-0",
  "1e999",
  "1E5",
  "01",
  "1.",
  ".5",
  "9".repeat(17),
  "null",
  "true",
  "nul",
  '"__proto__":1',
  '"constructor":{"prototype":1}',
  '"\\u005f_proto__":1',
  '"kind":"send"',
  '"kind":"sent"',
  '"because":[9]',
  '"source":"../a"',
  '"source":"a\\u0000"',
  '"source":"/a"',
  '"source":"C:/a"',
  '"source":"a"',
  ',"state":{"a":1}',
  '"extra":1',
  " ",
  "\t",
  "\n",
  "\u0001",
  "\\u00e",
  "\\x",
  "é",
  "\u0085",
  ',"deviations":[]',
  '"outcome":10000001',
  "~/a"
)

const mutated = fc
  .tuple(lineArbitrary, fc.array(fc.tuple(fc.nat(), fc.nat(12), piece), { maxLength: 3 }))
  .map(([line, edits]) =>
    edits.reduce((text, [at, removed, added]) => {
      const start = at % (text.length + 1)
      return (
        text.slice(0, start) + (at % 3 === 0 ? "" : added) + text.slice(start + (at % 2) * removed)
      )
    }, line)
  )

describe("the scanner of events", () => {
  it("vouches for nearly every line that the writer writes", () => {
    fc.assert(
      fc.property(lineArbitrary, (line) => {
        // Left to the schema: large numbers and long ones, keys that need a look, odd sources.
        fc.pre(unusual.every((pattern) => !pattern.test(line)))
        expect(scan(line).event).toBeDefined()
      }),
      { numRuns: 500 }
    )
  })

  it("vouches for no line that the schema refuses, and reads the same numbers", () => {
    let vouched = 0
    fc.assert(
      fc.property(mutated, (line) => {
        const found = scan(line).event
        if (found === undefined) return
        // The order of steps is no business of the scanner: whoever asks it compares the numbers.
        const causes = found.because.slice(0, found.causeCount)
        if (causes.some((cause) => cause >= found.step)) return
        vouched++
        const decoded = Result.getOrThrow(decodeLine(line, { ...anyTime, step: found.step }))
        if (decoded._tag !== "Event") throw new Error("a checkpoint passed as an event")
        const { event } = decoded
        expect(found.step).toBe(event.step)
        expect(found.time).toBe(event.time)
        expect(causes).toEqual(event.because)
        expect(found.message).toBe(event.message ?? -1)
        expect(found.hasState).toBe(event.state !== undefined)
      }),
      { numRuns: 6_000 }
    )
    expect(vouched).toBeGreaterThan(300)
  })

  it("vouches for checkpoints that the schema accepts, and for no others", () => {
    const states = fc.dictionary(fc.string(), fc.dictionary(fc.string(), jsonArbitrary))
    fc.assert(
      fc.property(states, fc.nat(), fc.option(fc.tuple(fc.nat(), piece)), (states, step, edit) => {
        const state: State = new Map(
          Object.entries(states).map(([node, probes]) => [
            node,
            new Map<string, Schema.Json>(Object.entries(probes as Probes))
          ])
        )
        const line = checkpointLine(step, state)
        const at = edit === null ? 0 : edit[0] % line.length
        const text = edit === null ? line : line.slice(0, at) + edit[1] + line.slice(at)
        const found = scan(text).checkpoint
        if (found < 0) return
        const decoded = Result.getOrThrow(decodeLine(text, { ...anyTime, step: found + 1 }))
        expect(decoded).toMatchObject({ checkpoint: { checkpoint: found } })
      }),
      { numRuns: 1_000 }
    )
  })

  it.each([
    ...["0", "-0", "10", "1.5", "-1.25e-7", "1e+21", "123456789012345678901234", "true", "null"],
    ...[
      '""',
      '"\\u00e9\\"\\/"',
      "[]",
      "[1,[2]]",
      "{}",
      '{"a":{"b":[]}}',
      '{"constructo":1}',
      "false"
    ],
    ...[
      "01",
      "-01",
      "1.",
      ".5",
      "-",
      "+1",
      "1e",
      "1e+",
      "1e999",
      "nul",
      "tru",
      "True",
      "",
      '"\\x"'
    ],
    ...[
      '"\\u12g4"',
      '"\\u123"',
      "[1,]",
      "[,1]",
      "[1 2]",
      '{"a"}',
      '{"a":}',
      "{1:2}",
      '{"a":1,}',
      '"'
    ],
    ...[
      "[}",
      "{]",
      '"\u0001"',
      '{"__proto__":1}',
      '{"constructor":{"prototype":1}}',
      "NaN",
      "Infinity"
    ]
  ])("agrees with the schema about the value %s", (value) => {
    const line = `{"step":0,"time":0,"kind":"up","what":"","because":[],"value":${value}}`
    const isValid = Result.isSuccess(decodeLine(line, { ...anyTime, step: 0 }))
    expect(scan(line).event !== undefined).toBe(isValid)
  })

  it("nests as deep as the schema's side allows and not deeper", () => {
    const nested = (depth: number): string =>
      `{"step":0,"time":0,"kind":"up","what":"","because":[],"value":${"[".repeat(depth)}${"]".repeat(depth)}}`
    const isAccepted = (line: string): boolean =>
      Result.isSuccess(decodeLine(line, { ...anyTime, step: 0 }))
    for (const depth of [nestingDepthMax - 1, nestingDepthMax]) {
      expect(scan(nested(depth)).event !== undefined).toBe(isAccepted(nested(depth)))
    }
    expect(isAccepted(nested(nestingDepthMax - 1))).toBe(true)
    expect(isAccepted(nested(nestingDepthMax))).toBe(false)
  })
})
