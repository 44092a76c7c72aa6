/** The names of points: what is said of a probe, and what is read back to fly it again. */
import * as fc from "fast-check"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import type { System } from "downforce"
import { Arrivals, type BreakingPoint, Level, Trigger, WindTunnel, Workload } from "downforce"
import type { Setting } from "../../src/stress/Stressed.ts"
import * as StressScenario from "../../src/stress/StressScenario.ts"
import { type Desk, desk, flush, placed, serve } from "./Desk.ts"

const numbers = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  fc.constantFrom(1e21, 1.5e300, 1e-7, -2.5e-20, 0.1, 84.5)
)

/** Whether a trigger may have such a name, or has none. */
const isAllowed = ({ trigger }: Setting): boolean =>
  trigger === undefined || Trigger.call(trigger, flush).problems.length === 0

/** Names that are allowed, with whatever the syntax of ids is made of. */
const names = fc.oneof(
  fc.constantFrom(
    "+",
    "@",
    ",",
    "%",
    "%2B",
    "a+b",
    "5",
    "0.5",
    "-",
    "1,2",
    "x@7+y",
    "😀",
    "ü ö",
    "%00"
  ),
  fc.string({ unit: "grapheme", minLength: 1 })
)

const settings: fc.Arbitrary<Setting> = fc
  .record({ x: numbers, y: numbers, trigger: names, left: numbers }, { requiredKeys: ["x"] })
  .map(({ left, trigger, ...setting }) => ({
    ...setting,
    ...(trigger === undefined ? {} : { trigger }),
    ...(trigger === undefined || left === undefined ? {} : { left })
  }))

const ids = fc.constantFrom("checkout/request-rate", "a", "@scope/x", "systems/a@b/rate")

describe("the id of a point", () => {
  it("reads like a place", () => {
    const id = "checkout/request-rate"
    expect(StressScenario.pointId(id, { x: 84.5 })).toBe("checkout/request-rate@84.5")
    expect(StressScenario.pointId(id, { x: 84.5, y: 2 })).toBe("checkout/request-rate@84.5,2")
    expect(StressScenario.pointId(id, { x: 8, trigger: "slow store" })).toBe(
      "checkout/request-rate@8+slow%20store"
    )
    expect(StressScenario.pointId(id, { x: 8, trigger: "spike", left: 0.25 })).toBe(
      "checkout/request-rate@8+spike+0.25"
    )
  })

  it("is read back as what it was made from (settings, names of triggers)", () => {
    fc.assert(
      fc.property(ids, settings, (id, setting) => {
        fc.pre(isAllowed(setting))
        const text = StressScenario.pointId(id, setting)
        expect(StressScenario.parsePointId(text)).toEqual({ id, setting })
      }),
      { numRuns: 1_000 }
    )
  })

  it("is another for another point (settings)", () => {
    fc.assert(
      fc.property(ids, settings, settings, (id, one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other)
        fc.pre(!isSame)
        fc.pre(isAllowed(one) && isAllowed(other))
        expect(StressScenario.pointId(id, one)).not.toBe(StressScenario.pointId(id, other))
      }),
      { numRuns: 300 }
    )
  })

  it("has no cut of the load without a trigger after which it is cut", () => {
    expect(StressScenario.pointId("a", { x: 1, left: 0.5 })).toBe("a@1")
  })

  it.each([
    "",
    "a",
    "a@",
    "@5",
    "a@x",
    "a@5,",
    "a@5,y",
    "a@5+",
    "a@5++0.5",
    "a@5+spike+",
    "a@5+spike+x",
    "a@5+spike+1+2",
    "a@ ",
    "a@5+%",
    "a@5+%E0%A4%A",
    "a@NaN",
    "a@Infinity"
  ])("is none (%j)", (text) => {
    expect(StressScenario.parsePointId(text)).toBeUndefined()
  })
})

describe("a point as a scenario of its own", () => {
  const spike = Trigger.spike("spike", { factor: 3, lasting: "1 second", settle: "2 seconds" })
  const stress = placed(desk({ arrivals: Arrivals.poisson(10), triggers: [spike] }))
  const pointOf = (setting: Setting) => StressScenario.pointOf(stress, setting)

  it("has its own id, the file of the whole, and is judged by its levels, too", () => {
    const { file, id, tunnel } = Result.getOrThrow(pointOf({ x: 5, trigger: "spike" }))
    expect([file, id]).toEqual(["simulations/toys.ts", "toys/a-desk@5+spike"])
    expect(tunnel.properties.map(({ name }) => name)).toEqual(["service levels"])
    expect(tunnel.workload.pacing._tag).toBe("as they come")
  })

  it("is none with a trigger that there is not", () => {
    const failure = Result.getOrThrow(Result.flip(pointOf({ x: 5, trigger: "gone" })))
    expect(failure.problems).toEqual(['there is no trigger "gone"'])
  })
})

/** The system of a trial is erased; that of a desk provides what its operations call. */
const systemOf = (point: BreakingPoint.BreakingPoint) =>
  Result.getOrThrow(point.trialAt(1, 0)).tunnel.system as System.System<Desk>

describe("scenarios of either kind", () => {
  const tunnel = WindTunnel.make("calm", {
    system: systemOf(desk({ arrivals: Arrivals.poisson(1) })),
    workload: Workload.make({ clients: 1, operations: 1, operation: serve }),
    properties: []
  })
  const flown = { id: "toys/calm", file: "simulations/toys.ts", tunnel }
  const stress = placed(
    desk({ arrivals: Arrivals.poisson(1), levels: [Level.errors({ atMost: 0.1 })] })
  )

  it("are told apart", () => {
    expect([flown, stress].map(StressScenario.isStress)).toEqual([false, true])
    expect([flown, stress].map(StressScenario.isTunnel)).toEqual([true, false])
  })

  it("say what they are called, are about, and where they are declared", () => {
    expect(StressScenario.faceOf(flown)).toMatchObject({
      kind: "wind-tunnel",
      name: "calm",
      system: "desk"
    })
    expect(StressScenario.faceOf(stress)).toMatchObject({
      kind: "breaking-point",
      name: "a desk",
      system: "desk",
      source: expect.stringMatching(/Desk\.ts:\d+$/)
    })
  })
})
