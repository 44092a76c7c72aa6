/**
 * One replica alone: its neighbours and its master are scripted, and a driver plays the head.
 *
 * The head speaks of one fixed history, in pieces that repeat, overlap and come in any order. After
 * a while the master removes the tail.
 */
import {
  Always,
  Contract,
  Eventually,
  Fake,
  Operation,
  Probe,
  Service,
  Sometimes,
  System,
  Turbulence,
  Use,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Clock, Config, Effect, Ref, Result, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { flyRun } from "../../src/flight/Explore.ts"
import {
  Behind,
  type Configuration,
  Master,
  type Member,
  Refused,
  Replica,
  Stale,
  type Update
} from "../../systems/chain-replication/contracts.ts"
import { handlers } from "../../systems/chain-replication/replica.ts"
import { paper, type Rules } from "../../systems/chain-replication/rules.ts"
import * as State from "../../systems/chain-replication/state.ts"
import { ReplicaState } from "../../systems/chain-replication/state.ts"

const updates: ReadonlyArray<Update> = Array.from({ length: 8 }, (_, index) => ({
  request: `r-${index}`,
  key: "x",
  value: index
}))

class Driver extends Contract.make<Driver>()(
  "Driver",
  RpcGroup.make(
    Rpc.make("forward", {
      payload: { epoch: Schema.Int, first: Schema.Int, count: Schema.Int },
      success: Schema.Int,
      error: Schema.Union([Stale, Refused, Behind])
    })
  )
) {}

const driver = Service.make("driver", {
  provides: Driver,
  uses: { replica: Use.make(Replica, { timeout: "1 second" }) },
  handlers: Effect.gen(function* () {
    const replica = yield* Replica.at("replica-2")
    return Driver.of({
      forward: ({ count, epoch, first }) =>
        replica
          .forward({ epoch, first, updates: updates.slice(first, first + count) })
          .pipe(Effect.catchIf(Contract.isCallError, () => new Refused({ reason: "no answer" })))
    })
  })
})

/** What the scripted tail has. */
const TailHistory = Probe.make("tail", Schema.Array(Schema.String))

/** Takes what it lacks, and tells when it lacks what comes before. */
const tail = Effect.gen(function* () {
  const history = yield* Ref.make<ReadonlyArray<string>>([])
  yield* TailHistory.expose(() => Ref.getUnsafe(history))
  const refuse = () => new Refused({ reason: "not what the tail is for" })
  return Replica.of({
    update: refuse,
    query: refuse,
    copy: refuse,
    forward: Effect.fnUntraced(function* (message) {
      const ids = message.updates.map(({ request }) => request)
      const { length } = yield* Ref.get(history)
      if (message.first > length) return yield* new Behind({ from: length })
      const after = yield* Ref.updateAndGet(history, (has) => [
        ...has,
        ...ids.slice(has.length - message.first)
      ])
      return after.length
    })
  })
})

/** The replica under test, between two that are not. */
const replicas = (rules: Rules) =>
  Service.make("replica", {
    provides: Replica,
    uses: {
      master: Use.make(Master, { timeout: "300 millis" }),
      replica: Use.make(Replica, { timeout: "300 millis" })
    },
    handlers: Effect.flatMap(Config.String("HOSTNAME"), (node) =>
      node === "replica-2" ? handlers(rules) : tail
    )
  })

const head: Member = { node: "replica-1", startedAt: 0 }
const last: Member = { node: "replica-3", startedAt: 0 }
const removedAtMillis = 6_000

const master = Fake.make("master", {
  provides: Master,
  handlers: Effect.gen(function* () {
    const startedAt = yield* Clock.currentTimeMillis
    const known = yield* Ref.make<Configuration>({ epoch: 0, chain: [] })
    return Master.of({
      configuration: () => Ref.get(known),
      join: () => new Refused({ reason: "nobody joins" }),
      heartbeat: Effect.fnUntraced(function* ({ member }) {
        const now = yield* Clock.currentTimeMillis
        return yield* Ref.updateAndGet(known, () =>
          now - startedAt < removedAtMillis
            ? { epoch: 1, chain: [head, member, last] }
            : { epoch: 2, chain: [head, member] }
        )
      })
    })
  })
})

const forward = Operation.make(
  Driver,
  "forward",
  fc.record({
    epoch: fc.constantFrom(1, 1, 2),
    first: fc.nat(updates.length),
    count: fc.nat(updates.length)
  })
)

const replica = (view: View) => view.read(ReplicaState).get("replica-2")
const ids = (state: ReplicaState) => state.history.map(({ request }) => request)
const atTail = (view: View) => view.read(TailHistory).get("replica-3") ?? []
const isPrefix = (some: ReadonlyArray<string>, all: ReadonlyArray<string>) =>
  some.every((one, index) => all[index] === one)
const truth = updates.map(({ request }) => request)

const scenario = (turbulence: Turbulence.Turbulence, rules: Rules = paper) =>
  WindTunnel.make("a replica alone", {
    system: System.make("replica-alone", {
      services: [driver, Service.replicas(replicas(rules), 3)],
      fakes: [master]
    }),
    workload: Workload.make({ clients: 2, operations: 16, operation: forward, over: "9 seconds" }),
    turbulence,
    properties: [
      Always.make("its history is a prefix of the head's", (view) => {
        const state = replica(view)
        return state === undefined || isPrefix(ids(state), truth)
      }),
      Always.make("the tail's history is a prefix of its own", (view) => {
        const state = replica(view)
        return state === undefined || isPrefix(atTail(view), ids(state))
      }),
      Always.make("what the tail lacks is on its sent list", (view) => {
        const state = replica(view)
        if (state === undefined || state.configuration.epoch > 1) return true
        return state.history.length - State.sent(state).length <= atTail(view).length
      }),
      Eventually.make(
        "as the tail it acknowledges all it has",
        { within: "10 seconds" },
        (view) => {
          const state = replica(view)
          return state?.configuration.epoch === 2 && State.sent(state).length === 0
        }
      ),
      Sometimes.make("updates come to the tail", (view) => atTail(view).length > 0),
      Sometimes.make("a message of an earlier epoch is refused", (view) =>
        view.history.some(
          ({ outcome }) => outcome?._tag === "fail" && outcome.error instanceof Stale
        )
      ),
      Sometimes.make("a message with a gap is refused", (view) =>
        view.history.some(
          ({ outcome }) => outcome?._tag === "fail" && outcome.error instanceof Behind
        )
      )
    ]
  })

const turbulent = Turbulence.swarm({
  faults: ["Pause", "Slow", "Partition", "SlowLink", "DeadLink", "RefusedLink"],
  spare: ["master"]
})

const runs = (tunnel: WindTunnel.WindTunnel, count: number) =>
  Array.from({ length: count }, (_, index) => Effect.runSync(flyRun(tunnel, 0x5eed, index)))

describe("a replica between scripted neighbours", () => {
  it.each([
    ["calm air", Turbulence.calm, 50],
    ["turbulence", turbulent, 150]
  ] as const)("keeps its place in the chain (%s)", (_, turbulence, count) => {
    const tunnel = scenario(turbulence)
    const flown = runs(tunnel, count)
    expect(flown.filter(({ verdict }) => verdict !== "holds")).toEqual([])
    const reached = new Set(flown.flatMap((run) => run.reached))
    expect([...reached].toSorted()).toEqual([
      "a message of an earlier epoch is refused",
      "a message with a gap is refused",
      "updates come to the tail"
    ])
  })

  it("is told apart from one that applies what it has already", () => {
    const twice = scenario(Turbulence.calm, { ...paper, unseen: (all) => all })
    const failed = runs(twice, 10).map(({ failure }) => failure?.property)
    expect(failed).toContain("its history is a prefix of the head's")
  })
})

const life = (node: string, startedAt = 1): Member => ({ node, startedAt })
const heard = (configuration: Configuration) => ({ configuration, sentAt: 0, now: 9 })
const chainOf = (epoch: number, ...nodes: ReadonlyArray<string>): Configuration => ({
  epoch,
  chain: nodes.map((node) => life(node))
})
const memberOf = (configuration: Configuration, node: string): ReplicaState =>
  State.adopt(paper, State.fresh(life(node)), heard(configuration))
const abc = chainOf(1, "a", "b", "c")

describe("the state of a replica", () => {
  it("never goes back to an older configuration", () => {
    const state = memberOf(chainOf(3, "a", "b"), "b")
    expect(State.adopt(paper, state, heard(abc))).toBe(state)
  })

  it("takes nothing from an earlier epoch, nor from one it has not heard of", () => {
    const state = memberOf(chainOf(3, "a", "b"), "b")
    const from = (epoch: number) => State.receive(paper, state, { epoch, first: 0, updates })
    expect(from(2)).toEqual(Result.fail(new Stale({ epoch: 3 })))
    expect(Result.isFailure(from(4))).toBe(true)
    expect(Result.isSuccess(from(3))).toBe(true)
  })

  it("begins a new life, empty, when it was removed", () => {
    const message = { epoch: 1, first: 0, updates }
    const b = Result.getOrThrow(State.receive(paper, memberOf(abc, "b"), message))
    const removed = State.adopt(paper, b, heard(chainOf(2, "a", "c")))
    expect(removed).toMatchObject({ self: life("b", 9), history: [], acknowledged: 0 })
    expect(State.isMember(removed)).toBe(false)
  })

  it("keeps its sent list for a new successor, and counts that it sends it again", () => {
    const message = { epoch: 1, first: 0, updates }
    const b = Result.getOrThrow(State.receive(paper, memberOf(abc, "b"), message))
    const after = State.adopt(paper, b, heard(chainOf(2, "a", "b", "d")))
    expect(State.sent(after)).toEqual(updates)
    expect(after.resends).toBe(1)
  })

  it("commits its sent list when it becomes the tail", () => {
    const message = { epoch: 1, first: 0, updates }
    const b = Result.getOrThrow(State.receive(paper, memberOf(abc, "b"), message))
    expect(State.sent(b)).toEqual(updates)
    expect(State.sent(State.adopt(paper, b, heard(chainOf(2, "a", "b"))))).toEqual([])
  })

  it("is not the tail before its predecessor has handed over", () => {
    const copied = State.install(State.fresh(life("d")), updates.slice(0, 2))
    const joined = State.adopt(paper, copied, heard(chainOf(2, "a", "d")))
    const query = { epoch: 2, key: "x" }
    expect(State.isTail(joined)).toBe(false)
    expect(Result.isFailure(State.read(paper, joined, query))).toBe(true)
    const message = { epoch: 2, first: 2, updates: updates.slice(2) }
    const after = Result.getOrThrow(State.receive(paper, joined, message))
    expect(State.isTail(after)).toBe(true)
    expect(State.read(paper, after, query)).toEqual(Result.succeed(7))
  })

  it("has the head's history after any pieces of it that leave no gap", () => {
    const pieces = fc.array(fc.record({ first: fc.nat(8), count: fc.nat(8) }), { maxLength: 20 })
    fc.assert(
      fc.property(pieces, (all) => {
        let state = memberOf(abc, "b")
        for (const { count, first } of all) {
          const length = state.history.length
          const message = { epoch: 1, first, updates: updates.slice(first, first + count) }
          const after = State.receive(paper, state, message)
          expect(Result.isFailure(after)).toBe(first > length)
          if (Result.isSuccess(after)) state = after.success
          expect(isPrefix(ids(state), truth)).toBe(true)
          expect(state.history.length).toBeGreaterThanOrEqual(length)
        }
      })
    )
  })

  it("appends a request once, whichever way it came", () => {
    const update = { request: "r-1", key: "x", value: 1 }
    const first = Result.getOrThrow(State.append(memberOf(abc, "a"), { epoch: 1, update }))
    const second = Result.getOrThrow(State.append(first, { epoch: 1, update }))
    expect(second.history).toEqual([update])
  })
})
