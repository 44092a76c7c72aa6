/**
 * The state of a replica and how it may change: pure functions, each of them one atomic step.
 *
 * The history is the paper's Hist, all updates in order. A product would keep the object they make
 * and a table of recent requests instead; the protocol is the same.
 */
import { Probe } from "downforce"
import { Result, Schema } from "effect"
import {
  Behind,
  Configuration,
  isSame,
  leaseMillis,
  Member,
  Refused,
  Stale,
  Update
} from "./contracts.ts"
import type { Rules } from "./rules.ts"

/** What a replica knows, open to view. */
export const ReplicaState = Probe.make(
  "replica",
  Schema.Struct({
    self: Member,
    /** The newest configuration it has heard of. */
    configuration: Configuration,
    /** It may take itself for a member until then, in milliseconds. */
    leaseUntil: Schema.Int,
    history: Schema.Array(Update),
    /** How many updates, from the first one, the tail is known to have; the rest is Sent. */
    acknowledged: Schema.Int,
    /** It has a copy of an earlier tail, and its predecessor has not yet sent the rest. */
    isCatchingUp: Schema.Boolean,
    /** The epoch in which its successor last acknowledged anything. */
    confirmedEpoch: Schema.Int,
    /** How often a new successor was sent what the old one had not acknowledged. */
    resends: Schema.Int
  })
)

/** See the probe of the same name. */
export type ReplicaState = typeof ReplicaState.schema.Type

/** A replica in a new life, that knows nothing. */
export const fresh = (self: Member): ReplicaState => ({
  self,
  configuration: { epoch: 0, chain: [] },
  leaseUntil: 0,
  history: [],
  acknowledged: 0,
  isCatchingUp: false,
  confirmedEpoch: 0,
  resends: 0
})

const positionIn = ({ chain }: Configuration, self: Member): number =>
  chain.findIndex((member) => isSame(member, self))

/** Whether it is in the chain, as far as it knows. */
export const isMember = ({ configuration, self }: ReplicaState): boolean =>
  positionIn(configuration, self) >= 0

/** The next in the chain; `undefined` for the tail and for whoever is in no chain. */
export const successor = ({ configuration, self }: ReplicaState): Member | undefined => {
  const position = positionIn(configuration, self)
  return position < 0 ? undefined : configuration.chain[position + 1]
}

/** Whether it is the tail: a newcomer is not before its predecessor has handed over. */
export const isTail = (state: ReplicaState): boolean =>
  isMember(state) && successor(state) === undefined && !state.isCatchingUp

/** The paper's Sent: what was forwarded and may not have come to the tail. */
export const sent = ({ acknowledged, history }: ReplicaState): ReadonlyArray<Update> =>
  history.slice(acknowledged)

/** Whether there is anything to tell the successor. */
export const hasNews = (state: ReplicaState): boolean =>
  successor(state) !== undefined &&
  (state.confirmedEpoch < state.configuration.epoch || state.acknowledged < state.history.length)

/** Whether the tail is known to have an update. */
export const isAcknowledged = (state: ReplicaState, { request }: Update): boolean =>
  state.history.slice(0, state.acknowledged).some((update) => update.request === request)

/** What arrives at the tail is acknowledged by that. */
const settle = (state: ReplicaState): ReplicaState =>
  isTail(state) ? { ...state, acknowledged: state.history.length } : state

/** Takes up a newer configuration. A member that was removed begins a new life, empty. */
export const adopt = (
  rules: Rules,
  state: ReplicaState,
  heard: { readonly configuration: Configuration; readonly sentAt: number; readonly now: number }
): ReplicaState => {
  const { configuration } = heard
  if (configuration.epoch < state.configuration.epoch) return state
  if (positionIn(configuration, state.self) < 0) {
    const next = isMember(state) ? fresh({ ...state.self, startedAt: heard.now }) : state
    return { ...next, configuration }
  }
  const leaseUntil = Math.max(state.leaseUntil, heard.sentAt + leaseMillis)
  const next = { ...state, configuration, leaseUntil }
  const former = successor(state)
  const latter = successor(next)
  if (former === undefined || latter === undefined || isSame(latter, former)) return settle(next)
  const { acknowledged, history } = state
  return {
    ...next,
    acknowledged: rules.resendFrom(acknowledged, history.length),
    resends: state.resends + (acknowledged < history.length ? 1 : 0)
  }
}

/** Why a message of an epoch is not taken; `undefined` when it is. */
export const refusal = (state: ReplicaState, epoch: number): Stale | Refused | undefined => {
  const { configuration, self } = state
  if (epoch < configuration.epoch) return new Stale({ epoch: configuration.epoch })
  if (epoch > configuration.epoch) return new Refused({ reason: `epoch ${epoch} is yet to come` })
  return isMember(state) ? undefined : new Refused({ reason: `${self.node} is not in the chain` })
}

type Change<E> = Result.Result<ReplicaState, E>

/** The head takes an update, once for each request. */
export const append = (
  state: ReplicaState,
  { epoch, update }: { readonly epoch: number; readonly update: Update }
): Change<Stale | Refused> => {
  const refused = refusal(state, epoch)
  if (refused !== undefined) return Result.fail(refused)
  const { configuration, history, self } = state
  if (!isSame(configuration.chain[0], self)) {
    return Result.fail(new Refused({ reason: `${self.node} is not the head` }))
  }
  if (history.some(({ request }) => request === update.request)) return Result.succeed(state)
  return Result.succeed(settle({ ...state, history: [...history, update] }))
}

/** A member takes its predecessor's sent list. With it a newcomer has all that went before. */
export const receive = (
  rules: Rules,
  state: ReplicaState,
  message: {
    readonly epoch: number
    readonly first: number
    readonly updates: ReadonlyArray<Update>
  }
): Change<Stale | Refused | Behind> => {
  const { epoch, first, updates } = message
  const refused = refusal(state, epoch)
  if (refused !== undefined) return Result.fail(refused)
  const { history } = state
  if (first > history.length) return Result.fail(new Behind({ from: history.length }))
  const unseen = rules.unseen(updates, first, history.length)
  return Result.succeed(settle({ ...state, history: [...history, ...unseen], isCatchingUp: false }))
}

/** The successor has acknowledged so many updates, in this epoch. */
export const acknowledge = (state: ReplicaState, count: number, epoch: number): ReplicaState => ({
  ...state,
  acknowledged: Math.max(state.acknowledged, Math.min(count, state.history.length)),
  confirmedEpoch: Math.max(state.confirmedEpoch, epoch)
})

/** The successor is behind what was thought to be at the tail: it joined with an older copy. */
export const rewind = (state: ReplicaState, from: number): ReplicaState => ({
  ...state,
  acknowledged: Math.min(state.acknowledged, from)
})

/** A replica outside the chain takes the tail's history, to join with it. */
export const install = (state: ReplicaState, history: ReadonlyArray<Update>): ReplicaState =>
  isMember(state) ? state : { ...state, history, acknowledged: history.length, isCatchingUp: true }

/** The value of a key, from the history of a member that may answer; else why it may not. */
export const read = (
  rules: Rules,
  state: ReplicaState,
  { epoch, key }: { readonly epoch: number; readonly key: string }
): Result.Result<number | null, Stale | Refused> => {
  const refused = refusal(state, epoch)
  if (refused !== undefined) return Result.fail(refused)
  const readers = rules.readers(state.configuration.chain)
  if (state.isCatchingUp || !readers.some((member) => isSame(member, state.self))) {
    return Result.fail(new Refused({ reason: `${state.self.node} does not answer queries` }))
  }
  return Result.succeed(state.history.findLast((update) => update.key === key)?.value ?? null)
}
