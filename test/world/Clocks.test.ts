/** The clocks of nodes in flight: what services read, how long they sleep, what faults do. */
import { Clock, Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Kernel from "../../src/kernel/Kernel.ts"
import * as NodeClock from "../../src/kernel/NodeClock.ts"
import { calm, fromSeed } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import * as Faults from "../../src/world/Faults.ts"
import * as Link from "../../src/world/Link.ts"
import * as Network from "../../src/world/Network.ts"
import * as World from "../../src/world/World.ts"
import { ask, drawn, eventsOf, flyWith, outcomes, scripted } from "../flight/Fly.ts"
import { type BackHandlers, mesh, pair, plainBack, styles } from "../flight/toys.ts"

/** Both clocks of the node whose code runs, in milliseconds since the flight began. */
const clocks = Effect.gen(function* () {
  const wall = yield* Clock.currentTimeMillis
  const monotonic = yield* Clock.monotonicTimeNanos
  return `${wall - NodeClock.epochMillis} ${Number(monotonic) / 1_000_000}`
})

/** A pair whose back tells its clocks, and whose front asks it or tells its own. */
const telling = pair({
  front: (back, text) => (text === "front" ? clocks : back.echo({ text })),
  back: Effect.succeed<BackHandlers>({ ...plainBack, echo: () => clocks })
})

/** A message takes half a millisecond: the back is asked 1 ms after the client asks. */
const told = (
  faults: ReadonlyArray<Fault>,
  times: ReadonlyArray<number>,
  entropy = calm,
  text = "back"
): ReadonlyArray<string | undefined> => {
  const operations = times.map((atMs) => ask(`o-${atMs}`, atMs, text))
  const flown = flyWith(telling, { operations, faults, entropy })
  expect(flown.violation).toBeUndefined()
  return times.map((atMs) => outcomes(flown)[`o-${atMs}`])
}

const window = (id: string, atMs: number, durationMs: number) => ({
  id,
  atMs,
  durationMs,
  node: "back"
})

const jump = (id: string, atMs: number, durationMs: number, byMs: number): Fault => ({
  _tag: "ClockJump",
  ...window(id, atMs, durationMs),
  byMs
})

const drift = (id: string, atMs: number, durationMs: number, ppm: number): Fault => ({
  _tag: "ClockDrift",
  ...window(id, atMs, durationMs),
  ppm
})

const freeze = (id: string, atMs: number, durationMs: number): Fault => ({
  _tag: "ClockFreeze",
  ...window(id, atMs, durationMs)
})

describe("the clocks of a node", () => {
  it("are right in calm air", () => {
    expect(told([], [10, 50])).toEqual(["11 11", "51 51"])
  })

  it("jump apart, forwards and backwards, add up, and jump back", () => {
    const faults = [jump("a", 20, 60, 5_000), jump("b", 40, 60, -7_000)]
    expect(told(faults, [10, 30, 50, 90, 110])).toEqual([
      "11 11",
      "5031 31",
      "-1949 51",
      "-6909 91",
      "111 111"
    ])
    expect(told(faults, [30, 50], calm, "front")).toEqual(["30 30.5", "50 50.5"])
  })

  it("stand still on the wall only, until the last freeze heals", () => {
    const faults = [freeze("a", 20, 50), freeze("b", 40, 50), jump("c", 60, 5, 1_000)]
    expect(told(faults, [30, 61, 80, 100])).toEqual(["20 31", "1020 62", "20 81", "101 101"])
  })

  it("drift together, and keep what they have gained", () => {
    const faults = [drift("a", 0, 1_000, 100_000), drift("b", 500, 500, 150_000)]
    expect(told(faults, [99, 499, 999, 1_999])).toEqual([
      "110 110",
      "550 550",
      "1175 1175",
      "2175 2175"
    ])
  })

  it("go on through a crash, a restart and a pause", () => {
    const down = (tag: "Crash" | "Restart" | "Pause"): Fault => ({
      _tag: tag,
      ...window(tag, 100, 20)
    })
    for (const tag of ["Crash", "Restart", "Pause"] as const) {
      const faults = [down(tag), jump("a", 20, 500, 5_000), drift("b", 0, 200, 100_000)]
      expect(told(faults, [199, 299, 999])).toEqual(["5220 220", "5320 320", "1020 1020"])
    }
  })

  it("are off from the beginning by what is drawn, on the wall, of services alone", () => {
    // The front's clock is drawn first, then the back's.
    const entropy = () => scripted({ ahead: { 0: 2_000_000 }, behind: { 1: 1_500_000 } })
    expect(told([], [10], entropy())).toEqual(["-1489 11"])
    expect(told([], [10], entropy(), "front")).toEqual(["2010 10.5"])
    const flown = flyWith(telling, {
      operations: [ask("o-1", 10)],
      entropy: entropy(),
      isRecorded: true
    })
    expect(flown.history[0]).toMatchObject({ startedAt: 10_000, endedAt: 12_000 })
    const said = eventsOf(flown).filter(({ kind }) => kind === "clock")
    expect(said.map(({ node, what }) => `${node} ${what}`)).toEqual([
      "front 2s ahead",
      "back 1.5s behind"
    ])
    expect(said.map(({ deviations }) => deviations)).toMatchObject([
      [{ kind: "ahead", outcome: 2_000_000, path: "clock front" }],
      [{ kind: "behind", outcome: 1_500_000, path: "clock back" }]
    ])
  })

  it("are off for services only, and nothing else is caused by that", () => {
    const flown = flyWith(telling, {
      operations: [ask("o-1", 10)],
      entropy: { choose: (kind) => (kind === "ahead" ? 5_000 : 0) },
      isRecorded: true
    })
    const events = eventsOf(flown)
    const off = events.filter(({ kind }) => kind === "clock")
    expect(off.map(({ node }) => node)).toEqual(["front", "back"])
    const roots = events.filter(({ kind }) => kind === "start" || kind === "operation")
    expect(roots.map(({ because }) => because)).toEqual([[], [], []])
  })

  it("are in the recording whenever they change", () => {
    const faults = [jump("a", 20, 60, 5_000), freeze("b", 40, 60), drift("c", 60, 20, 1_000)]
    const flown = flyWith(telling, { operations: [ask("o-1", 10)], faults, isRecorded: true })
    const said = eventsOf(flown).filter(({ kind }) => kind === "clock")
    expect(said.map(({ time, what }) => `${time / 1_000} ${what}`)).toEqual([
      "20 5s ahead",
      "40 frozen, 5s ahead",
      "60 frozen, 1000 ppm fast, 4.98s ahead",
      "80 frozen, 1000 ppm fast, 40ms behind",
      "80 frozen, 40ms behind",
      "100 20µs ahead"
    ])
    const causes = said.map(({ because: [cause = -1] }) => eventsOf(flown)[cause]?.kind)
    expect(causes).toEqual(["fault", "fault", "fault", "healed", "healed", "healed"])
  })
})

describe("a sleep", () => {
  const sleeper = pair({
    use: { timeout: "1 minute" },
    back: Effect.succeed<BackHandlers>({
      ...plainBack,
      echo: ({ text }) => Effect.as(Effect.sleep("10 seconds"), text)
    })
  })
  /** How long the client waits: the sleep, and four messages. */
  const slept = (faults: ReadonlyArray<Fault>): number => {
    const flown = flyWith(sleeper, { operations: [ask("o-1", 10)], faults })
    expect(outcomes(flown)).toEqual({ "o-1": "o-1" })
    const [entry] = flown.history
    return (entry?.endedAt ?? 0) - (entry?.startedAt ?? 0) - 2_000
  }

  it("goes by the pace of its node", () => {
    expect(slept([])).toBe(10_000_000)
    expect(slept([drift("a", 0, 60_000, 10_000)])).toBe(9_900_991)
    expect(slept([drift("a", 0, 60_000, -500_000)])).toBe(20_000_000)
  })

  it("keeps the length it had when it began, and takes no notice of jumps and freezes", () => {
    expect(slept([drift("a", 100, 60_000, 10_000)])).toBe(10_000_000)
    expect(slept([drift("a", 0, 100, 10_000)])).toBe(9_900_991)
    expect(slept([jump("a", 5, 60_000, 3_600_000), freeze("b", 100, 60_000)])).toBe(10_000_000)
  })

  it("lets the timeout of a call run by the clock of the caller", () => {
    const hasty = pair({
      use: { timeout: "1 second" },
      back: Effect.succeed<BackHandlers>({ ...plainBack, echo: () => Effect.never })
    })
    const front = { ...drift("a", 0, 60_000, -500_000), node: "front" }
    const flown = flyWith(hasty, { operations: [ask("o-1", 10)], faults: [front] })
    expect(outcomes(flown)).toEqual({ "o-1": "! TimeoutError" })
    expect(flown.history[0]?.endedAt).toBe(10_000 + 1_000 + 2_000_000)
  })
})

const clockFault = (id: string): fc.Arbitrary<Fault> => {
  const base = {
    id: fc.constant(id),
    atMs: fc.nat({ max: 300 }),
    durationMs: fc.nat({ max: 400 }),
    node: fc.constantFrom("entry", "store-1", "store-2")
  }
  return fc.oneof(
    fc.record({
      ...base,
      _tag: fc.constant("ClockJump" as const),
      byMs: fc.integer({ min: -60_000, max: 60_000 })
    }),
    fc.record({
      ...base,
      _tag: fc.constant("ClockDrift" as const),
      ppm: fc.integer({ min: -500_000, max: 500_000 })
    }),
    fc.record({ ...base, _tag: fc.constant("ClockFreeze" as const) })
  )
}

const plans = fc
  .integer({ min: 1, max: 5 })
  .chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => clockFault(`f-${index + 1}`)))
  )

describe("a flight with clocks that are off", () => {
  const fly = (style: (typeof styles)[number], faults: ReadonlyArray<Fault>, seed: number) => {
    const scenario = mesh({ style, clients: 2, operations: 6, replicas: 2 })
    const operations = drawn(scenario, seed).operations.map(({ operation }) => operation)
    const entropy = () => fromSeed(seed, { ahead: 0.5, behind: 0.5, delay: 0.2, cede: 0.2 })
    return (isRecorded: boolean, plan = faults) =>
      flyWith(scenario, { operations, faults: plan, entropy: entropy(), seed, isRecorded })
  }

  it("is the same, recorded or not, and leaves every clock as it was (faults, seeds)", () => {
    fc.assert(
      fc.property(fc.constantFrom(...styles), plans, fc.nat(), (style, faults, seed) => {
        const flight = fly(style, faults, seed)
        const flown = flight(false)
        // A clock that is not as it was is thrown as an error of ours.
        expect(flown.violation).toBeUndefined()
        expect(flight(true).digest).toBe(flown.digest)
        expect(flight(false).digest).toBe(flown.digest)
      }),
      { numRuns: 60 }
    )
  })

  it("makes the same choices at all that both come to, with one fault less (faults, seeds)", () => {
    let compared = 0
    fc.assert(
      fc.property(fc.constantFrom(...styles), plans, fc.nat(), (style, faults, seed) => {
        const flight = fly(style, faults, seed)
        const choices = (plan: ReadonlyArray<Fault>) =>
          new Map(
            flight(true, plan)
              .recorder?.deviations()
              .map(({ key, outcome, path }) => [key, `${path} ${outcome}`])
          )
        const all = choices(faults)
        const fewer = choices(faults.slice(1))
        const shared = [...all.keys()].filter((key) => fewer.has(key))
        compared += shared.length
        for (const key of shared) expect(fewer.get(key)).toBe(all.get(key))
        const clocks = (made: ReadonlyMap<string, string>) =>
          [...made.values()].filter((text) => text.startsWith("clock "))
        expect(clocks(fewer)).toEqual(clocks(all))
        // Calls of a chain do not depend on time: without a fault they make the very same choices.
        if (style === "chain") expect(fewer).toEqual(all)
      }),
      { numRuns: 60 }
    )
    expect(compared).toBeGreaterThan(500)
  })
})

describe("a clock that was not put right", () => {
  it("is a leak, named by its node", () => {
    const kernel = Kernel.make({
      entropy: calm,
      limits: { stepsMax: 1_000, stepsPerInstantMax: 1_000, operationsPerTaskMax: 1_000 },
      horizonMicros: 1_000_000,
      seed: 1,
      onChoice: undefined,
      afterTask: () => {}
    })
    const links = Link.make()
    const world = World.make({
      kernel,
      system: telling.system,
      clients: [],
      links,
      network: Network.make(kernel, links, undefined),
      recorder: undefined,
      atlas: "keeps-a-copy",
      listener: {
        onDefect: () => {},
        onStartFailed: () => {},
        onUndeclared: () => {},
        onUp: () => {}
      }
    })
    const listener = { onHealed: () => {} }
    const faults = Faults.schedule({ kernel, world, links, recorder: undefined, listener }, [])
    for (const node of world.nodes) world.start(node)
    kernel.run()
    expect(faults.leaks()).toEqual([])
    const clock = world.node("back")?.process.clock
    if (clock === undefined) throw new Error("the pair has a back")
    const disturbances: ReadonlyArray<readonly [() => void, () => void]> = [
      [() => NodeClock.jump(clock, 5), () => NodeClock.jump(clock, -5)],
      [() => NodeClock.drift(clock, 5), () => NodeClock.drift(clock, -5)],
      [() => NodeClock.freeze(clock), () => NodeClock.thaw(clock)]
    ]
    for (const [disturb, heal] of disturbances) {
      disturb()
      expect(faults.leaks()).toEqual(["the clock of back is still disturbed"])
      heal()
      expect(faults.leaks()).toEqual([])
    }
  })
})
