/**
 * Operations that begin as they come: when they are meant to, whatever has become of those before;
 * and a recorded load flies as it did.
 */
import { Effect, Result } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Arrivals, Fault, Trigger, Turbulence } from "downforce"
import * as Flight from "../../src/flight/Flight.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import type { HistoryEntry } from "../../src/property/History.ts"
import * as FlyProbe from "../../src/stress/FlyProbe.ts"
import * as Stressed from "../../src/stress/Stressed.ts"
import { type DeskOptions, desk, exponential, flush, recordAndReplay } from "../stress/Desk.ts"
import { order, shop } from "../world/Shop.ts"
import { isCausedBy, listOf, withoutEach } from "./Choices.ts"
import { flyWith, type Setting } from "./Fly.ts"

const short = { warmUp: "200 millis", measure: "1 second", drain: "500 millis" } as const

/** Flies the load of a desk as a probe does, and hands over its flight. */
const fly = (options: DeskOptions, isRecorded = false, seed = 7): Flight.Flown => {
  const point = desk({ ...options, load: { ...short, ...options.load } })
  const flyable = Result.getOrThrow(Stressed.flyableAt(point, { x: 1 }))
  return Effect.runSync(Flight.fly(FlyProbe.planOf(flyable, seed, isRecorded).plan))
}

const lateness = ({ intendedAt, startedAt }: HistoryEntry): number => startedAt - intendedAt

/** How many were under way at most. */
const mostAtOnce = (history: ReadonlyArray<HistoryEntry>): number =>
  Math.max(
    ...history.map(
      ({ startedAt }) =>
        history.filter(
          (other) => other.startedAt <= startedAt && (other.endedAt ?? Infinity) > startedAt
        ).length
    )
  )

describe("operations that come by themselves", () => {
  const endless = { serve: () => Effect.sleep("20 seconds") }

  it("begin when they are meant to, however many are under way", () => {
    const { history } = fly({ arrivals: Arrivals.constant(100), ...endless })
    expect(history.map(lateness)).toEqual(history.map(() => 0))
    expect(history.map(({ intendedAt }) => intendedAt)).toEqual(
      // One after each hundredth of a second, and none when the load has ended.
      Array.from({ length: 119 }, (_, at) => (at + 1) * 10_000)
    )
    expect(mostAtOnce(history)).toBe(119)
  })

  it("begin together when they are meant for the same moment, in their order", () => {
    const { history } = fly({ arrivals: Arrivals.bursty(100, { burst: 8 }), ...endless })
    expect(history.length).toBeGreaterThan(50)
    expect(history.map(lateness)).toEqual(history.map(() => 0))
    const ids = history.map(({ id }) => Number(id.slice(2)))
    expect(ids).toEqual(ids.map((_, at) => at + 1))
    const first = history.filter(({ intendedAt }) => intendedAt === history[0]?.intendedAt)
    expect(first).toHaveLength(8)
  })

  it("are held back where too many are under way, and begin in order as soon as one may", () => {
    const { history } = fly({
      arrivals: Arrivals.constant(100),
      capacity: {},
      serve: () => Effect.sleep("50 millis"),
      load: { inFlightMax: 3 }
    })
    expect(mostAtOnce(history)).toBe(3)
    const ids = history.map(({ id }) => Number(id.slice(2)))
    expect(ids).toEqual(ids.map((_, at) => at + 1))
    // The fourth begins at the very moment that the first ends; latency counts from its own time.
    expect(history[3]?.startedAt).toBe(history[0]?.endedAt)
    expect(history[3]?.intendedAt).toBe(40_000)
    expect(history.slice(0, 3).map(lateness)).toEqual([0, 0, 0])
    expect(history.slice(3).every((entry) => lateness(entry) > 0)).toBe(true)
    expect(history.every(({ outcome }) => outcome?._tag === "ok")).toBe(true)
  })

  it("end the flight when the last has ended, held back or not, and the drain is over", () => {
    const { history, simulatedMicros } = fly({
      arrivals: Arrivals.constant(100),
      capacity: {},
      serve: () => Effect.sleep("50 millis"),
      load: { inFlightMax: 1 }
    })
    const last = Math.max(...history.map(({ endedAt }) => endedAt ?? Infinity))
    expect(history).toHaveLength(119)
    expect(simulatedMicros).toBe(last + 500_000)
  })
})

/** A shop whose orders begin as they come. */
const asTheyCome = (
  inFlightMax: number,
  work?: (job: string) => Effect.Effect<unknown>
): WindTunnel => {
  const tunnel = shop({ ...(work === undefined ? {} : { work }), clients: 6 })
  return {
    ...tunnel,
    workload: { ...tunnel.workload, pacing: { _tag: "as they come", inFlightMax } }
  }
}

describe("a list of operations", () => {
  const begun = (tunnel: WindTunnel, operations: Setting["operations"]) =>
    flyWith(tunnel, { operations }).history.map(({ id, startedAt }) => [id, startedAt / 1_000])

  it("is flown in the order of its times, and of its ids at one time", () => {
    const operations = [order(3, 20, "a"), order(1, 5, "b"), order(2, 20, "c"), order(4, 5, "d")]
    expect(begun(asTheyCome(10), operations)).toEqual([
      ["o-1", 5],
      ["o-4", 5],
      ["o-2", 20],
      ["o-3", 20]
    ])
  })

  it("comes to an end when it is empty, or names clients that there are not", () => {
    expect(begun(asTheyCome(10), [])).toEqual([])
    const flown = flyWith(asTheyCome(10), { operations: [order(99, 5, "a"), order(1, 6, "b")] })
    expect(flown.history.map(({ id }) => id)).toEqual(["o-1"])
    expect(flown.unknown).toEqual([])
  })

  it("moves no choice of another operation when one is taken away (seeds)", () => {
    const tunnel = asTheyCome(100, (job) => Effect.sleep(Number(job)))
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        withoutEach(tunnel, seed, [], (full, less, id) => {
          const kept = listOf(full, (choice) => !isCausedBy(id, choice))
          expect(listOf(less, () => true)).toEqual(kept)
        })
      }),
      { numRuns: 2 }
    )
  })
})

describe("a recorded load", () => {
  const weather = Turbulence.steady({
    rank: 0.5,
    cede: 0.1,
    hold: 0.1,
    delay: 0.2,
    reorder: 0.1,
    lose: 0.02,
    duplicate: 0.1,
    reset: 0.02
  })
  // Works in whole milliseconds: things happen at the same moment all the time.
  const even = { serve: () => Effect.sleep("10 millis"), capacity: {} } as const
  const crash = [Fault.crash("desk", { at: "300 millis", lasting: "100 millis" })]
  const call = [Trigger.call("flush", flush, { lasting: "100 millis", settle: "200 millis" })]
  const brief = { warmUp: "100 millis", measure: "400 millis", timeout: "2 seconds" } as const

  type Case = readonly [name: string, options: DeskOptions, setting: Partial<Stressed.Setting>]
  const cases: ReadonlyArray<Case> = [
    ["poisson", { arrivals: Arrivals.poisson(90) }, {}],
    ["constant", { arrivals: Arrivals.constant(100), ...even }, {}],
    ["bursty", { arrivals: Arrivals.bursty(90, { burst: 6 }) }, {}],
    ["trace", { arrivals: Arrivals.trace([0, 10, 10, 15, 40], { repeats: true }), ...even }, {}],
    ["users who never think", { arrivals: Arrivals.users(2), ...even }, {}],
    ["users who think", { arrivals: Arrivals.users(9, { think: "30 millis" }) }, {}],
    ["users like clockwork", { arrivals: Arrivals.users(9, { think: "30 millis" }), ...even }, {}],
    ["held back", { arrivals: Arrivals.poisson(90), load: { inFlightMax: 2 } }, {}],
    ["users, held back", { arrivals: Arrivals.users(4), ...even, load: { inFlightMax: 2 } }, {}],
    [
      "the call of a trigger",
      { arrivals: Arrivals.constant(100), ...even, triggers: call },
      { trigger: "flush" }
    ],
    [
      "a trigger's call at the moment of a timeout",
      {
        arrivals: Arrivals.constant(100),
        serve: () => Effect.never,
        triggers: call,
        load: { timeout: "50 millis" }
      },
      { trigger: "flush" }
    ],
    ["a cut", { arrivals: Arrivals.poisson(90), triggers: call }, { trigger: "flush", left: 0.25 }]
  ]

  it.each(cases)("flies as it did, in calm and under turbulence (%s)", (_, options, setting) => {
    for (const more of [{}, { turbulence: weather, faults: crash }]) {
      const point = desk({ ...options, ...more, load: { ...brief, ...options.load } })
      const { recorded, replayed } = recordAndReplay(point, 7, setting)
      expect(recorded.flown.history.length).toBeGreaterThan(15)
      expect(replayed.flown.strangers).toEqual([])
      expect(replayed.flown.digest).toBe(recorded.flown.digest)
      expect(replayed.events).toEqual(recorded.events)
      expect(replayed.header).toEqual(recorded.header)
      expect(replayed.unreached).toEqual([])
    }
  })

  it("flies as it did with the faults that a swarm has drawn for it (seeds)", () => {
    const turbulence = Turbulence.swarm({ faultsMax: 4 })
    const faults: Array<number> = []
    for (const seed of [1, 2, 3]) {
      const point = desk({ arrivals: Arrivals.poisson(60), turbulence, load: brief })
      const { recorded, replayed } = recordAndReplay(point, seed)
      const drawn = recorded.header.cause.faults
      faults.push(...drawn.map(({ atMs }) => atMs))
      expect(drawn.every(({ id }) => id.startsWith("s-"))).toBe(true)
      expect(replayed.events).toEqual(recorded.events)
    }
    // Anywhere within the load.
    expect(new Set(faults).size).toBeGreaterThan(2)
    expect(Math.max(...faults)).toBeLessThanOrEqual(500)
  })

  it("is the load of the probe that was not recorded (seeds)", () => {
    const turbulence = weather
    for (const arrivals of [
      Arrivals.poisson(90),
      Arrivals.users(9),
      Arrivals.bursty(90, { burst: 6 })
    ]) {
      for (const seed of [1, 2]) {
        const options = { arrivals, turbulence, serve: () => exponential(8), load: brief }
        const flown = fly(options, false, seed)
        expect(fly(options, true, seed).digest).toBe(flown.digest)
        const point = desk({ ...options, load: { ...short, ...options.load } })
        expect(recordAndReplay(point, seed).recorded.flown.history).toEqual(flown.history)
      }
    }
  })
})
