import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { colored } from "../../src/report/Paint.ts"
import { glue, shortened, shownWidth, wrap } from "../../src/report/Wrap.ts"

describe("wrapped text", () => {
  it("breaks between words, and keeps together what is glued", () => {
    expect(wrap(`breaks at 81.6${glue}requests/s or so`, 14)).toEqual([
      "breaks at",
      "81.6 requests/s".slice(0, 14),
      "s or so"
    ])
    expect(wrap(`breaks at 81.6${glue}requests/s`, 16)).toEqual(["breaks at", "81.6 requests/s"])
  })

  it("counts no columns for colours", () => {
    expect(wrap(`${colored.bad("fails")} at 60`, 11)).toEqual([`${colored.bad("fails")} at 60`])
  })

  it("is never wider than asked for, and loses nothing but blanks", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        const lines = wrap(text.replaceAll("\u001b", ""), columns)
        expect(lines.every((line) => shownWidth(line) <= columns)).toBe(true)
        expect(lines.join("").replaceAll(/[ \u00a0]/gu, "")).toBe(
          text.replaceAll(/[ \u00a0\u001b]/gu, "")
        )
      })
    )
  })

  it("is shortened with an ellipsis", () => {
    expect([shortened("breaks", 6), shortened("breaks", 4), shortened("breaks", 0)]).toEqual([
      "breaks",
      "bre…",
      "…"
    ])
  })
})
