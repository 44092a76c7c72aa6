/**
 * Planted bottlenecks: in each system exactly one resource is tight, and the search names it.
 */
import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Arrivals, BreakingPoint, Level, Load, Operation } from "downforce"
import * as Bottleneck from "../../src/stress/Bottleneck.ts"
import { measure } from "./Flying.ts"
import * as Plants from "./Plants.ts"

interface Plant {
  readonly name: string
  readonly system: Plants.Planted
  /** The part that is tight: a service or a node, and a resource of it. */
  readonly tight: readonly [component: string, resource: string]
  /** Of each request, in bytes. */
  readonly bytes?: number
  /** How long nine of ten answers may take, in milliseconds. */
  readonly lateMax?: number
}

const { alone, chain, cycle, diamond, poolName } = Plants

/** Everything that is tight gets about 25 requests a second done. */
const plants: ReadonlyArray<Plant> = [
  {
    name: "cores of the only service",
    system: alone({ cores: 1, work: 40 }),
    tight: ["front", "cores"]
  },
  {
    name: "eight cores, when waiting a little is too long",
    system: chain({ store: { cores: 8, work: 200 } }),
    lateMax: 230,
    tight: ["store", "cores"]
  },
  {
    name: "slots that turn away at once",
    system: alone({ slots: 6, queueMax: 0, wait: 100 }),
    tight: ["front", "slots"]
  },
  {
    name: "cores of a front that waits for others, too",
    system: chain({ front: { cores: 1, work: 40 }, service: { wait: 60 } }),
    tight: ["front", "cores"]
  },
  {
    name: "cores of the service",
    system: chain({ front: { slots: 12 }, service: { cores: 2, work: 80 } }),
    tight: ["service", "cores"]
  },
  {
    name: "cores of the store, with slots, pool and edges before it full",
    system: chain({
      front: { slots: 16, concurrency: 12 },
      service: { slots: 10, pool: 8, concurrency: 6 },
      store: { cores: 1, work: 40 }
    }),
    tight: ["store", "cores"]
  },
  {
    name: "slots of the service",
    system: chain({ front: { slots: 12 }, service: { slots: 3 }, store: { wait: 110 } }),
    tight: ["service", "slots"]
  },
  {
    name: "slots of the store",
    system: chain({ service: { slots: 12, pool: 10 }, store: { slots: 2, wait: 80 } }),
    tight: ["store", "slots"]
  },
  {
    name: "a pool that is held over a slow call",
    system: chain({ service: { slots: 12, pool: 3 }, store: { wait: 110 } }),
    tight: ["service", poolName]
  },
  {
    name: "a lock",
    system: chain({ front: { slots: 16 }, service: { pool: 1, wait: 30 } }),
    tight: ["service", poolName]
  },
  {
    name: "calls under way from the front to the service",
    system: chain({ front: { slots: 12, concurrency: 3 }, store: { wait: 110 } }),
    tight: ["front", "Left"]
  },
  {
    name: "calls under way from the service to the store",
    system: chain({
      front: { slots: 16 },
      service: { pool: 12, concurrency: 3 },
      store: { wait: 120 }
    }),
    tight: ["service", "Store"]
  },
  {
    name: "the link that requests take",
    system: chain({ front: { concurrency: 12, bandwidth: 125_000 } }),
    bytes: 5_000,
    tight: ["front", "service"]
  },
  {
    name: "the link that answers take",
    system: chain({
      front: { slots: 12 },
      service: { slots: 10, bandwidth: 125_000 },
      store: { answer: 5_000 }
    }),
    tight: ["store", "service"]
  },
  {
    name: "cores of every replica",
    system: chain({ service: { replicas: 2 }, store: { replicas: 3, cores: 1, work: 110 } }),
    tight: ["store", "cores"]
  },
  {
    name: "cores of one hot replica",
    system: chain({ service: { pool: 12 }, store: { replicas: 3, cores: 1, work: 24, hot: 5 } }),
    tight: ["store-1", "cores"]
  },
  {
    name: "cores of one of two services",
    system: diamond({ front: { slots: 16 }, right: { cores: 1, work: 40 }, left: { wait: 60 } }),
    tight: ["right", "cores"]
  },
  {
    name: "a pool of one of two services",
    system: diamond({ left: { pool: 2, wait: 60 }, right: { wait: 60 } }),
    tight: ["left", poolName]
  },
  {
    name: "a store that two services share",
    system: diamond({
      front: { slots: 12 },
      left: { pool: 8 },
      right: { pool: 8 },
      store: { cores: 1, work: 20 }
    }),
    tight: ["store", "cores"]
  },
  {
    name: "cores of a service that calls back",
    system: cycle({ front: { slots: 40 }, service: { slots: 8, cores: 1, work: 40 } }),
    tight: ["service", "cores"]
  },
  {
    name: "cores of a front that is called back",
    system: cycle({ front: { slots: 60, cores: 1, work: 20 }, service: { slots: 16 } }),
    tight: ["front", "cores"]
  }
]

const ask = (bytes: number) =>
  Operation.make(Plants.Front, "ask", fc.constant({ body: "x".repeat(bytes), step: 0 }))

const loadOf = (rate: number, bytes: number) =>
  Load.make({
    operation: ask(bytes),
    arrivals: Arrivals.poisson(rate),
    warmUp: "400 millis",
    measure: "1600 millis",
    drain: "1 second"
  })

const levelsOf = (lateMax: number) => [
  Level.latency({ percentile: 90, atMost: `${lateMax} millis` }),
  Level.errors({ atMost: 0.05 })
]

/** Who is to blame is plain from a few probes; where exactly it breaks is not asked here. */
const limits = { locateProbesMax: 8, refineProbesMax: 0, ruptureProbesMax: 1 }

const breakingPointOf = ({ bytes = 0, lateMax = 500, system }: Plant) =>
  BreakingPoint.make("request rate", {
    axis: { unit: "requests/s", min: 5, max: 100, start: 15 },
    at: (rate) => ({ system, load: loadOf(rate, bytes) }),
    levels: levelsOf(lateMax),
    limits
  })

const bottleneckOf = async (point: BreakingPoint.BreakingPoint) => {
  const { bottleneck } = await Effect.runPromise(measure(point, { seed: 7, budget: "small" }))
  return bottleneck
}

const names = (
  bottleneck: Bottleneck.Bottleneck | undefined,
  [component, resource]: Plant["tight"]
): boolean =>
  bottleneck !== undefined && Bottleneck.isPredicted({ component, resource }, bottleneck)

describe("the part that breaks first", () => {
  it.each(plants.map((plant) => [plant.name, plant] as const))(
    "is named (%s)",
    async (_, plant) => {
      const bottleneck = await bottleneckOf(breakingPointOf(plant))
      expect([bottleneck, names(bottleneck, plant.tight)]).toEqual([bottleneck, true])
    }
  )

  it("is named when requests get larger, not more", async () => {
    const system = chain({ front: { bandwidth: 125_000, slots: 12 } })
    const point = BreakingPoint.make("size of requests", {
      axis: { unit: "bytes", min: 500, max: 50_000, step: 1 },
      at: (bytes) => ({ system, load: loadOf(25, bytes) }),
      levels: levelsOf(500),
      limits
    })
    expect(names(await bottleneckOf(point), ["front", "service"])).toBe(true)
  })

  it("has no name when nothing that is declared is short", async () => {
    const system = chain({ store: { wait: 600 } })
    expect(
      await bottleneckOf(breakingPointOf({ name: "slow", system, tight: ["", ""] }))
    ).toBeUndefined()
  })
})
