/** Driving a search: who flies what when is up to the crew, and what it comes to is not. */
import * as fc from "fast-check"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { describe, expect, it } from "vitest"
import { Arrivals } from "downforce"
import * as Drive from "../../src/stress/Drive.ts"
import type { Measured } from "../../src/stress/FlyProbe.ts"
import type { Ask, Outcome } from "../../src/stress/Probe.ts"
import * as Search from "../../src/stress/Search.ts"
import { desk, placed } from "./Desk.ts"
import { fly, logNormal } from "./Known.ts"

const scenario = placed(desk({ arrivals: Arrivals.poisson(1) }))

const measuredOf = (outcome: Outcome, digest = 0): Measured => ({
  outcome,
  levels: [],
  latencyMicros: { p50: null, p90: null, p99: null },
  offered: 0,
  ok: 0,
  requests: 0,
  resources: [],
  edges: [],
  residues: [],
  steps: 0,
  simulatedMicros: 0,
  digest,
  authorError: undefined,
  leaks: []
})

const pass: Outcome = { _tag: "pass", readings: [] }

/** A search for a list of loads, each once: it offers all, and its state is what it was told. */
const list = (
  loads: ReadonlyArray<number>
): Drive.Searching<ReadonlyArray<readonly [number, number]>, number> => ({
  state: [],
  nextMany: (told) => loads.filter((load) => !told.some(([x]) => x === load)),
  tell: (told, load, { digest }) => [...told, [load, digest]],
  settingOf: (load) => ({ x: load }),
  repetitionOf: () => 0
})

const optionsOf = (crew: Drive.StressCrew, more: Partial<Drive.Options> = {}): Drive.Options => ({
  scenario,
  seed: 42,
  crew,
  mayContinue: () => true,
  onFlown: () => {},
  ...more
})

const drive = <State, A>(
  searching: Drive.Searching<State, A>,
  options: Drive.Options,
  flights = new Map<string, Drive.Flown>()
) => Effect.runPromise(Effect.exit(Drive.drive(searching, options, flights)))

describe("the seed of a probe", () => {
  const settings = fc.record(
    {
      x: fc.integer(),
      y: fc.integer(),
      trigger: fc.constantFrom("a", "b", "null", "1"),
      left: fc.constantFrom(0, 0.5, 1)
    },
    { requiredKeys: ["x"] }
  )

  it("is of its point, of what is done to its load, of its repetition and of the base", () => {
    const all = fc.tuple(settings, fc.nat(5), fc.nat(5))
    fc.assert(
      fc.property(all, all, ([one, repetition, base], [other, again, from]) => {
        const isSame = JSON.stringify([one, repetition]) === JSON.stringify([other, again])
        fc.pre(!isSame || base !== from)
        // The order in which a setting is written says nothing.
        const turned = Object.fromEntries(Object.entries(one).reverse()) as typeof one
        expect(Drive.seedOf(base, turned, repetition)).toBe(Drive.seedOf(base, one, repetition))
        expect(Drive.seedOf(from, other, again)).not.toBe(Drive.seedOf(base, one, repetition))
        if (!isSame) expect(Drive.keyOf(other, again)).not.toBe(Drive.keyOf(one, repetition))
      })
    )
  })

  it("is what seeds are: 32 bits", () => {
    for (let repetition = 0; repetition < 100; repetition++) {
      const seed = Drive.seedOf(7, { x: 1.5 }, repetition)
      expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
    }
  })
})

describe("a search that is driven", () => {
  it("is flown one after the other by a crew of one, with a seed for each", async () => {
    const log: Array<string> = []
    const crew: Drive.StressCrew = {
      size: 1,
      probe: (_, { x }, seed) =>
        Effect.sync(() => {
          log.push(`fly ${x} ${seed === Drive.seedOf(42, { x }, 0)}`)
          return measuredOf(pass, x * 10)
        })
    }
    const flights = new Map<string, Drive.Flown>()
    const onFlown = ({ setting }: Drive.Flown) => void log.push(`flown ${setting.x}`)
    const exit = await drive(list([3, 1, 2]), optionsOf(crew, { onFlown }), flights)
    expect(exit).toEqual(
      Exit.succeed([
        [3, 30],
        [1, 10],
        [2, 20]
      ])
    )
    expect(log).toEqual(["fly 3 true", "flown 3", "fly 1 true", "flown 1", "fly 2 true", "flown 2"])
    expect([...flights.values()].map(({ setting }) => setting.x)).toEqual([3, 1, 2])
  })

  it("has no more under way than its crew can fly, and none twice", async () => {
    let underWay = 0
    let most = 0
    const flown: Array<number> = []
    const crew: Drive.StressCrew = {
      size: 3,
      probe: (_, { x }) =>
        Effect.gen(function* () {
          flown.push(x)
          most = Math.max(most, ++underWay)
          for (let turn = 0; turn < (x * 7) % 5; turn++) yield* Effect.yieldNow
          underWay--
          return measuredOf(pass)
        })
    }
    await drive(list([1, 2, 3, 4, 5, 6, 7, 8]), optionsOf(crew))
    expect(most).toBe(3)
    expect([...flown].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it("comes to the same whatever the size of the crew and whoever is first (seeds)", async () => {
    const system = logNormal(50, 0.1)
    const estimate = async (seed: number, size: number) => {
      const crew: Drive.StressCrew = {
        size,
        probe: (_, { x }, probeSeed) =>
          Effect.gen(function* () {
            for (let turn = 0; turn < probeSeed % (2 * size); turn++) yield* Effect.yieldNow
            const ask: Ask = { phase: "locate", load: x, repetition: probeSeed }
            return measuredOf(fly(system, seed, ask))
          })
      }
      const searching: Drive.Searching<Search.Search, Ask> = {
        state: Search.start({ axis: { scale: "log", min: 10, max: 200 }, budget: "small" }),
        nextMany: Search.nextMany,
        tell: (state, ask, { outcome }) => Search.tell(state, ask, outcome),
        settingOf: ({ load }) => ({ x: load }),
        repetitionOf: ({ repetition }) => repetition
      }
      const exit = await drive(searching, optionsOf(crew, { seed }))
      if (Exit.isFailure(exit)) throw new Error("the search failed")
      return Search.result(exit.value)
    }
    for (const seed of [1, 2, 3]) {
      const alone = await estimate(seed, 1)
      expect(alone.breaking).toBeDefined()
      expect(await estimate(seed, 2)).toEqual(alone)
      expect(await estimate(seed, 5)).toEqual(alone)
    }
  })

  it("flies nothing twice that two parts of it ask for", async () => {
    let flown = 0
    const crew: Drive.StressCrew = {
      size: 2,
      probe: () => Effect.sync(() => measuredOf(pass, ++flown))
    }
    const flights = new Map<string, Drive.Flown>()
    await drive(list([1, 2]), optionsOf(crew), flights)
    const exit = await drive(list([2, 3]), optionsOf(crew), flights)
    expect(flown).toBe(3)
    expect(exit).toEqual(
      Exit.succeed([
        [2, 2],
        [3, 3]
      ])
    )
  })

  it("ends with what it has when it may not go on, after those that are under way", async () => {
    let flown = 0
    const crew: Drive.StressCrew = {
      size: 2,
      probe: () =>
        Effect.as(Effect.yieldNow, measuredOf(pass)).pipe(
          Effect.tap(() => Effect.sync(() => flown++))
        )
    }
    const exit = await drive(
      list([1, 2, 3, 4, 5, 6]),
      optionsOf(crew, { mayContinue: () => flown < 3 })
    )
    if (Exit.isFailure(exit)) throw new Error("it failed")
    expect(exit.value.length).toBe(flown)
    expect(flown).toBeGreaterThanOrEqual(3)
    expect(flown).toBeLessThanOrEqual(4)
  })

  it("is over at once when it asks for nothing", async () => {
    const crew: Drive.StressCrew = { size: 2, probe: () => Effect.die("nobody asked") }
    expect(await drive(list([]), optionsOf(crew))).toEqual(Exit.succeed([]))
  })
})

describe("a probe that cannot be flown", () => {
  it("fails the search, also when another one is done at the same moment", async () => {
    for (const order of [
      ["good", "bad"],
      ["bad", "good"]
    ]) {
      const gate = Deferred.makeUnsafe<void>()
      const crew: Drive.StressCrew = {
        size: 2,
        probe: (_, { x }) =>
          Effect.andThen(
            Deferred.await(gate),
            order[x] === "good"
              ? Effect.succeed(measuredOf(pass))
              : Effect.fail(new Error("no worker"))
          )
      }
      const driven = Effect.runFork(Drive.drive(list([0, 1]), optionsOf(crew), new Map()))
      Deferred.doneUnsafe(gate, Effect.void)
      const exit = await Effect.runPromise(Fiber.await(driven))
      expect(exit).toEqual(Exit.fail(new Error("no worker")))
    }
  })

  it("ends the search with its defect: nobody waits for what died", async () => {
    const crew: Drive.StressCrew = { size: 2, probe: () => Effect.die("a bug") }
    expect(await drive(list([1, 2, 3]), optionsOf(crew))).toEqual(Exit.die("a bug"))
  })
})
