import * as fc from "fast-check"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { Always } from "downforce"
import { targetsOf } from "../../src/flight/Draw.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import * as FaultPlan from "../../src/turbulence/FaultPlan.ts"
import * as Generate from "../../src/turbulence/Generate.ts"
import { faultKinds } from "../../src/turbulence/Fault.ts"
import { ask, drawn, eventsOf, flyWith, outcomes } from "../flight/Fly.ts"
import { pair, plainBack } from "../flight/toys.ts"

const targets = targetsOf(pair({ replicas: 3, disk: {} }))

/** Any fault that the pair admits, short and dense so that faults overlap. */
const anyFault = (id: string): fc.Arbitrary<Fault> =>
  fc.oneof(
    ...faultKinds.map((kind) => {
      const arbitrary = FaultPlan.ofKind(kind, id, targets, 300)
      if (arbitrary === undefined) throw new Error(`the pair admits no ${kind}`)
      return arbitrary
    })
  )

/** Plans of up to six faults within a third of a second, mostly on the same few targets. */
const plans = fc
  .integer({ min: 0, max: 6 })
  .chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => anyFault(`f-${index + 1}`)))
  )
  .map((plan) => plan.map((fault) => ({ ...fault, durationMs: fault.durationMs % 400 })))

describe("a fault plan at work", () => {
  it("leaves nothing behind, whatever overlaps whatever (plans and seeds)", () => {
    const slow = pair({
      replicas: 3,
      disk: {},
      back: Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.sleep("120 millis"))
        return plainBack
      })
    })
    fc.assert(
      fc.property(plans, fc.nat(), (faults, seed) => {
        const entropy = fromSeed(seed, { rank: 0.3, cede: 0.1, silent: 0.5, lose: 0.05 })
        const { operations } = drawn(slow, seed)
        const flown = flyWith(slow, {
          operations: [...operations.map(({ operation }) => operation), ask("o-99", 4_000)],
          faults,
          entropy,
          isRecorded: true
        })
        // A leak is thrown as an error of ours; it would end here.
        expect(flown.violation).toBeUndefined()
        expect(flown.unknown).toEqual([])
        const kinds = eventsOf(flown).map(({ kind }) => kind)
        expect(kinds.filter((kind) => kind === "fault")).toHaveLength(faults.length)
        expect(kinds.filter((kind) => kind === "healed")).toHaveLength(faults.length)
      }),
      { numRuns: 60 }
    )
  })

  it("answers as if nothing had been, once all has healed", () => {
    fc.assert(
      fc.property(plans, (faults) => {
        const scenario = pair({ replicas: 3, disk: {} })
        const flown = flyWith(scenario, { operations: [ask("o-1", 60_000)], faults })
        expect(outcomes(flown)).toEqual({ "o-1": "o-1" })
      }),
      { numRuns: 60 }
    )
  })

  const down = (faults: ReadonlyArray<Fault>) => {
    const seen: Array<string> = []
    let last = ""
    const properties = [
      Always.make("notes who is up", (view) => {
        const now = view.nodes.includes("back") ? "up" : "down"
        if (now !== last) seen.push(`${now}@${view.time / 1000}`)
        last = now
        return true
      })
    ]
    flyWith(pair({ properties }), { operations: [ask("o-1", 900)], faults })
    return seen
  }

  const crash = (id: string, atMs: number, durationMs: number): Fault => ({
    _tag: "Crash",
    id,
    atMs,
    durationMs,
    node: "back"
  })

  it("brings a node back when the last of several crashes heals", () => {
    expect(down([crash("a", 10, 50), crash("b", 30, 100)])).toEqual(["up@0", "down@10", "up@130"])
    expect(down([crash("a", 10, 200), crash("b", 30, 20)])).toEqual(["up@0", "down@10", "up@210"])
    expect(down([crash("a", 10, 0)])).toEqual(["up@0", "down@10", "up@10"])
  })

  it("keeps a link cut until the last partition over it heals", () => {
    const cut = (id: string, atMs: number, durationMs: number): Fault => ({
      _tag: "Partition",
      id,
      atMs,
      durationMs,
      shape: "partial",
      left: ["front"],
      right: ["back"]
    })
    const asked = [ask("o-1", 5), ask("o-2", 40, "o-2", 2), ask("o-3", 130)]
    const faults = [cut("a", 10, 20), cut("b", 20, 100)]
    const flown = flyWith(pair({ use: { timeout: "50 millis" } }), { operations: asked, faults })
    expect(outcomes(flown)).toEqual({ "o-1": "o-1", "o-2": "! TimeoutError", "o-3": "o-3" })
  })

  it("adds up what several faults do to one link or node", () => {
    const slow = (id: string): Fault => ({
      _tag: "SlowLink",
      id,
      atMs: 0,
      durationMs: 50,
      from: "front",
      to: "back",
      extraMs: 3
    })
    const stretched: Fault = {
      _tag: "Slow",
      id: "c",
      atMs: 0,
      durationMs: 50,
      node: "back",
      stepMs: 7
    }
    const flown = flyWith(pair(), {
      operations: [ask("o-1", 10)],
      faults: [slow("a"), slow("b"), stretched]
    })
    expect(flown.history[0]?.endedAt).toBe(10_000 + 2_000 + 6_000 + 7_000)
  })

  it("does not fly what names a node that the system does not have, and says so", () => {
    const flown = flyWith(pair(), {
      operations: [ask("o-1", 10), ask("o-1", 20), ask("o-2", 20, "x", 9)],
      faults: [{ _tag: "Crash", id: "f-1", atMs: 10, durationMs: 10, node: "nobody" }]
    })
    expect(flown.strangers).toEqual([
      { where: "operation o-1", reason: "there are two operations of this id" },
      { where: "operation o-2", reason: "the workload has no client-9" },
      { where: "fault f-1", reason: "the system has no node nobody" }
    ])
    expect(outcomes(flown)).toEqual({ "o-1": "o-1" })
  })
})

describe("a drawn plan", () => {
  const admitted = { kinds: faultKinds, faultsMax: 3, overMs: 2_000 }
  const plan = (seed: number) => FaultPlan.drawPlan(seed, targets, admitted)

  it("names only what there is, within the scenario's bounds", () => {
    const nodes = new Set([...targets.nodes, ...targets.clients])
    for (let seed = 0; seed < 500; seed++) {
      const drawn = plan(seed)
      expect(drawn.length).toBeLessThanOrEqual(admitted.faultsMax)
      for (const { fault } of drawn) {
        expect(fault.atMs).toBeLessThanOrEqual(admitted.overMs)
        expect(fault.durationMs).toBeLessThanOrEqual(FaultPlan.durationMsMax)
        if ("node" in fault) expect(targets.nodes).toContain(fault.node)
        const ends = "from" in fault ? [fault.from, fault.to] : []
        expect([...nodes]).toEqual(expect.arrayContaining(ends))
        if (fault._tag !== "Partition") continue
        const both = [...fault.left, ...fault.right]
        expect(new Set(both).size).toBe(both.length)
        expect([...nodes]).toEqual(expect.arrayContaining(both))
        expect(Math.min(fault.left.length, fault.right.length)).toBeGreaterThan(0)
        const left = nodes.size - both.length
        if (fault.shape === "complete") expect(left).toBe(0)
        if (fault.shape === "bridge") expect(left).toBe(1)
      }
    }
  })

  it("has every kind, every shape, and none at all, in some of 500 runs", () => {
    const plans = Array.from({ length: 500 }, (_, seed) => plan(seed))
    const faults = plans.flat().map(({ fault }) => fault)
    expect([...new Set(faults.map(({ _tag }) => _tag))].sort()).toEqual([...faultKinds].sort())
    const shapes = faults.flatMap((fault) => (fault._tag === "Partition" ? [fault.shape] : []))
    expect([...new Set(shapes)].sort()).toEqual(["bridge", "complete", "one-way", "partial"])
    expect(plans.some((each) => each.length === 0)).toBe(true)
    expect(plans.some((each) => each.length === 3)).toBe(true)
  })

  it("has only the kinds that the scenario admits, and harms no node that it spares", () => {
    const spared = { ...targets, harmed: ["back-2"] }
    for (let seed = 0; seed < 200; seed++) {
      const some = { ...admitted, kinds: ["Crash", "Pause", "SlowLink"] as const }
      for (const { fault } of FaultPlan.drawPlan(seed, spared, some)) {
        expect(some.kinds).toContain(fault._tag)
        if ("node" in fault) expect(fault.node).toBe("back-2")
      }
    }
  })

  it("shrinks each fault to smaller ones only, and always ends", () => {
    const size = (fault: Fault): number => fault.atMs + fault.durationMs
    for (let seed = 0; seed < 60; seed++) {
      for (const each of plan(seed)) {
        let current = each.drawn
        for (let turns = 0; ; turns++) {
          expect(turns).toBeLessThan(200)
          const smaller = Generate.smaller(each.arbitrary, current, 12)
          const next = smaller.find(({ value }) => size(value) < size(current.value))
          for (const { value } of smaller) {
            expect(value._tag).toBe(each.fault._tag)
            expect(value.id).toBe(each.fault.id)
            expect(size(value)).toBeLessThanOrEqual(size(current.value))
          }
          if (next === undefined) break
          current = next
        }
        expect(current.value.atMs).toBe(0)
        expect(current.value.durationMs).toBe(1)
      }
    }
  })
})
