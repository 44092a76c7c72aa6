/**
 * Chain replication in the wind tunnel: clients see one store, whatever becomes of its replicas.
 *
 * Besides what clients see, the two invariants of the paper are checked at every step. The master
 * is assumed not to fail, as in the paper; every other node may, and all links.
 */
import {
  Always,
  Arrivals,
  BreakingPoint,
  Envelope,
  Eventually,
  Fault,
  Level,
  Linearizable,
  Load,
  Model,
  Operation,
  Sometimes,
  Turbulence,
  type View,
  WindTunnel,
  Workload
} from "downforce"
import { Schema } from "effect"
import * as fc from "fast-check"
import { isSame, Store, Update } from "../systems/chain-replication/contracts.ts"
import { MasterState } from "../systems/chain-replication/master.ts"
import { paper } from "../systems/chain-replication/rules.ts"
import { ReplicaState } from "../systems/chain-replication/state.ts"
import { chainReplication } from "../systems/chain-replication/system.ts"

// Mostly one key: operations that do not meet tell nothing.
const key = fc.constantFrom("x", "x", "x", "y")
// A request id means the same request: two of them must never be equal, not even when shrunk.
const request = fc.noShrink(fc.noBias(fc.maxSafeNat())).map((id) => id.toString(36))
const put = Operation.make(Store, "put", fc.record({ request, key, value: fc.nat(99) }), {
  indefinite: () => true
})
const get = Operation.make(Store, "get", fc.record({ key }))

const Value = Schema.decodeUnknownSync(Schema.NullOr(Schema.Int))
const Put = Schema.decodeUnknownSync(Update)
const Get = Schema.decodeUnknownSync(Schema.Struct({ key: Schema.String }))

const isLinearizable = Linearizable.make("the store is linearizable", {
  model: Model.keyValue<string, number>(),
  operation: ({ payload, procedure }) => {
    if (procedure === "get") {
      const { key } = Get(payload)
      return { input: { _tag: "get", key }, output: (value) => Value(value) ?? undefined }
    }
    const { key, value } = Put(payload)
    return { input: { _tag: "put", key, value } }
  }
})

/** The members of the master's chain that are alive and have caught up, from head to tail. */
const chain = (view: View): ReadonlyArray<ReplicaState> => {
  const replicas = view.read(ReplicaState)
  const members = [...view.read(MasterState).values()].flatMap((master) => master.chain)
  return members.flatMap((member) => {
    const replica = replicas.get(member.node)
    return replica !== undefined && isSame(member, replica.self) && !replica.isCatchingUp
      ? [replica]
      : []
  })
}

const text = ({ history, self }: ReplicaState): string =>
  `${self.node} has [${history.map(({ request }) => request).join(" ")}]`

/** Compares each member with each one further down the chain. */
const alongTheChain = (
  view: View,
  subject: string,
  holds: (before: ReplicaState, after: ReplicaState) => boolean
) => {
  const members = chain(view)
  for (const [index, before] of members.entries()) {
    for (const after of members.slice(index + 1)) {
      if (holds(before, after)) continue
      return { subject, expected: text(before), actual: text(after) }
    }
  }
  return true
}

/** Hist of a member is a prefix of Hist of each member before it. */
const isPrefix = Always.make("a history is a prefix of those before it in the chain", (view) =>
  alongTheChain(view, "histories along the chain", (before, after) =>
    after.history.every(({ request }, index) => before.history[index]?.request === request)
  )
)

/** Hist of a member is Hist of any member after it, and then what of Sent that one lacks. */
const isSent = Always.make("what a later member lacks is on the sent list", (view) =>
  alongTheChain(view, "sent list of a member", ({ acknowledged, history }, after) =>
    history
      .slice(0, acknowledged)
      .every(({ request }, index) => after.history[index]?.request === request)
  )
)

/** What clients were told, written or read, came to the tail, and so to every replica. */
const isKept = Always.make("what clients were told is on every replica", (view) => {
  const tail = chain(view).at(-1)
  if (tail === undefined) return true
  const has = (matches: (update: Update) => boolean) => tail.history.some(matches)
  const actual = text(tail)
  for (const { outcome, payload } of Operation.entries(put, view.history)) {
    if (outcome?._tag !== "ok" || has(({ request }) => request === payload.request)) continue
    return { subject: "an update answered ok", expected: `${payload.request} is there`, actual }
  }
  for (const { outcome, payload } of Operation.entries(get, view.history)) {
    if (outcome?._tag !== "ok" || outcome.value === null) continue
    if (has(({ key, value }) => key === payload.key && value === outcome.value)) continue
    const expected = `${payload.key} was ${outcome.value} there`
    return { subject: "a value that was read", expected, actual }
  }
  return true
})

const made = (name: string, change: typeof MasterState.schema.Type.change) =>
  Sometimes.make(name, (view) =>
    [...view.read(MasterState).values()].some((master) => master.change === change)
  )

const situations = [
  made("the head is removed", "removed the head"),
  made("a middle is removed", "removed a middle"),
  made("the tail is removed", "removed the tail"),
  made("a fresh replica joins", "joined"),
  Sometimes.make("a sent list is sent again", (view) =>
    [...view.read(ReplicaState).values()].some(({ resends }) => resends > 0)
  )
]

const replicas = 3
const good = chainReplication({ replicas, rules: paper })
const workload = Workload.make({
  clients: 3,
  operations: 14,
  operation: [put, get],
  over: "4 seconds",
  timeout: "12 seconds"
})
const properties = [isLinearizable, isPrefix, isSent, isKept, ...situations]

/** What the chain and its broken twins are put through, and what is asked of them. */
export const conditions = {
  workload,
  // Messages get lost by faults alone: what breaks the chain by a fault is told in a few lines,
  // what breaks it by losing a dozen of its messages is not. `weathered` has all of them.
  turbulence: Turbulence.swarm({
    kinds: ["rank", "cede", "duplicate", "silent"],
    spare: ["master"]
  }),
  properties
}

export const linearizable = WindTunnel.make("writes and reads are linearizable", {
  ...conditions,
  system: good
})

export const weathered = WindTunnel.make("nothing is lost in any weather", {
  system: good,
  workload,
  turbulence: Turbulence.swarm({ spare: ["master"] }),
  properties
})

/** The replicas that are not out for good. */
const healthy = ({ core }: View): ReadonlyArray<string> =>
  core.filter((name) => name.startsWith("replica-"))

// One crash at most: more may lose all copies, and then nobody can make the chain whole again. For
// the same reason the next one, for good, comes when the chain has had time to become whole.
export const replaced = WindTunnel.make("a failed member is replaced", {
  system: chainReplication({ replicas, core: 2, rules: paper }),
  workload,
  turbulence: Turbulence.swarm({
    kinds: ["rank", "cede", "lose", "duplicate", "reset", "silent", "outage"],
    faults: ["Crash", "Restart"],
    faultsMax: 1,
    spare: ["master"]
  }),
  liveness: { after: "15 seconds" },
  properties: [
    ...properties,
    Eventually.make("the chain is whole again", { within: "30 seconds" }, (view) => {
      const members = chain(view)
      const isSettled = ({ acknowledged, history, self }: ReplicaState) =>
        view.core.includes(self.node) &&
        history.length === members[0]?.history.length &&
        acknowledged === history.length
      const count = [...view.read(MasterState).values()].map((master) => master.chain.length)
      return (
        members.length === healthy(view).length &&
        count.every((length) => length === members.length) &&
        members.every(isSettled)
      )
    })
  ]
})

/** Writes under load: every acknowledged one must come to be on every replica. */
const writes = (replicas: number, rate: number, down: number) => ({
  system: chainReplication({ replicas, rules: paper }),
  load: Load.make({
    operation: put,
    arrivals: Arrivals.poisson(rate),
    // A replica that goes down when the chain has formed is out of it, and forgotten, by then.
    warmUp: "11 seconds",
    measure: "12 seconds",
    drain: "5 seconds",
    timeout: "12 seconds"
  }),
  checkEvery: "5 seconds" as const,
  faults: Array.from({ length: down }, (_, index) =>
    Fault.crash(`replica-${index + 2}`, { at: `${2 + 3 * index} seconds`, lasting: "50 seconds" })
  ),
  properties: [
    Always.make("a write answered ok is on every replica", (view) => {
      const members = chain(view).map(
        ({ history }) => new Set(history.map(({ request }) => request))
      )
      return Operation.entries(put, view.history).every(
        ({ outcome, payload }) =>
          outcome?._tag !== "ok" || members.every((member) => member.has(payload.request))
      )
    })
  ]
})

const writesInTime = [Level.latency({ percentile: 99, atMost: "600 millis" })]

export const writeRate = BreakingPoint.make("write rate", {
  axis: { unit: "writes/s", min: 2, max: 150, start: 10 },
  at: (rate) => writes(3, rate, 0),
  levels: writesInTime,
  target: { limit: 20 },
  prediction: { component: "replica", resource: "cores" }
})

export const writeRateByReplicasDown = Envelope.make("write rate by replicas down", {
  x: { unit: "writes/s", min: 2, max: 150, start: 10 },
  y: { unit: "replicas down", values: [0, 1, 2] },
  at: (rate, down) => writes(4, rate, down),
  levels: writesInTime,
  targets: [{ at: 1, limit: 20 }],
  prediction: { component: "replica", resource: "cores" }
})
