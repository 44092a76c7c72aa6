import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { Arrivals, Envelope, Fault, Level, Load } from "downforce"
import type * as Trial from "../../src/stress/Trial.ts"
import { desk, flush, serve } from "./Desk.ts"

const { system } = Result.getOrThrow(
  desk({ arrivals: Arrivals.poisson(1), replicas: 3 }).trialAt(1, 0)
).tunnel

const trialAt = (rate: number, down: number): Trial.AnyOptions => ({
  system,
  load: Load.make({ operation: serve, arrivals: Arrivals.poisson(rate) }),
  faults: Array.from({ length: down }, (_, at) => Fault.crash(`desk-${at + 1}`))
})

const check = (options: Partial<Parameters<typeof Envelope.check>[1]> = {}) =>
  Envelope.check("rate by replicas down", {
    x: { unit: "requests/s", min: 1, max: 100 },
    y: { unit: "replicas down", values: [0, 1, 2] },
    at: trialAt,
    levels: [],
    ...options
  })

const problemsOf = (options: Parameters<typeof check>[0]): ReadonlyArray<string> =>
  Result.match(check(options), { onSuccess: () => [], onFailure: ({ problems }) => problems })

describe("an envelope", () => {
  it("has a trial at each of its points", () => {
    const envelope = Result.getOrThrow(check({ targets: [{ at: 1, limit: 10 }] }))
    expect(envelope).toMatchObject({
      kind: "envelope",
      system: "desk",
      x: { min: 1, max: 100, scale: "log", start: 1 },
      y: { values: [0, 1, 2] },
      targets: [{ at: 1, limit: 10 }]
    })
    expect(envelope.levels.map(({ name }) => name)).toEqual(["goodput ≥ 99%"])
    const { faults, load } = Result.getOrThrow(envelope.trialAt(7, 2))
    expect(faults.map(({ id }) => id)).toEqual(["f-1", "f-2"])
    expect(load.arrivals).toEqual({ _tag: "poisson", rate: 7 })
  })

  it("is told everything that is wrong with it at once, each thing once", () => {
    const at = (rate: number, down: number): Trial.AnyOptions => ({
      ...trialAt(rate, down),
      load: Load.make({ operation: serve, arrivals: Arrivals.poisson(rate), clients: 0 })
    })
    const problems = problemsOf({
      y: { unit: "replicas down", values: [0, 4] },
      at,
      levels: [
        Level.errors({ atMost: 2 }),
        Level.latency({ percentile: 99, atMost: 1, of: flush })
      ],
      targets: [
        { at: 3, limit: 10 },
        { at: 4, limit: 1_000 }
      ],
      precision: 0
    })
    expect(problems).toEqual([
      "precision 0 must be between 0 and 1",
      "a target is at 3, which is no value of y",
      "the limit load 1000 must be between 1 and 100",
      "the ultimate load 1500 must be between 1 and 100: move max, or lower the factor",
      "errors: atMost is 2; allowed are 0 up to 1",
      "workload: clients is 0; allowed are 1 to 1000",
      // Where four of three are down.
      'a fault names "desk-4", which is no node'
    ])
  })

  it("is told what is wrong with a level, wherever it is looked at", () => {
    expect(problemsOf({ levels: [Level.errors({ atMost: 0.1, of: flush })] })).toEqual([
      'the level "errors of flush ≤ 10%" counts what the load never asks for'
    ])
  })

  it.each([
    [[1], "y has 1 values; allowed are 2 to 20"],
    [Array.from({ length: 21 }, (_, at) => at), "y has 21 values; allowed are 2 to 20"],
    [[0, 0], "the values of y must be finite and ascending"],
    [[1, 0], "the values of y must be finite and ascending"],
    [[0, Number.NaN], "the values of y must be finite and ascending"],
    [[0, Infinity], "the values of y must be finite and ascending"]
  ])("is told what its second axis needs, without looking anywhere (%j)", (values, problem) => {
    let asked = 0
    const at = (rate: number, down: number) => {
      asked++
      return trialAt(rate, down)
    }
    expect(problemsOf({ y: { unit: "down", values }, at })).toEqual([problem])
    expect(asked).toBe(0)
  })

  it("is told what its own function throws", () => {
    const at = (rate: number, down: number) => {
      if (down > 1) throw new Error("not so many")
      return trialAt(rate, down)
    }
    expect(problemsOf({ at })).toEqual([
      "`at` threw at 1: not so many",
      "`at` threw at 100: not so many"
    ])
  })
})
