import * as fc from "fast-check"
import { Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import * as Capacity from "../../src/system/Capacity.ts"
import * as Pool from "../../src/system/Pool.ts"
import * as Service from "../../src/system/Service.ts"
import * as System from "../../src/system/System.ts"

const worker = (capacity?: Capacity.Options) =>
  Service.make("worker", {
    ...(capacity === undefined ? {} : { capacity }),
    handlers: Effect.void
  })

const problemsOf = (capacity: Capacity.Options): ReadonlyArray<string> =>
  Result.match(System.check("shop", { services: [worker(capacity)] }), {
    onSuccess: () => [],
    onFailure: (error) => error.problems
  })

describe("the capacity of a service", () => {
  it("is none that ever runs short, unless told otherwise", () => {
    const { capacity } = worker()
    expect(capacity).toEqual({ ...Capacity.unlimited })
    expect(capacity.pools).toEqual([])
    expect(Capacity.problems(capacity)).toEqual([])
  })

  it("is what it is told, and unbounded in what it is not told", () => {
    const connections = Pool.make("connections", { slots: 8 })
    expect(worker({ cores: 2 }).capacity).toEqual({ ...Capacity.unlimited, cores: 2 })
    expect(worker({ slots: 4, queueMax: 0, cores: 1_024, pools: [connections] }).capacity).toEqual({
      slots: 4,
      queueMax: 0,
      cores: 1_024,
      pools: [connections]
    })
  })

  it("is the same on each of its replicas", () => {
    expect(Service.replicas(worker({ cores: 2 }), 3).capacity.cores).toBe(2)
  })

  it("may be at either bound of each number, and beyond neither", () => {
    const lastOf = (most: number) => fc.constantFrom(1, most)
    fc.assert(
      fc.property(
        lastOf(Capacity.coresMax),
        lastOf(Capacity.slotsMax),
        fc.constantFrom(0, Capacity.queueMaxMax),
        (cores, slots, queueMax) => {
          expect(problemsOf({ cores, slots, queueMax })).toEqual([])
          const pools = [Pool.make("p", { slots, queueMax })]
          expect(problemsOf({ pools })).toEqual([])
        }
      )
    )
    for (const cores of [0, -1, 1.5, Number.NaN, Infinity, Capacity.coresMax + 1]) {
      expect(problemsOf({ cores })).toEqual([
        `the capacity of "worker": cores is ${cores}; allowed are 1 to 1024`
      ])
    }
  })

  it("is refused with everything that is wrong with it", () => {
    const pools = [
      Pool.make("p", { slots: 0 }),
      Pool.make("p", { slots: 1, queueMax: -1 }),
      Pool.make("q", { slots: Capacity.slotsMax + 1 })
    ]
    const capacity = { cores: 0.5, slots: 0, queueMax: Capacity.queueMaxMax + 1, pools }
    expect(problemsOf(capacity)).toEqual(
      [
        "cores is 0.5; allowed are 1 to 1024",
        "slots is 0; allowed are 1 to 100000",
        "queueMax is 1000001; allowed are 0 to 1000000",
        'two pools are named "p"',
        "slots of pool p is 0; allowed are 1 to 100000",
        "queueMax of pool p is -1; allowed are 0 to 1000000",
        "slots of pool q is 100001; allowed are 1 to 100000"
      ].map((problem) => `the capacity of "worker": ${problem}`)
    )
  })

  it("has no queue where nothing ever waits", () => {
    expect(problemsOf({ queueMax: 3 })).toEqual([
      'the capacity of "worker": queueMax without slots: nothing ever waits'
    ])
  })
})
