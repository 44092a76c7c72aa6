/** Chains that break one rule of the paper each. Found, or the scenario proves nothing. */
import { WindTunnel } from "downforce"
import { Effect } from "effect"
import { paper, type Rules } from "../../systems/chain-replication/rules.ts"
import { chainReplication } from "../../systems/chain-replication/system.ts"
import { conditions } from "../chain-replication.ts"

const broken = (name: string, rule: Partial<Rules>) =>
  WindTunnel.make(name, {
    ...conditions,
    system: chainReplication({ replicas: 3, rules: { ...paper, ...rule } })
  })

export const acknowledgesBeforeTheTail = broken("acknowledges before the tail", {
  beforeAnswering: (acknowledged) => Effect.asVoid(Effect.forkDetach(acknowledged))
})

export const readsFromAnyReplica = broken("reads from any replica", {
  readers: (chain) => chain
})

export const forgetsToResend = broken("forgets to resend", {
  resendFrom: (_, ownLength) => ownLength
})

export const acceptsAsAStaleHead = broken("accepts as a stale head", {
  whenStale: () => Effect.void
})

export const appliesTwiceOnResend = broken("applies twice on resend", {
  unseen: (updates) => updates
})
