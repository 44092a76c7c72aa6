/** From probes to what a report says of them: pure, and the same for any crew. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Residue } from "../../src/stress/Baseline.ts"
import type { Flown } from "../../src/stress/Drive.ts"
import type { Measured } from "../../src/stress/FlyProbe.ts"
import * as Gather from "../../src/stress/Gather.ts"
import type { Outcome } from "../../src/stress/Probe.ts"

const pass: Outcome = { _tag: "pass", readings: [] }
const fail: Outcome = {
  _tag: "fail",
  readings: [],
  criteria: [
    { name: "lost", isSafety: true },
    { name: "p99", isSafety: false }
  ]
}
const invalid: Outcome = { _tag: "invalid", reason: "too slow" }

const flown = (x: number, outcome: Outcome, more: Partial<Measured> = {}, seed = 0): Flown => ({
  setting: { x },
  repetition: 0,
  seed,
  measured: {
    outcome,
    levels: [],
    latencyMicros: { p50: null, p90: null, p99: null },
    offered: 10,
    ok: 10,
    requests: 12,
    resources: [],
    edges: [],
    residues: [],
    steps: 100,
    simulatedMicros: 1_000,
    digest: 0,
    authorError: undefined,
    leaks: [],
    ...more
  }
})

const places = (flights: ReadonlyArray<Flown>) => flights.map(({ setting }) => setting.x)

describe("the curve", () => {
  const level = (value: number) => [{ level: "errors", value, allowed: 0.1, text: "" }]
  const latency = (p50: number | null, p99: number | null) => ({ p50, p90: null, p99 })

  it("has a point for each place, the lowest first, over its valid probes", () => {
    const flights = [
      flown(20, fail, { ok: 5, levels: level(0.5), latencyMicros: latency(7, null) }),
      flown(10, pass, { levels: level(0), latencyMicros: latency(1, 4) }),
      flown(20, pass, { ok: 9, levels: level(0.1), latencyMicros: latency(5, 8) }),
      flown(20, invalid, { ok: 0, levels: level(1) }),
      flown(30, invalid)
    ]
    expect(Gather.curve(flights)).toEqual([
      {
        x: 10,
        passes: 1,
        trials: 1,
        p50Micros: 1,
        p99Micros: 4,
        okShare: 1,
        levels: [{ level: "errors", mean: 0 }]
      },
      {
        x: 20,
        passes: 1,
        trials: 2,
        p50Micros: 5,
        p99Micros: 8,
        okShare: 0.7,
        levels: [{ level: "errors", mean: 0.3 }]
      }
    ])
  })

  it("has no latency where most probes had no answer: that is slower than any", () => {
    const all = [latency(5, null), latency(6, null), latency(7, 9)]
    const [point] = Gather.curve(all.map((latencyMicros) => flown(1, pass, { latencyMicros })))
    expect(point).toMatchObject({ p50Micros: 6, p99Micros: null })
  })

  it("is the same whatever the order in which probes were flown (orders)", () => {
    const flights = [flown(3, pass), flown(1, fail), flown(2, pass, { ok: 4 }), flown(2, fail)]
    fc.assert(
      fc.property(fc.shuffledSubarray(flights, { minLength: flights.length }), (shuffled) => {
        expect(Gather.curve(shuffled)).toEqual(Gather.curve(flights))
      }),
      { numRuns: 20 }
    )
  })
})

describe("the probes around an edge", () => {
  const flights = [
    flown(50, pass),
    flown(90, pass),
    flown(95, fail),
    flown(99, pass),
    flown(101, pass),
    flown(102, fail),
    flown(110, fail),
    flown(100, invalid),
    flown(150, fail)
  ]

  it("are the nearest that fail over it, and the nearest that pass under it", () => {
    expect(places(Gather.over(flights, 100))).toEqual([102, 110, 150])
    expect(places(Gather.under(flights, 100))).toEqual([99, 90, 50])
  })

  it("are those nearest to it where none is on the right side", () => {
    expect(places(Gather.over(flights, 1_000))).toEqual([150, 110, 102, 95])
    expect(places(Gather.under(flights, 1))).toEqual([50, 90, 99, 101])
    expect(Gather.over([flown(1, pass)], 5)).toEqual([])
  })

  it("are no more than a few, the first that was flown of equals", () => {
    const many = Array.from({ length: 9 }, (_, at) => flown(100, fail, {}, at))
    expect(Gather.over(many, 100).map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4])
  })

  it("are shown as a pair, with what the one over it failed by", () => {
    expect(Gather.edgePair([flown(99, pass, {}, 7)], [flown(102, fail, {}, 8)])).toEqual([
      { side: "under", setting: { x: 99 }, seed: 7, criteria: [] },
      { side: "over", setting: { x: 102 }, seed: 8, criteria: ["lost", "p99"] }
    ])
    expect(Gather.edgePair([], [])).toEqual([])
  })
})

describe("what calls multiply to", () => {
  const edges = (callsPerRequest: number, to = "store") => [{ from: "desk", to, callsPerRequest }]

  it("is the mean of the probes on each side, for each edge that is used over it", () => {
    const below = [flown(1, pass, { edges: edges(1) }), flown(1, pass, { edges: edges(2) })]
    const above = [flown(2, fail, { edges: edges(4) }), flown(2, fail, { edges: edges(3, "mail") })]
    expect(Gather.amplification(below, above)).toEqual([
      { from: "desk", to: "store", below: 1.5, above: 2 },
      { from: "desk", to: "mail", below: 0, above: 1.5 }
    ])
  })
})

describe("what is left", () => {
  const residue = (name: string, after: number, isBack = false): Residue => ({
    name,
    before: 0,
    after,
    isBack
  })

  it("is the worst of each kind, and nothing that came back", () => {
    const flights = [
      flown(1, fail, { residues: [residue("a", 3), residue("b", 0, true)] }),
      flown(2, fail, { residues: [residue("a", 9), residue("c", 1)] }),
      flown(3, fail, { residues: [residue("a", 5), residue("b", 0, true)] })
    ]
    expect(Gather.residues(flights)).toEqual([residue("a", 9), residue("c", 1)])
  })
})

describe("all probes together", () => {
  it("cost what each of them cost, valid or not", () => {
    expect(Gather.cost([flown(1, pass), flown(2, invalid), flown(3, fail)])).toEqual({
      probes: 3,
      invalid: 1,
      requests: 36,
      steps: 300,
      simulatedMicros: 3_000
    })
  })

  it("have one digest, of all of theirs in their order", () => {
    const digestOf = (...digests: ReadonlyArray<number>) =>
      Gather.digest(digests.map((digest) => flown(1, pass, { digest })))
    const large = 2 ** 53 - 1
    expect(digestOf(1, 2)).toMatch(/^[0-9a-f]{14}$/)
    expect(digestOf(1, 2)).toBe(digestOf(1, 2))
    const others = [
      digestOf(2, 1),
      digestOf(1),
      digestOf(1, 2, 0),
      digestOf(1, large),
      digestOf(1, 2 + 2 ** 32)
    ]
    expect(new Set([digestOf(1, 2), ...others]).size).toBe(6)
  })
})
