import { describe, expect, it } from "vitest"
import * as Kernel from "../../src/kernel/Kernel.ts"
import * as KeyedRandom from "../../src/kernel/KeyedRandom.ts"
import * as Process from "../../src/kernel/Process.ts"
import { calm } from "../../src/turbulence/Entropy.ts"

const make = (seed: number) => {
  const kernel = Kernel.make({
    entropy: calm,
    limits: { stepsMax: 10, stepsPerInstantMax: 10, operationsPerTaskMax: 10 },
    horizonMicros: 10,
    seed,
    onChoice: undefined,
    afterTask: () => {}
  })
  return KeyedRandom.make(kernel, Process.make(kernel, "node", 0))
}

const draws = 4_000

/** How many of the values are in each of eight parts of the range. */
const parts = (values: ReadonlyArray<number>, from: number, to: number): ReadonlyArray<number> => {
  const counts = Array.from({ length: 8 }, () => 0)
  for (const value of values) {
    const part = Math.floor(((value - from) / (to - from)) * 8)
    counts[part] = (counts[part] ?? 0) + 1
  }
  return counts
}

describe("a program's own randomness", () => {
  it("is uniform in [0, 1)", () => {
    const random = make(1)
    const values = Array.from({ length: draws }, () => random.nextDoubleUnsafe())
    for (const count of parts(values, 0, 1)) expect(Math.abs(count - draws / 8)).toBeLessThan(110)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
  })

  it("has safe integers, all over their range, even ones as often as odd ones", () => {
    const random = make(1)
    const values = Array.from({ length: draws }, () => random.nextIntUnsafe())
    const { MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number
    for (const count of parts(values, MIN_SAFE_INTEGER, MAX_SAFE_INTEGER)) {
      expect(Math.abs(count - draws / 8)).toBeLessThan(110)
    }
    expect(values.every((value) => Number.isSafeInteger(value))).toBe(true)
    const even = values.filter((value) => value % 2 === 0).length
    expect(Math.abs(even - draws / 2)).toBeLessThan(160)
  })

  it("comes from the run's seed", () => {
    const first = (seed: number) => Array.from({ length: 5 }, make(seed).nextIntUnsafe)
    expect(first(1)).toEqual(first(1))
    expect(first(1)).not.toEqual(first(2))
  })
})
