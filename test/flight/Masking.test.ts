import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Turbulence } from "downforce"
import * as Batch from "../../src/flight/Batch.ts"
import * as Crew from "../../src/flight/Crew.ts"
import { flyRun, verdictOf } from "../../src/flight/Explore.ts"
import * as Masking from "../../src/flight/Masking.ts"
import * as Regression from "../../src/flight/Regression.ts"
import { failureText } from "../../src/report/FailureText.ts"
import { plain } from "../../src/report/Paint.ts"
import * as Seed from "../../src/turbulence/Seed.ts"
import { gate } from "./Cores.ts"
import { drawn, flySeed, placed } from "./Fly.ts"
import { mesh } from "./toys.ts"

// The only fault that wedges the gate is a dead link; whatever restarts the gate repairs it.
const tunnel = gate(
  Turbulence.swarm({ kinds: [], faults: ["Restart", "DeadLink"], faultsMax: 6, spare: ["copy"] })
)

const batch = (seed: number, runs: number) => {
  const scenario = placed(tunnel)
  return Effect.runPromise(
    Batch.flyBatch(scenario, {
      seed,
      runs,
      timeMillis: undefined,
      shrinkMillis: 1,
      failuresMax: 1,
      regressions: [],
      crew: Crew.local(scenario),
      commit: undefined,
      version: "0",
      wallMillis: () => 0,
      onProgress: () => {},
      stopRequested: () => false
    })
  )
}

const summaries = Array.from({ length: 300 }, (_, run) =>
  Effect.runSync(flyRun(tunnel, 0x5eed, run))
)
const masked = summaries.filter(({ isMasked }) => isMasked)

describe("the cut of a plan", () => {
  const plans = fc
    .integer({ min: 0, max: 0xffff_ffff })
    .map((seed) => ({ seed, plan: drawn(mesh(meshOptions), seed).faults }))
  const meshOptions = { style: "chain", clients: 1, operations: 1, replicas: 2 } as const

  it("keeps a beginning of it in time, and at least one fault on each side", () => {
    fc.assert(
      fc.property(plans, ({ plan, seed }) => {
        const cut = Masking.cutOf(seed, plan)
        if (cut === undefined) return
        const starts = (faults: ReadonlyArray<{ readonly atMs: number }>) =>
          faults.map(({ atMs }) => atMs)
        const kept = cut.kept.map(({ fault }) => fault)
        expect(kept.length).toBeGreaterThan(0)
        expect(cut.hidden.length).toBeGreaterThan(0)
        expect(kept.length + cut.hidden.length).toBe(plan.length)
        expect(Math.max(...starts(kept))).toBeLessThanOrEqual(Math.min(...starts(cut.hidden)))
        expect(Masking.cutOf(seed, plan)).toEqual(cut)
      }),
      { numRuns: 300 }
    )
  })

  it("is tried on about a quarter of the plans of two faults or more, and on no other", () => {
    const many = Array.from({ length: 2_000 }, (_, seed) => ({
      seed: Seed.mix(1, seed) >>> 0,
      plan: drawn(mesh(meshOptions), Seed.mix(1, seed) >>> 0).faults
    }))
    const long = many.filter(({ plan }) => plan.length >= 2)
    const tried = many.filter(({ plan, seed }) => Masking.cutOf(seed, plan) !== undefined)
    expect(tried.every(({ plan }) => plan.length >= 2)).toBe(true)
    expect(tried.length / long.length).toBeGreaterThan(0.2)
    expect(tried.length / long.length).toBeLessThan(0.3)
  })
})

describe("a gate that only a restart repairs", () => {
  it("is found in runs that hold as they are drawn", () => {
    expect(masked.length).toBeGreaterThan(0)
    for (const { seed } of masked) expect(verdictOf(flySeed(tunnel, seed))).toBe("holds")
    for (const run of masked) {
      expect(run).toMatchObject({
        verdict: "violated",
        failure: { property: "the gate is open" },
        isRepeatable: true
      })
    }
  })

  it("leaves all other runs as they are", () => {
    for (const run of summaries.filter(({ isMasked }) => !isMasked)) {
      const flown = flySeed(tunnel, run.seed)
      expect([run.verdict, run.digest]).toEqual([verdictOf(flown), flown.digest])
    }
  })

  it("is shrunk without the restart, told, found again by its seed, and saved", async () => {
    const [first] = masked
    if (first === undefined) throw new Error("nothing is masked")
    const result = await batch(first.seed, 1)
    const [failure] = result.failures
    if (failure === undefined) throw new Error("the seed does not find it again")
    expect(failure.header.cause.faults.map(({ _tag }) => _tag)).toEqual(["DeadLink"])
    expect(failure.header.masked?.[0]).toMatch(/^restart gate, down for .*, at \d/)
    expect(failure.metCount).toBe(1)
    const saved = { regression: undefined, recording: undefined, ref: undefined }
    const text = failureText(failure, result, saved, { columns: 100, paint: plain })
    expect(text).toMatch(/^ {3}masked {3}restart gate, down for .*: with (it|them) the run holds$/m)

    const regression = Regression.fromHeader(failure.header)
    if (regression === undefined) throw new Error("it has no regression")
    const provenance = { runIndex: 0, commit: undefined, version: "0" }
    const flying = Regression.fly(placed(tunnel), { file: "r.json", regression }, provenance)
    expect(Effect.runSync(flying).outcome.outcome).toBe("violated")
  })

  it("is counted with the runs that fail in the same way unmasked", async () => {
    const [first] = summaries.filter(({ signature }) => signature !== undefined)
    const runs = 96
    const result = await batch(0x5eed, runs)
    const same = summaries
      .slice(0, result.runs)
      .filter(({ signature }) => signature === first?.signature)
    expect(result.failures[0]?.metCount).toBe(same.length)
  })
})
