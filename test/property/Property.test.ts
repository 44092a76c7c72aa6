/** Names, bounds and signatures of properties. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Always from "../../src/property/Always.ts"
import * as Eventually from "../../src/property/Eventually.ts"
import * as Sometimes from "../../src/property/Sometimes.ts"
import { problems, problemText } from "../../src/property/PropertyProblem.ts"
import { signature } from "../../src/property/Signature.ts"

describe("problems", () => {
  it("lists all that is wrong with names, each once, where it stands first", () => {
    const found = problems([
      Always.make("twice", () => true),
      Sometimes.make("once", () => true),
      Always.make(" ", () => true),
      Eventually.make("twice", { within: "1 second" }, () => true),
      Always.make(" ", () => true)
    ])
    expect(found.map(problemText)).toEqual([
      '2 properties are called "twice"; give each its own name',
      "property 3 has no name",
      "property 5 has no name"
    ])
  })

  it.each([
    ["Infinity", "has an endless bound and could never fail"],
    ["-1 second", "has a bound below zero"],
    [Number.NaN, "has a bound that cannot be read"]
  ] as const)("refuses a bound of %s", (within, text) => {
    const found = problems([Eventually.make("it", { within }, () => true)])
    expect(found.map(problemText)).toEqual([`"it" ${text}; give it one like "30 seconds"`])
  })

  it("finds nothing wrong exactly when every name is used once", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", "d")), (names) => {
        const found = problems(names.map((name) => Always.make(name, () => true)))
        expect(found.length === 0).toBe(new Set(names).size === names.length)
      })
    )
  })
})

describe("Eventually.make", () => {
  it("counts its bound in whole microseconds, after the faults by default", () => {
    expect(Eventually.make("it", { within: "1.5 millis" }, () => true)).toMatchObject({
      withinMicros: 1_500,
      after: "faults heal"
    })
  })
})

describe("signature", () => {
  it("is eight hexadecimal digits that never change (golden)", () => {
    // Saved regressions are filed by it: another value would orphan them.
    expect(signature("no double charge", "charges of an order", "lose>retry")).toBe("8bca01b1")
  })

  it("tells apart the same texts split otherwise", () => {
    const text = fc.string({ maxLength: 3 })
    fc.assert(
      fc.property(text, text, text, text, (first, second, third, fourth) => {
        fc.pre(first !== second || third !== fourth)
        const left = signature(first, third, "x")
        expect(left).toMatch(/^[0-9a-f]{8}$/)
        expect(left === signature(second, fourth, "x")).toBe(false)
      })
    )
    expect(signature("ab", "c", "")).not.toBe(signature("a", "bc", ""))
  })
})
