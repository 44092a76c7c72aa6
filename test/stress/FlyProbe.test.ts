/**
 * One probe: that it passes and fails for the right reason, says when it says nothing, and is the
 * same whenever and wherever it is flown.
 */
import { Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import {
  Always,
  Arrivals,
  Baseline,
  Fault,
  Level,
  Pool,
  Trigger,
  Turbulence,
  Work
} from "downforce"
import * as Flight from "../../src/flight/Flight.ts"
import type { View } from "../../src/property/View.ts"
import * as FlyProbe from "../../src/stress/FlyProbe.ts"
import * as Meter from "../../src/stress/Meter.ts"
import type { Outcome } from "../../src/stress/Probe.ts"
import * as Stressed from "../../src/stress/Stressed.ts"
import { type DeskOptions, Shown, desk, exponential, flush, probe } from "./Desk.ts"

const fly = (options: DeskOptions, seed?: number, setting?: Partial<Stressed.Setting>) =>
  probe(desk(options), seed, setting)

/** What a probe failed by, or `pass`, or why it says nothing. */
const verdict = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "pass":
      return "pass"
    case "invalid":
      return `invalid: ${outcome.reason}`
    case "fail":
      return outcome.criteria
        .map(({ isSafety, name }) => `${name}${isSafety ? " !" : ""}`)
        .join(", ")
  }
}

const verdictOf = (options: DeskOptions, seed?: number, setting?: Partial<Stressed.Setting>) =>
  verdict(fly(options, seed, setting).outcome)

const quick = { capacity: {}, serve: () => Effect.sleep("5 millis") } as const
const shown = (view: View): number => view.read(Shown).get("desk") ?? Number.NaN
const forty = Arrivals.constant(40)

describe("a probe of a queue with one server", () => {
  const long = { warmUp: "2 seconds", measure: "10 seconds" } as const
  const at = (rate: number) => fly({ arrivals: Arrivals.poisson(rate), load: long })

  it("passes below its limit, and measures it as theory has it", () => {
    const { latencyMicros, ok, offered, outcome, requests, resources } = at(50)
    expect(verdict(outcome)).toBe("pass")
    expect([ok, offered]).toEqual([offered, offered])
    expect(offered).toBeGreaterThan(420)
    expect(offered).toBeLessThan(580)
    expect(requests).toBeGreaterThan(offered)
    const [cores] = resources
    expect(cores).toMatchObject({ node: "desk", kind: "cores", places: 1, refused: 0 })
    // Half of the time it works, and half a customer waits on average.
    expect(Math.abs((cores?.utilization ?? 0) - 0.5)).toBeLessThan(0.07)
    expect(Math.abs((cores?.waiting ?? 0) - 0.5)).toBeLessThan(0.25)
    // The time in the system is exponential with a mean of 20 ms; a millisecond on the way.
    expect(Math.abs((latencyMicros.p50 ?? 0) / 1_000 - 1 - 13.9)).toBeLessThan(4)
    expect(Math.abs((latencyMicros.p99 ?? 0) / 1_000 - 1 - 92)).toBeLessThan(30)
  })

  it("fails by its latency just above, and nothing is broken for good", () => {
    const { outcome } = at(95)
    expect(verdict(outcome)).toBe("p99 ≤ 250ms")
    expect(outcome._tag === "fail" && outcome.readings.map(({ level }) => level)).toEqual([
      "p99 ≤ 250ms",
      "goodput ≥ 99%"
    ])
  })

  it("fails by its backlog as well when more comes than it can do", () => {
    const { outcome, resources } = at(150)
    expect(verdict(outcome)).toBe("p99 ≤ 250ms, backlog does not grow")
    expect(resources[0]?.utilization).toBe(1)
    expect(resources[0]?.growth).toBeGreaterThan(150)
  })

  it("fails by its goodput when nobody has the patience to wait", () => {
    const impatient = { ...long, timeout: "500 millis" } as const
    const outcome = verdictOf({ arrivals: Arrivals.poisson(150), load: impatient })
    expect(outcome).toBe("p99 ≤ 250ms, goodput ≥ 99%")
  })

  it("fails by its errors when they are turned away, and their latency is in time", () => {
    const { outcome, resources } = fly({
      arrivals: Arrivals.poisson(120),
      capacity: { cores: 1, slots: 1, queueMax: 2 },
      levels: [
        Level.latency({ percentile: 99, atMost: "250 millis" }),
        Level.errors({ atMost: 0.05 })
      ],
      load: long
    })
    expect(verdict(outcome)).toBe("errors ≤ 5%")
    expect(resources.find(({ kind }) => kind === "slots")?.refused).toBeGreaterThan(100)
  })
})

describe("a probe fails on safety", () => {
  it("when a property is violated, and says nothing of levels then", () => {
    const property = Always.make("few are served", (view) => view.history.length < 60)
    const outcome = fly({ arrivals: forty, ...quick, properties: [property] }).outcome
    expect(outcome).toEqual({
      _tag: "fail",
      readings: [],
      criteria: [{ name: "few are served", isSafety: true }]
    })
  })

  it("when its code dies", () => {
    const serve = (n: number) => (n === 7 ? Effect.die(new Error("seven")) : Effect.void)
    expect(verdictOf({ arrivals: forty, serve })).toBe("no defect !")
  })

  it("when it dies before it is up", () => {
    const build = () => Effect.fail(new Error("no configuration"))
    expect(verdictOf({ arrivals: forty, build })).toBe("no defect !")
  })

  it("when a slot is never given back, and names the pool", () => {
    const pool = Pool.make("connections", { slots: 100 })
    const serve = (n: number) =>
      n === 7 ? Effect.forkDetach(pool.withSlot(Effect.never)) : Effect.void
    const { outcome, residues } = fly({ arrivals: forty, serve, capacity: { pools: [pool] } })
    expect(verdict(outcome)).toBe("returns to baseline !")
    const left = residues.filter(({ isBack }) => !isBack)
    expect(left).toEqual([
      { name: "desk pool connections held", before: 0, after: expect.any(Number), isBack: false }
    ])
    expect(left[0]?.after).toBeGreaterThan(5)
  })

  it("when a number of its own only grows", () => {
    let value = 0
    const growing: DeskOptions = {
      arrivals: forty,
      build: (show) => Effect.sync(() => show((value = 3))),
      // What it shows is read again and again: see `flush` for how it is set.
      serve: () => Effect.sync(() => void value++),
      flush: (show) => Effect.sync(() => show(value)),
      triggers: [Trigger.call("flush", flush, { lasting: "100 millis", settle: "1 second" })],
      baseline: [Baseline.make("leases", shown)]
    }
    const { outcome, residues } = fly(growing, 42, { trigger: "flush" })
    expect(verdict(outcome)).toBe("returns to baseline !")
    expect(residues).toMatchObject([
      { name: "desk cores waiting" },
      { name: "leases", before: 3, isBack: false }
    ])
    const tolerant = [Baseline.make("leases", shown, { tolerance: 1_000 })]
    expect(verdictOf({ ...growing, baseline: tolerant }, 42, { trigger: "flush" })).toBe("pass")
  })
})

describe("what is left of a load", () => {
  it("is looked at when the flight is over, however little time it had to drain", () => {
    const slots: DeskOptions = {
      arrivals: Arrivals.poisson(200),
      capacity: { slots: 50 },
      serve: () => exponential(100),
      levels: []
    }
    for (const load of [
      { drain: 0 },
      // Looks at the load are seconds apart when ten minutes are measured.
      { measure: "10 minutes", drain: "1 second" }
    ] as const) {
      const sparse = load.drain === 0 ? slots : { ...slots, arrivals: Arrivals.poisson(0.5) }
      const { outcome, residues } = fly({ ...sparse, load })
      expect(verdict(outcome)).toBe("pass")
      expect(residues).toContainEqual({
        name: "desk slots held",
        before: 0,
        after: 0,
        isBack: true
      })
    }
  })

  it("is looked at before promises are silenced, with the nodes still alive", async () => {
    const point = desk({
      arrivals: forty,
      serve: () => Effect.promise(() => Promise.resolve(1)),
      build: (show) => Effect.sync(() => show(5)),
      baseline: [Baseline.make("shown", shown)]
    })
    const flyable = Result.getOrThrow(Stressed.flyableAt(point, { x: 1 }))
    const { outcome, residues } = await Effect.runPromise(FlyProbe.flyProbe(flyable, 42))
    expect(verdict(outcome)).toBe("pass")
    expect(residues.at(-1)).toEqual({ name: "shown", before: 5, after: 5, isBack: true })
  })
})

describe("a probe says nothing", () => {
  it("when the generator cannot keep up", () => {
    expect(
      verdictOf({
        arrivals: Arrivals.constant(90),
        serve: () => Work.spend(20),
        load: { inFlightMax: 1 }
      })
    ).toMatch(/^invalid: the generator began \d+ of 360 requests late: too many were under way$/)
  })

  it("when the trace ends before the load does", () => {
    const offsets = Array.from({ length: 100 }, (_, at) => at * 20)
    const trace = (repeats: boolean) => ({
      arrivals: Arrivals.trace(offsets, { repeats }),
      ...quick
    })
    expect(verdictOf(trace(false))).toBe(
      "invalid: the trace ended after 100 requests, before the load did"
    )
    expect(verdictOf(trace(true))).toBe("pass")
  })

  it("when too few requests were measured", () => {
    expect(verdictOf({ arrivals: Arrivals.constant(2.4), ...quick })).toBe(
      "invalid: only 9 requests were measured, at least 10 are needed"
    )
    expect(verdictOf({ arrivals: Arrivals.constant(2.6), ...quick })).toBe("pass")
  })

  it("when it took too many events", () => {
    expect(verdictOf({ arrivals: forty, ...quick, limits: { stepsMax: 500 } })).toBe(
      "invalid: stepsMax reached: 500 steps"
    )
  })

  it("when the system never comes up", () => {
    const { outcome, requests } = fly({ arrivals: forty, build: () => Effect.never })
    expect(verdict(outcome)).toMatch(/^invalid: the horizon came before/)
    expect(requests).toBe(0)
  })
})

describe("an author's error in a probe", () => {
  const broken = (): number => {
    throw new TypeError("of undefined")
  }

  it.each([
    ["a baseline", { baseline: [Baseline.make("b", broken)] }, "the baseline b"],
    ["an average", { levels: [Level.average("a", { atMost: 1, of: broken })] }, "the level a ≤ 1"]
  ] as const)("is told with what threw it (%s)", (_, options, what) => {
    expect(fly({ arrivals: forty, ...quick, ...options }).authorError).toBe(
      `${what} threw TypeError: of undefined`
    )
  })

  it("is told of a property", () => {
    const property = Always.make("p", () => broken() > 0)
    const { authorError } = fly({ arrivals: forty, ...quick, properties: [property] })
    expect(authorError).toMatch(/of undefined/)
  })

  it("is told of a fault that names nobody", () => {
    const point = desk({ arrivals: forty, ...quick })
    const flyable = Result.getOrThrow(Stressed.flyableAt(point, { x: 1 }))
    const [nobody] = Trigger.faultsOf(Trigger.faults("t", [Fault.pause("nobody")]), 0)
    if (nobody === undefined) throw new Error("the trigger has no fault")
    const lost = { ...flyable, faults: [{ ...nobody, id: "t-f-1" }] }
    // The window and the kind are the trigger's own; only the name is wrong.
    expect(Effect.runSync(FlyProbe.flyProbe(lost as FlyProbe.Flyable, 1)).authorError).toBe(
      "fault t-f-1: the system has no node nobody"
    )
  })
})

describe("faults in a probe", () => {
  const three: DeskOptions = {
    arrivals: Arrivals.constant(60),
    ...quick,
    replicas: 3,
    levels: [Level.errors({ atMost: 0.45 })]
  }

  it.each([
    ["down", Fault.crash("desk-2"), 1 / 3],
    ["down from the second second on", Fault.crash("desk-2", { at: "2 seconds" }), 1 / 4],
    ["stopped", Fault.restart("desk-2"), 1 / 3],
    ["frozen", Fault.pause("desk-2"), 1 / 3],
    ["slow", Fault.slow("desk-2", "1 millis"), 0]
  ])("may stand from beginning to end: a replica is %s", (_, fault, share) => {
    const load = { timeout: "1 second" } as const
    const { levels, outcome, simulatedMicros } = fly({ ...three, faults: [fault], load })
    expect(verdict(outcome)).toBe("pass")
    expect(Math.abs((levels[0]?.value ?? 0) - share)).toBeLessThan(0.1)
    // Nobody waits for it to heal.
    expect(simulatedMicros).toBeLessThan(10_000_000)
  })

  it("may stand before a node has come up: the load begins when all others have", () => {
    const slow = Fault.slow("desk-2", "10 seconds")
    const crash = Fault.crash("desk-2", { at: "3 seconds" })
    const { offered, outcome, simulatedMicros } = fly({ ...three, faults: [slow, crash] })
    expect(verdict(outcome)).toBe("pass")
    expect(offered).toBe(240)
    // Five seconds of load from the third on, and a second to drain.
    expect(Math.round(simulatedMicros / 1_000_000)).toBe(3 + 5 + 1)
  })

  it("are waited for when they heal: what is left is looked at when they are over", () => {
    const fault = Fault.crash("desk-2", { at: "2 seconds", lasting: "20 seconds" })
    const load = { timeout: "1 second" } as const
    const { outcome, simulatedMicros } = fly({ ...three, faults: [fault], load })
    expect(verdict(outcome)).toBe("pass")
    expect(simulatedMicros).toBe(23_000_000)
  })

  it("are drawn anew for each probe by a swarm, and come and go", () => {
    const turbulence = Turbulence.swarm({
      kinds: ["delay"],
      faults: ["Crash", "Pause"],
      faultsMax: 4
    })
    const digests = [1, 2, 3, 4].map((seed) => {
      const { digest, outcome } = fly(
        { ...three, turbulence, load: { timeout: "2 seconds" } },
        seed
      )
      expect(verdict(outcome)).not.toMatch(/!|invalid/)
      return digest
    })
    expect(new Set(digests).size).toBe(4)
  })
})

describe("an average in a probe", () => {
  const average = (of: (view: View) => number, atMost: number) =>
    fly({ arrivals: forty, ...quick, levels: [Level.average("a", { atMost, of })] })

  it("is over the time that is measured", () => {
    // Measured from 1 to 5 seconds; so until 3 it is half of the time.
    const half = ({ time }: View) => (time < 3_000_000 ? 1 : 0)
    const { levels, outcome } = average(half, 0.6)
    expect(verdict(outcome)).toBe("pass")
    expect(Math.abs((levels[0]?.value ?? 0) - 0.5)).toBeLessThan(0.01)
    expect(verdict(average(half, 0.4).outcome)).toBe("a ≤ 0.4")
  })

  it("hides in no rhythm of the system", () => {
    // On for half of each interval between two looks.
    const interval = 4_000_000 / Meter.looksInMeasure
    const { levels } = average(({ time }) => (time % interval < interval / 2 ? 1 : 0), 1)
    expect(Math.abs((levels[0]?.value ?? 0) - 0.5)).toBeLessThan(0.08)
  })

  it("does not hold when it is no number", () => {
    expect(verdict(average(() => Number.NaN, 1).outcome)).toBe("a ≤ 1")
  })
})

describe("a trigger in a probe", () => {
  const times = { lasting: "1 second", settle: "2 seconds" } as const

  it("comes and goes, and the system is measured when it had time to get over it", () => {
    const triggers = [
      Trigger.spike("spike", { factor: 10, ...times }),
      Trigger.faults("pause", [Fault.pause("desk")], times)
    ]
    const options: DeskOptions = { arrivals: Arrivals.constant(50), ...quick, triggers }
    const plain = fly(options)
    const spiked = fly(options, 42, { trigger: "spike" })
    const paused = fly(options, 42, { trigger: "pause" })
    expect([plain, spiked, paused].map(({ outcome }) => verdict(outcome))).toEqual([
      "pass",
      "pass",
      "pass"
    ])
    expect([plain.offered, spiked.offered, paused.offered]).toEqual([200, 200, 200])
    // Five seconds of load; then a second of ten times as much, and two to settle.
    expect(plain.requests).toBe(249)
    expect(spiked.requests).toBe(249 + 500 + 100)
    expect(paused.requests).toBe(249 + 50 + 100)
  })

  it("leaves down what does not recover, and a cut of the load helps", () => {
    // Whoever is late asks the desk for twice the work: it never gets out of it by itself.
    const overloaded: DeskOptions = {
      arrivals: Arrivals.constant(70),
      serve: () =>
        Effect.gen(function* () {
          const clock = yield* Effect.clockWith(Effect.succeed)
          const before = clock.currentTimeMillisUnsafe()
          yield* Work.spend(10)
          if (clock.currentTimeMillisUnsafe() - before > 200) yield* Work.spend(10)
        }),
      triggers: [Trigger.spike("spike", { factor: 4, lasting: "1 second", settle: "6 seconds" })],
      load: { timeout: "3 seconds" }
    }
    expect(verdictOf(overloaded)).toBe("pass")
    expect(verdictOf(overloaded, 42, { trigger: "spike" })).toMatch(/p99 ≤ 250ms/)
    expect(verdictOf(overloaded, 42, { trigger: "spike", left: 0 })).toBe("pass")
  })

  it("makes its call once, and it is not measured", () => {
    let calls = 0
    const { offered, requests } = fly(
      {
        arrivals: Arrivals.constant(50),
        ...quick,
        flush: () => Effect.sync(() => void calls++),
        triggers: [Trigger.call("flush", flush, times)]
      },
      42,
      { trigger: "flush" }
    )
    expect([calls, offered, requests]).toEqual([1, 200, 249 + 150 + 1])
  })
})

describe("calls from service to service", () => {
  it("are counted for each request that is measured, clients together", () => {
    const { edges } = fly({ arrivals: Arrivals.constant(50), ...quick, replicas: 2 })
    const there = edges.find(({ from, to }) => from === "clients" && to === "desk")
    expect(Math.abs((there?.callsPerRequest ?? 0) - 1)).toBeLessThan(0.05)
    expect(edges.find(({ from }) => from === "desk")?.callsPerRequest ?? 0).toBe(0)
  })
})

describe("a probe", () => {
  const turbulence = Turbulence.steady({ rank: 0.3, cede: 0.1, hold: 0.1, delay: 0.2, lose: 0.01 })
  const options: DeskOptions = {
    arrivals: Arrivals.poisson(60),
    turbulence,
    load: { timeout: "2 seconds" }
  }

  it("is the same for the same seed, whatever was flown before it on the thread", () => {
    const first = fly(options, 7)
    fly({ arrivals: Arrivals.users(3), ...quick }, 1)
    fly({ arrivals: forty, serve: () => Effect.die("bug") }, 2)
    fly({ arrivals: forty, ...quick, limits: { stepsMax: 100 } }, 3)
    expect(fly(options, 7)).toEqual(first)
    expect(fly(options, 8).digest).not.toBe(first.digest)
  })

  it("is not changed by who looks on: its history is the same without", () => {
    const flyable = Result.getOrThrow(Stressed.flyableAt(desk(options), { x: 1 }))
    const plain = FlyProbe.planOf(flyable, 7, false)
    const alone = Effect.runSync(Flight.fly(plain.plan))
    const watched = FlyProbe.planOf(flyable, 7, false)
    const gauges = [Baseline.make("shown", shown)]
    const meter = Meter.make(watched.source, flyable.timetable, [], gauges)
    const first: (typeof watched.source)["first"] = (now) => {
      meter.onBegin()
      return watched.source.first(now)
    }
    const { onLanding, onTakeOff } = meter
    const source = { ...watched.source, first }
    const seen = Effect.runSync(Flight.fly({ ...watched.plan, source, onTakeOff, onLanding }))
    expect(meter.read().resources.length).toBeGreaterThan(0)
    expect(seen.history).toEqual(alone.history)
    expect(seen.simulatedMicros).toBe(alone.simulatedMicros)
    const { offered, ok, requests } = fly(options, 7)
    expect(requests).toBe(alone.history.length)
    const measured = alone.history.filter(({ id }) => id.startsWith("o-"))
    expect(offered).toBe(measured.length)
    expect(ok).toBe(measured.filter(({ outcome }) => outcome?._tag === "ok").length)
  })

  it("is plain data: it crosses from worker threads as it is", () => {
    const measured = fly({ arrivals: forty, ...quick })
    expect(structuredClone(measured)).toEqual(measured)
  })
})
