/** Recordings travel between people: what is damaged, dangerous or too large is refused. */
import { gunzipSync, gzipSync } from "node:zlib"
import { Result } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { formatVersion } from "../../src/recording/Header.ts"
import { eventsMax, headerBytesMax, nestingDepthMax } from "../../src/recording/Limits.ts"
import type { RecordingError } from "../../src/recording/RecordingError.ts"
import { open } from "../../src/recording/RecordingReader.ts"
import { encode, encodeResult } from "../../src/recording/RecordingWriter.ts"
import { sampleFlown } from "./arbitraries.ts"

const sample = sampleFlown(24)
const file = encode(sample.header, sample.events)
const lines = gunzipSync(file).toString().trimEnd().split("\n")
const packed = (changed: ReadonlyArray<string>): Uint8Array =>
  gzipSync(changed.map((line) => `${line}\n`).join(""))

const refusal = (bytes: Uint8Array): RecordingError => {
  const result = open(bytes, "run.jsonl.gz")
  if (Result.isSuccess(result)) throw new Error("it was opened")
  return result.failure
}

/** The sample with one line changed by a replacement that must apply. */
const changed = (line: number, from: string | RegExp, to: string): Uint8Array => {
  const before = lines[line - 1] ?? ""
  const after = before.replace(from, () => to)
  expect(after).not.toBe(before)
  return packed(lines.with(line - 1, after))
}

const deep = (depth: number): string => "[".repeat(depth) + "]".repeat(depth)

describe("open", () => {
  it.each([
    ["a forward cause", 6, '"because":[3]', '"because":[9]', "Invalid", /line 6 .*not earlier: 9/],
    [
      "a cause of itself",
      6,
      '"because":[3]',
      '"because":[4]',
      "Invalid",
      /line 6 .*not earlier: 4/
    ],
    ["a cause out of range", 6, '"because":[3]', '"because":[-1]', "Invalid", /line 6/],
    ["a step twice", 6, '"step":4', '"step":3', "Invalid", /line 6 .*step 3 stands where 4/],
    ["time that goes back", 6, '"time":1400', '"time":5', "Invalid", /line 6 .*time goes back/],
    ["a number out of range", 6, '"time":1400', '"time":1e300', "Invalid", /line 6/],
    ["a fraction", 6, '"step":4', '"step":4.5', "Invalid", /line 6/],
    ["an unknown kind", 6, '"deliver"', '"teleport"', "Invalid", /line 6/],
    ["an unknown key", 6, '"step":4', '"step":4,"extra":1', "Invalid", /line 6/],
    ["state of no node", 6, '"node":"ledger",', "", "Invalid", /line 6 .*state but no node/],
    ["garbage", 6, /.*/, "what?", "Invalid", /line 6 .*not JSON/],
    ["an empty line", 6, /.*/, "", "Invalid", /line 6 .*not JSON/],
    ["an absolute source", 3, "systems/", "/etc/", "UnsafePath", /line 3: source .*is absolute/],
    [
      "a source outside",
      3,
      "systems/",
      "../x/",
      "UnsafePath",
      /line 3: source .*leaves the folder/
    ],
    ["a source on a drive", 3, "systems/", "C:/", "UnsafePath", /line 3: source .*names a drive/],
    ["a NUL in a source", 3, "systems/", "a\\u0000/", "UnsafePath", /line 3: source .*control/],
    ["a scenario outside", 1, "checkout/no", "../../no", "UnsafePath", /line 1: scenario .*leaves/],
    [
      "an absolute header source",
      1,
      "simulations/",
      "/s/",
      "UnsafePath",
      /line 1: source .*absolute/
    ],
    ["backslashes", 1, "simulations/", "s\\\\..\\\\", "UnsafePath", /line 1: source .*backslash/],
    ["__proto__ in a value", 3, '"order":', '"__proto__":', "ForbiddenKey", /line 3 .*__proto__/],
    [
      "__proto__ in disguise",
      3,
      '"order":',
      '"\\u005f_proto__":',
      "ForbiddenKey",
      /line 3 .*__proto__/
    ],
    ["__proto__ in state", 6, '"entries":', '"__proto__":', "ForbiddenKey", /line 6 .*__proto__/],
    [
      "__proto__ in the header",
      1,
      '"payload":{',
      '"payload":{"__proto__":1,',
      "ForbiddenKey",
      /line 1/
    ],
    [
      "constructor.prototype",
      3,
      '"amount":100',
      '"constructor":{"prototype":{}}',
      "ForbiddenKey",
      /line 3 .*constructor\.prototype/
    ],
    [
      "deep values",
      3,
      /"value":.*/,
      `"value":${deep(100)}}`,
      "TooDeep",
      /line 3 .*nestingDepthMax/
    ],
    [
      "absurd nesting",
      3,
      /"value":.*/,
      `"value":${deep(1e6)}}`,
      "TooDeep",
      /line 3 .*nestingDepthMax/
    ],
    ["open brackets only", 3, /.*/, "[".repeat(1e6), "TooDeep", /line 3/],
    ["a deep header", 1, '"payload":{', `"payload":{"a":${deep(100)},`, "TooDeep", /line 1/],
    ["too few events", 1, '"events":24', '"events":25', "Truncated", /24 of 25 events/],
    ["too many events", 1, '"events":24', '"events":23', "Invalid", /the failure is at step 23/],
    ["an absurd count", 1, '"events":24', '"events":999999999999', "TooLarge", /eventsMax/],
    ["a large count", 1, '"events":24', `"events":${eventsMax}`, "Truncated", /of 2000000 events/],
    [
      "a failure beyond the end",
      1,
      '"step":23',
      '"step":24',
      "Invalid",
      /the failure is at step 24/
    ],
    ["a failure long before", 1, '"step":23', '"step":-1', "Invalid", /line 1/],
    ["two nodes of a name", 1, '"name":"mail"', '"name":"ledger"', "Invalid", /same name/],
    [
      "another version",
      1,
      '"formatVersion":1',
      '"formatVersion":7',
      "UnknownVersion",
      /version 7 .*only 1/
    ],
    ["a header without version", 1, '"formatVersion":1,', "", "Invalid", /not the header/],
    ["a header that is a list", 1, /.*/, "[]", "Invalid", /line 1 .*not the header/]
  ])("refuses %s", (_, line, from, to, tag, message) => {
    const error = refusal(changed(line, from, to))
    expect(error.problem._tag).toBe(tag)
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^run\.jsonl\.gz: /)
    expect(error.message).not.toMatch(/[\n\r]/)
  })

  it("names an unknown version before it judges the rest", () => {
    const { problem } = refusal(gzipSync('{"formatVersion":2,"whatever":true}\n'))
    expect(problem).toEqual({ _tag: "UnknownVersion", found: "2", supported: formatVersion })
  })

  it("refuses events after the last and lines that are there twice", () => {
    const more = refusal(packed([...lines, (lines[24] ?? "").replaceAll("23", "24")]))
    expect(more.message).toMatch(/line 26 .*(more events|time goes back)/)
    expect(refusal(packed(lines.toSpliced(6, 0, lines[6] ?? ""))).message).toMatch(
      /line 8 .*step 5/
    )
  })

  it.each([
    [12, "does not follow event 12", [14]],
    [3, "stands there twice", [5, 5]]
  ])("refuses checkpoints that stand wrong (step=%i, %s)", (step, what, places) => {
    const checkpoint = `{"checkpoint":${step},"state":{}}`
    const spoiled = places.reduce((all, place) => all.toSpliced(place, 0, checkpoint), lines)
    const moved =
      places.length === 1 ? spoiled.toSpliced(14, 1).toSpliced(20, 0, checkpoint) : spoiled
    expect(refusal(packed(moved)).message).toContain(what)
    expect(Result.isSuccess(open(packed(lines.toSpliced(step + 2, 0, checkpoint)), "f"))).toBe(true)
  })

  it("refuses a file cut anywhere", () => {
    for (let length = 0; length < file.length; length += 7) {
      expect(["Truncated", "Unreadable"]).toContain(refusal(file.subarray(0, length)).problem._tag)
    }
  })

  it("refuses a text cut anywhere, as truncated or at its last line", () => {
    const text = gunzipSync(file)
    for (let length = 0; length < text.length; length += 11) {
      expect(refusal(gzipSync(text.subarray(0, length))).problem._tag).toBe("Truncated")
    }
  })

  it("refuses a header without end before it is decoded", () => {
    expect(refusal(gzipSync(Buffer.alloc(headerBytesMax + 1, 0x5b))).problem).toEqual({
      _tag: "TooLarge",
      limit: "headerBytesMax",
      allowed: headerBytesMax
    })
  })

  it("shows what steers a terminal in its message instead of obeying it", () => {
    const result = open(changed(6, /.*/, "\u001b[2J"), "\u001b]0;owned\u0007.gz")
    expect(Result.isFailure(result) && result.failure.message).toMatch(/^␛\]0;owned␇\.gz: line 6/)
    const version = changed(1, '"formatVersion":1', '"formatVersion":"\\u001b[31m\\u202e"')
    expect(refusal(version).message).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  it("accepts a harmless field called constructor, and lines spelt in another way", () => {
    const named = changed(3, '"amount":100', '"constructor":"Ferrari"')
    expect(Result.getOrThrow(open(named, "f")).event(1).value).toHaveProperty(
      "constructor",
      "Ferrari"
    )
    const respelt = lines.map((line) =>
      JSON.stringify(
        Object.fromEntries(Object.entries(JSON.parse(line)).reverse()),
        null,
        1
      ).replaceAll("\n", " ")
    )
    const recording = Result.getOrThrow(open(packed(respelt), "f"))
    expect(sample.events.map((_, step) => recording.event(step))).toEqual(sample.events)
  })
})

describe("encode", () => {
  it("refuses to write what nobody could open", () => {
    const value: unknown = JSON.parse('{"__proto__": 1}')
    // Sound: it came from JSON.parse.
    const poisoned = sample.events.map((event) => ({ ...event, value: value as string }))
    const result = encodeResult(sample.header, poisoned, "f")
    expect(Result.isFailure(result) && result.failure.problem._tag).toBe("ForbiddenKey")
    expect(() => encode({ ...sample.header, events: 3 }, sample.events)).toThrow(/line 1/)
  })
})

/** What mutations splice in: every danger by name. */
const splinter = fc.constantFrom(
  "\n",
  '{"__proto__":{"a":1}}',
  '"__proto__":1,',
  deep(nestingDepthMax + 1),
  "{".repeat(100_000),
  '{"checkpoint":3,"state":{}}\n',
  '{"checkpoint":3,"state":{"a":{"__proto__":1}}}\n',
  "\u0000",
  "null",
  '"because":[99]',
  "1e999",
  "\\u0000",
  '"step":',
  "\ud800"
)
const edit = fc.oneof(
  fc.tuple(fc.constant("splice" as const), fc.nat(), fc.nat(40), splinter),
  fc.tuple(fc.constant("repeat line" as const), fc.nat(), fc.nat(40), splinter),
  fc.tuple(fc.constant("swap lines" as const), fc.nat(), fc.nat(40), splinter),
  fc.tuple(fc.constant("cut" as const), fc.nat(), fc.nat(40), splinter)
)

type Edit = readonly ["splice" | "repeat line" | "swap lines" | "cut", number, number, string]

const edited = (text: string, [what, at, size, added]: Edit): string => {
  const all = text.split("\n")
  const line = at % all.length
  const place = at % (text.length + 1)
  switch (what) {
    case "splice":
      return text.slice(0, place) + added + text.slice(place + size)
    case "cut":
      return text.slice(0, place) + text.slice(place + size)
    case "repeat line":
      return all.toSpliced(line, 0, all[line] ?? "").join("\n")
    case "swap lines": {
      const other = (line + size) % all.length
      return all
        .with(line, all[other] ?? "")
        .with(other, all[line] ?? "")
        .join("\n")
    }
  }
}

/** Opens and, where that succeeds, asks everything: nothing but a RecordingError may come of it. */
const survives = (bytes: Uint8Array): "opened" | "refused" => {
  const result = open(bytes, "f")
  if (Result.isFailure(result)) {
    expect(result.failure._tag).toBe("RecordingError")
    expect(result.failure.message).not.toMatch(/\p{Cc}/u)
    expect(result.failure.message.length).toBeLessThan(2_000)
    return "refused"
  }
  const recording = result.success
  for (let step = 0; step < recording.header.events; step++) {
    recording.event(step)
    recording.causalChain(step)
    recording.otherEnd(step)
    recording.changes(step)
    recording.stateAfter(step)
  }
  return "opened"
}

describe("a mutated recording", () => {
  it("opens or is refused, whatever happened to its text", () => {
    const text = gunzipSync(file).toString()
    const seen = { opened: 0, refused: 0 }
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        seen[survives(gzipSync(edits.reduce(edited, text)))]++
      }),
      { numRuns: 2_000 }
    )
    expect(seen.opened).toBeGreaterThan(5)
    expect(seen.refused).toBeGreaterThan(500)
    expect(Object.keys({})).toEqual([])
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined()
  })

  it("is refused when bytes of the file are flipped, or reads as before", () => {
    const flips = fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4
    })
    fc.assert(
      fc.property(flips, (all) => {
        const spoiled = Uint8Array.from(file)
        for (const [at, mask] of all) spoiled[at] = (spoiled[at] ?? 0) ^ mask
        // The time, flags and system of the gzip head are not data.
        const outcome = survives(spoiled)
        expect(outcome === "refused" || gunzipSync(spoiled).equals(gunzipSync(file))).toBe(true)
      }),
      { numRuns: 1_000 }
    )
  })

  it("is refused when it is any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(survives(bytes)).toBe("refused")
        expect(survives(gzipSync(bytes))).toBe("refused")
      })
    )
  })
})
