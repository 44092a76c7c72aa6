/**
 * The first line of a recording: everything needed to read it without the code that made it, and
 * everything needed to fly it again with that code.
 */
import { Schema } from "effect"
import { Deviation } from "../turbulence/ChoicePoint.ts"
import { Fault } from "../turbulence/Fault.ts"

/** The version of the file format that this release writes and reads. */
export const formatVersion = 1

const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const SeedText = Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}$/))

/** An operation of the workload: which client calls what, when it means to, and with what. */
export const Operation = Schema.Struct({
  /** Stable identity, `o-17`: it survives shrinking, and its choices are keyed by it. */
  id: Schema.NonEmptyString,
  /** The client node that runs it. */
  client: Schema.NonEmptyString,
  /**
   * Intended start in virtual milliseconds. A busy client starts it as soon as it is free. Under an
   * open-loop load it is exact to the microsecond, and has decimals.
   */
  atMs: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  /** The contract and the procedure it calls. */
  contract: Schema.NonEmptyString,
  procedure: Schema.NonEmptyString,
  /** The payload, encoded by the procedure's schema. */
  payload: Schema.Json,
  /** Set on those that show the core's progress: `atMs` then counts from when that phase begins. */
  phase: Schema.optionalKey(Schema.Literal("liveness"))
})

/** See the schema of the same name. */
export type Operation = typeof Operation.Type

/** What a flight needs besides its scenario: equal causes fly equal flights. */
export const Cause = Schema.Struct({
  seed: SeedText,
  workload: Schema.Array(Operation),
  faults: Schema.Array(Fault),
  deviations: Schema.Array(Deviation)
})

/** See the schema of the same name. */
export type Cause = typeof Cause.Type

/** A property that was violated: which, about what, and how it looked. */
export const Failure = Schema.Struct({
  property: Schema.String,
  /** What it was about, without names that differ from run to run: `charges of an order`. */
  subject: Schema.String,
  /** The claim with the actual names: `charges(o-17) ≤ 1`. */
  expected: Schema.String,
  actual: Schema.String,
  /** Eight hexadecimal digits; the same failure has the same signature. */
  signature: SeedText,
  /** The step at which it showed. */
  step: Natural
})

/** See the schema of the same name. */
export type Failure = typeof Failure.Type

/** A passing flight one change away from the recorded one. */
export const Twin = Schema.Struct({
  /** The change, as people read it: `without: lose reply 1 of charge o-17`. */
  change: Schema.String,
  /** The first step of this recording that the twin does not share. */
  firstDifference: Natural
})

/** A part of the cause that cannot be taken away, and how little of it is still enough. */
export const Needed = Schema.Struct({
  what: Schema.String,
  atLeast: Schema.optionalKey(Schema.String)
})

/** The header of a recording. */
export const Header = Schema.Struct({
  formatVersion: Schema.Literal(formatVersion),
  /** The release of Downforce that wrote it. */
  downforce: Schema.String,
  commit: Schema.optionalKey(Schema.String),
  /** `<path under simulations>/<kebab-case name>`. */
  scenario: Schema.NonEmptyString,
  /** The scenario's name as written. */
  title: Schema.String,
  /** Where the scenario is declared: a path relative to the project, with the line when known. */
  source: Schema.optionalKey(Schema.String),
  system: Schema.String,
  /** All nodes in a defined order, clients last. */
  nodes: Schema.Array(
    Schema.Struct({
      name: Schema.NonEmptyString,
      role: Schema.Literals(["service", "fake", "client"])
    })
  ),
  /** The run's place in its batch. */
  runIndex: Natural,
  cause: Cause,
  failure: Schema.optionalKey(Failure),
  /** How many events the first failing flight had, before shrinking. */
  eventsBefore: Schema.optionalKey(Natural),
  /** How many events follow. */
  events: Natural,
  /** Virtual length of the flight in microseconds. */
  simulatedMicros: Natural,
  /** Hash of all events, 14 hexadecimal digits. */
  digest: Schema.String.check(Schema.isPattern(/^[0-9a-f]{14}$/)),
  twin: Schema.optionalKey(Twin),
  /** Later faults of the run that hid the failure: with them it holds. */
  masked: Schema.optionalKey(Schema.Array(Schema.String)),
  needed: Schema.Array(Needed)
})

/** See the schema of the same name. */
export type Header = typeof Header.Type
