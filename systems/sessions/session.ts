/**
 * Sessions as they are kept: the pairs of tokens that were given out, each in exchange for the
 * refresh token of the one before. All times are of the clock of the table they are kept in.
 */
import { Schema } from "effect"

/** How long an access token is good. */
export const accessMillis = 30_000

/**
 * How long a refresh token that was exchanged may be shown again, for the same answer. A browser
 * whose answer was lost has to be let in within this time; a thief is not noticed within it.
 */
export const graceMillis = 10_000

/** A pair of tokens, and when it was given out. */
export const Pair = Schema.Struct({
  access: Schema.String,
  refresh: Schema.String,
  atMillis: Schema.Int
})
export type Pair = typeof Pair.Type

/** A session: everything that began with one login. */
export const Session = Schema.Struct({
  user: Schema.String,
  isRevoked: Schema.Boolean,
  /** In the order they were given out: only the last refresh token was not exchanged yet. */
  pairs: Schema.Array(Pair)
})
export type Session = typeof Session.Type

/** What nobody can guess: the name of a session, and the rest of a token. */
export const makeSecret = (): string => crypto.randomUUID()

/** A new pair of tokens. Each names its session. */
export const makePair = (id: string, atMillis: number): Pair => ({
  access: `${id}.${makeSecret()}`,
  refresh: `${id}.${makeSecret()}`,
  atMillis
})

/** The session that a token belongs to. */
export const sessionOf = (token: string): string => token.slice(0, token.lastIndexOf("."))

/** When the access token of a pair expires. */
export const expiresAtMillis = ({ atMillis }: Pair): number => atMillis + accessMillis

/** The session with one more pair. It forgets those that nothing depends on any more. */
export const extend = (session: Session, pair: Pair): Session => {
  const pairs = [...session.pairs, pair]
  const isNeeded = (_: Pair, index: number) => {
    const next = pairs[index + 1]
    return next === undefined || expiresAtMillis(next) > pair.atMillis
  }
  return { ...session, pairs: pairs.filter(isNeeded) }
}

/** What becomes of a refresh token that is shown: the pair is the one to answer with again. */
export type Showing =
  | { readonly _tag: "First" }
  | { readonly _tag: "Again"; readonly pair: Pair }
  | { readonly _tag: "Reuse" }

/** Judges a refresh token of a session. */
export const show = ({ pairs }: Session, refresh: string, nowMillis: number): Showing => {
  const at = pairs.findIndex((pair) => pair.refresh === refresh)
  if (at < 0) return { _tag: "Reuse" }
  const next = pairs[at + 1]
  if (next === undefined) return { _tag: "First" }
  const isSoon = nowMillis - next.atMillis < graceMillis
  return isSoon ? { _tag: "Again", pair: next } : { _tag: "Reuse" }
}
