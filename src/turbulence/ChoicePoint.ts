/**
 * Choice points: the places where the world may do something it need not have done.
 *
 * Owns the closed list of kinds, the range of their outcomes, and the schema of a deviation.
 * An outcome is an integer, and 0 is always the calm one: what happens when nothing is asked for.
 * Owns no drawing (see Entropy) and no effect (see the kernel and the world).
 */
import { Schema } from "effect"

/** One kind of choice: what it is, what its number counts, and how far it may go. */
export interface ChoiceKindInfo {
  /** What the outcome counts; a mask has a bit for each of six parts, the lowest the first. */
  readonly unit: "microseconds" | "operations" | "position" | "mask" | "manner" | "yes"
  /** Outcomes run from 0 (calm) to this bound, both included. */
  readonly outcomeMax: number
  /** Whether large outcomes are drawn log-uniformly (`wide`) or all alike (`flat`). */
  readonly spread: "wide" | "flat"
  /** One sentence for people: what a non-calm outcome does. */
  readonly does: string
}

/** Every kind of choice point, by name. The order is part of the recording format. */
export const kinds = {
  rank: {
    unit: "position",
    outcomeMax: 7,
    spread: "flat",
    does: "runs after other work that is ready at the same instant"
  },
  cede: {
    unit: "operations",
    outcomeMax: 64,
    spread: "wide",
    does: "is taken off the processor each time after so many operations"
  },
  hold: {
    unit: "microseconds",
    outcomeMax: 2_000_000,
    spread: "wide",
    does: "stays off the processor for so long after it was taken off"
  },
  delay: {
    unit: "microseconds",
    outcomeMax: 10_000_000,
    spread: "wide",
    does: "takes longer than the link's own latency, and holds up what is sent after it"
  },
  lose: { unit: "yes", outcomeMax: 1, spread: "flat", does: "is lost on the network" },
  duplicate: {
    unit: "microseconds",
    outcomeMax: 2_000_000,
    spread: "wide",
    does: "arrives a second time, so much later"
  },
  reorder: {
    unit: "microseconds",
    outcomeMax: 10_000_000,
    spread: "wide",
    does: "takes longer, and what is sent after it on the same link overtakes it"
  },
  reset: {
    unit: "yes",
    outcomeMax: 1,
    spread: "flat",
    does: "has its connection reset instead of being delivered"
  },
  silent: {
    unit: "yes",
    outcomeMax: 1,
    spread: "flat",
    does: "never hears that the node it called has crashed"
  },
  truncate: {
    unit: "yes",
    outcomeMax: 1,
    spread: "flat",
    does: "is cut in half and is the last of its body, which ends as if it were complete"
  },
  ahead: {
    unit: "microseconds",
    outcomeMax: 10_000_000,
    spread: "wide",
    does: "shows a wall-clock time so far ahead of the others, from the beginning"
  },
  behind: {
    unit: "microseconds",
    outcomeMax: 10_000_000,
    spread: "wide",
    does: "shows a wall-clock time so far behind the others, from the beginning"
  },
  survive: {
    unit: "mask",
    outcomeMax: 63,
    spread: "flat",
    does: "has reached the disk, in part or as a whole, although a crash came before it was synced"
  },
  failsync: {
    unit: "yes",
    outcomeMax: 1,
    spread: "flat",
    does: "fails to be synced, and what was not yet on the disk is dropped"
  },
  eio: { unit: "yes", outcomeMax: 1, spread: "flat", does: "fails with an input/output error" },
  lag: {
    unit: "microseconds",
    outcomeMax: 2_000_000,
    spread: "wide",
    does: "takes the disk longer than usual"
  },
  flip: {
    unit: "position",
    outcomeMax: 4_096,
    spread: "flat",
    does: "has this bit of a sector turned over on the disk"
  },
  misdirect: {
    unit: "position",
    outcomeMax: 8,
    spread: "flat",
    does: "is written so many sectors behind its place on the disk"
  },
  outage: {
    unit: "manner",
    outcomeMax: 3,
    spread: "flat",
    does: "stays faulty for good from the beginning of the liveness phase"
  }
} as const satisfies Record<string, ChoiceKindInfo>

/** The name of a kind of choice point. */
export type ChoiceKind = keyof typeof kinds

/** The names of all kinds, in their defined order. */
export const kindNames = Object.keys(kinds) as ReadonlyArray<ChoiceKind>

/**
 * A choice point at which the world deviated from calm: `key` is its causal key (14 hexadecimal
 * digits), `path` the same key readable, `kind` and `outcome` say what happened there.
 */
export const Deviation = Schema.Struct({
  key: Schema.String.check(Schema.isPattern(/^[0-9a-f]{14}$/)),
  path: Schema.String,
  kind: Schema.Literals(kindNames),
  outcome: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))
})

/** See the schema of the same name. */
export type Deviation = typeof Deviation.Type

/** How a node stays faulty for good, by the outcome of `outage`. */
export const manners = ["healthy", "crashed", "cut off", "frozen"] as const

/** See `manners`. */
export type Manner = (typeof manners)[number]

/** An outcome as people read it: `2s`, `350ms`, `40µs`, `12 operations`, `yes`. */
export const outcomeText = (kind: ChoiceKind, outcome: number): string => {
  switch (kinds[kind].unit) {
    case "microseconds":
      return durationText(outcome)
    case "operations":
      return `${outcome} operations`
    case "position":
      return `+${outcome}`
    case "mask":
      return `0b${outcome.toString(2).padStart(6, "0")}`
    case "manner":
      return manners[outcome] ?? `${outcome}`
    case "yes":
      return outcome === 0 ? "no" : "yes"
  }
}

/** A length of virtual time in microseconds as people read it, at most three decimals. */
export const durationText = (micros: number): string => {
  const trim = (value: number): string => String(Math.round(value * 1000) / 1000)
  if (micros >= 1_000_000) return `${trim(micros / 1_000_000)}s`
  if (micros >= 1_000) return `${trim(micros / 1_000)}ms`
  return `${micros}µs`
}
