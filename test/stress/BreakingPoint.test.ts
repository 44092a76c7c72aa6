/** Declaring breaking points: what is filled in, and that all that is wrong is told at once. */
import * as fc from "fast-check"
import { Effect, Result } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { describe, expect, it } from "vitest"
import {
  Arrivals,
  Baseline,
  BreakingPoint,
  Contract,
  Fault,
  Level,
  Load,
  Operation,
  Service,
  System,
  Trigger,
  Turbulence
} from "downforce"
import type * as Trial from "../../src/stress/Trial.ts"
import { Desk, desk, flush, serve } from "./Desk.ts"

const service = Service.make("desk", {
  provides: Desk,
  handlers: Effect.succeed(
    Desk.of({ serve: ({ n }) => Effect.succeed(n), flush: () => Effect.void })
  )
})
const system = System.make("desk", { services: [service] })

class Other extends Contract.make<Other>()("Other", RpcGroup.make(Rpc.make("ask"))) {}
const askOther = Operation.make(Other, "ask", fc.constant(undefined))

/** A declaration whose types nobody has checked, as far as a test does not say otherwise. */
const check = (
  options: Partial<Parameters<typeof BreakingPoint.check>[1]> = {},
  trial: Partial<Trial.AnyOptions> = {},
  name = "request rate"
) =>
  BreakingPoint.check(name, {
    axis: { unit: "requests/s", min: 1, max: 100 },
    at: (rate) => ({
      system,
      load: Load.make({ operation: serve, arrivals: Arrivals.poisson(rate) }),
      ...trial
    }),
    levels: [],
    ...options
  })

const problemsOf = (...options: Parameters<typeof check>): ReadonlyArray<string> =>
  Result.match(check(...options), {
    onSuccess: () => [],
    onFailure: ({ problems }) => problems
  })

describe("a breaking point", () => {
  it("is searched on a log scale, from the lowest load, for a goodput of 99 %, by default", () => {
    const point = Result.getOrThrow(check())
    expect(point).toMatchObject({
      kind: "breaking-point",
      name: "request rate",
      system: "desk",
      axis: { unit: "requests/s", min: 1, max: 100, start: 1, scale: "log" },
      target: undefined,
      precision: undefined,
      limits: {},
      triggers: [],
      prediction: undefined
    })
    expect(point.levels.map(({ name }) => name)).toEqual(["goodput ≥ 99%"])
    expect(point.source).toMatch(/BreakingPoint\.test\.ts:\d+$/)
  })

  it("knows the trial at any point of its axis", () => {
    const point = Result.getOrThrow(check())
    const rates = [1, 7, 100].map((rate) => {
      const { load, tunnel } = Result.getOrThrow(point.trialAt(rate, 0))
      expect(tunnel.name).toBe("request rate")
      expect(tunnel.liveness).toBeUndefined()
      return load.arrivals
    })
    expect(rates).toEqual([1, 7, 100].map((rate) => ({ _tag: "poisson", rate })))
  })

  it("flies its trial for as long as it may take, and waits for no fault that stands", () => {
    const { tunnel } = Result.getOrThrow(Result.getOrThrow(check()).trialAt(1, 0))
    expect(tunnel).toMatchObject({
      // To come up, to warm up, to be measured, to be answered, and to drain.
      horizonMicros: (600 + 5 + 30 + 30 + 15) * 1_000_000,
      cooldownMicros: 15_000_000,
      checkEveryMicros: 1_000_000,
      lastingFaults: "standing",
      limits: { stepsMax: 20_000_000 },
      turbulence: Turbulence.calm
    })
  })

  it("lets clients know the calls of triggers, which are never drawn", () => {
    const trigger = Trigger.call("flush", flush)
    const point = desk({ arrivals: Arrivals.poisson(5), triggers: [trigger] })
    const { load } = Result.getOrThrow(point.trialAt(1, 0))
    expect(load.workload.choices.map(({ operation }) => operation)).toEqual([serve, flush])
    const drawn = fc.sample(load.workload.element, { numRuns: 200, seed: 1 })
    expect(new Set(drawn.map(({ choice }) => choice))).toEqual(new Set([0]))
  })
})

describe("a declaration that is wrong", () => {
  it("is told everything at once, each thing once", () => {
    const wrong = {
      levels: [
        Level.latency({ percentile: 100, atMost: "1 second" }),
        Level.errors({ atMost: 0.1 }),
        Level.errors({ atMost: 0.1 }),
        Level.errors({ atMost: 0.1, of: flush })
      ],
      triggers: [Trigger.spike("t", { factor: 0 }), Trigger.faults("t", [Fault.pause("nobody")])],
      target: { limit: 1_000, factor: 0.5 },
      precision: 2,
      limits: { probesMax: 0.5 }
    }
    const problems = problemsOf(
      wrong,
      {
        load: Load.make({
          operation: serve,
          arrivals: Arrivals.poisson(0),
          warmUp: -1,
          clients: 0
        }),
        faults: [Fault.crash("no-such-node"), Fault.slow("desk", "1500 micros")],
        baseline: [Baseline.make("b", () => 0, { tolerance: -1 })],
        checkEvery: "10 micros",
        turbulence: Turbulence.steady({ lose: 2 }),
        limits: { stepsMax: 0 }
      },
      ""
    )
    expect(problems).toEqual([
      "the scenario has no name",
      "the limit load 1000 must be between 1 and 100",
      "the factor 0.5 must be at least 1",
      "the ultimate load 500 must be between 1 and 100: move max, or lower the factor",
      "precision 2 must be between 0 and 1",
      "probesMax 0.5 must be a whole number above 0",
      "the percentile 100 must be above 0 and below 100",
      'two levels are named "errors ≤ 10%"',
      'trigger "t": factor is 0; it must be above 0 and at most 1000',
      'two triggers are named "t"',
      "workload: clients is 0; allowed are 1 to 1000",
      "turbulence: the rate of lose is 2; allowed are 0 to 1",
      "limits.stepsMax is 0; allowed are 1 to 1000000000",
      "load: the rate 0 must be above 0 and at most 1000000",
      "load: warmUp is -1; allowed are 0 to 1 day",
      'a fault names "no-such-node", which is no node',
      'a fault has a time or a size out of range: {"_tag":"Slow","atMs":0,"durationMs":3600000,' +
        '"node":"desk","stepMs":1.5,"id":"f-2"}',
      'baseline "b": tolerance is -1',
      'checkEvery is "10 micros"; it must be 1 millisecond at least'
    ])
  })

  it("is told what is wrong at either end of the axis", () => {
    const at = (rate: number) => ({
      system,
      load: Load.make({ operation: serve, arrivals: Arrivals.constant(rate * 20_000) })
    })
    expect(problemsOf({ at })).toEqual(
      ["the rate 2000000"].map((text) => `load: ${text} must be above 0 and at most 1000000`)
    )
  })

  it("is told what the axis needs, without looking anywhere on it", () => {
    let asked = 0
    const at = () => {
      asked++
      return { system, load: Load.make({ operation: serve, arrivals: Arrivals.poisson(1) }) }
    }
    const axis = { unit: "x", min: 5, max: 5, scale: "log" } as const
    expect(problemsOf({ axis, at })).toEqual(["min 5 must be less than max 5"])
    expect(problemsOf({ axis: { ...axis, min: 0 }, at })).toEqual([
      "min 0 must be above 0 on a log scale"
    ])
    expect(problemsOf({ axis: { ...axis, max: Infinity }, at })).toEqual([
      "min and max must be finite"
    ])
    expect(asked).toBe(0)
  })

  it("is told what its own function throws, with the point", () => {
    const at = (rate: number) => {
      if (rate > 50) throw new RangeError("too fast for me")
      return { system, load: Load.make({ operation: serve, arrivals: Arrivals.poisson(rate) }) }
    }
    expect(problemsOf({ at })).toEqual(["`at` threw at 100: too fast for me"])
  })

  it("names operations on contracts that the system lacks, of loads and of triggers", () => {
    const load = Load.make({ operation: askOther, arrivals: Arrivals.poisson(1) })
    const problem = "an operation calls Other, which the system does not have"
    expect(problemsOf({}, { load })).toEqual([problem])
    expect(problemsOf({ triggers: [Trigger.call("t", askOther)] })).toEqual([problem])
  })

  it("names levels of what the load never asks for: of nothing, any share holds", () => {
    const levels = [Level.errors({ atMost: 0.1, of: flush }), Level.goodput({ atLeast: 0.5 })]
    expect(problemsOf({ levels })).toEqual([
      'the level "errors of flush ≤ 10%" counts what the load never asks for'
    ])
    const load = Load.make({ operation: [serve, flush], arrivals: Arrivals.poisson(1) })
    expect(problemsOf({ levels }, { load })).toEqual([])
  })

  it("names faults of a trigger that can not happen", () => {
    const faults = [
      Fault.pause("nobody"),
      Fault.slow("desk", Number.NaN),
      Fault.deadLink("client-1", "desk")
    ]
    expect(problemsOf({ triggers: [Trigger.faults("t", faults)] })).toEqual([
      'trigger "t": a fault names "nobody", which is no node',
      expect.stringMatching(/^trigger "t": a fault has a time or a size out of range: .*"Slow"/)
    ])
  })

  it("names what does not go together with a closed loop of users", () => {
    const load = Load.make({ operation: serve, arrivals: Arrivals.users(3) })
    expect(problemsOf({ triggers: [Trigger.spike("t", { factor: 2 })] }, { load })).toEqual([
      "a closed loop of users has no spikes: use open arrivals, or another trigger"
    ])
    expect(problemsOf({}, { load, turbulence: Turbulence.swarm() })).toEqual([
      "a swarm of faults and a closed loop of users do not go together: ask for faults by name"
    ])
    expect(problemsOf({}, { load, turbulence: Turbulence.steady({ lose: 0.1 }) })).toEqual([])
  })

  it("is thrown by `make` as one error that lists it all", () => {
    const at = () => ({
      system,
      load: Load.make({ operation: serve, arrivals: Arrivals.poisson(-1), drain: -1 })
    })
    const make = () =>
      BreakingPoint.make("rate", { axis: { unit: "x", min: 1, max: 9 }, at, levels: [] })
    expect(make).toThrow(
      [
        'scenario "rate" cannot be flown:',
        "- load: the rate -1 must be above 0 and at most 1000000",
        "- load: drain is -1; allowed are 0 to 1 day"
      ].join("\n")
    )
  })
})
