import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { visible } from "../../src/recording/VisibleText.ts"

/** What must never reach a terminal: written apart from the code. Joiners have examples below. */
const isDangerous = (code: number): boolean =>
  code < 0x20 ||
  (code >= 0x7f && code <= 0x9f) ||
  code === 0xad ||
  code === 0x61c ||
  (code >= 0x200b && code <= 0x200f && code !== 0x200d) ||
  (code >= 0x2028 && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  (code >= 0xd800 && code <= 0xdfff) ||
  code === 0xfeff ||
  (code >= 0xfff9 && code <= 0xfffb) ||
  (code >= 0xe0000 && code <= 0xe007f)

const dangerousText = fc
  .array(
    fc
      .oneof(
        fc.integer({ min: 0, max: 0xa0 }),
        fc.integer({ min: 0x2000, max: 0x2070 }),
        fc.integer({ min: 0xd7f0, max: 0xe010 }),
        fc.integer({ min: 0, max: 0x10ffff })
      )
      .map((code) => String.fromCodePoint(code))
  )
  .map((parts) => parts.join(""))

describe("visible", () => {
  it.each([
    ["\u001b[31mred\u001b[0m", "␛[31mred␛[0m"],
    ["\u001b]0;title\u0007", "␛]0;title␇"],
    ["\u009b2J", "\\u{9b}2J"],
    ["one\r\n\ttwo", "one␍␊␉two"],
    ["user\u202etxt.exe", "user\\u{202e}txt.exe"],
    ["a\u200bb\u200dc\ufeff", "a\\u{200b}b\\u{200d}c\\u{feff}"],
    ["\u007f\u0000", "␡␀"],
    ["🏎️ 👩🏽‍🔧 👩‍👩‍👧", "🏎️ 👩🏽‍🔧 👩‍👩‍👧"],
    ["x\ufe0f 🏎\u200dx", "x\\u{fe0f} 🏎\\u{200d}x"],
    ["a\ufff9b", "a\\u{fff9}b"],
    ["\ud800", "\\u{d800}"],
    ["charges(o-17) ≤ 1 🏎 東京 é", "charges(o-17) ≤ 1 🏎 東京 é"]
  ])("shows %j as %j", (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it("leaves nothing that a terminal obeys, whatever the text", () => {
    fc.assert(
      fc.property(dangerousText, (text) => {
        for (const character of visible(text)) {
          expect(isDangerous(character.codePointAt(0) ?? 0)).toBe(false)
        }
      })
    )
  })

  it("changes nothing when applied again", () => {
    fc.assert(
      fc.property(dangerousText, (text) => {
        expect(visible(visible(text))).toBe(visible(text))
      })
    )
  })
})
