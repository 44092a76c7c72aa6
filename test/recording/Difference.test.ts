import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalJson, digest } from "../../src/recording/Digest.ts"
import { firstDifference, sameJson } from "../../src/recording/Difference.ts"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { eventsArbitrary, sampleEvents, sampleFlown } from "./arbitraries.ts"

/** The same value with the keys of every object the other way round. */
const turned = (value: fc.JsonValue): fc.JsonValue => {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, item]) => [key, turned(item ?? null)]))
}

describe("sameJson", () => {
  it("agrees with equality of the canonical text", () => {
    const small = fc
      .jsonValue({ maxDepth: 2, noUnicodeString: true })
      .map((value): fc.JsonValue => JSON.parse(JSON.stringify(value)))
    const pair = fc.oneof(
      fc.tuple(small, small),
      small.map((value) => [value, turned(value)] as const)
    )
    fc.assert(
      fc.property(pair, ([left, right]) => {
        expect(sameJson(left, right)).toBe(canonicalJson(left) === canonicalJson(right))
      }),
      { numRuns: 1_000 }
    )
  })

  it("does not care for the order of keys, but for everything else", () => {
    expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
    expect(sameJson([1, 2], [2, 1])).toBe(false)
    expect(sameJson({ a: 1 }, { a: 1, b: null })).toBe(false)
    expect(sameJson([], {})).toBe(false)
    expect(sameJson({ length: 0 }, [])).toBe(false)
  })
})

describe("firstDifference", () => {
  it("is undefined for equal streams, however they are held", () => {
    fc.assert(
      fc.property(eventsArbitrary(), (events) => {
        expect(firstDifference(events, structuredClone(events))).toBeUndefined()
      })
    )
    const { events, header } = sampleFlown(100)
    expect(firstDifference(fromEvents(header, events), events)).toBeUndefined()
  })

  it("is the step of the first event that was changed in any key", () => {
    const changed = eventsArbitrary()
      .filter((events) => events.length > 0)
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.nat(events.length - 1),
          fc.constantFrom("what", "value", "node")
        )
      )
    fc.assert(
      fc.property(changed, ([events, step, key]) => {
        const other = events.map((event) =>
          event.step >= step
            ? { ...event, [key]: `not ${JSON.stringify(event[key as "what"])}` }
            : event
        )
        expect(firstDifference(events, other)).toBe(step)
      })
    )
  })

  it("is the end of the shorter stream when one goes on", () => {
    const events = sampleEvents(20)
    expect(firstDifference(events, events.slice(0, 12))).toBe(12)
    expect(firstDifference([], events)).toBe(0)
  })
})

describe("digest", () => {
  // Golden: part of format version 1. If this changes, old recordings no longer match their own
  // events, so a change here needs a new format version.
  it("of the sample is what it always was", () => {
    expect(digest([])).toBe("0bdcb81aee8d83")
    expect(digest(sampleEvents(42))).toBe("0afaa653eb706b")
  })

  it("has 14 digits, is equal for equal events and differs when one event differs", () => {
    fc.assert(
      fc.property(eventsArbitrary(), fc.string(), (events, value) => {
        expect(digest(events)).toMatch(/^[01][0-9a-f]{13}$/)
        expect(digest(structuredClone(events))).toBe(digest(events))
        const [first, ...rest] = events
        if (first === undefined || sameJson(first.value, value)) return
        expect(digest([{ ...first, value }, ...rest])).not.toBe(digest(events))
      })
    )
  })
})
