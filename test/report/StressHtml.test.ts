import { describe, expect, it } from "vitest"
import { stressHtml } from "../../src/report/StressHtml.ts"
import { savedNowhere } from "../../src/report/StressSaved.ts"
import type { StressResult } from "../../src/stress/StressResult.ts"
import { unclosed } from "./Markup.ts"
import * as Samples from "./StressSamples.ts"

const all: ReadonlyArray<readonly [name: string, result: StressResult]> = [
  ["found", Samples.found],
  ["hostile", Samples.hostile],
  ["with latency", Samples.withLatency],
  ["envelope", Samples.envelope],
  ...Object.entries(Samples.others)
]

describe("the page of a stress result", () => {
  it.each(all)("closes every tag, and names every drawing (%s)", (_, result) => {
    const page = stressHtml(result, Samples.saved)
    expect(unclosed(page)).toEqual([])
    const ids = [...page.matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, names = ""] of page.matchAll(/aria-labelledby="([^"]+)"/gu)) {
      expect(ids).toEqual(expect.arrayContaining(names.split(" ")))
    }
  })

  it.each(all)("needs no network, and runs nothing (%s)", (_, result) => {
    const page = stressHtml(result, Samples.saved)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|https?:|\bon\w+="|url\(/u)
  })

  it.each(all)("has coordinates that are numbers (%s)", (_, result) => {
    expect(stressHtml(result, savedNowhere)).not.toMatch(/NaN|Infinity|undefined/u)
  })

  it("escapes whatever comes from users", () => {
    const page = stressHtml(Samples.hostile, Samples.saved)
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;")
    expect(page).not.toContain("\u001b")
  })

  it("is the same, byte for byte, for the same result", () => {
    const copy: StressResult = structuredClone(Samples.found)
    expect(stressHtml(copy, Samples.saved)).toBe(stressHtml(Samples.found, Samples.saved))
  })

  it("draws what is known, and says so in words", () => {
    const page = stressHtml(Samples.found, Samples.saved)
    for (const text of [
      "breaks at 81.6 (79.9 to 83.1)",
      "carries 76",
      "ruptures at 113.9",
      "Loads after which a trigger leaves the system down",
      "npx downforce replay 77aa0b1c"
    ]) {
      expect(page).toContain(text)
    }
    expect(stressHtml(Samples.others.invalid, savedNowhere)).not.toContain("<svg")
  })
})
