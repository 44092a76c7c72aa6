import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Attempt, minimizeList, minimizeNumber } from "../../src/flight/Minimize.ts"

/** Any property of sublists: by their bits, whether they fail; the whole list does. */
const problems = fc
  .integer({ min: 0, max: 7 })
  .chain((length) =>
    fc.record({
      length: fc.constant(length),
      fails: fc.array(fc.boolean(), { minLength: 2 ** length, maxLength: 2 ** length })
    })
  )
  .map(({ fails, length }) => ({
    list: Array.from({ length }, (_, index) => index),
    fails: (part: ReadonlyArray<number>): boolean => {
      const bits = part.reduce((sum, index) => sum + 2 ** index, 0)
      return part.length === length || fails[bits] === true
    }
  }))

const asked = (fails: (part: ReadonlyArray<number>) => boolean) => {
  const parts: Array<ReadonlyArray<number>> = []
  const attempt: Attempt<ReadonlyArray<number>> = (part) => {
    parts.push(part)
    return Effect.succeed(fails(part) ? "fails" : "passes")
  }
  return { attempt, parts }
}

describe("the smallest failing part of a list", () => {
  it("fails, is a sublist in order, and is one-minimal (any property of sublists)", () => {
    fc.assert(
      fc.property(problems, ({ fails, list }) => {
        const { attempt, parts } = asked(fails)
        const result = Effect.runSync(minimizeList(list, attempt))
        expect(fails(result)).toBe(true)
        expect(list.filter((item) => result.includes(item))).toEqual(result)
        for (const item of result) {
          expect(fails(result.filter((other) => other !== item))).toBe(false)
        }
        expect(parts.some((part) => part.length === list.length)).toBe(false)
      }),
      { numRuns: 500 }
    )
  })

  it("is the smallest there is, by brute force, when more never helps to pass (monotonic)", () => {
    // Fails when it contains one of a few sets: then every one-minimal part is one of these.
    const sets = fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4
    })
    fc.assert(
      fc.property(sets, (sets) => {
        const list = Array.from({ length: 10 }, (_, index) => index)
        const fails = (part: ReadonlyArray<number>): boolean =>
          sets.some((set) => set.every((item) => part.includes(item)))
        const result = Effect.runSync(minimizeList(list, asked(fails).attempt))
        expect(sets.map((set) => [...set].sort((a, b) => a - b))).toContainEqual([...result])
      })
    )
  })

  it("asks few questions where few items count", () => {
    const list = Array.from({ length: 1_000 }, (_, index) => index)
    const { attempt, parts } = asked((part) => part.includes(7) && part.includes(800))
    expect(Effect.runSync(minimizeList(list, attempt))).toEqual([7, 800])
    expect(parts.length).toBeLessThan(100)
  })

  it("keeps what it has when it is stopped", () => {
    fc.assert(
      fc.property(problems, fc.nat(20), ({ fails, list }, questionsMax) => {
        let questions = 0
        let best: ReadonlyArray<number> = list
        const result = Effect.runSync(
          minimizeList(list, (part) =>
            Effect.sync(() => {
              if (questions++ >= questionsMax) return "stop"
              if (!fails(part)) return "passes"
              best = part
              return "fails"
            })
          )
        )
        expect(result).toEqual(best)
        expect(questions).toBeLessThanOrEqual(questionsMax + 1)
      })
    )
  })
})

describe("the smallest failing number", () => {
  it("is exact where failing is monotonic", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), fc.nat(10_000_000), (one, other) => {
        const [threshold, high] = [Math.min(one, other), Math.max(one, other)]
        const attempt: Attempt<number> = (number) =>
          Effect.succeed(number >= threshold ? "fails" : "passes")
        expect(Effect.runSync(minimizeNumber(1, high, attempt))).toBe(
          Math.min(high, Math.max(1, threshold))
        )
      })
    )
  })

  it("fails, and the number below it passes or is out of range, whatever fails", () => {
    const fails = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(fails, (fails) => {
        const isFailing = (number: number): boolean => number === 40 || fails[number] === true
        const result = Effect.runSync(
          minimizeNumber(1, 40, (number) => Effect.succeed(isFailing(number) ? "fails" : "passes"))
        )
        expect(isFailing(result)).toBe(true)
        if (result > 1) expect(isFailing(result - 1)).toBe(false)
      })
    )
  })

  it("keeps what it has when it is stopped", () => {
    expect(Effect.runSync(minimizeNumber(1, 50, () => Effect.succeed("stop")))).toBe(50)
  })
})
