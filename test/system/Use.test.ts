import * as fc from "fast-check"
import { Cause, Duration } from "effect"
import { describe, expect, it } from "vitest"
import * as Use from "../../src/system/Use.ts"
import { Closed, Ledger } from "./Fixture.ts"

describe("an edge", () => {
  it("waits ten seconds, never tries again and has no bound, unless told otherwise", () => {
    expect(Use.make(Ledger)).toEqual({
      contract: Ledger,
      policy: { timeoutMicros: 10_000_000, retry: undefined, concurrency: undefined },
      link: { latencyMicros: undefined, bytesPerSecond: undefined },
      problems: []
    })
  })

  it("waits for ever when told so", () => {
    for (const timeout of ["Infinity", Number.POSITIVE_INFINITY, Duration.infinity] as const) {
      const { policy, problems } = Use.make(Ledger, { timeout })
      expect([policy.timeoutMicros, problems]).toEqual([undefined, []])
    }
  })

  it("tries again after 100 milliseconds and only after call errors, unless told otherwise", () => {
    const retry = Use.make(Ledger, { retry: { times: 2 } }).policy.retry
    expect(retry).toMatchObject({ times: 2, delayMicros: 100_000 })
    expect(retry?.onlyIf(new Cause.TimeoutError())).toBe(true)
    expect(retry?.onlyIf(new Closed({ until: 1 }))).toBe(false)
  })

  it("keeps what it is told", () => {
    const onlyIf = (error: unknown) => error instanceof Closed
    const { policy, problems } = Use.make(Ledger, {
      timeout: "1 second",
      retry: { times: 0, delay: "0 millis", onlyIf },
      concurrency: 8
    })
    expect(problems).toEqual([])
    expect(policy).toEqual({
      timeoutMicros: 1_000_000,
      retry: { times: 0, delayMicros: 0, onlyIf },
      concurrency: 8
    })
  })

  it("keeps what it is told of the link, in whole microseconds and in bytes a second", () => {
    const { link, problems } = Use.make(Ledger, { latency: "2.5 millis", bandwidth: 1.5e6 })
    expect(problems).toEqual([])
    expect(link).toEqual({ latencyMicros: 2_500, bytesPerSecond: 1_500_000 })
    expect(Use.make(Ledger, { latency: 0, bandwidth: 1 }).problems).toEqual([])
    expect(Use.make(Ledger, { bandwidth: Use.bandwidthMax }).problems).toEqual([])
  })

  it("reports a latency and a bandwidth out of range", () => {
    for (const bandwidth of [0, 0.5, -1, Number.NaN, Infinity, Use.bandwidthMax * 2]) {
      expect(Use.make(Ledger, { bandwidth }).problems).toEqual([
        `bandwidth is ${bandwidth}; allowed are 1 to 1000000000000 bytes a second`
      ])
    }
    for (const latency of [-1, Number.NaN, "Infinity", "25 hours"] as const) {
      const text = typeof latency === "number" ? latency : JSON.stringify(latency)
      expect(Use.make(Ledger, { latency }).problems).toEqual([
        `latency is ${text}; allowed are 0 to 1 day`
      ])
    }
  })

  it("keeps the whole microseconds of any length that is allowed", () => {
    const millis = fc.double({ min: 0.001, max: 86_400_000, noNaN: true })
    fc.assert(
      fc.property(millis, (length) => {
        const { policy, problems } = Use.make(Ledger, {
          timeout: length,
          retry: { times: 1, delay: length }
        })
        expect(problems).toEqual([])
        expect(policy.retry?.delayMicros).toBe(policy.timeoutMicros)
        expect(Number.isSafeInteger(policy.timeoutMicros)).toBe(true)
        expect(Math.abs((policy.timeoutMicros ?? 0) - length * 1000)).toBeLessThanOrEqual(1)
      })
    )
  })

  it("reports every length out of range, and takes none for endless", () => {
    const tooLong = fc.double({ min: 86_400_001, noDefaultInfinity: true, noNaN: true })
    const tooShort = fc.double({ max: 0.0001, noNaN: true })
    const anyWrong = fc.oneof(tooLong, tooShort, fc.constant(Number.NaN))
    fc.assert(
      fc.property(anyWrong, (length) => {
        const { policy, problems } = Use.make(Ledger, { timeout: length })
        expect(problems).toEqual([
          `timeout is ${length}; allowed are 1 microsecond to 1 day, or "Infinity"`
        ])
        expect(policy.timeoutMicros).toBe(Use.timeoutMicrosDefault)
      }),
      { examples: [[Number.MAX_VALUE], [Number.NEGATIVE_INFINITY], [0], [-1]] }
    )
  })

  it("reports an endless or unreadable time between attempts", () => {
    for (const delay of [Number.NaN, "Infinity", -0.1] as const) {
      expect(Use.make(Ledger, { retry: { times: 1, delay } }).problems).toHaveLength(1)
    }
  })

  it("names a duration that cannot be read", () => {
    // A duration from a configuration file is a text that nobody has checked yet.
    const timeout = "1 parsec" as Duration.Input
    expect(Use.make(Ledger, { timeout }).problems).toEqual([
      'timeout is "1 parsec"; allowed are 1 microsecond to 1 day, or "Infinity"'
    ])
  })
})
