/**
 * Verdicts other than a number, flown for real: each system gets the right one, and no number that
 * nothing supports. And all of it is the same again, whoever flies the probes.
 */
import { Clock, Effect, Semaphore } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  Arrivals,
  BreakingPoint,
  Contract,
  Level,
  Load,
  Operation,
  Service,
  System,
  Work
} from "downforce"
import type { StressCrew } from "../../src/stress/Drive.ts"
import { here, measure } from "./Flying.ts"

class Desk extends Contract.make<Desk>()("Desk", RpcGroup.make(Rpc.make("serve"))) {}

const serve = Operation.make(Desk, "serve", fc.constant(undefined))

const systemOf = (serving: Effect.Effect<Effect.Effect<void>>) =>
  System.make("desk", {
    services: [
      Service.make("desk", {
        provides: Desk,
        capacity: { cores: 1 },
        handlers: Effect.map(serving, (work) => Desk.of({ serve: () => work }))
      })
    ]
  })

/** One core, 20 milliseconds a request: 50 a second. */
const plain = systemOf(Effect.succeed(Work.spend("20 millis")))

/**
 * A cache of one answer, worth something as long as it is asked for often: after 100 milliseconds
 * without a request it is cold. From about 3 to 30 requests a second are too many for it.
 */
const cached = systemOf(
  Effect.sync(() => {
    let warmUntil = 0
    return Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const isWarm = now < warmUntil
      warmUntil = now + 100
      yield* Work.spend(isWarm ? "8 millis" : "500 millis")
    })
  })
)

interface Asked {
  readonly system: typeof plain
  readonly min: number
  readonly max: number
  /** By how many seconds an answer may be late. */
  readonly lateMax?: number
  readonly seconds?: number
  readonly inFlightMax?: number
}

const breakingPointOf = ({
  inFlightMax = 1_000,
  lateMax = 0.2,
  max,
  min,
  seconds = 2,
  system
}: Asked) =>
  BreakingPoint.make("request rate", {
    axis: { unit: "requests/s", min, max },
    at: (rate) => ({
      system,
      load: Load.make({
        operation: serve,
        arrivals: Arrivals.poisson(rate),
        warmUp: `${seconds / 4} seconds`,
        measure: `${seconds} seconds`,
        drain: "1 second",
        inFlightMax
      })
    }),
    levels: [Level.latency({ percentile: 90, atMost: `${lateMax} seconds` })],
    limits: { ruptureProbesMax: 40 }
  })

const search = (asked: Asked, seed: number, crew?: StressCrew) =>
  Effect.runPromise(
    measure(breakingPointOf(asked), {
      seed,
      budget: "small",
      ...(crew === undefined ? {} : { crew })
    })
  )

/** Flies one probe at a time, and lets answers pass each other; `order` is how they came. */
const shuffling = (size: number): StressCrew & { readonly order: ReadonlyArray<number> } => {
  const alone = Semaphore.makeUnsafe(1)
  const order: Array<number> = []
  let probes = 0
  return {
    size,
    order,
    probe: (scenario, setting, seed) =>
      Effect.suspend(() => {
        const number = ++probes
        const flown = alone.withPermits(1)(here.probe(scenario, setting, seed))
        const linger = Effect.repeat(Effect.yieldNow, { times: (number * 7) % 11 })
        return Effect.tap(flown, () =>
          Effect.tap(linger, () => Effect.sync(() => order.push(number)))
        )
      })
  }
}

/** Whether somebody was overtaken. */
const isShuffled = (order: ReadonlyArray<number>): boolean =>
  order.some((number, at) => number < (order[at - 1] ?? 0))

const overloaded: Asked = { system: plain, min: 20, max: 100 }

describe("a search flown for real", () => {
  it("finds where one core is not enough", async () => {
    const { estimate, reasons, verdict } = await search(overloaded, 1)
    expect(estimate.verdict).toEqual({ _tag: "found" })
    expect(estimate.breaking?.load).toBeGreaterThan(40)
    expect(estimate.breaking?.load).toBeLessThan(60)
    expect([verdict, reasons]).toEqual(["holds", []])
  })

  it("gives no single number for a cache that helps at high load", async () => {
    const asked = { system: cached, min: 1, max: 200, lateMax: 2, seconds: 20 }
    const { estimate, reasons, verdict } = await search(asked, 1)
    expect(estimate.verdict).toEqual({ _tag: "notMonotone" })
    expect([estimate.breaking, estimate.middle, estimate.demonstrated]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect(verdict).toBe("unknown")
    expect(reasons).toEqual([expect.stringContaining("there is no single number")])
  })

  it("gives a lower bound for what never breaks within the axis", async () => {
    const { bottleneck, estimate, verdict } = await search({ ...overloaded, max: 25 }, 1)
    expect(estimate.verdict).toEqual({ _tag: "neverBroke" })
    expect([estimate.breaking, estimate.middle, bottleneck]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect(estimate.demonstrated?.load).toBe(25)
    expect(verdict).toBe("holds")
  })

  it("gives no number for what fails at once", async () => {
    const { estimate, reasons, verdict } = await search({ ...overloaded, min: 80 }, 1)
    expect(estimate.verdict).toEqual({ _tag: "failsAtOnce", load: 80 })
    expect([estimate.breaking, estimate.middle, estimate.demonstrated]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect(verdict).toBe("violated")
    expect(reasons).toEqual(["it fails at once, at 80 requests/s, the lowest there is"])
  })

  it("says nothing of the system when the generator cannot keep up", async () => {
    const { estimate, reasons, verdict } = await search({ ...overloaded, inFlightMax: 12 }, 1)
    expect(estimate.verdict._tag).toBe("invalid")
    expect([estimate.breaking, estimate.middle, estimate.demonstrated]).toEqual([
      undefined,
      undefined,
      undefined
    ])
    expect(verdict).toBe("unknown")
    expect(reasons).toEqual([expect.stringContaining("the generator began")])
  })

  it("comes to the same result again, and with any crew", async () => {
    const first = await search(overloaded, 2)
    const again = await search(overloaded, 2)
    const crew = shuffling(3)
    const three = await search(overloaded, 2, crew)
    expect(isShuffled(crew.order)).toBe(true)
    expect(JSON.stringify(again)).toBe(JSON.stringify(first))
    expect(JSON.stringify(three)).toBe(JSON.stringify(first))
    const other = await search(overloaded, 3)
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(first))
  })
})
