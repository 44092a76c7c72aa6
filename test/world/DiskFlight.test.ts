/** Services with disks in flight: what survives, what faults do, and that all of it is keyed. */
import { Effect, FileSystem, Schema, Semaphore } from "effect"
import { KeyValueStore } from "effect/persistence"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Contract, Operation, Service, System, Turbulence, WindTunnel, Workload } from "downforce"
import type * as Header from "../../src/recording/Header.ts"
import type { ChoiceKind } from "../../src/turbulence/ChoicePoint.ts"
import { calm, type Entropy, fromSeed } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { eventsOf, flySeed, flyWith, outcomes } from "../flight/Fly.ts"

class Store extends Contract.make<Store>()(
  "Store",
  RpcGroup.make(
    Rpc.make("put", {
      payload: { key: Schema.String, value: Schema.String },
      success: Schema.String
    }),
    Rpc.make("get", { payload: { key: Schema.String }, success: Schema.String })
  )
) {}

type Handlers = Contract.HandlersOf<Contract.RpcsOf<typeof Store>, "Store">

const problem = (error: {
  readonly reason: { readonly _tag: string; readonly cause?: unknown }
}) => {
  const { _tag, cause } = error.reason
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : _tag
  return Effect.succeed(`! ${String(code)}`)
}

/** A file for each key, written in place, and synced with its name if asked to. */
const inFiles = (isSynced: boolean) =>
  Effect.map(FileSystem.FileSystem, (fs) => ({
    put: ({ key, value }: { readonly key: string; readonly value: string }) =>
      Effect.gen(function* () {
        const file = yield* fs.open(key, { flag: "w" })
        yield* file.writeAll(new TextEncoder().encode(value))
        if (!isSynced) return "cached"
        yield* file.sync
        const directory = yield* fs.open("/")
        yield* directory.sync
        return "synced"
      }).pipe(Effect.scoped, Effect.catch(problem)),
    get: ({ key }: { readonly key: string }) => fs.readFileString(key).pipe(Effect.catch(problem))
  }))

/** One write at a time: each is woken by the end of another, which is not what caused it. */
const inTurn = Effect.gen(function* () {
  const handlers = yield* inFiles(false)
  const turn = yield* Semaphore.make(1)
  return Store.of({
    ...handlers,
    put: (payload) =>
      turn.withPermits(1)(Effect.andThen(Effect.sleep("50 millis"), handlers.put(payload)))
  })
})

const keyValues = Effect.map(KeyValueStore.KeyValueStore, (store) =>
  Store.of({
    put: ({ key, value }) => store.set(key, value).pipe(Effect.as("set"), Effect.orDie),
    get: ({ key }) => Effect.map(Effect.orDie(store.get(key)), (value) => value ?? "nothing")
  })
).pipe(Effect.provide(KeyValueStore.layerFileSystem("/settings")))

const word = fc.constantFrom("a", "b", "c")

interface Setting {
  readonly replicas?: number
  readonly turbulence?: Turbulence.Turbulence
  readonly capacityBytes?: number
}

const storing = <E>(
  handlers: Effect.Effect<Handlers, E, Service.OfDisk>,
  { capacityBytes, replicas, turbulence }: Setting = {}
) =>
  WindTunnel.make("a store", {
    system: System.make("store", {
      services: [
        Service.replicas(
          Service.make("store", {
            provides: Store,
            disk: capacityBytes === undefined ? {} : { capacityBytes },
            handlers
          }),
          replicas ?? 1
        )
      ]
    }),
    workload: Workload.make({
      clients: 4,
      operations: 10,
      operation: [
        Operation.make(Store, "put", fc.record({ key: word, value: word })),
        Operation.make(Store, "get", fc.record({ key: word }))
      ],
      over: "2 seconds"
    }),
    horizon: "1 hour",
    properties: [],
    ...(turbulence === undefined ? {} : { turbulence })
  })

const put = (id: string, atMs: number, key: string, value: string): Header.Operation => ({
  id,
  client: "client-1",
  atMs,
  contract: "Store",
  procedure: "put",
  payload: { key, value }
})
const get = (id: string, atMs: number, key: string): Header.Operation => ({
  id,
  client: "client-2",
  atMs,
  contract: "Store",
  procedure: "get",
  payload: { key }
})
const fault = (tag: "Crash" | "Restart" | "FailingDisk" | "FullDisk", node = "store"): Fault => ({
  _tag: tag,
  id: `f-${tag}`,
  atMs: 100,
  durationMs: 100,
  node
})

describe("a service with a disk", () => {
  const flown = (isSynced: boolean, faults: ReadonlyArray<Fault>) =>
    outcomes(
      flyWith(storing(inFiles(isSynced)), {
        operations: [put("o-1", 10, "a", "value"), get("o-2", 300, "a")],
        faults
      })
    )

  it("finds after a crash what it had synced, and only that", () => {
    expect(flown(true, [fault("Crash")])).toEqual({ "o-1": "synced", "o-2": "value" })
    expect(flown(false, [fault("Crash")])).toEqual({ "o-1": "cached", "o-2": "! ENOENT" })
  })

  it("finds after a graceful stop what it wrote, unless the power fails while it is down", () => {
    expect(flown(false, [fault("Restart")])).toEqual({ "o-1": "cached", "o-2": "value" })
    const crash: Fault = { ...fault("Crash"), atMs: 150, durationMs: 10 }
    expect(flown(false, [fault("Restart"), crash])["o-2"]).toBe("! ENOENT")
  })

  it("keeps a KeyValueStore of files", () => {
    const operations = [
      put("o-1", 10, "a key/1", "value"),
      get("o-2", 300, "a key/1"),
      get("o-3", 310, "b")
    ]
    const stopped = flyWith(storing(keyValues), { operations, faults: [fault("Restart")] })
    expect(outcomes(stopped)).toEqual({ "o-1": "set", "o-2": "value", "o-3": "nothing" })
    const crashed = flyWith(storing(keyValues), { operations, faults: [fault("Crash")] })
    expect(outcomes(crashed)["o-2"]).toBe("nothing")
  })

  it("meets the faults of its disk while they last, and no fault is left over", () => {
    const operations = [0, 1, 2].map((at) => put(`o-${at}`, at * 120 + 10, "a", "value"))
    for (const [tag, code] of [
      ["FailingDisk", "EIO"],
      ["FullDisk", "ENOSPC"]
    ] as const) {
      const meeting = flyWith(storing(inFiles(true)), {
        operations: [
          put("o-0", 10, "b", "value"),
          put("o-1", 150, "a", "value"),
          put("o-2", 300, "a", "value")
        ],
        faults: [fault(tag)]
      })
      expect(outcomes(meeting)).toEqual({ "o-0": "synced", "o-1": `! ${code}`, "o-2": "synced" })
      expect(meeting.violation).toBeUndefined()
    }
    const slow: Fault = {
      _tag: "SlowDisk",
      id: "f-1",
      atMs: 100,
      durationMs: 100,
      node: "store",
      extraMs: 7
    }
    const late = flyWith(storing(inFiles(true)), { operations, faults: [slow] })
    const times = late.history.map(({ endedAt, startedAt }) => (endedAt ?? 0) - startedAt)
    // Two files are opened, one is written, two syncs: five operations.
    expect(times[1]).toBe((times[0] ?? 0) + 5 * 7_000)
    expect(times[2]).toBe(times[0])
    expect(late.violation).toBeUndefined()
  })

  it("records what its disk did, on its own node", () => {
    const recorded = flyWith(storing(inFiles(false)), {
      operations: [put("o-1", 10, "a", "value")],
      faults: [fault("Crash")],
      isRecorded: true
    })
    const told = eventsOf(recorded).filter(({ kind }) => kind === "disk")
    expect(told.map(({ node, what }) => `${node}: ${what}`)).toEqual([
      "store: write a 5 B",
      "store: lost create a",
      "store: lost 5 B of a"
    ])
    expect(told.every(({ because }) => because.length > 0)).toBe(true)
  })
})

describe("a service without a disk", () => {
  it("that asks for files all the same dies, and is told what to declare", () => {
    const system = System.make("store", {
      services: [
        Service.make("store", {
          provides: Store,
          // As from a program without types: the file system is left out of what it needs.
          handlers: inFiles(true) as unknown as Effect.Effect<Handlers>
        })
      ]
    })
    const tunnel = { ...storing(inFiles(true)), system }
    const { violation } = flyWith(tunnel, { operations: [put("o-1", 10, "a", "value")] })
    expect(violation?.counterexample.actual).toContain("store has no disk: declare `disk: {}`")
  })
})

describe("a flight with disks", () => {
  const diskKinds: ReadonlyArray<ChoiceKind> = [
    "survive",
    "failsync",
    "eio",
    "lag",
    "flip",
    "misdirect"
  ]

  it("is the same for the same seed, recorded or not", () => {
    const setting = { turbulence: Turbulence.swarm(), replicas: 2 }
    const tunnels = [storing(inFiles(true), setting), storing(inFiles(false), setting)]
    const flyAll = (isRecorded: boolean) =>
      tunnels.flatMap((tunnel) =>
        Array.from({ length: 40 }, (_, seed) => flySeed(tunnel, seed, isRecorded))
      )
    const digests = flyAll(false).map(({ digest }) => digest)
    expect(flyAll(false).map(({ digest }) => digest)).toEqual(digests)
    const recorded = flyAll(true)
    expect(recorded.map(({ digest }) => digest)).toEqual(digests)
    // The disks did something in them, or this would say little.
    const kinds = new Set(
      recorded.flatMap((flown) => flown.recorder?.deviations() ?? []).map(({ kind }) => kind)
    )
    expect([...kinds]).toEqual(expect.arrayContaining([...diskKinds]))
  })

  it("draws for what one operation wrote the same, whatever other operations there are", () => {
    /** The key and the outcome of every choice about the disk. */
    const drawn = (operations: ReadonlyArray<Header.Operation>, seed: number) => {
      const source = fromSeed(seed, { survive: 0.5, eio: 0.1 })
      const choices: Array<string> = []
      const entropy: Entropy = {
        choose: (kind, high, low) => {
          const outcome = source.choose(kind, high, low)
          if (diskKinds.includes(kind)) choices.push(`${kind} ${high} ${low} ${outcome}`)
          return outcome
        }
      }
      const crash: Fault = { ...fault("Crash"), atMs: 1_000 }
      flyWith(storing(inTurn), { operations, faults: [crash], entropy })
      return choices
    }
    // Of several clients: one alone would wait for the answer before.
    const all = [1, 2, 3, 4].map((at) => ({
      ...put(`o-${at}`, at * 10, `key-${at}`, "x".repeat(at * 700)),
      client: `client-${at}`
    }))
    for (let seed = 0; seed < 30; seed++) {
      const alone = all.map((operation) => drawn([operation], seed))
      const together = drawn(all, seed)
      expect(alone.flat().length).toBeGreaterThan(12)
      expect([...together].sort()).toEqual(alone.flat().sort())
    }
  })
})

describe("the atlas", () => {
  const rotting: Entropy = { choose: (kind) => (kind === "flip" || kind === "misdirect" ? 1 : 0) }
  const value = "v".repeat(512)

  /** By seed, how many of the replicas have after a crash what they had synced. */
  const intact = (replicas: number, atlas: Turbulence.Atlas, entropy: Entropy = rotting) =>
    Array.from({ length: 20 }, (_, seed) => {
      const kept = new Set<string>()
      const handlers = Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const node = yield* Effect.sync(() => ({}))
        if (!(yield* fs.exists("data"))) {
          yield* fs.writeFileString("data", value)
          yield* Effect.scoped(Effect.flatMap(fs.open("data"), (file) => file.sync))
          yield* Effect.scoped(Effect.flatMap(fs.open("/"), (file) => file.sync))
        } else if ((yield* fs.readFileString("data")) === value) {
          kept.add(`${kept.size} ${String(node)}`)
        }
        return { put: () => Effect.succeed(""), get: () => Effect.succeed("") }
      }).pipe(Effect.orDie)
      const names = replicas === 1 ? ["store"] : [1, 2, 3].map((index) => `store-${index}`)
      flyWith(storing(handlers, { replicas, turbulence: Turbulence.swarm({ atlas }) }), {
        operations: [get("o-1", 500, "data")],
        faults: names.map((name) => ({ ...fault("Crash", name), id: name })),
        entropy,
        seed
      })
      return kept.size
    })

  it("keeps a copy: one replica has all it synced, and a service on one node always has", () => {
    expect(new Set(intact(3, "keeps-a-copy"))).toEqual(new Set([1]))
    expect(new Set(intact(1, "keeps-a-copy"))).toEqual(new Set([1]))
  })

  it("none: nothing is safe", () => {
    expect(new Set(intact(3, "none"))).toEqual(new Set([0]))
    expect(new Set(intact(1, "none"))).toEqual(new Set([0]))
  })

  it("is about corruption: in calm air all replicas have what they synced", () => {
    expect(new Set(intact(3, "none", calm))).toEqual(new Set([3]))
  })
})
