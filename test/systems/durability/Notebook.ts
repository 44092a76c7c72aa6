/**
 * A notebook: one service, whose entries must outlive its node. How it keeps them is up to a store.
 */
import {
  Always,
  Contract,
  Operation,
  Probe,
  Service,
  Sometimes,
  System,
  Turbulence,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Effect, FileSystem, Schedule, Schema, Semaphore } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import * as Volume from "./Volume.ts"

/** An entry. Adding the same twice is adding it once. */
const Entry = Schema.Struct({ id: Schema.String, text: Schema.String })
export type Entry = typeof Entry.Type
export type Entries = ReadonlyArray<Entry>

/** How entries are kept on a disk. */
export interface Store {
  readonly load: (volume: Volume.Volume) => Volume.Step<Entries>
  /** Makes sure of what was loaded, before anyone is answered. */
  readonly start: (volume: Volume.Volume, all: Entries) => Volume.Step
  /** Makes sure of what is known to be kept, after an addition has failed. */
  readonly repair: (volume: Volume.Volume, all: Entries) => Volume.Step
  /** Keeps one more; `all` has it already. */
  readonly add: (volume: Volume.Volume, all: Entries, added: Entry) => Volume.Step
  /** What it takes for kept when an addition has failed. */
  readonly believes: "disk" | "memory"
}

class Unsure extends Schema.TaggedError<Unsure>()("Unsure", { id: Schema.String }) {}

class Notebook extends Contract.make<Notebook>()(
  "Notebook",
  RpcGroup.make(Rpc.make("add", { payload: Entry, error: Unsure }))
) {}

/** What the notebook says it has. */
const Noted = Probe.make("noted", Schema.Array(Entry))

const notebook = (store: Store) =>
  Service.make("notebook", {
    provides: Notebook,
    disk: {},
    handlers: Effect.gen(function* () {
      const volume = Volume.make(yield* FileSystem.FileSystem)
      const turns = yield* Semaphore.make(1)
      let entries = yield* Effect.tap(store.load(volume), (all) => store.start(volume, all)).pipe(
        Effect.retry(Schedule.spaced("20 millis")),
        Effect.orDie
      )
      let isClean = true
      yield* Noted.expose(() => entries)

      const add = Effect.fnUntraced(function* (entry: Entry) {
        if (entries.some(({ id }) => id === entry.id)) return
        const before = entries
        const all = [...entries, entry]
        if (store.believes === "memory") entries = all
        if (!isClean) yield* store.repair(volume, before)
        isClean = false
        yield* store.add(volume, all, entry)
        isClean = true
        entries = all
      }, Effect.uninterruptible)

      return Notebook.of({
        add: (entry) =>
          add(entry).pipe(
            turns.withPermit,
            Effect.mapError(() => new Unsure({ id: entry.id }))
          )
      })
    })
  })

// Each takes three sectors at least: any of them may survive a loss of power without the others.
const entry = fc
  .nat(24)
  .map((number) => ({ id: `entry-${number}`, text: "lorem ipsum ".repeat(100 + number * 5) }))
const add = Operation.make(Notebook, "add", entry, { indefinite: () => true })

const noted = (view: View) => [...view.read(Noted).values()]

/** The one scenario that every store is flown in. */
export const scenario = (name: string, store: Store): WindTunnel.WindTunnel =>
  WindTunnel.make(name, {
    system: System.make("notebook", { services: [notebook(store)] }),
    workload: Workload.make({ clients: 4, operations: 24, operation: add, over: "80 millis" }),
    turbulence: Turbulence.swarm({
      kinds: ["lag", "survive", "failsync", "eio"],
      faults: ["Crash", "Restart", "FailingDisk", "FullDisk"],
      faultsMax: 5
    }),
    properties: [
      Always.make("what was acknowledged is there", (view) => {
        const asked = Operation.entries(add, view.history)
        for (const entries of noted(view)) {
          const lost = asked.find(
            ({ outcome, payload }) =>
              outcome?._tag === "ok" && !entries.some(({ id }) => id === payload.id)
          )
          if (lost === undefined) continue
          const actual = `it is gone, though ${lost.id} ended ok`
          return { subject: "an entry", expected: `${lost.payload.id} is there`, actual }
        }
        return true
      }),
      Always.make("nothing is invented", (view) => {
        const asked = Operation.entries(add, view.history)
        return noted(view).every((entries) =>
          entries.every(({ id, text }) =>
            asked.some(({ payload }) => payload.id === id && payload.text === text)
          )
        )
      }),
      Sometimes.make("something is there after a crash", (view) => {
        const hasFailed = view.history.some(({ outcome }) => outcome?._tag === "info")
        return hasFailed && noted(view).some((entries) => entries.length > 1)
      })
    ]
  })
