import { builtinModules, createRequire } from "node:module"
import { readFileSync } from "node:fs"
import { afterEach, describe, expect, it } from "vitest"
import * as Guards from "../../src/kernel/Guards.ts"
import * as FakeAloft from "./FakeAloft.ts"

const require = createRequire(import.meta.url)

/** Deprecated, experimental or not there to be loaded: loading them warns. */
const unloaded = /^_|^(sys|punycode|wasi|test|sqlite|sea|trace_events|repl|quic|domain)(\/|$)/u

/** Every object of the language and of Node that can be reached without calling a getter. */
const shared = (): ReadonlyArray<object> => {
  const modules = builtinModules
    .map((name) => name.replace(/^node:/u, ""))
    .filter((name) => !unloaded.test(name))
    .map((name): unknown => require(`node:${name}`))
  const found = new Set<object>()
  const queue: Array<readonly [unknown, number]> = [
    [globalThis, 0],
    ...modules.map((module) => [module, 0] as const)
  ]
  for (const [value, depth] of queue) {
    const isObject = typeof value === "object" ? value !== null : typeof value === "function"
    // Above: an object or a function.
    const holder = value as object
    if (!isObject || found.has(holder)) continue
    found.add(holder)
    if (depth === 4) continue
    queue.push([Object.getPrototypeOf(holder), depth + 1])
    for (const property of Object.values(Object.getOwnPropertyDescriptors(holder))) {
      if ("value" in property) queue.push([property.value, depth + 1])
    }
  }
  return [...found]
}

type Snapshot = ReadonlyMap<object, ReadonlyMap<PropertyKey, PropertyDescriptor>>

// Node loads these when they are first named, whoever names them.
const lateGlobals = [AbortSignal, Blob]

// The list of what Node has loaded grows.
const loaded: unknown = Reflect.get(process, "moduleLoadList")
const holders = shared().filter((holder) => holder !== loaded)

const snapshot = (): Snapshot =>
  new Map(
    holders.map((holder) => [
      holder,
      new Map(
        Reflect.ownKeys(holder).flatMap((key) => {
          const property = Object.getOwnPropertyDescriptor(holder, key)
          return property === undefined ? [] : [[key, property] as const]
        })
      )
    ])
  )

const isSame = (one: PropertyDescriptor, other: PropertyDescriptor | undefined): boolean =>
  other !== undefined &&
  Object.is(one.value, other.value) &&
  one.get === other.get &&
  one.set === other.set &&
  one.writable === other.writable &&
  one.enumerable === other.enumerable &&
  one.configurable === other.configurable

/** What the test itself, its runner or the engine writes to all the time. */
const isRestless = (key: PropertyKey): boolean =>
  typeof key === "symbol" ||
  ["_counters", "value", "stackTraceLimit", "_eventsCount"].includes(String(key))

/** The properties that differ, by name. */
const differences = (before: Snapshot, after: Snapshot): ReadonlyArray<string> =>
  [...before].flatMap(([holder, properties]) => {
    const now = after.get(holder) ?? new Map<PropertyKey, PropertyDescriptor>()
    const changed = [...properties]
      .filter(([key, property]) => !isSame(property, now.get(key)))
      .map(([key]) => key)
    const added = [...now.keys()].filter((key) => !properties.has(key))
    return [...changed, ...added].filter((key) => !isRestless(key)).map(String)
  })

let landings: Array<() => void> = []
const after = <A extends () => void>(landing: A): A => {
  landings.push(landing)
  return landing
}
afterEach(() => {
  for (const land of landings.reverse()) land()
  landings = []
})

describe("guards that are removed", () => {
  it("leave every property of the language and of Node as it was", () => {
    expect(lateGlobals).not.toContain(undefined)
    const before = snapshot()
    const uninstall = after(Guards.install())
    expect(differences(before, snapshot()).length).toBeGreaterThan(300)
    uninstall()
    expect(differences(before, snapshot())).toEqual([])
  })

  it("leave all as it was when the flight throws", () => {
    const before = snapshot()
    const fly = (): void => {
      const land = Guards.takeOff(FakeAloft.make().aloft)
      try {
        throw new Error("a bug of ours")
      } finally {
        land()
      }
    }
    expect(fly).toThrow("a bug of ours")
    expect(differences(before, snapshot())).toEqual([])
  })

  it("leave all as it was when what they put in place is replaced meanwhile", () => {
    const before = snapshot()
    const uninstall = after(Guards.install())
    globalThis.setTimeout = Object.assign(() => 1 as never, globalThis.setTimeout)
    uninstall()
    expect(differences(before, snapshot())).toEqual([])
  })

  it("stay until the last that asked for them is done", () => {
    const real = globalThis.Date
    const first = after(Guards.install())
    const second = after(Guards.install())
    const standIn = globalThis.Date
    expect(standIn).not.toBe(real)
    first()
    first()
    expect(globalThis.Date).toBe(standIn)
    second()
    expect(globalThis.Date).toBe(real)
  })

  it("stay after a landing where somebody has installed them for longer", () => {
    const uninstall = after(Guards.install())
    const standIn = globalThis.Date
    after(Guards.takeOff(FakeAloft.make().aloft))()
    expect(globalThis.Date).toBe(standIn)
    uninstall()
  })

  it("put the same stand-ins in place each time", () => {
    const first = after(Guards.install())
    const standIns = [globalThis.Date, globalThis.setTimeout, globalThis.fetch, Intl.Collator]
    first()
    after(Guards.install())
    expect([globalThis.Date, globalThis.setTimeout, globalThis.fetch, Intl.Collator]).toEqual(
      standIns
    )
  })
})

describe("a flight", () => {
  it("refuses another one on the same thread, and goes on", () => {
    const flight = FakeAloft.make()
    const land = after(Guards.takeOff(flight.aloft))
    expect(() => Guards.takeOff(FakeAloft.make().aloft)).toThrow("under way on this thread")
    expect(flight.on(() => Date.now())).toBe(FakeAloft.epochMillis)
    land()
    after(Guards.takeOff(FakeAloft.make().aloft))()
  })

  it("leaves the code around it alone", () => {
    const flight = FakeAloft.make()
    after(Guards.takeOff(flight.aloft))
    expect(Date.now()).toBeLessThan(FakeAloft.epochMillis * 2)
    expect(Math.abs(Date.now() - FakeAloft.epochMillis)).toBeGreaterThan(1000)
    expect(readFileSync(new URL(import.meta.url)).length).toBeGreaterThan(100)
    expect(process.pid).toBeGreaterThan(1)
    expect(new Date(0).getTime()).toBe(0)
    expect(String(new Date(2020, 0, 1))).toBe(Reflect.construct(Date, [2020, 0, 1]).toString())
    expect(flight.leaks).toEqual([])
  })
})
