/**
 * Shrinking is sound: what is left fails in the same way, and nothing of it can be left out.
 *
 * The systems are generated: a bug is planted that needs so many operations, faults and deviations
 * to come together before it shows, among noise of all other sorts.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { signatureOf } from "../../src/flight/Explore.ts"
import * as Failure from "../../src/flight/Failure.ts"
import { flyRun } from "../../src/flight/Explore.ts"
import * as Record from "../../src/flight/Record.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import * as Descent from "../../src/flight/Descent.ts"
import * as Shrink from "../../src/flight/Shrink.ts"
import type { RunSummary } from "../../src/flight/BatchResult.ts"
import { Effect, Result } from "effect"
import { drawn, placed } from "./Fly.ts"
import { type Planted, planted } from "./toys.ts"

const provenance = { runIndex: 0, commit: undefined, version: "0" }
const forever = (flightsMax = Shrink.flightsMaxDefault): Descent.Budget => ({
  flightsMax,
  mayContinue: () => true
})

/** The first run that fails, of a batch with this seed. */
const firstFailing = (tunnel: WindTunnel, seed: number): RunSummary | undefined => {
  for (let runIndex = 0; runIndex < 400; runIndex++) {
    const run = Effect.runSync(flyRun(tunnel, seed, runIndex))
    if (run.signature !== undefined) return run
  }
  return undefined
}

/** A failing run as the shrinker takes it. */
const startOf = (tunnel: WindTunnel, { seed }: RunSummary): Descent.Candidate => {
  const run = drawn(tunnel, seed)
  const first = Effect.runSync(Record.ofDrawn(placed(tunnel), run, provenance))
  const { operations, faults } = run
  return { operations, faults, deviations: first.header.cause.deviations }
}

/** The signature that a candidate fails with, if it does. */
const failsWith = (
  tunnel: WindTunnel,
  seed: number,
  candidate: Descent.Candidate
): string | undefined => {
  const { flown } = Effect.runSync(Descent.flyCandidate(tunnel, seed, candidate, false))
  const { violation } = flown
  return violation === undefined ? undefined : signatureOf(violation)
}

/** All candidates with one operation, one fault or one deviation less. */
const oneLess = (candidate: Descent.Candidate): ReadonlyArray<Descent.Candidate> => {
  const { operations, faults, deviations } = candidate
  return [
    ...operations.map((each) => ({
      ...candidate,
      operations: operations.filter((other) => other !== each)
    })),
    ...faults.map((each) => ({ ...candidate, faults: faults.filter((other) => other !== each) })),
    ...deviations.map((each) => ({
      ...candidate,
      deviations: deviations.filter((other) => other !== each)
    }))
  ]
}

const bugs: fc.Arbitrary<Planted> = fc
  .record({
    operations: fc.integer({ min: 0, max: 4 }),
    faults: fc.integer({ min: 0, max: 2 }),
    deviations: fc.integer({ min: 0, max: 2 })
  })
  .filter(({ deviations, faults, operations }) => operations + faults + deviations > 0)

describe("a shrunk case", () => {
  it("fails with the same signature, and not without any one part (planted bugs)", () => {
    let shrunkCount = 0
    fc.assert(
      fc.property(bugs, fc.nat(), (needs, seed) => {
        const tunnel = planted(needs)
        const run = firstFailing(tunnel, seed)
        if (run?.signature === undefined) return
        const start = startOf(tunnel, run)
        const shrunk = Effect.runSync(
          Shrink.shrink(tunnel, run.seed, start, run.signature, forever())
        )
        const { candidate } = shrunk
        shrunkCount++
        expect(shrunk.isMinimal).toBe(true)
        expect(failsWith(tunnel, run.seed, candidate)).toBe(run.signature)
        for (const less of oneLess(candidate)) {
          expect(failsWith(tunnel, run.seed, less)).not.toBe(run.signature)
        }
        // What the bug needs is known, so the sizes are known.
        expect(candidate.faults.length).toBe(needs.faults)
        expect(candidate.deviations.length).toBe(needs.deviations)
        expect(candidate.operations.length).toBeGreaterThanOrEqual(needs.operations)
        expect(candidate.operations.length).toBeLessThanOrEqual(needs.operations + needs.deviations)
        expect(candidate.faults.every(({ fault }) => fault._tag === "Crash")).toBe(true)
        expect(candidate.deviations.every(({ kind }) => kind === "duplicate")).toBe(true)
      }),
      { numRuns: 16 }
    )
    expect(shrunkCount).toBeGreaterThan(8)
  })

  it("has the smallest values that still fail", () => {
    const tunnel = planted({ operations: 1, faults: 0, deviations: 1 })
    const run = firstFailing(tunnel, 1)
    if (run?.signature === undefined) throw new Error("nothing fails")
    const start = startOf(tunnel, run)
    const { candidate } = Effect.runSync(
      Shrink.shrink(tunnel, run.seed, start, run.signature, forever())
    )
    expect(candidate.deviations.map(({ outcome }) => outcome)).toEqual([1])
    for (const { operation } of candidate.operations) {
      expect(operation.payload).toEqual({ door: 1 })
      expect(operation.atMs).toBeLessThan(10)
    }
  })

  it("is never larger than what a smaller budget leaves, and keeps to the budget", () => {
    const tunnel = planted({ operations: 3, faults: 1, deviations: 1 })
    const run = firstFailing(tunnel, 5)
    if (run?.signature === undefined) throw new Error("nothing fails")
    const start = startOf(tunnel, run)
    const sizeOf = ({ deviations, faults, operations }: Descent.Candidate): number =>
      operations.length + faults.length + deviations.length
    let last = sizeOf(start)
    for (const flightsMax of [0, 1, 5, 20, 60, 200, 2_000]) {
      const shrunk = Effect.runSync(
        Shrink.shrink(tunnel, run.seed, start, run.signature, forever(flightsMax))
      )
      expect(shrunk.flights).toBeLessThanOrEqual(flightsMax)
      expect(shrunk.isMinimal).toBe(shrunk.flights < flightsMax)
      expect(sizeOf(shrunk.candidate)).toBeLessThanOrEqual(last)
      expect(failsWith(tunnel, run.seed, shrunk.candidate)).toBe(run.signature)
      last = sizeOf(shrunk.candidate)
    }
  })

  it("is what it has when the time is up", () => {
    const tunnel = planted({ operations: 2, faults: 0, deviations: 0 })
    const run = firstFailing(tunnel, 1)
    if (run?.signature === undefined) throw new Error("nothing fails")
    const start = startOf(tunnel, run)
    let left = 3
    const budget = { flightsMax: 1_000, mayContinue: () => left-- > 0 }
    const shrunk = Effect.runSync(Shrink.shrink(tunnel, run.seed, start, run.signature, budget))
    expect(shrunk.flights).toBe(3)
    expect(shrunk.isMinimal).toBe(false)
  })

  it("is shown with a passing twin, and with what could not be left out", () => {
    const tunnel = planted({ operations: 1, faults: 1, deviations: 1 })
    const run = firstFailing(tunnel, 3)
    if (run === undefined) throw new Error("nothing fails")
    const found = Effect.runSync(Failure.ofRun(placed(tunnel), run, 1, forever(), provenance))
    const { header } = found
    expect(header.failure?.signature).toBe(run.signature)
    expect(header.needed.map(({ what }) => what.split(" ")[0])).toEqual(["crash", "duplicate"])
    expect(header.twin?.change).toMatch(/^without: (crash|duplicate)/)
    expect(header.twin?.firstDifference).toBeLessThan(found.events.length)
    expect(header.cause.deviations).toHaveLength(1)
    expect(header.eventsBefore).toBeGreaterThan(header.events)
  })

  it("is refused when the run does not come out the same again", () => {
    const tunnel = planted({ operations: 1, faults: 0, deviations: 0 })
    const run = firstFailing(tunnel, 3)
    if (run === undefined) throw new Error("nothing fails")
    const other = { ...run, digest: run.digest + 1 }
    const found = Effect.result(Failure.ofRun(placed(tunnel), other, 1, forever(), provenance))
    const result = Effect.runSync(found)
    expect(Result.isFailure(result) && result.failure.reason).toMatch(/came out differently/)
  })
})
