/** Service levels: which requests are bad, what a person reads, and that the two never disagree. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { HistoryEntry, Outcome } from "../../src/property/History.ts"
import * as Level from "../../src/stress/Level.ts"
import * as Percentile from "../../src/stress/Percentile.ts"
import { flush, serve } from "./Desk.ts"

const ok: Outcome = { _tag: "ok", value: 1 }
const fail: Outcome = { _tag: "fail", error: "no" }
const info: Outcome = { _tag: "info", reason: "no answer" }

/**
 * A request that was meant to begin at 1 second, and what became of it after so many microseconds.
 */
const entry = (
  micros: number | undefined,
  outcome: Outcome | undefined = ok,
  procedure = "serve"
): HistoryEntry => ({
  id: "o-1",
  client: "client-1",
  contract: "Desk",
  procedure,
  payload: undefined,
  intendedAt: 1_000_000,
  // It began late: that is part of what its user waited.
  startedAt: 1_000_400,
  ...(micros === undefined ? {} : { endedAt: 1_000_000 + micros }),
  ...(micros === undefined || outcome === undefined ? {} : { outcome })
})

const read = (level: Level.Level, entries: ReadonlyArray<HistoryEntry>) =>
  Level.read(level, entries, new Map())

const p99 = Level.latency({ percentile: 99, atMost: "250 millis" })

describe("latency", () => {
  it("counts from when a request was meant to begin", () => {
    expect(Level.latencyMicros(entry(700))).toBe(700)
  })

  it("is late without an answer, however that came about", () => {
    expect(Level.latencyMicros(entry(undefined))).toBe(Infinity)
    expect(Level.latencyMicros(entry(5, info))).toBe(Infinity)
    expect(read(p99, [entry(undefined), entry(5, info)])).toMatchObject({
      value: 1,
      text: "no answer"
    })
  })

  it("is in time when a request is refused or fails in time, and late after that", () => {
    expect(read(p99, [entry(100, fail)])).toMatchObject({ value: 0, text: "100µs" })
    expect(read(p99, [entry(250_000, fail)]).value).toBe(0)
    expect(read(p99, [entry(250_001, fail)]).value).toBe(1)
  })

  it("allows what its percentile leaves, to the request", () => {
    const slow = (count: number, of: number) =>
      Array.from({ length: of }, (_, at) => entry(at < count ? 900_000 : 1_000))
    const holds = (level: Level.Level, entries: ReadonlyArray<HistoryEntry>) => {
      const { allowed, value } = read(level, entries)
      return value <= allowed
    }
    const cases = [
      [99, 100, 1],
      [99.9, 1_000, 1],
      [99.9, 3_000, 3],
      [95, 20, 1],
      [90, 30, 3],
      [50, 2, 1],
      [99.99, 10_000, 1]
    ] as const
    for (const [percentile, of, most] of cases) {
      const level = Level.latency({ percentile, atMost: "1 millis" })
      expect([percentile, holds(level, slow(most, of))]).toEqual([percentile, true])
      expect([percentile, holds(level, slow(most + 1, of))]).toEqual([percentile, false])
    }
  })

  it("holds just when its percentile, by the nearest rank, is within its bound (requests)", () => {
    const percentiles = fc.constantFrom(50, 75, 90, 95, 99, 99.5, 99.9, 99.99)
    const micros = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(undefined))
    let held = 0
    const requests = fc.oneof(
      fc.array(micros, { minLength: 1, maxLength: 60 }),
      // Nearly all in time: where high percentiles are decided.
      fc
        .tuple(fc.constantFrom(100, 200, 1_000, 2_000), fc.nat(12))
        .map(([count, late]) => Array.from({ length: count }, (_, at) => (at < late ? 99 : 1)))
    )
    fc.assert(
      fc.property(
        percentiles,
        requests,
        fc.integer({ min: 1, max: 20 }),
        (percentile, all, bound) => {
          const level = Level.latency({ percentile, atMost: bound / 1_000 })
          const entries = all.map((each) => entry(each))
          const { allowed, value } = read(level, entries)
          const at = Percentile.of(entries.map(Level.latencyMicros), percentile) ?? 0
          if (value <= allowed) held++
          expect(value <= allowed).toBe(at <= bound)
        }
      ),
      { numRuns: 400 }
    )
    expect(held).toBeGreaterThan(50)
    expect(held).toBeLessThan(350)
  })

  it("is read as the percentile that it is about", () => {
    const entries = Array.from({ length: 200 }, (_, at) => entry((at + 1) * 1_000))
    expect(read(p99, entries).text).toBe("198ms")
    expect(read(Level.latency({ percentile: 50, atMost: 1 }), entries).text).toBe("100ms")
  })
})

describe("errors and goodput", () => {
  const entries = [entry(1), entry(2, fail), entry(3, info), entry(undefined)]

  it("take whatever is not answered ok for bad", () => {
    expect(read(Level.errors({ atMost: 0.5 }), entries)).toEqual({
      level: "errors ≤ 50%",
      value: 0.75,
      allowed: 0.5,
      text: "75%"
    })
    expect(read(Level.goodput({ atLeast: 0.5 }), entries)).toEqual({
      level: "goodput ≥ 50%",
      value: 0.75,
      allowed: 0.5,
      text: "25%"
    })
  })

  it("allow a share to the request", () => {
    const some = (bad: number, of: number) =>
      Array.from({ length: of }, (_, at) => (at < bad ? entry(1, fail) : entry(1)))
    for (const [share, of] of [
      [0.01, 100],
      [0.001, 1_000],
      [0.1, 30],
      [0.003, 2_000]
    ] as const) {
      const most = Math.round(share * of)
      for (const level of [
        Level.errors({ atMost: share }),
        Level.goodput({ atLeast: 1 - share })
      ]) {
        const { allowed } = read(level, [])
        expect(read(level, some(most, of)).value).toBeLessThanOrEqual(allowed)
        expect(read(level, some(most + 1, of)).value).toBeGreaterThan(allowed)
      }
    }
  })

  it("say nothing of no requests at all", () => {
    expect(read(Level.errors({ atMost: 0 }), []).value).toBe(0)
    expect(read(Level.goodput({ atLeast: 1 }), []).value).toBe(0)
  })
})

describe("a level of one operation", () => {
  it("counts its requests alone", () => {
    const entries = [entry(1), entry(900_000, ok, "flush"), entry(2, fail, "flush")]
    const of = (level: Level.Level) => read(level, entries).value
    expect(of(Level.errors({ atMost: 0, of: serve }))).toBe(0)
    expect(of(Level.errors({ atMost: 0, of: flush }))).toBe(0.5)
    expect(of(Level.goodput({ atLeast: 1, of: flush }))).toBe(0.5)
    expect(of(Level.latency({ percentile: 99, atMost: "1 millis", of: flush }))).toBe(0.5)
    expect(of(Level.errors({ atMost: 0 }))).toBe(1 / 3)
  })

  it("counts those of a contract of its own, not of one with an equal procedure", () => {
    const other = { ...entry(2, fail), contract: "Other" }
    expect(read(Level.errors({ atMost: 0, of: serve }), [entry(1), other]).value).toBe(0)
  })
})

describe("an average", () => {
  const level = Level.average("share under yellow", { atMost: 0.5, of: () => 1 })

  it("is what was measured under its name", () => {
    const averages = new Map([[level.name, 0.123_456]])
    expect(Level.read(level, [], averages)).toEqual({
      level: "share under yellow ≤ 0.5",
      value: 0.123_456,
      allowed: 0.5,
      text: "0.123"
    })
  })
})

describe("the names of levels", () => {
  it("say what is owed, and of which operation", () => {
    const names = [
      p99,
      Level.latency({ percentile: 99.9, atMost: "2 seconds", of: serve }),
      Level.errors({ atMost: 0.01 }),
      Level.errors({ atMost: 0.0005, of: flush }),
      Level.goodput({ atLeast: 0.995 }),
      Level.average("backlog", { atMost: 12, of: () => 0 })
    ].map(({ name }) => name)
    expect(names).toEqual([
      "p99 ≤ 250ms",
      "p99.9 of serve ≤ 2s",
      "errors ≤ 1%",
      "errors of flush ≤ 0.05%",
      "goodput ≥ 99.5%",
      "backlog ≤ 12"
    ])
  })
})

describe("the default level", () => {
  const names = (levels: ReadonlyArray<Level.Level>) => levels.map(({ name }) => name)

  it("is a goodput of 99 %, last, where nothing is said of errors or goodput", () => {
    expect(names(Level.withDefault([]))).toEqual(["goodput ≥ 99%"])
    expect(names(Level.withDefault([p99]))).toEqual(["p99 ≤ 250ms", "goodput ≥ 99%"])
    const [, added] = Level.withDefault([p99])
    expect(added?.allowed).toBe(0.01)
  })

  it("is left out where something is", () => {
    for (const level of [Level.errors({ atMost: 0.2 }), Level.goodput({ atLeast: 0.5 })]) {
      expect(Level.withDefault([p99, level])).toEqual([p99, level])
    }
  })
})

describe("the problems of levels", () => {
  it("are none within bounds", () => {
    for (const level of [
      Level.latency({ percentile: 0.1, atMost: "1 micros" }),
      Level.latency({ percentile: 99.999, atMost: "10 days" }),
      Level.errors({ atMost: 0 }),
      Level.errors({ atMost: 0.999 }),
      Level.goodput({ atLeast: 1 }),
      Level.average("x", { atMost: 0, of: () => 0 })
    ]) {
      expect(level.problems).toEqual([])
    }
  })

  it("name each value out of range", () => {
    for (const percentile of [0, 100, -1, Number.NaN]) {
      expect(Level.latency({ percentile, atMost: 1 }).problems).toEqual([
        `the percentile ${percentile} must be above 0 and below 100`
      ])
    }
    for (const atMost of [0, -1, Number.NaN, "Infinity"] as const) {
      expect(Level.latency({ percentile: 99, atMost }).problems).toHaveLength(1)
    }
    for (const atMost of [-0.1, 1, Number.NaN]) {
      expect(Level.errors({ atMost }).problems).toEqual([
        `errors: atMost is ${atMost}; allowed are 0 up to 1`
      ])
    }
    for (const atLeast of [0, 1.5, Number.NaN]) {
      expect(Level.goodput({ atLeast }).problems).toHaveLength(1)
    }
    for (const atMost of [-1, Number.NaN]) {
      expect(Level.average("x", { atMost, of: () => 0 }).problems).toEqual([
        `x: atMost is ${atMost}, below 0`
      ])
    }
  })
})
