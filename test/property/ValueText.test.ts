/** One text for equal values. */
import { DateTime, Option } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonical, same, shown, shownCharactersMax } from "../../src/property/ValueText.ts"

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reversed(field)])
  )
}

describe("canonical", () => {
  it("is the same for the same fields in another order", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(reversed(value))).toBe(canonical(value))
      })
    )
  })

  it("differs for what differs", () => {
    const values: ReadonlyArray<unknown> = [
      undefined,
      null,
      0,
      1,
      1n,
      "1",
      "undefined",
      true,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      [],
      [[]],
      [1, 2],
      [2, 1],
      {},
      { a: undefined },
      { a: 1 },
      { a: 1, b: 2 },
      DateTime.toDateUtc(DateTime.makeUnsafe(0)),
      DateTime.toDateUtc(DateTime.makeUnsafe(1)),
      new Uint8Array([1]),
      new Uint8Array([1, 2]),
      new Map([["a", 1]]),
      new Map([["a", 2]]),
      new Set(["a"]),
      Option.none(),
      Option.some(1),
      Option.some(2)
    ]
    expect(new Set(values.map(canonical)).size).toBe(values.length)
  })

  it("is the same for maps and sets filled in another order, both zeros, and Effect's data", () => {
    expect(same(new Set([1, 2]), new Set([2, 1]))).toBe(true)
    expect(same(new Map([[1, 2]]).set(3, 4), new Map([[3, 4]]).set(1, 2))).toBe(true)
    expect(same(0, -0)).toBe(true)
    expect(same(Option.some({ a: 1 }), Option.some({ a: 1 }))).toBe(true)
  })

  it("refuses what has no value to compare, and what contains itself", () => {
    const loop: Array<unknown> = []
    loop.push(loop)
    for (const value of [() => 1, Symbol("s"), Promise.resolve(1), loop]) {
      expect(() => canonical(value)).toThrow(TypeError)
    }
  })
})

describe("shown", () => {
  it("cuts long values and says nothing for undefined", () => {
    expect(shown("x".repeat(100))).toHaveLength(shownCharactersMax)
    expect(shown(undefined)).toBe("nothing")
    expect(shown({ b: 1, a: "y" })).toBe('{"a":"y","b":1}')
  })
})
