import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Flight from "../../src/flight/Flight.ts"
import * as Record from "../../src/flight/Record.ts"
import { firstDifference } from "../../src/recording/Difference.ts"
import {
  type ChoiceKind,
  type Deviation,
  kindNames,
  kinds,
  outcomeText
} from "../../src/turbulence/ChoicePoint.ts"
import { calm, fromDeviations, fromSeed, keyNumber, keyText } from "../../src/turbulence/Entropy.ts"
import { drawn, placed } from "../flight/Fly.ts"
import { mesh, planted, styles } from "../flight/toys.ts"

const anyKind = fc.constantFrom(...kindNames)
const anyHalf = fc.integer()

describe("a keyed draw", () => {
  it("is a function of seed, kind and key, within the range of its kind", () => {
    fc.assert(
      fc.property(fc.nat(), anyKind, anyHalf, anyHalf, (seed, kind, high, low) => {
        const outcome = fromSeed(seed, { [kind]: 0.9 }).choose(kind, high, low)
        const among = fromSeed(seed, { lose: 0.5, rank: 0.5, [kind]: 0.9 })
        expect(among.choose(kind, high, low)).toBe(outcome)
        expect(Number.isInteger(outcome)).toBe(true)
        expect(outcome).toBeGreaterThanOrEqual(0)
        expect(outcome).toBeLessThanOrEqual(kinds[kind].outcomeMax)
      })
    )
  })

  it("is calm for kinds that have no rate", () => {
    fc.assert(
      fc.property(fc.nat(), anyKind, anyHalf, anyHalf, (seed, kind, high, low) => {
        expect(fromSeed(seed, {}).choose(kind, high, low)).toBe(0)
        expect(calm.choose(kind, high, low)).toBe(0)
      })
    )
  })

  it.each([0.01, 0.1, 0.5, 0.9])("deviates as often as its rate says (%f)", (rate) => {
    const draws = 20_000
    for (const kind of kindNames) {
      const entropy = fromSeed(7, { [kind]: rate })
      let count = 0
      for (let draw = 0; draw < draws; draw++) if (entropy.choose(kind, draw, 3) !== 0) count++
      // Five standard deviations of a binomial count.
      const tolerance = 5 * Math.sqrt(draws * rate * (1 - rate))
      expect(Math.abs(count - draws * rate)).toBeLessThan(tolerance)
    }
  })

  it("draws small and large outcomes of wide kinds, and all of flat ones", () => {
    for (const kind of kindNames) {
      const entropy = fromSeed(3, { [kind]: 1 })
      const seen = new Set<number>()
      const { outcomeMax, spread } = kinds[kind]
      // Of n outcomes that are all alike, n/e^16 are missing after 16 n draws.
      const draws = spread === "flat" ? Math.max(3_000, 16 * outcomeMax) : 3_000
      for (let draw = 0; draw < draws; draw++) seen.add(entropy.choose(kind, draw, 1))
      if (spread === "flat") expect(seen.size).toBe(outcomeMax)
      expect(Math.min(...seen)).toBe(1)
      expect(Math.max(...seen)).toBeGreaterThan(outcomeMax / 2)
    }
  })

  it("says what each outcome is", () => {
    const texts = kindNames.map((kind: ChoiceKind) => `${kind} ${outcomeText(kind, 1_500)}`)
    expect(texts).toMatchInlineSnapshot(`
      [
        "rank +1500",
        "cede 1500 operations",
        "hold 1.5ms",
        "delay 1.5ms",
        "lose yes",
        "duplicate 1.5ms",
        "reorder 1.5ms",
        "reset yes",
        "silent yes",
        "truncate yes",
        "ahead 1.5ms",
        "behind 1.5ms",
        "survive 0b10111011100",
        "failsync yes",
        "eio yes",
        "lag 1.5ms",
        "flip +1500",
        "misdirect +1500",
        "outage 1500",
      ]
    `)
  })
})

describe("stored deviations", () => {
  const deviationOf = (
    kind: ChoiceKind,
    high: number,
    low: number,
    outcome: number
  ): Deviation => ({
    key: keyText(keyNumber(kind, high, low)),
    path: "somewhere",
    kind,
    outcome
  })

  it("are found at their key and kind, and all else is calm", () => {
    fc.assert(
      fc.property(anyKind, anyKind, anyHalf, anyHalf, (kind, other, high, low) => {
        const deviation = deviationOf(kind, high, low, 1)
        const entropy = fromDeviations([deviation])
        expect(entropy.unreached()).toEqual([deviation])
        expect(entropy.choose(kind, high, low ^ 1)).toBe(0)
        if (other !== kind) expect(entropy.choose(other, high, low)).toBe(0)
        expect(entropy.unreached()).toEqual([deviation])
        expect(entropy.choose(kind, high, low)).toBe(1)
        expect(entropy.unreached()).toEqual([])
      })
    )
  })

  const settings = fc.record({
    style: fc.constantFrom(...styles),
    clients: fc.integer({ min: 1, max: 3 }),
    operations: fc.integer({ min: 1, max: 8 }),
    replicas: fc.integer({ min: 1, max: 2 })
  })

  it("fly the very flight they were written down in (systems and seeds)", () => {
    fc.assert(
      fc.property(settings, fc.nat(), (setting, seed) => {
        const scenario = placed(mesh(setting))
        const provenance = { runIndex: 0, commit: undefined, version: "0" }
        const run = drawn(scenario.tunnel, seed)
        const unrecorded = Effect.runSync(
          Flight.fly({
            scenario: scenario.tunnel,
            seed,
            operations: run.operations.map(({ operation }) => operation),
            faults: run.faults.map(({ fault }) => fault),
            entropy: run.entropy,
            isRecorded: false
          })
        )
        const first = Effect.runSync(Record.ofDrawn(scenario, run, provenance))
        expect(first.flown.digest).toBe(unrecorded.digest)
        const again = Effect.runSync(Record.ofCause(scenario, first.header.cause, provenance))
        expect(again.unreached).toEqual([])
        expect(again.flown.digest).toBe(first.flown.digest)
        expect(firstDifference(first.events, again.events)).toBeUndefined()
        expect(again.header).toEqual(first.header)
        const keys = first.header.cause.deviations.map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
      }),
      { numRuns: 40 }
    )
  })

  it("name each choice once, also under faults that make work wait (seeds)", () => {
    const tunnel = planted({ operations: 99, faults: 9, deviations: 9 })
    for (let seed = 0; seed < 60; seed++) {
      const recorded = Effect.runSync(
        Record.ofDrawn(placed(tunnel), drawn(tunnel, seed), {
          runIndex: 0,
          commit: undefined,
          version: "0"
        })
      )
      const keys = recorded.header.cause.deviations.map(({ key }) => key)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })
})
