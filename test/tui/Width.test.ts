/**
 * Widths agree with the package that Ink lays out by, and cutting never exceeds the room.
 */
import fc from "fast-check"
import stringWidth from "string-width"
import { describe, expect, it } from "vitest"
import { visible } from "../../src/recording/VisibleText.ts"
import { ellipsis, ends, fit, lineWidth, span } from "../../tui/core/Line.ts"
import { asciiMarks, unicodeMarks, type Marks } from "../../tui/core/Look.ts"
import {
  cutMiddle,
  cutTo,
  isPlain,
  padLeft,
  padTo,
  prefixOf,
  widthOf
} from "../../tui/core/Width.ts"

const textArbitrary = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom("→ payments", "网关 → 账本", "🏎️🏎️", "e\u0301e\u0301", "각각", "ﾊﾟ")
  )
  .map(visible)

const everyMark = (marks: Marks): ReadonlyArray<string> =>
  Object.values(marks).flatMap((mark: Marks[keyof Marks]) =>
    typeof mark === "string" ? [mark] : Object.values(mark)
  )

describe("the width of a text", () => {
  it("is that of the package for every character the fast path takes", () => {
    let checked = 0
    for (let code = 0; code < 0x3000; code++) {
      const character = String.fromCharCode(code)
      if (!isPlain(character)) continue
      expect(stringWidth(character)).toBe(1)
      checked++
    }
    expect(checked).toBeGreaterThan(300)
  })

  it("is that of the package for any visible text", () => {
    fc.assert(
      fc.property(textArbitrary, (text) => {
        expect(widthOf(text)).toBe(stringWidth(text))
      })
    )
  })

  it("is one for every mark, in Unicode and in ASCII", () => {
    for (const mark of everyMark(unicodeMarks)) expect(stringWidth(mark)).toBe(1)
    for (const mark of everyMark(asciiMarks)) expect(mark).toMatch(/^[\u0021-\u007e]$/)
  })
})

describe("cutting", () => {
  it("never exceeds the room, and keeps what fits", () => {
    fc.assert(
      fc.property(textArbitrary, fc.nat(40), (text, columns) => {
        expect(text.startsWith(prefixOf(text, columns))).toBe(true)
        expect(widthOf(prefixOf(text, columns))).toBeLessThanOrEqual(columns)
        expect(widthOf(cutTo(text, columns, "…"))).toBeLessThanOrEqual(columns)
        expect(widthOf(cutMiddle(text, columns, "…"))).toBeLessThanOrEqual(columns)
        if (widthOf(text) <= columns) expect(cutTo(text, columns, "…")).toBe(text)
      })
    )
  })

  it("pads to exactly the room", () => {
    fc.assert(
      fc.property(textArbitrary, fc.nat(40), (text, columns) => {
        expect(widthOf(padTo(text, columns, "…"))).toBe(columns)
        expect(widthOf(padLeft(text, columns, "…"))).toBe(columns)
      })
    )
  })

  it("keeps the end of a name, which tells replicas apart", () => {
    expect(cutMiddle("client-1", 7, "…")).toBe("clie…-1")
  })
})

describe("lines", () => {
  const lineArbitrary = fc.array(
    textArbitrary.map((text) => span(text)),
    { maxLength: 4 }
  )

  it("are cut and padded to exactly the room", () => {
    fc.assert(
      fc.property(lineArbitrary, lineArbitrary, fc.nat(60), (left, right, columns) => {
        expect(lineWidth(fit(left, columns))).toBe(columns)
        expect(lineWidth(ends(left, right, columns))).toBe(columns)
        expect(lineWidth(ellipsis(left, columns, "…"))).toBeLessThanOrEqual(columns)
      })
    )
  })

  it("say where they were cut", () => {
    const line = [span("gateway "), span("retry with a new key")]
    const text = ellipsis(line, 12, "…")
    expect(text.map((part) => part.text).join("")).toBe("gateway ret…")
    expect(ellipsis([span("abc"), span("def")], 3, "…").map((part) => part.text)).toEqual(["ab…"])
  })
})
