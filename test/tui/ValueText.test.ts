/**
 * Values as text, and how two of them differ.
 */
import type { Schema } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { sameJson } from "../../src/recording/Difference.ts"
import { differences, valueLengthMax, valueText } from "../../tui/core/ValueText.ts"
import { jsonArbitrary } from "../recording/arbitraries.ts"

// Sound: both types are what JSON.parse returns; they only spell it differently.
const valueArbitrary = jsonArbitrary.map((value) => value as Schema.Json)

describe("a value as text", () => {
  it("needs quotes only where it could be mistaken", () => {
    expect(valueText({ id: "o-17", lsn: 7, "a b": ["x y", "7", "", "true", null, true] })).toBe(
      '{id: o-17, lsn: 7, "a b": ["x y", "7", "", "true", null, true]}'
    )
  })

  it("is never much longer than its limit, however large the value", () => {
    const large = Array.from({ length: 100_000 }, (_, index) => ({ index }))
    expect(valueText(large).length).toBeLessThanOrEqual(valueLengthMax + 1)
    expect(valueText("x".repeat(1_000_000)).length).toBeLessThanOrEqual(valueLengthMax + 1)
  })
})

describe("the differences of two values", () => {
  it("are none exactly when the values are the same", () => {
    fc.assert(
      fc.property(valueArbitrary, valueArbitrary, (left, right) => {
        expect(differences(left, left)).toEqual([])
        expect(differences(left, right).length === 0).toBe(sameJson(left, right))
      })
    )
  })

  it("name the place inside, not the whole", () => {
    const before = { charges: { "o-17": 1, "o-18": 1 }, entries: [{ lsn: 7 }] }
    const after = { charges: { "o-17": 2, "o-18": 1 }, entries: [{ lsn: 7 }, { lsn: 8 }] }
    expect(differences(before, after)).toEqual([
      { path: ".charges[o-17]", before: 1, after: 2 },
      { path: ".entries[1]", after: { lsn: 8 } }
    ])
    expect(differences(undefined, 1)).toEqual([{ path: "", after: 1 }])
    expect(differences(["a", "b", "c"], ["a", "c"])).toEqual([{ path: "[1]", before: "b" }])
  })
})
