/**
 * The master: decides who is in the chain, and in which order.
 *
 * It hears from members and judges the silent ones by their leases. It cannot tell a slow or cut
 * off member from a dead one, and need not: whoever is removed is fenced by its epoch. Only it must
 * not remove the last good copy, so it removes on suspicion alone only while two others are left.
 */
import { Probe, Service } from "downforce"
import { Clock, Effect, Ref, Schema } from "effect"
import { type Configuration, isSame, leaseMillis, Master, Member, Refused } from "./contracts.ts"

/** How a chain came to be what it is. */
const Change = Schema.Literals([
  "none",
  "formed",
  "removed the head",
  "removed a middle",
  "removed the tail",
  "joined"
])

/** What the master knows, open to view. */
export const MasterState = Probe.make(
  "master",
  Schema.Struct({
    epoch: Schema.Int,
    /** Replicas that are there before there is a chain. */
    waiting: Schema.Array(Member),
    /** From head to tail. */
    chain: Schema.Array(
      Schema.Struct({ ...Member.fields, heardAt: Schema.Int, isCatchingUp: Schema.Boolean })
    ),
    /** What made this epoch. */
    change: Change
  })
)

type MasterState = typeof MasterState.schema.Type
type Standing = MasterState["chain"][number]

interface Heartbeat {
  readonly member: Member
  readonly isCatchingUp: boolean
  readonly now: number
}

const configurationOf = ({ chain, epoch }: MasterState): Configuration => ({
  epoch,
  chain: chain.map(({ node, startedAt }) => ({ node, startedAt }))
})

/** The chain begins when as many replicas as it is meant to have are there, in order of name. */
const form = (state: MasterState, { member, now }: Heartbeat, replicas: number): MasterState => {
  const isOlder = (one: Member) => one.node === member.node && one.startedAt <= member.startedAt
  const others = state.waiting.filter((one) => !isOlder(one))
  const waiting = others.some(({ node }) => node === member.node) ? others : [...others, member]
  if (waiting.length < replicas) return { ...state, waiting }
  const chain = waiting
    .toSorted((one, other) => (one.node < other.node ? -1 : 1))
    .map((one) => ({ ...one, heardAt: now, isCatchingUp: false }))
  return { epoch: 1, waiting: [], chain, change: "formed" }
}

/** How many whole copies must be left when a member is removed. */
const copiesToLeave = (isSuspected: boolean, { isCatchingUp }: Standing): number =>
  isSuspected && !isCatchingUp ? 2 : 1

const removeFailed = (state: MasterState, { member, now }: Heartbeat): MasterState => {
  const { chain } = state
  const position = chain.findIndex((standing) => {
    const isDead = standing.node === member.node && standing.startedAt < member.startedAt
    const isSilent = now - standing.heardAt > leaseMillis
    if (!isDead && !isSilent) return false
    const copies = chain.filter((other) => other !== standing && !other.isCatchingUp)
    return copies.length >= copiesToLeave(!isDead, standing)
  })
  if (position < 0) return state
  const isLast = position === chain.length - 1
  return {
    ...state,
    epoch: state.epoch + 1,
    chain: chain.filter((_, index) => index !== position),
    change: position === 0 ? "removed the head" : isLast ? "removed the tail" : "removed a middle"
  }
}

const hear = (state: MasterState, heartbeat: Heartbeat, replicas: number): MasterState => {
  if (state.epoch === 0) return form(state, heartbeat, replicas)
  const { isCatchingUp, member, now } = heartbeat
  const chain = state.chain.map((standing) =>
    isSame(member, standing)
      ? { ...standing, heardAt: Math.max(standing.heardAt, now), isCatchingUp }
      : standing
  )
  return removeFailed({ ...state, chain }, heartbeat)
}

/** A copy of another epoch may lack what the chain acknowledged since; nobody joins twice. */
const append = (state: MasterState, epoch: number, standing: Standing): MasterState =>
  state.epoch !== epoch || state.chain.some(({ node }) => node === standing.node)
    ? state
    : {
        ...state,
        epoch: epoch + 1,
        chain: [...state.chain, standing],
        change: "joined"
      }

/** The master of a chain that is meant to have so many replicas. */
export const master = (replicas: number) =>
  Service.make("master", {
    provides: Master,
    handlers: Effect.gen(function* () {
      const state = yield* Ref.make<MasterState>({
        epoch: 0,
        waiting: [],
        chain: [],
        change: "none"
      })
      yield* MasterState.expose(() => Ref.getUnsafe(state))

      return Master.of({
        configuration: () => Effect.map(Ref.get(state), configurationOf),

        heartbeat: Effect.fnUntraced(function* (heartbeat) {
          const now = yield* Clock.currentTimeMillis
          const after = yield* Ref.updateAndGet(state, (from) =>
            hear(from, { ...heartbeat, now }, replicas)
          )
          return configurationOf(after)
        }),

        join: Effect.fnUntraced(function* ({ epoch, member }) {
          const heardAt = yield* Clock.currentTimeMillis
          const after = yield* Ref.updateAndGet(state, (from) =>
            append(from, epoch, { ...member, heardAt, isCatchingUp: true })
          )
          const configuration = configurationOf(after)
          if (configuration.chain.some((one) => isSame(one, member))) return configuration
          return yield* new Refused({ reason: `epoch ${epoch}, now it is ${after.epoch}` })
        })
      })
    })
  })
