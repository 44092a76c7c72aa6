import * as fc from "fast-check"
import { Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import * as Operation from "../../src/flight/Operation.ts"
import * as Workload from "../../src/flight/Workload.ts"
import * as Header from "../../src/recording/Header.ts"
import { Ledger, Mail } from "../system/Fixture.ts"

const append = Operation.make(Ledger, "append", fc.record({ order: fc.constantFrom("a", "b") }))
const follow = Operation.make(Ledger, "follow", fc.record({ from: fc.nat() }))
const send = Operation.make(Mail, "send", fc.record({ to: fc.string() }))

describe("a workload", () => {
  it("has ten seconds and clients of thirty seconds' patience, unless told otherwise", () => {
    const workload = Workload.make({ clients: 4, operations: 30, operation: append })
    expect(workload).toMatchObject({
      clients: 4,
      operations: 30,
      choices: [{ weight: 1, operation: append }],
      overMicros: 10_000_000,
      timeoutMicros: 30_000_000,
      problems: []
    })
  })

  it("takes one operation, several, and several with weights", () => {
    const choicesOf = (operation: ReadonlyArray<Workload.Choice>) =>
      Workload.make({ clients: 1, operations: 1, operation }).choices
    expect(choicesOf([append, { weight: 3, operation: send }])).toEqual([
      { weight: 1, operation: append },
      { weight: 3, operation: send }
    ])
  })

  it("lists all that is out of range", () => {
    const workload = Workload.make({
      clients: 0,
      operations: 1.5,
      operation: [{ weight: 0, operation: append }],
      over: "0 millis",
      timeout: "Infinity"
    })
    expect(workload.problems).toEqual([
      "workload: clients is 0; allowed are 1 to 1000",
      "workload: operations is 1.5; allowed are 1 to 100000",
      "workload: a weight is 0; allowed are 1 to 1000000",
      'workload: over is "0 millis"; allowed are 1 microsecond to 1 day',
      'workload: timeout is "Infinity"; allowed are 1 microsecond to 1 day'
    ])
  })

  it("needs an operation to choose", () => {
    const workload = Workload.make({ clients: 1, operations: 1, operation: [] })
    expect(workload.problems).toEqual(["workload: there is no operation to choose"])
  })

  it("finds the operation of a recording, the first of equals", () => {
    const other = Operation.make(Ledger, "append", fc.constant({ order: "c" }))
    const workload = Workload.make({
      clients: 1,
      operations: 1,
      operation: [follow, append, other]
    })
    expect(Workload.find(workload, "Ledger", "append")).toBe(append)
    expect(Workload.find(workload, "Ledger", "refund")).toBeUndefined()
    expect(Workload.find(workload, "Mail", "append")).toBeUndefined()
  })
})

describe("an element", () => {
  const anyWorkload = fc
    .record({
      clients: fc.integer({ min: 1, max: 9 }),
      operations: fc.constant(10),
      over: fc.integer({ min: 1, max: 5_000 })
    })
    .map((options) => Workload.make({ ...options, operation: [append, follow, send] }))

  const drawn = anyWorkload.chain((workload) =>
    fc.tuple(fc.constant(workload), workload.element, fc.nat(9))
  )

  it("becomes an operation of the recording that fits its schema", () => {
    fc.assert(
      fc.property(drawn, ([workload, element, index]) => {
        const recorded = Result.getOrThrow(Workload.toRecorded(workload, index, element))
        expect(Schema.decodeUnknownSync(Header.Operation)(recorded)).toEqual(recorded)
        expect(recorded.id).toBe(`o-${index + 1}`)
        expect(recorded.client).toMatch(/^client-[1-9]$/)
        expect(Number(recorded.client.slice("client-".length))).toBeLessThanOrEqual(
          workload.clients
        )
        expect(recorded.atMs).toBeLessThanOrEqual(workload.overMicros / 1000)
        const operation = Workload.find(workload, recorded.contract, recorded.procedure)
        expect(operation).toBe(workload.choices[element.choice]?.operation)
        expect(Operation.decodePayload(Ledger, recorded.procedure, recorded.payload)).toEqual(
          recorded.contract === "Ledger"
            ? Result.succeed(element.payload)
            : expect.objectContaining({ _tag: "Failure" })
        )
      })
    )
  })

  it("is drawn alike from equal seeds, and shrinks to the first client at the start", () => {
    const workload = Workload.make({ clients: 5, operations: 1, operation: follow })
    const sample = () => fc.sample(workload.element, { seed: 42, numRuns: 20 })
    expect(sample()).toEqual(sample())
    const details = fc.check(
      fc.property(workload.element, () => false),
      { seed: 42 }
    )
    expect(details.counterexample).toEqual([
      { client: 0, atMs: 0, choice: 0, payload: { from: 0 } }
    ])
  })

  it("is of each choice as often as its weight says", () => {
    const workload = Workload.make({
      clients: 1,
      operations: 1,
      operation: [append, { weight: 3, operation: send }]
    })
    const sample = fc.sample(workload.element, { seed: 1, numRuns: 4_000 })
    const share = sample.filter(({ choice }) => choice === 1).length / sample.length
    expect(share).toBeGreaterThan(0.72)
    expect(share).toBeLessThan(0.78)
  })

  it("that its arbitrary drew wrongly is a typed failure", () => {
    const broken = Operation.make(Mail, "send", fc.constant({ to: "x" }))
    const workload = Workload.make({ clients: 1, operations: 1, operation: broken })
    const element = { client: 0, atMs: 0, choice: 0, payload: { to: 1 } }
    expect(Result.getFailure(Workload.toRecorded(workload, 0, element))).toMatchObject({
      value: { _tag: "InvalidPayload", contract: "Mail", procedure: "send" }
    })
  })
})
