import { Effect, Result } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Eventually, Service, System, type View } from "downforce"
import * as Batch from "../../src/flight/Batch.ts"
import * as Crew from "../../src/flight/Crew.ts"
import { flyRun } from "../../src/flight/Explore.ts"
import type * as Flight from "../../src/flight/Flight.ts"
import * as Regression from "../../src/flight/Regression.ts"
import * as Replay from "../../src/flight/Replay.ts"
import type { Event } from "../../src/recording/Event.ts"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { failureText } from "../../src/report/FailureText.ts"
import { plain } from "../../src/report/Paint.ts"
import { type ChoiceKind, kindNames, manners } from "../../src/turbulence/ChoicePoint.ts"
import { fromSeed, type Rates } from "../../src/turbulence/Entropy.ts"
import * as Turbulence from "../../src/turbulence/Turbulence.ts"
import { quorum, type Quorum } from "./Cores.ts"
import { drawn, eventsOf, flySeed, flyWith, outcomes, placed, scripted } from "./Fly.ts"
import { mesh } from "./toys.ts"

const often: Rates = { outage: 0.9 }
const wild: Rates = Object.fromEntries(kindNames.map((kind) => [kind, 0.3]))

const seeds = fc.integer({ min: 0, max: 0xffff_ffff })
const sizes = fc
  .integer({ min: 2, max: 5 })
  .chain((replicas) => fc.tuple(fc.constant(replicas), fc.integer({ min: 1, max: replicas - 1 })))

/** Flies the operations that a seed draws, with outcomes at these rates. */
const flyAt = (
  tunnel: ReturnType<typeof quorum>,
  seed: number,
  rates: Rates,
  options: { readonly isRecorded?: boolean; readonly without?: string } = {}
): Flight.Flown =>
  flyWith(tunnel, {
    seed,
    operations: drawn(tunnel, seed)
      .operations.map(({ operation }) => operation)
      .filter(({ id }) => id !== options.without),
    entropy: fromSeed(seed, rates),
    isRecorded: options.isRecorded ?? true
  })

const isOutage = ({ kind, what }: Event): boolean =>
  kind === "fault" && what.startsWith("for good: ")

const outagesOf = (flown: Flight.Flown) =>
  (flown.recorder?.deviations() ?? [])
    .filter(({ kind }) => kind === "outage")
    .map(({ key, outcome, path }) => `${key} ${path} ${outcome}`)

const batchOf = (tunnel: ReturnType<typeof quorum>) => {
  const scenario = placed(tunnel)
  const flying = Batch.flyBatch(scenario, {
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
    stopRequested: () => false
  })
  return Effect.runPromise(flying)
}

describe("the core of a service", () => {
  const copy = Service.make("copy", { handlers: Effect.void })
  const check = (core: number) =>
    System.check("cores", { services: [Service.replicas(copy, 3, { core })] })

  it("is all its replicas unless said otherwise", () => {
    expect([copy.core, Service.replicas(copy, 3).core]).toEqual([1, 3])
    expect(Service.replicas(copy, 3, { core: 2 })).toMatchObject({ replicas: 3, core: 2 })
  })

  it.each([0, 4, 1.5, Number.NaN])("is refused when it is none of 1 to 3 (core=%d)", (core) => {
    expect(Result.getFailure(check(core))).toMatchObject({
      value: { problems: [`"copy" has a core of ${core}; allowed are 1 to 3, all its replicas`] }
    })
  })

  it("leaves the flights of a system without one as they are", () => {
    const tunnel = quorum({ replicas: 3, needs: 2 })
    expect(tunnel.liveness).toBeUndefined()
    expect(drawn(tunnel, 7).operations.map(({ operation }) => operation.phase)).toEqual(
      Array.from({ length: 4 }, () => undefined)
    )
    expect(() => quorum({ replicas: 3, needs: 2, liveness: {} })).toThrow(
      "liveness is set, and no service has a core smaller than all its replicas"
    )
    expect(mesh({ style: "chain", clients: 2, operations: 5, replicas: 2 }).liveness).toBe(
      undefined
    )
  })

  it.each([
    [{ operations: 0 }, "liveness.operations is 0; allowed are 1 to 1000"],
    [{ within: 0 }, "liveness.within is 0; allowed are 1 millisecond to 1 day"],
    [{ after: "2 days" }, 'liveness.after is "2 days"; allowed are 0 to 1 day']
  ] as const)("has limits for its liveness phase (%o)", (liveness, problem) => {
    expect(() => quorum({ replicas: 3, core: 2, needs: 2, liveness })).toThrow(problem)
  })
})

describe("the liveness phase", () => {
  it("always leaves a core that suffices, and says of each other node how it stays faulty", () => {
    let seen = 0
    fc.assert(
      fc.property(seeds, sizes, (seed, [replicas, core]) => {
        const flown = flyAt(quorum({ replicas, core, needs: core }), seed, often)
        const events = eventsOf(flown)
        const out = events.filter(isOutage)
        seen += out.length
        expect(out.length).toBeLessThanOrEqual(replicas - core)
        expect(outagesOf(flown)).toHaveLength(out.length)
        for (const { deviations } of out) {
          expect(deviations?.map(({ kind }) => kind)).toEqual(["outage"])
        }
        const healthy = events.filter(({ what }) => what.startsWith("the core is healthy: "))
        expect(healthy.map(({ what }) => what.split(": ")[1]?.split(", ").length)).toEqual([
          1 + replicas - out.length
        ])
        expect(flown.violation).toBeUndefined()
        expect(flown.unknown).toEqual([])
      }),
      { numRuns: 100 }
    )
    expect(seen).toBeGreaterThan(50)
  })

  it("never harms what the scenario spares", () => {
    const spare = ["copy-1", "copy-3"]
    const tunnel = quorum({
      replicas: 3,
      core: 1,
      needs: 1,
      turbulence: Turbulence.swarm({ spare })
    })
    const out = Array.from({ length: 40 }, (_, seed) => flyAt(tunnel, seed, often))
      .flatMap(eventsOf)
      .filter(isOutage)
    expect(out.length).toBeGreaterThan(20)
    expect(out.filter(({ what }) => !what.includes("copy-2"))).toEqual([])
  })

  it("and what is before it, with all faults over, deviates in the order of things alone", () => {
    const kinds = new Set<ChoiceKind>()
    let before = 0
    fc.assert(
      fc.property(seeds, sizes, (seed, [replicas, core]) => {
        const liveness = { after: "5 seconds" } as const
        const tunnel = quorum({ replicas, core, needs: core, liveness })
        const events = eventsOf(flyAt(tunnel, seed, wild))
        const begun = events.find(({ what }) => what.startsWith("the core is healthy"))?.time
        const from = events.findIndex(({ time }) => time > (begun ?? Number.NaN) - 5_000_000)
        before += events.slice(0, from).flatMap(({ deviations }) => deviations ?? []).length
        for (const { deviations } of events.slice(from)) {
          for (const { kind } of deviations ?? []) kinds.add(kind)
        }
      }),
      { numRuns: 60 }
    )
    expect(before).toBeGreaterThan(100)
    expect([...kinds].toSorted()).toEqual(["cede", "hold", "outage", "rank"])
  })

  it("keeps its core when an operation is left out", () => {
    let seen = 0
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 4 }), (seed, operation) => {
        const tunnel = quorum({ replicas: 5, core: 2, needs: 2 })
        const all = outagesOf(flyAt(tunnel, seed, { ...wild, ...often }))
        seen += all.length
        const without = `${operation % 2 === 0 ? "o" : "l"}-${operation}`
        expect(outagesOf(flyAt(tunnel, seed, { ...wild, ...often }, { without }))).toEqual(all)
      }),
      { numRuns: 60 }
    )
    expect(seen).toBeGreaterThan(60)
  })

  it("has the same digest recorded and unrecorded", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const tunnel = quorum({ replicas: 3, core: 1, needs: 1 })
        expect(flySeed(tunnel, seed, true).digest).toBe(flySeed(tunnel, seed).digest)
      }),
      { numRuns: 40 }
    )
  })

  const moments = (manner: number) => {
    const seen: Array<Pick<View, "core" | "nodes" | "time">> = []
    const look = Eventually.make("looked at", { within: "1 second" }, ({ core, nodes, time }) => {
      seen.push({ core, nodes, time })
      return true
    })
    const setting: Quorum = { replicas: 3, core: 2, needs: 3, properties: [look], operations: 1 }
    const tunnel = quorum({ ...setting, liveness: { after: "3 seconds" } })
    const operations = drawn(tunnel, 1).operations.map(({ operation }) => operation)
    const entropy = scripted({ outage: { 0: manner } })
    return { flown: flyWith(tunnel, { operations, entropy, isRecorded: true }), seen }
  }

  it.each([1, 2, 3] as const)("takes a node away for good (outcome=%d)", (manner) => {
    const { flown, seen } = moments(manner)
    expect(eventsOf(flown).filter(isOutage)).toHaveLength(1)
    const [first] = seen
    expect(first?.core).toHaveLength(5)
    expect(first?.nodes).toHaveLength(manners[manner] === "crashed" ? 5 : 6)
    // All copies are needed, and one is gone: all writes after the first one fail.
    const failed = Object.entries(outcomes(flown)).filter(([, outcome]) => outcome === "fail")
    expect(failed.map(([id]) => id[0])).toEqual(Array.from({ length: 8 }, () => "l"))
    expect(flown.violation).toMatchObject({ property: "the core makes progress", where: "world" })
  })

  it("begins when the workload is done, and as much later as it is asked to", () => {
    const { flown, seen } = moments(0)
    const done = eventsOf(flown).find(({ kind }) => kind === "result")?.time ?? Number.NaN
    expect(seen.map(({ time }) => time)).toEqual([done + 3_000_000])
    expect(seen[0]?.core).toEqual([
      "register",
      "copy-1",
      "copy-2",
      "copy-3",
      "client-1",
      "client-2"
    ])
    expect(flown.violation).toBeUndefined()
  })
})

describe("a system whose core does not suffice", () => {
  const claims = quorum({
    replicas: 3,
    core: 2,
    needs: 3,
    turbulence: Turbulence.swarm({ faults: [] })
  })

  it("holds where it is true", () => {
    const tunnel = quorum({ replicas: 3, core: 2, needs: 2 })
    const verdicts = Array.from({ length: 200 }, (_, run) =>
      Effect.runSync(flyRun(tunnel, 0x5eed, run))
    )
    expect(verdicts.filter(({ verdict }) => verdict !== "holds")).toEqual([])
  })

  it("is found, shrunk to one outage, told, and flown again", async () => {
    const [failure] = (await batchOf(claims)).failures
    if (failure === undefined) throw new Error("nothing was found")
    const { cause } = failure.header
    // One write fewer, and the missing one might have been answered.
    expect(cause.workload.map(({ id }) => id)).toEqual(
      Array.from({ length: 8 }, (_, index) => `l-${index + 1}`)
    )
    expect(cause.faults).toEqual([])
    expect(cause.deviations.map(({ kind }) => kind)).toEqual(["outage"])
    const saved = { regression: undefined, recording: undefined, ref: undefined }
    const text = failureText(failure, { runs: 100 }, saved, { columns: 100, paint: plain })
    expect(text).toMatch(/the core \(register, copy-\d, copy-\d\) answers an operation on Register/)
    expect(text).toMatch(/for good copy-\d (is cut off|has crashed|has frozen)/)
    expect(text).toMatch(/needed {3}8 operations\n +outage (cut off|crashed|frozen): node copy-\d/)

    const scenario = placed(claims)
    const again = Effect.runSync(Replay.refly(scenario, failure.header))
    const recording = fromEvents(failure.header, failure.events)
    expect(Replay.compare(recording, again, scenario)).toEqual({ _tag: "exact" })

    const regression = Regression.fromHeader(failure.header)
    if (regression === undefined) throw new Error("it has no regression")
    const file = { file: "r.json", regression }
    const provenance = { runIndex: 0, commit: undefined, version: "0" }
    const fly = (tunnel: ReturnType<typeof quorum>) =>
      Effect.runSync(Regression.fly(placed(tunnel), file, provenance)).outcome
    expect(fly(claims).outcome).toBe("violated")
    expect(fly(quorum({ replicas: 3, core: 2, needs: 2 })).outcome).toBe("holds")
    expect(fly(quorum({ replicas: 3, needs: 2 }))).toMatchObject({
      outcome: "stale",
      reason: expect.stringContaining("no service can lose replicas for good any more")
    })
  })
})
