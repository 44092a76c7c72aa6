import * as fc from "fast-check"
import { Duration, Result } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { describe, expect, it } from "vitest"
import * as Declared from "../../src/flight/Declared.ts"
import * as Operation from "../../src/flight/Operation.ts"
import * as WindTunnel from "../../src/flight/WindTunnel.ts"
import * as Workload from "../../src/flight/Workload.ts"
import * as Always from "../../src/property/Always.ts"
import * as Eventually from "../../src/property/Eventually.ts"
import * as Contract from "../../src/system/Contract.ts"
import * as System from "../../src/system/System.ts"
import * as Turbulence from "../../src/turbulence/Turbulence.ts"
import { Ledger, Mail, ledger } from "../system/Fixture.ts"

const system = System.make("ledger", { services: [ledger] })
const append = Operation.make(Ledger, "append", fc.record({ order: fc.string() }))
const workload = Workload.make({ clients: 2, operations: 5, operation: append })
const holds = Always.make("holds", () => true)

const problemsOf = (
  options: Partial<WindTunnel.Options<unknown, unknown>>,
  name = "a scenario"
): ReadonlyArray<string> =>
  Result.match(WindTunnel.check(name, { system, workload, properties: [holds], ...options }), {
    onSuccess: () => [],
    onFailure: (error) => error.problems
  })

describe("a scenario", () => {
  it("has all turbulence, five minutes, 200 runs and the documented limits by default", () => {
    expect(WindTunnel.make("holds", { system, workload, properties: [holds] })).toMatchObject({
      kind: "wind-tunnel",
      name: "holds",
      system,
      workload,
      turbulence: Turbulence.swarm(),
      horizonMicros: 300_000_000,
      runs: 200,
      properties: [holds],
      limits: { stepsMax: 1_000_000, stepsPerInstantMax: 100_000, operationsPerTaskMax: 1_000_000 }
    })
  })

  it("keeps what it is told", () => {
    const scenario = WindTunnel.make("calm", {
      system,
      workload,
      turbulence: Turbulence.calm,
      horizon: "1 hour",
      runs: 7,
      properties: [],
      limits: { stepsMax: 5 }
    })
    expect(scenario).toMatchObject({
      turbulence: { kinds: [], faults: [], faultsMax: 0 },
      horizonMicros: 3_600_000_000,
      runs: 7,
      limits: { ...WindTunnel.limitsDefault, stepsMax: 5 }
    })
  })

  it("knows where it is declared", () => {
    const made = WindTunnel.make("here", { system, workload, properties: [] })
    const checked = WindTunnel.check("here", { system, workload, properties: [] })
    const [, line] = /WindTunnel\.test\.ts:(\d+)$/.exec(made.source ?? "") ?? []
    expect(Result.getOrThrow(checked).source).toBe(
      made.source?.replace(/\d+$/, String(Number(line) + 1))
    )
  })
})

describe("what is refused", () => {
  it("is thrown as one typed error that lists it all", () => {
    const make = () =>
      WindTunnel.make("", { system, workload, properties: [holds, holds], runs: 0, horizon: 0 })
    expect(Result.getFailure(Result.try(make))).toMatchObject({
      value: {
        _tag: "InvalidScenario",
        message: [
          'scenario "" cannot be flown:',
          "- the scenario has no name",
          "- runs is 0; allowed are 1 to 10000000",
          '- 2 properties are called "holds"; give each its own name',
          "- horizon is 0; allowed are 1 millisecond to 30 days"
        ].join("\n")
      }
    })
  })

  it("names that make no id or would steer a terminal", () => {
    expect(problemsOf({}, "¿?")).toEqual(["the name has no letter from a to z and no digit"])
    expect(problemsOf({}, "a\u001b[2J")).toEqual(["the name has control characters"])
    expect(problemsOf({}, "a".repeat(121))).toEqual([
      "the name has 121 characters; allowed are 120"
    ])
    expect(problemsOf({}, "Ein Auftrag wird genau einmal gebucht: 100 %")).toEqual([])
  })

  it("contracts that the system does not have, each once", () => {
    const send = Operation.make(Mail, "send", fc.record({ to: fc.string() }))
    const both = Workload.make({ clients: 1, operations: 1, operation: [send, append, send] })
    expect(problemsOf({ workload: both })).toEqual([
      "an operation calls Mail, which the system does not have"
    ])
  })

  it("contracts of another class with the same name", () => {
    class OtherLedger extends Contract.make<OtherLedger>()(
      "Ledger",
      RpcGroup.make(Rpc.make("drop"))
    ) {}
    const drop = Operation.make(OtherLedger, "drop", fc.constant(undefined))
    const other = Workload.make({ clients: 1, operations: 1, operation: drop })
    expect(problemsOf({ workload: other })).toEqual([
      "an operation calls another class Ledger than the one the system has"
    ])
  })

  it("procedures that the contract does not have", () => {
    const dynamic = { ...append, procedure: "refund" }
    const other = Workload.make({ clients: 1, operations: 1, operation: dynamic })
    expect(problemsOf({ workload: other })).toEqual([
      "an operation calls Ledger.refund; Ledger has no such procedure"
    ])
  })

  it("problems of the parts: workload, turbulence, properties", () => {
    const never = Eventually.make("never", { within: Duration.infinity }, () => true)
    expect(
      problemsOf({
        workload: Workload.make({ clients: 0, operations: 1, operation: append }),
        turbulence: Turbulence.swarm({ faultsMax: -1 }),
        properties: [never]
      })
    ).toEqual([
      "workload: clients is 0; allowed are 1 to 1000",
      "turbulence: faultsMax is -1; allowed are 0 to 100",
      expect.stringContaining('"never" has an endless bound')
    ])
  })

  it("limits and lengths out of range", () => {
    expect(problemsOf({ limits: { stepsMax: 0, operationsPerTaskMax: 1e10 } })).toEqual([
      "limits.stepsMax is 0; allowed are 1 to 1000000000",
      "limits.operationsPerTaskMax is 10000000000; allowed are 1 to 1000000000"
    ])
    expect(problemsOf({ horizon: "Infinity" })).toEqual([
      'horizon is "Infinity"; allowed are 1 millisecond to 30 days'
    ])
    expect(problemsOf({ horizon: "9 seconds" })).toEqual([
      "the workload begins operations after the horizon: raise it or lower `over`"
    ])
  })
})

describe("a line of a stack trace", () => {
  it.each([
    ["    at file:///home/a%20b/pay.ts:41:7", "/home/a b/pay.ts:41"],
    ["    at make (file:///home/pay.ts:41:7)", "/home/pay.ts:41"],
    ["    at Object.<anonymous> (/home/pay.ts:41:7)", "/home/pay.ts:41"],
    ["    at async /home/pay.ts:41:7", "/home/pay.ts:41"],
    ["    at file:///home/100%/pay.ts:41:7", "/home/100%/pay.ts:41"],
    ["    at C:\\work\\pay.ts:41:7", "C:\\work\\pay.ts:41"],
    ["    at new Promise (<anonymous>)", undefined],
    ["Error: at the start", undefined]
  ])("names its place (%s)", (line, place) => {
    expect(Declared.placeOf(line)).toBe(place)
  })
})
