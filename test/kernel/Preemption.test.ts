/**
 * Preemption by a keyed counter of operations: what makes a race show that a first-in first-out
 * runtime never shows. The shares are lower than those of DESIGN.md, section 6, because here the
 * increments are made by a handler: the operations of the server around it count as well.
 */
import { describe, expect, it } from "vitest"
import { calm, fromSeed } from "../../src/turbulence/Entropy.ts"
import { drawn, flyWith, scripted } from "../flight/Fly.ts"
import { counter } from "../flight/toys.ts"

const operations = drawn(counter, 1).operations.map(({ operation }) => operation)

/** How many of so many seeds lose an update. */
const lostOf = (seeds: number, rate: number): number => {
  let lost = 0
  for (let seed = 0; seed < seeds; seed++) {
    const entropy = rate === 0 ? calm : fromSeed(seed, { cede: rate, rank: rate })
    const flown = flyWith(counter, { operations, entropy, seed })
    if (flown.violation !== undefined) lost++
    else expect(flown.unknown).toEqual([])
  }
  return lost
}

describe("preemption", () => {
  it("never happens in calm air", () => {
    expect(lostOf(20, 0)).toBe(0)
  })

  it("loses unguarded updates, the more the higher its rate (.05, .2, .5, .9)", () => {
    const seeds = 200
    const shares = [0.05, 0.2, 0.5, 0.9].map((rate) => lostOf(seeds, rate) / seeds)
    expect(shares).toEqual([...shares].sort((left, right) => left - right))
    const [lowest = 0, , , highest = 0] = shares
    expect(lowest).toBeGreaterThan(0)
    expect(lowest).toBeLessThan(0.1)
    expect(highest).toBeGreaterThan(0.1)
    expect(highest).toBeLessThan(0.95)
  })

  it("gets on by one operation at least each time", () => {
    // The handler's task is the third. Taken off after every operation, the first increment is
    // still between reading and writing when the second one reads.
    const flown = flyWith(counter, { operations, entropy: scripted({ cede: { 2: 1 } }) })
    expect(flown.violation?.property).toBe("no increment is lost")
  })

  it("ends every run, also when every task is preempted", () => {
    for (let seed = 0; seed < 50; seed++) {
      const entropy = fromSeed(seed, { cede: 1, hold: 1, rank: 1 })
      const flown = flyWith(counter, { operations, entropy, seed })
      expect(flown.unknown).toEqual([])
    }
  })
})
