import { describe, expect, it } from "vitest"
import type { View } from "../../src/property/View.ts"
import * as Baseline from "../../src/stress/Baseline.ts"
import type { Resource } from "../../src/world/Resources.ts"

// Gauges here read what a test says, and nothing of a flight.
const view = {} as View

const resource = (
  kind: Resource["kind"],
  inUse: number,
  waiting: number,
  name: string = kind
): Resource => ({
  node: "desk",
  service: "desk",
  kind,
  name,
  places: 4,
  inUse,
  waiting,
  refused: 0
})

const gauge = (value: number, tolerance?: number) =>
  Baseline.make("leases", () => value, tolerance === undefined ? {} : { tolerance })

/** What is left between two moments. */
const left = (
  before: readonly [ReadonlyArray<Resource>, number],
  after: readonly [ReadonlyArray<Resource>, number],
  tolerance?: number
) => {
  const at = ([resources, value]: readonly [ReadonlyArray<Resource>, number]) =>
    Baseline.snapshot([gauge(value, tolerance)], view, resources)
  return Baseline.residues(at(before), at(after))
}

const isBack = (...moments: Parameters<typeof left>) =>
  left(...moments).every((residue) => residue.isBack)

describe("what must come back", () => {
  it("is what waits, what is held of slots and pools, and what is named", () => {
    const resources = [
      resource("cores", 1, 0),
      resource("slots", 2, 0),
      resource("pool", 3, 0, "connections"),
      resource("edge", 4, 0, "Store"),
      resource("link", 1, 0.5, "store")
    ]
    expect(left([resources, 7], [resources, 7])).toEqual([
      { name: "desk cores waiting", before: 0, after: 0, isBack: true },
      { name: "desk slots waiting", before: 0, after: 0, isBack: true },
      { name: "desk slots held", before: 2, after: 2, isBack: true },
      { name: "desk pool connections waiting", before: 0, after: 0, isBack: true },
      { name: "desk pool connections held", before: 3, after: 3, isBack: true },
      { name: "desk edge Store waiting", before: 0, after: 0, isBack: true },
      { name: "desk link store waiting", before: 0.5, after: 0.5, isBack: true },
      { name: "leases", before: 7, after: 7, isBack: true }
    ])
  })

  it("may differ by one that happens to be there, of what waits or is held, and no more", () => {
    for (const kind of ["slots", "pool"] as const) {
      expect(isBack([[resource(kind, 0, 0)], 0], [[resource(kind, 1, 0)], 0])).toBe(true)
      expect(isBack([[resource(kind, 0, 0)], 0], [[resource(kind, 2, 0)], 0])).toBe(false)
      expect(isBack([[resource(kind, 0, 0)], 0], [[resource(kind, 0, 1)], 0])).toBe(true)
      expect(isBack([[resource(kind, 0, 0)], 0], [[resource(kind, 0, 2)], 0])).toBe(false)
    }
    // Whatever works at this moment, works.
    expect(isBack([[resource("cores", 0, 0)], 0], [[resource("cores", 4, 1)], 0])).toBe(true)
    expect(isBack([[resource("cores", 0, 0)], 0], [[resource("cores", 4, 2)], 0])).toBe(false)
  })

  it("is back at the value it had, unless a tolerance is declared", () => {
    expect(isBack([[], 3], [[], 3])).toBe(true)
    expect(isBack([[], 3], [[], 4])).toBe(false)
    expect(isBack([[], 3], [[], 5], 2)).toBe(true)
    expect(isBack([[], 3], [[], 5.1], 2)).toBe(false)
  })

  it("is back when it is lower than before", () => {
    expect(isBack([[resource("slots", 4, 9)], 3], [[resource("slots", 0, 0)], -8])).toBe(true)
  })

  it("is not back when it is no number", () => {
    expect(isBack([[], 0], [[], Number.NaN])).toBe(false)
    expect(isBack([[], Number.NaN], [[], 0])).toBe(false)
  })

  it("is compared with nothing where there was nothing before", () => {
    expect(left([[], 0], [[resource("slots", 3, 0)], 0])).toContainEqual({
      name: "desk slots held",
      before: 0,
      after: 3,
      isBack: false
    })
    // A node that is down has nothing to give back.
    expect(isBack([[resource("slots", 3, 3)], 0], [[], 0])).toBe(true)
  })
})

describe("the problems of baselines", () => {
  it("name a tolerance below 0, and two of one name", () => {
    expect(Baseline.problems([gauge(0), Baseline.make("b", () => 0, { tolerance: 0.5 })])).toEqual(
      []
    )
    expect(Baseline.problems([gauge(0, -1), gauge(0, Number.NaN)])).toEqual([
      'baseline "leases": tolerance is -1',
      'two baselines are named "leases"',
      'baseline "leases": tolerance is NaN'
    ])
  })
})
