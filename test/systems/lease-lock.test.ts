/** Each service around the lock alone, against fakes of what it uses. */
import {
  Always,
  Eventually,
  Fake,
  type History,
  Operation,
  Probe,
  Sometimes,
  System,
  Turbulence,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Effect, Schema } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Held, Lock, Store, Worker } from "../../systems/lease-lock/contracts.ts"
import { Lease, lock } from "../../systems/lease-lock/lock.ts"
import { Document, store } from "../../systems/lease-lock/store.ts"
import { worker } from "../../systems/lease-lock/worker.ts"
import { answersIn, problemsIn } from "./Component.ts"
import { changedLines } from "./Twin.ts"

// Without a disk a crash is out of bounds for whoever has something to remember.
const faults = ["Pause", "Slow", "Partition", "SlowLink", "DeadLink", "RefusedLink"] as const
const token = fc.integer({ min: 1, max: 9 })

describe("the lock", () => {
  const acquire = Operation.make(Lock, "acquire", fc.constant(undefined))
  const release = Operation.make(Lock, "release", fc.record({ token }))

  /** When each token was granted at the latest, and who had begun to ask for it when. */
  const grants = (history: History) =>
    Operation.entries(acquire, history).flatMap(({ endedAt, outcome, startedAt }) =>
      outcome?._tag === "ok" ? [{ token: outcome.value.token, startedAt, endedAt }] : []
    )
  const conditions = {
    workload: Workload.make({
      clients: 3,
      operations: 10,
      operation: [{ weight: 3, operation: acquire }, release],
      over: "4 seconds"
    }),
    system: System.make("lease-lock", { services: [lock] })
  }
  const alone = WindTunnel.make("the lock alone", {
    ...conditions,
    turbulence: Turbulence.swarm({ faults }),
    properties: [
      Always.make("a token is granted to one, and a later one is greater", (view) => {
        const all = grants(view.history)
        return all.every((one, index) =>
          all.every(
            (other, place) =>
              index === place ||
              (one.token !== other.token &&
                (one.startedAt <= (other.endedAt ?? 0) || one.token > other.token))
          )
        )
      }),
      Sometimes.make("a lease is taken over", (view) =>
        [...view.read(Lease).values()].some(({ takeovers }) => takeovers > 0)
      ),
      Sometimes.make("somebody is turned away", (view) =>
        Operation.entries(acquire, view.history).some(({ outcome }) => outcome?._tag === "fail")
      )
    ]
  })
  const calm = WindTunnel.make("the lock in calm air", {
    ...conditions,
    turbulence: Turbulence.calm,
    properties: [
      Always.make("a lease lasts a second, unless it is released", (view) => {
        const released = new Set(
          Operation.entries(release, view.history).map(({ payload }) => payload.token)
        )
        const all = grants(view.history).toSorted((one, other) => one.token - other.token)
        return all.every((one, index) => {
          const next = all[index + 1]
          if (next === undefined || released.has(one.token)) return true
          return (next.endedAt ?? 0) - one.startedAt >= 1_000_000
        })
      }),
      Sometimes.make("a lease is released", (view) =>
        [...view.read(Lease).values()].some(
          ({ endsAtMillis, token }) => token > 0 && endsAtMillis === 0
        )
      )
    ]
  })

  it("grants greater and greater tokens", () => {
    expect(problemsIn(alone)).toEqual([])
  })
  it("grants one lease at a time", () => {
    expect(problemsIn(calm)).toEqual([])
  })
})

describe("the store", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 })
  const read = Operation.make(Store, "read", fc.record({ token }))
  const write = Operation.make(Store, "write", fc.record({ token, lines }))
  const alone = WindTunnel.make("the store alone", {
    system: System.make("lease-lock", { services: [store] }),
    workload: Workload.make({
      clients: 3,
      operations: 12,
      operation: [read, write],
      over: "1 second"
    }),
    turbulence: Turbulence.swarm({ faults }),
    properties: [
      Always.make("nobody gets in behind the fence", (view) =>
        [...view.read(Document).values()].every(
          ({ fence, writes }) =>
            writes.every((token, index) => token >= (writes[index - 1] ?? 0)) &&
            (writes.at(-1) ?? 0) <= fence
        )
      ),
      Always.make("whoever was let in raised the fence, to read as well as to write", (view) => {
        const entries = [
          ...Operation.entries(read, view.history),
          ...Operation.entries(write, view.history)
        ]
        const fences = [...view.read(Document).values()].map(({ fence }) => fence)
        return entries.every(
          ({ outcome, payload }) =>
            outcome?._tag !== "ok" || fences.every((fence) => fence >= payload.token)
        )
      }),
      Sometimes.make("a smaller token is turned away", (view) =>
        view.history.some(({ outcome }) => outcome?._tag === "fail")
      ),
      Sometimes.make("a document is written", (view) =>
        [...view.read(Document).values()].some((document) => document.lines.length > 0)
      )
    ]
  })

  it("lets in no token that is smaller than one it has seen", () => {
    expect(problemsIn(alone)).toEqual([])
  })
})

describe("a worker", () => {
  /** What the fake lock did. */
  const Leases = Probe.make("leases", Schema.Struct({ granted: Schema.Int, released: Schema.Int }))
  /** What the fake store was told, in order: by a read, what it answered. */
  const Log = Probe.make(
    "log",
    Schema.Array(
      Schema.Struct({
        procedure: Schema.Literals(["read", "write"]),
        token: Schema.Int,
        lines: Schema.Array(Schema.String)
      })
    )
  )

  /** Turns every other caller away, and grants everybody else a lease. */
  const lockFake = Fake.make("lock", {
    provides: Lock,
    handlers: Effect.gen(function* () {
      let asked = 0
      let released = 0
      const granted = () => Math.floor(asked / 2)
      yield* Leases.expose(() => ({ granted: granted(), released }))
      return Lock.of({
        acquire: () =>
          Effect.suspend(() =>
            ++asked % 2 === 1 ? Effect.fail(new Held()) : Effect.succeed({ token: granted() })
          ),
        release: () => Effect.sync(() => void released++)
      })
    })
  })

  const storeFake = Fake.make("store", {
    provides: Store,
    handlers: Effect.gen(function* () {
      const log: Array<(typeof Log.schema.Type)[number]> = []
      let lines: ReadonlyArray<string> = []
      yield* Log.expose(() => [...log])
      return Store.of({
        read: ({ token }) =>
          Effect.sync(() => {
            log.push({ procedure: "read", token, lines })
            return lines
          }),
        write: (request) =>
          Effect.sync(() => {
            lines = request.lines
            log.push({ procedure: "write", ...request })
          })
      })
    })
  })

  const logs = (view: View) => [...view.read(Log).values()]
  const append = Operation.make(
    Worker,
    "append",
    fc.record({ line: fc.constantFrom("a", "b", "c", "d", "e", "f") }),
    { indefinite: () => true }
  )
  const conditions = {
    workload: Workload.make({ clients: 3, operations: 6, operation: append, over: "4 seconds" }),
    system: System.make("lease-lock", { services: [worker], fakes: [lockFake, storeFake] })
  }
  const addsOne = Always.make("it adds one line to what it read under the same token", (view) =>
    logs(view).every((log) =>
      log.every(
        ({ lines, procedure, token }, index) =>
          procedure === "read" ||
          log
            .slice(0, index)
            .some(
              (earlier) =>
                earlier.procedure === "read" &&
                earlier.token === token &&
                earlier.lines.length + 1 === lines.length &&
                earlier.lines.every((line, place) => lines[place] === line)
            )
      )
    )
  )
  const alone = WindTunnel.make("a worker alone", {
    ...conditions,
    turbulence: Turbulence.swarm({ spare: ["lock", "store"] }),
    properties: [
      addsOne,
      Sometimes.make("it reads again", (view) =>
        logs(view).some((log) =>
          log.some(
            ({ procedure, token }, index) =>
              procedure === "read" &&
              log[index - 1]?.procedure === "read" &&
              log[index - 1]?.token === token
          )
        )
      )
    ]
  })
  const calm = WindTunnel.make("a worker in calm air", {
    ...conditions,
    turbulence: Turbulence.calm,
    properties: [
      addsOne,
      Eventually.make("every lease is released", { within: "1 second" }, (view) =>
        [...view.read(Leases).values()].every(({ granted, released }) => granted === released)
      ),
      Always.make("a line that was acknowledged is there, once", (view) => {
        const lines = logs(view).flatMap((log) => log.at(-1)?.lines ?? [])
        return Operation.entries(append, view.history).every(
          ({ outcome, payload }) =>
            outcome?._tag !== "ok" || lines.filter((line) => line === payload.line).length === 1
        )
      })
    ]
  })

  it("answers in calm air, though it has to wait for the lease", () => {
    expect(answersIn(calm)).toEqual({ ok: calm.workload.operations, violation: undefined })
  })
  it("changes nothing but its own line", () => {
    expect(problemsIn(alone)).toEqual([])
  })
  it("gives its lease back", () => {
    expect(problemsIn(calm)).toEqual([])
  })
})

describe("a broken twin", () => {
  it("differs from the good store in one place", () => {
    expect(changedLines("lease-lock", "store", "no-fencing-token")).toBeLessThanOrEqual(6)
  })
})
