/**
 * What the benchmark prints. No figure is asserted: that would test the machine.
 */
import { describe, expect, it } from "vitest"
import { type Figure, judge } from "../../bench/Figure.ts"
import * as Memory from "../../bench/Memory.ts"
import { pingPong } from "../../bench/Messages.ts"
import { interleave, median, percentile95 } from "../../bench/Rounds.ts"
import { table } from "../../bench/Table.ts"

const keys = ["name", "figure", "unit", "budget", "holds", "against"]

describe("judge", () => {
  it("says whether a figure is on the right side of its budget", () => {
    expect(judge("a", 10, "x/s", "at least", 10).holds).toBe(true)
    expect(judge("a", 9, "x/s", "at least", 10).holds).toBe(false)
    expect(judge("a", 10, "ms", "at most", 10).holds).toBe(true)
    expect(judge("a", 11, "ms", "at most", 10).holds).toBe(false)
  })

  it("divides the figure by each of the others", () => {
    expect(judge("a", 30, "x/s", "at least", 1, { b: 10, c: 60 }).against).toEqual([
      { name: "b", figure: 10, ratio: 3 },
      { name: "c", figure: 60, ratio: 0.5 }
    ])
  })

  it("judges what was measured, and rounds what is shown", () => {
    const figure = judge("a", 9.999, "x/s", "at least", 10)
    expect(figure).toMatchObject({ figure: 10, holds: false })
  })
})

describe("a figure", () => {
  it("has the keys that the document promises, and survives JSON", () => {
    for (const figure of Memory.measure()) {
      expect(Object.keys(figure)).toEqual(keys)
      const read: Figure = JSON.parse(JSON.stringify(figure))
      expect(read).toEqual(figure)
      expect(Number.isFinite(read.figure)).toBe(true)
    }
  })
})

describe("interleave", () => {
  it("warms each up, then takes turns, and gives a rate of each", async () => {
    const turns: Array<string> = []
    const work = (name: string) => (): number => {
      turns.push(name)
      let sum = 0
      for (let index = 0; index < 100_000; index++) sum += index % 7
      return sum
    }
    const rates = await interleave({ one: work("one"), two: work("two") }, 2)
    expect(turns).toEqual(["one", "two", "one", "two", "one", "two"])
    expect(Object.keys(rates)).toEqual(["one", "two"])
    expect(rates.one).toBeGreaterThan(0)
  })
})

describe("median and percentile95", () => {
  it("take a value of the list, whatever its order", () => {
    const values = Array.from({ length: 100 }, (_, index) => (index * 37) % 100)
    expect(median(values)).toBe(50)
    expect(percentile95(values)).toBe(95)
  })
})

describe("pingPong", () => {
  it("carries a request and a reply for each call of each pair (nodes=10, calls=3)", () => {
    expect(pingPong(10, 3, false)).toBe(30)
    expect(pingPong(10, 3, true)).toBe(30)
  })
})

describe("table", () => {
  it("shows each figure beside its budget, and what it is compared with below", () => {
    const figures = [
      judge("sleeps", 1_060_000, "sleeps/s", "at least", 1_000_000, { "bare loop": 6_900_000 }),
      judge("start", 612, "ms", "at most", 500)
    ]
    expect(table(figures)).toMatchInlineSnapshot(`
      "       what            figure               budget
      holds  sleeps       1,060,000  sleeps/s  1,000,000
               bare loop  6,900,000              x 0.154
      FAILS  start              612  ms              500
      "
    `)
  })
})
