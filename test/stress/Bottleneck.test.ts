/**
 * What breaks first, from hand-made uses of resources: planted bottlenecks, with all that is full
 * in front of them as it would be.
 */
import * as fc from "fast-check"
import { Effect, Result } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { describe, expect, it } from "vitest"
import { Contract, Service, System, Use } from "downforce"
import type { ResourceUse } from "../../src/stress/Meter.ts"
import * as Bottleneck from "../../src/stress/Bottleneck.ts"

const names = ["gateway", "orders", "stock", "store", "mail"] as const
type Name = (typeof names)[number]

const contracts = new Map(
  names.map((name) => {
    class Ask extends Contract.make<Ask>()(`Ask-${name}`, RpcGroup.make(Rpc.make("ask"))) {}
    return [name, Ask] as const
  })
)

const contractOf = (name: Name) => {
  const contract = contracts.get(name)
  if (contract === undefined) throw new Error(`there is no contract of ${name}`)
  return contract
}

/** A system of these edges: who calls whom; each service on so many nodes. */
const systemOf = (
  edges: Readonly<Partial<Record<Name, ReadonlyArray<Name>>>>,
  replicas: Readonly<Partial<Record<Name, number>>> = {}
): System.System => {
  const services = names.map((name) => {
    const service: Service.Any = {
      ...Service.make(name, { handlers: Effect.void }),
      provides: contractOf(name),
      uses: (edges[name] ?? []).map((other) => Use.make(contractOf(other)))
    }
    const count = replicas[name] ?? 1
    return { ...service, replicas: count, core: count }
  })
  return Result.getOrThrow(System.check("planted", { services }))
}

const use = (
  node: string,
  kind: ResourceUse["kind"],
  utilization: number,
  more: Partial<ResourceUse> = {}
): ResourceUse => ({
  node,
  service: node.replace(/-\d+$/, ""),
  kind,
  name: kind,
  places: 4,
  utilization,
  waiting: 0,
  growth: 0,
  refused: 0,
  ...more
})

/** The resource that is named, in words. */
const named = (system: System.System, uses: ReadonlyArray<ResourceUse>): string | undefined => {
  const found = Bottleneck.find(system, uses)
  if (found === undefined) return undefined
  const { kind, name, node } = found
  return name === kind ? `${node} ${kind}` : `${node} ${kind} ${name}`
}

/** Whatever the order in which resources are listed, the same one is named. */
const expectNamed = (
  system: System.System,
  uses: ReadonlyArray<ResourceUse>,
  expected: string | undefined
): void => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...uses], { minLength: uses.length }), (shuffled) => {
      expect(named(system, shuffled)).toBe(expected)
    }),
    { numRuns: 20 }
  )
}

const line = systemOf({ gateway: ["orders"], orders: ["stock", "mail"], stock: ["store"] })

describe("what breaks first", () => {
  it("is nothing where nothing is exhausted", () => {
    expectNamed(line, [use("store", "cores", 0.84), use("gateway", "slots", 0.2)], undefined)
    expect(Bottleneck.find(line, [])).toBeUndefined()
  })

  it("is what is taken from 85 % on, or what twice as many wait for as there are places", () => {
    expectNamed(line, [use("store", "cores", 0.85)], "store cores")
    expectNamed(line, [use("store", "cores", 0.3, { waiting: 7.9 })], undefined)
    expectNamed(line, [use("store", "cores", 0.3, { waiting: 8 })], "store cores")
    // What waits for a link is told in seconds.
    expectNamed(
      line,
      [use("orders", "link", 0.3, { name: "stock", places: 1, waiting: 9 })],
      undefined
    )
  })

  it("is the store's cores, however full everything in front of them is", () => {
    const full = [
      use("gateway", "slots", 1, { waiting: 900 }),
      use("gateway", "edge", 1, { name: "Ask-orders", waiting: 300 }),
      use("orders", "slots", 1, { waiting: 90 }),
      use("orders", "cores", 0.4),
      use("stock", "pool", 1, { name: "connections", waiting: 40 }),
      use("stock", "slots", 1, { waiting: 50 }),
      use("store", "slots", 1, { waiting: 30 }),
      use("store", "cores", 0.97, { waiting: 12 }),
      use("mail", "cores", 0.8)
    ]
    expectNamed(line, full, "store cores")
    expect(Bottleneck.find(line, full)?.behind).toEqual([
      "gateway slots",
      "gateway edge Ask-orders",
      "orders slots",
      "stock pool connections",
      "stock slots",
      "store slots"
    ])
  })

  it("is a pool that is full because of a link", () => {
    const full = [
      use("stock", "slots", 1, { waiting: 20 }),
      use("stock", "pool", 1, { name: "connections", waiting: 40 }),
      use("stock", "link", 0.99, { name: "store", places: 1, waiting: 3 }),
      use("store", "cores", 0.5)
    ]
    expectNamed(line, full, "stock link store")
  })

  it("is the link that carries the answers, when they are what is large", () => {
    const full = [
      use("orders", "slots", 1, { waiting: 90 }),
      use("stock", "slots", 1, { waiting: 20 }),
      use("stock", "pool", 1, { name: "connections", waiting: 40 }),
      use("stock", "link", 0.2, { name: "store", places: 1 }),
      use("store", "link", 1, { name: "stock", places: 1, waiting: 3 })
    ]
    expectNamed(line, full, "store link stock")
  })

  it("is one of both directions of a link when both are full, the fuller first", () => {
    const both = (there: number, back: number) => [
      use("stock", "slots", 1, { waiting: 20 }),
      use("stock", "link", there, { name: "store", places: 1, waiting: 2 }),
      use("store", "link", back, { name: "stock", places: 1, waiting: 2 })
    ]
    expectNamed(line, both(1, 0.9), "stock link store")
    expectNamed(line, both(0.9, 1), "store link stock")
  })

  it("is a lock that is held for too long, not what waits for it on its node", () => {
    const full = [
      use("stock", "slots", 1, { waiting: 60 }),
      use("stock", "pool", 1, { name: "lock", places: 1, waiting: 63 }),
      use("stock", "cores", 0.25),
      use("store", "cores", 0.25)
    ]
    expectNamed(line, full, "stock pool lock")
  })

  it("is the bound of an edge, where whoever is called could do more", () => {
    const full = [
      use("orders", "slots", 1, { waiting: 60 }),
      use("orders", "edge", 1, { name: "Ask-stock", waiting: 30 }),
      use("stock", "slots", 0.3),
      use("stock", "cores", 0.3)
    ]
    expectNamed(line, full, "orders edge Ask-stock")
  })

  it("is the slots of a node where nothing behind them is full", () => {
    const full = [
      use("gateway", "slots", 1, { waiting: 9, refused: 7 }),
      use("orders", "slots", 0.5)
    ]
    expectNamed(line, full, "gateway slots")
    expect(Bottleneck.find(line, full)).toMatchObject({ refused: 7, behind: [] })
  })

  it("is the fuller of what does not wait for each other", () => {
    const full = [use("orders", "slots", 1, { waiting: 9 }), use("gateway", "cores", 0.9)]
    // The gateway is in front of the orders: its cores wait for nobody. The fuller one is named.
    expectNamed(line, full, "orders slots")
    expect(Bottleneck.find(line, full)?.behind).toEqual([])
  })

  it("is the one that is taken most, and of equals the one that most wait for", () => {
    const branches = systemOf({ gateway: ["orders", "mail"] })
    const both = (mail: number, waiting: number) => [
      use("gateway", "slots", 1),
      use("orders", "cores", 0.95, { waiting: 5 }),
      use("mail", "cores", mail, { waiting })
    ]
    expectNamed(branches, both(0.99, 0), "mail cores")
    expectNamed(branches, both(0.9, 90), "orders cores")
    expectNamed(branches, both(0.951, 4), "orders cores")
    expectNamed(branches, both(0.951, 6), "mail cores")
  })

  it("is one replica, when it alone is full", () => {
    const spread = systemOf({ gateway: ["store"] }, { store: 3 })
    const full = [
      use("gateway", "pool", 1, { name: "connections", waiting: 9 }),
      use("store-1", "cores", 0.4),
      use("store-2", "cores", 1, { waiting: 20 }),
      use("store-3", "cores", 0.4)
    ]
    expectNamed(spread, full, "store-2 cores")
    expect(Bottleneck.find(spread, full)?.service).toBe("store")
  })
})

describe("what breaks first in a cycle", () => {
  const cycle = systemOf({ gateway: ["orders"], orders: ["stock"], stock: ["orders", "store"] })

  it("is what all of it leads to", () => {
    const full = [
      use("gateway", "slots", 1),
      use("orders", "slots", 1, { waiting: 9 }),
      use("stock", "slots", 1, { waiting: 9 }),
      use("store", "cores", 1)
    ]
    expectNamed(cycle, full, "store cores")
  })

  it("is the cores of a node of it, for which all others wait, and which wait for nobody", () => {
    const full = [
      use("gateway", "slots", 1, { waiting: 90 }),
      use("orders", "slots", 1, { waiting: 90 }),
      use("stock", "slots", 1, { waiting: 30 }),
      use("stock", "cores", 0.97, { waiting: 9 })
    ]
    expectNamed(cycle, full, "stock cores")
    expect(Bottleneck.find(cycle, full)?.behind).toHaveLength(3)
  })

  it("is one of what waits for each other, when nothing else is full", () => {
    const full = [
      use("gateway", "slots", 1, { waiting: 900 }),
      use("orders", "slots", 1, { waiting: 9 }),
      use("stock", "slots", 1, { waiting: 20 })
    ]
    expectNamed(cycle, full, "stock slots")
    expect(Bottleneck.find(cycle, full)?.behind).toEqual(["gateway slots"])
  })

  it("is named among replicas that call each other", () => {
    const peers = systemOf({ store: ["store"] }, { store: 3 })
    const full = [
      use("store-1", "slots", 1, { waiting: 9 }),
      use("store-2", "slots", 1, { waiting: 9 }),
      use("store-2", "cores", 0.99, { waiting: 3 }),
      use("store-3", "slots", 1, { waiting: 9 })
    ]
    expectNamed(peers, full, "store-2 cores")
  })

  it("is always something where something is exhausted (systems, uses)", () => {
    const edges = fc.record(
      Object.fromEntries(names.map((name) => [name, fc.subarray([...names])])) as Record<
        Name,
        fc.Arbitrary<Array<Name>>
      >
    )
    const some = fc.array(
      fc.record({
        node: fc.constantFrom(...names),
        kind: fc.constantFrom("cores", "slots", "pool", "edge", "link" as const),
        utilization: fc.constantFrom(0.2, 0.86, 0.95, 1),
        name: fc.constantFrom(...names)
      }),
      { maxLength: 12 }
    )
    fc.assert(
      fc.property(edges, some, (calls, drawn) => {
        const uses = drawn.map(({ kind, name, node, utilization }) =>
          use(
            node,
            kind,
            utilization,
            kind === "cores" || kind === "slots" ? {} : { name, places: 1 }
          )
        )
        const found = Bottleneck.find(systemOf(calls), uses)
        expect(found !== undefined).toBe(uses.some(({ utilization }) => utilization >= 0.85))
      }),
      { numRuns: 300 }
    )
  })
})

describe("the mean of several probes", () => {
  it("is taken resource by resource, over all probes", () => {
    const one = [
      use("a", "cores", 0.8, { waiting: 4, growth: 2, refused: 1 }),
      use("b", "slots", 1)
    ]
    const other = [use("a", "cores", 0.6, { waiting: 2, growth: -2, refused: 2 })]
    expect(Bottleneck.mean([one, other])).toEqual([
      use("a", "cores", 0.7, { waiting: 3, growth: 0, refused: 1.5 }),
      // Where it was not met, nothing of it was taken.
      use("b", "slots", 0.5)
    ])
    expect(Bottleneck.mean([])).toEqual([])
  })

  it("tells apart resources of one node and kind by their names", () => {
    const pools = [use("a", "pool", 1, { name: "p" }), use("a", "pool", 0.5, { name: "q" })]
    expect(Bottleneck.mean([pools])).toEqual(pools)
  })
})

describe("a prediction", () => {
  const bottleneck = Bottleneck.find(line, [use("store-2", "pool", 1, { name: "connections" })])

  it.each([
    ["store", "connections", true],
    ["store-2", "connections", true],
    ["store", "pool", true],
    ["store-1", "connections", false],
    ["stock", "connections", false],
    ["store", "cores", false]
  ])("names the service or the node, and the resource (%s %s)", (component, resource, isRight) => {
    if (bottleneck === undefined) throw new Error("nothing is exhausted")
    expect(Bottleneck.isPredicted({ component, resource }, bottleneck)).toBe(isRight)
  })
})
