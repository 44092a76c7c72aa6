import { Cause, Effect, Exit } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Always, Operation, Sometimes, WindTunnel, Workload } from "downforce"
import * as Batch from "../../src/flight/Batch.ts"
import * as Crew from "../../src/flight/Crew.ts"
import { flyRun } from "../../src/flight/Explore.ts"
import * as Record from "../../src/flight/Record.ts"
import * as Regression from "../../src/flight/Regression.ts"
import * as Seed from "../../src/turbulence/Seed.ts"
import type { Progress, RunSummary } from "../../src/flight/BatchResult.ts"
import { drawn, flySeed, placed } from "./Fly.ts"
import { counter, Front, mesh, pair, planted } from "./toys.ts"

const provenance = { runIndex: 0, commit: undefined, version: "0" }

const options = (
  scenario: ReturnType<typeof placed>,
  more: Partial<Batch.BatchOptions> = {}
): Batch.BatchOptions => ({
  seed: 42,
  runs: 100,
  timeMillis: undefined,
  shrinkMillis: 1,
  failuresMax: 1,
  regressions: [],
  crew: Crew.local(scenario),
  commit: undefined,
  version: "0",
  wallMillis: () => 0,
  onProgress: () => {},
  stopRequested: () => false,
  ...more
})

const fly = (scenario: ReturnType<typeof placed>, more: Partial<Batch.BatchOptions> = {}) =>
  Effect.runPromise(Batch.flyBatch(scenario, options(scenario, more)))

/** The author's or crew's error that a batch ends with. */
const failing = async (
  scenario: ReturnType<typeof placed>,
  more: Partial<Batch.BatchOptions> = {}
): Promise<Batch.BatchError> => {
  const exit = await Effect.runPromiseExit(Batch.flyBatch(scenario, options(scenario, more)))
  if (Exit.isSuccess(exit)) throw new Error("the batch succeeded")
  const [reason] = exit.cause.reasons
  if (reason === undefined || !Cause.isFailReason(reason)) throw new Error("the batch died")
  return reason.error
}

/** A crew of several that hands its chunks back in another order than they were asked for. */
const shuffled = (scenario: ReturnType<typeof placed>, size: number, seed: number): Crew.Crew => {
  const waiting: Array<() => void> = []
  let under = 0
  let turn = 0
  const release = (): void => {
    // As soon as nobody else can ask for more, one of those who wait is chosen.
    if (waiting.length === 0 || waiting.length < under) return
    const [next] = waiting.splice((Seed.mix(seed, turn++) >>> 0) % waiting.length, 1)
    next?.()
  }
  return {
    size,
    flyRange: (_, base, from, to) =>
      Effect.promise(() =>
        new Promise<ReadonlyArray<RunSummary>>((resolve) => {
          under++
          waiting.push(() => {
            under--
            resolve(Effect.runSync(Crew.flyRange(scenario, base, from, to)))
          })
          void Promise.resolve().then(release)
        }).then((runs) => {
          void Promise.resolve().then(release)
          return runs
        })
      )
  }
}

describe("a run", () => {
  it("flies alone exactly as in its batch (meshes, seeds, run indices)", () => {
    const tunnel = mesh({ style: "permits", clients: 3, operations: 6, replicas: 2 })
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.integer({ min: 0, max: 60 }), (base, runIndex) => {
        const scenario = placed(tunnel)
        const range = Crew.flyRange(scenario, base, Math.max(0, runIndex - 2), runIndex + 1)
        const inBatch = Effect.runSync(range).at(-1)
        const alone = Effect.runSync(flyRun(tunnel, base, runIndex))
        expect(inBatch).toEqual(alone)
        // Its own seed as the base of a batch flies it as run 0.
        expect({ ...Effect.runSync(flyRun(tunnel, alone.seed, 0)), runIndex }).toEqual(alone)
        expect(flySeed(tunnel, alone.seed).digest).toBe(alone.digest)
        expect(flySeed(tunnel, alone.seed, true).digest).toBe(alone.digest)
      }),
      { numRuns: 40 }
    )
  })
})

describe("a batch", () => {
  it("is the same for any crew, in whatever order its chunks come back", async () => {
    const failing = placed(planted({ operations: 1, faults: 1, deviations: 1 }))
    const holding = placed(planted({ operations: 9, faults: 3, deviations: 9 }))
    for (const each of [failing, holding]) {
      const runs = 130
      const alone = await fly(each, { runs })
      expect(alone.verdict).toBe(each === failing ? "violated" : "holds")
      for (const size of [2, 5]) {
        const crew = shuffled(each, size, size)
        expect(await fly(each, { runs, crew })).toEqual(alone)
      }
    }
  })

  it("reports each distinct failure once, with how often it was met", async () => {
    const names = ["first", "second"]
    const tunnel = pair({
      properties: names.map((name, index) =>
        Always.make(name, (view) => view.history.length < 4 + index)
      )
    })
    const scenario = placed(tunnel)
    const result = await fly(scenario, { failuresMax: 5, runs: 40 })
    // The first property always fails before the second could.
    expect(result.failures.map(({ header }) => header.failure?.property)).toEqual(["first"])
    expect(result.failures[0]?.metCount).toBe(40)
    expect(result.verdict).toBe("violated")
  })

  it("is unknown when a Sometimes was never reached, and counts those that were", async () => {
    const tunnel = pair({
      properties: [
        Sometimes.make("asked", (view) => view.history.length > 0),
        Sometimes.make("a flying pig", () => false)
      ]
    })
    const result = await fly(placed(tunnel), { runs: 33 })
    expect(result.verdict).toBe("unknown")
    expect(result.sometimes).toEqual([
      { name: "asked", count: 33 },
      { name: "a flying pig", count: 0 }
    ])
    expect(result.unknown).toEqual([{ reason: "never reached: a flying pig", count: 33 }])
  })

  it("ends with the chunk of the last failure that was asked for", async () => {
    const scenario = placed(planted({ operations: 1, faults: 0, deviations: 0 }))
    const result = await fly(scenario, { runs: 1_000 })
    expect(result.runs).toBe(Batch.chunkRuns)
  })

  it("ends when it is asked to, with what it has", async () => {
    let polled = 0
    const result = await fly(placed(pair()), { runs: 1_000, stopRequested: () => ++polled > 2 })
    expect(result.runs).toBe(2 * Batch.chunkRuns)
    expect(result.verdict).toBe("holds")
  })

  it("says how far it has come", async () => {
    const seen: Array<Progress> = []
    await fly(placed(pair()), { runs: 70, onProgress: (progress) => seen.push(progress) })
    const flying = seen.filter(({ phase }) => phase === "flying")
    expect(flying.map(({ runsDone }) => runsDone)).toEqual([32, 64, 70])
  })

  it("ends in the author's error when a property throws, without flying on", async () => {
    const tunnel = pair({
      properties: [
        Always.make("wrong", () => {
          throw new Error("not my day")
        })
      ]
    })
    const scenario = placed(tunnel)
    let flown = 0
    const local = Crew.local(scenario)
    const crew: Crew.Crew = {
      ...local,
      flyRange: (...range) => {
        flown++
        return local.flyRange(...range)
      }
    }
    const error = await failing(scenario, { runs: 5_000, crew })
    expect(error.kind).toBe("author")
    expect(error.reason).toBe('the check of property "wrong" threw Error: not my day')
    expect(flown).toBe(1)
  })

  it("ends in the author's error when an arbitrary of the workload throws", async () => {
    const throwing = fc.integer().map((): { readonly text: string } => {
      throw new Error("no such text")
    })
    const tunnel = WindTunnel.make("throws while drawing", {
      system: pair().system,
      workload: Workload.make({
        clients: 1,
        operations: 2,
        operation: Operation.make(Front, "ask", throwing)
      }),
      properties: []
    } as WindTunnel.Options<unknown, unknown>)
    const error = await failing(placed(tunnel))
    expect(error.kind).toBe("author")
    expect(error.reason).toMatch(/arbitrary that draws operation o-1 .* Error: no such text/)
  })

  it("ends in an error of the crew when a chunk cannot be flown", async () => {
    const crew: Crew.Crew = { size: 2, flyRange: () => Effect.fail(new Error("a worker died")) }
    expect(await failing(placed(pair()), { crew })).toMatchObject({
      kind: "crew",
      reason: "a worker died"
    })
  })

  it("ends as not deterministic when a run does not come out the same again", async () => {
    const scenario = placed(planted({ operations: 1, faults: 0, deviations: 0 }))
    const local = Crew.local(scenario)
    const crew: Crew.Crew = {
      size: 1,
      flyRange: (...range) =>
        Effect.map(local.flyRange(...range), (runs) =>
          runs.map((run) => ({ ...run, digest: run.digest ^ 1 }))
        )
    }
    expect((await failing(scenario, { crew })).kind).toBe("nondeterminism")
  })

  it("flies saved regressions first, and fails with them alone", async () => {
    const scenario = placed(counter)
    const seed = Array.from({ length: 400 }, (_, index) => index).find(
      (seed) => flySeed(counter, seed).violation !== undefined
    )
    if (seed === undefined) throw new Error("no increment is ever lost")
    const recorded = Effect.runSync(Record.ofDrawn(scenario, drawn(counter, seed), provenance))
    const regression = Regression.fromHeader(recorded.header)
    if (regression === undefined) throw new Error("the recording has no failure")
    const saved = { file: Regression.fileOf(regression), regression }
    const result = await fly(scenario, { runs: 1, regressions: [saved] })
    expect(result.verdict).toBe("violated")
    expect(result.failures.map((found) => found.regression)).toEqual([saved.file])
    expect(result.regressions).toEqual([
      { file: saved.file, outcome: "violated", reason: undefined }
    ])
  })
})
