/**
 * The rules on which the chain's correctness rests, by name.
 *
 * The replica and the store follow whichever rules they are made with, so that a simulation can
 * break a single one and see whether its properties notice.
 */
import { Effect } from "effect"
import type { Member, Stale, Update } from "./contracts.ts"

/** See `paper` for each. */
export interface Rules {
  readonly readers: (chain: ReadonlyArray<Member>) => ReadonlyArray<Member>
  readonly unseen: (
    updates: ReadonlyArray<Update>,
    first: number,
    ownLength: number
  ) => ReadonlyArray<Update>
  readonly resendFrom: (acknowledged: number, ownLength: number) => number
  readonly whenStale: (stale: Stale) => Effect.Effect<void, Stale>
  readonly beforeAnswering: <E>(acknowledged: Effect.Effect<void, E>) => Effect.Effect<void, E>
}

/** The rules of the paper. */
export const paper: Rules = {
  /** Only the tail answers queries, for only what has come that far is on every replica. */
  readers: (chain) => chain.slice(-1),
  /** Of what it is sent, a member appends what its history does not have yet. */
  unseen: (updates, first, ownLength) => updates.slice(ownLength - first),
  /** A new successor is sent what the tail has not acknowledged: the old one may have lost it. */
  resendFrom: (acknowledged) => acknowledged,
  /** A head that its successor calls stale has been removed: it accepts nothing any more. */
  whenStale: (stale) => Effect.fail(stale),
  /** The head answers an update when the tail has acknowledged it. */
  beforeAnswering: (acknowledged) => acknowledged
}
