import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { matches, mayHold, near } from "../../src/cli/ScenarioPattern.ts"

const segment = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 5 })
const id = fc.array(segment, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("/"))
const pattern = fc
  .array(fc.string({ unit: fc.constantFrom("a", "b", "*"), minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 4
  })
  .map((parts) => parts.join("/"))

/** What a pattern means, said with a regular expression. */
const meaning = (text: string): RegExp => new RegExp(`^${text.replaceAll("*", "[^/]*")}(?:/|$)`)

describe("a pattern", () => {
  it("matches an id, or the beginning of one up to a slash, stars for anything but slashes", () => {
    fc.assert(
      fc.property(pattern, id, (text, name) => {
        expect(matches(text, name)).toBe(meaning(text).test(name))
      }),
      { numRuns: 10_000 }
    )
  })

  it("matches every id by itself, by each beginning, and with its last part starred", () => {
    fc.assert(
      fc.property(id, (name) => {
        const parts = name.split("/")
        for (let count = 1; count <= parts.length; count++) {
          expect(matches(parts.slice(0, count).join("/"), name)).toBe(true)
        }
        expect(matches([...parts.slice(0, -1), "*"].join("/"), name)).toBe(true)
      })
    )
  })

  it("has every file loaded that may hold what it matches", () => {
    fc.assert(
      fc.property(pattern, id, (text, name) => {
        const stem = name.slice(0, name.lastIndexOf("/"))
        expect(mayHold(text, stem) || !matches(text, name)).toBe(true)
      }),
      { numRuns: 2_000 }
    )
  })

  it("has no file loaded that cannot (another system, a deeper file)", () => {
    expect(mayHold("checkout/no-double-charge", "lease-lock")).toBe(false)
    expect(mayHold("checkout/broken/retries", "checkout")).toBe(false)
    expect(mayHold("checkout/broken", "checkout")).toBe(true)
  })
})

describe("near names", () => {
  it("are found by a typing error, by a part, and not at any price", () => {
    const names = ["checkout/no-double-charge", "checkout/broken/reads-then-writes", "lease-lock/a"]
    expect(near("checkuot/no-double-charge", names)[0]).toBe("checkout/no-double-charge")
    expect(near("reads-then-writes", names)).toEqual(["checkout/broken/reads-then-writes"])
    expect(near("zebra", names)).toEqual([])
  })
})
