/**
 * The JSON document of `fly --json`: its schema, and how it is made from batches.
 *
 * One document under every outcome. When the command ends for another reason than what flights
 * found (wrong usage, nothing matched, interrupted), `error` says so and `scenarios` holds what was
 * flown until then.
 */
import { Schema } from "effect"
import type { BatchResult, FoundFailure } from "../flight/BatchResult.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import { Operation } from "../recording/Header.ts"
import { Deviation } from "../turbulence/ChoicePoint.ts"
import { Fault } from "../turbulence/Fault.ts"
import { toText } from "../turbulence/Seed.ts"
import { LeakReport, leakReport } from "./LeakReport.ts"
import { replayCommand, rerunCommand, type Saved } from "./FailureText.ts"
import { StressScenarioReport } from "./StressReport.ts"

/** The version of the document that this release prints. */
export const formatVersion = 1

const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const SeedText = Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}$/))

/** One failure: its shrunk cause, and where to look at it. */
export const Failure = Schema.Struct({
  property: Schema.String,
  /** The claim with actual names, and what was found instead. */
  expected: Schema.String,
  actual: Schema.String,
  /** The same failure has the same signature. */
  signature: SeedText,
  /** The seed of the run: `--seed` with it flies this run first. */
  seed: SeedText,
  runIndex: Natural,
  /** In how many of the scenario's runs it was met. */
  metCount: Natural,
  /** The saved regression that failed; null when a new run did. */
  regression: Schema.NullOr(Schema.String),
  /** Whether nothing more can be taken from the three lists. */
  isMinimal: Schema.Boolean,
  workload: Schema.Array(Operation),
  faults: Schema.Array(Fault),
  deviations: Schema.Array(Deviation),
  /** Later faults of the run that hid the failure; absent when none did. */
  masked: Schema.optionalKey(Schema.Array(Schema.String)),
  eventsBefore: Natural,
  eventsAfter: Natural,
  /** Relative to the project; null with `--record none`. */
  recording: Schema.NullOr(Schema.String),
  replay: Schema.NullOr(Schema.String),
  rerun: Schema.String
})

/** See the schema of the same name. */
export type Failure = typeof Failure.Type

/** What came of a wind tunnel. */
export const TunnelReport = Schema.Struct({
  id: Schema.NonEmptyString,
  kind: Schema.Literal("wind-tunnel"),
  system: Schema.String,
  verdict: Schema.Literals(["holds", "violated", "unknown"]),
  runs: Natural,
  /** Kernel steps of all runs together. */
  events: Natural,
  wallMs: Millis,
  simulatedMs: Millis,
  /** Of all runs in order, 14 hexadecimal digits: equal wherever the same runs are flown. */
  digest: Schema.String,
  /** How many runs reached each `Sometimes`. */
  sometimes: Schema.Record(Schema.String, Natural),
  failures: Schema.Array(Failure),
  /** Why the verdict is not `holds` where no failure says it. */
  unknown: Schema.Array(Schema.Struct({ reason: Schema.String, count: Natural })),
  /** The saved regressions that were flown first. */
  regressions: Schema.Array(
    Schema.Struct({
      file: Schema.String,
      outcome: Schema.Literals(["violated", "holds", "stale"]),
      reason: Schema.NullOr(Schema.String)
    })
  )
})

/** See the schema of the same name. */
export type TunnelReport = typeof TunnelReport.Type

/** What came of one scenario: `kind` tells which. */
export const ScenarioReport = Schema.Union([TunnelReport, StressScenarioReport])

/** See the schema of the same name. */
export type ScenarioReport = typeof ScenarioReport.Type

/** Why a command ended, when it was not for what flights found. */
export const ErrorReport = Schema.Struct({
  exitCode: Natural,
  message: Schema.String,
  /** Where code reached past the simulation, when that ended the command. */
  leaks: Schema.optionalKey(Schema.Array(LeakReport))
})

/** See the schema of the same name. */
export type ErrorReport = typeof ErrorReport.Type

/** The part of the document for an error. */
export const errorReport = (error: {
  readonly exitCode: number
  readonly message: string
  readonly leaks?: ReadonlyArray<Leak>
}): ErrorReport => ({
  exitCode: error.exitCode,
  message: error.message,
  ...(error.leaks === undefined ? {} : { leaks: error.leaks.map(leakReport) })
})

/** The document. `seed` and `commit` are null when the command ended before they were known. */
export const FlyReport = Schema.Struct({
  formatVersion: Schema.Literal(formatVersion),
  seed: Schema.NullOr(SeedText),
  commit: Schema.NullOr(Schema.String),
  scenarios: Schema.Array(ScenarioReport),
  error: Schema.optionalKey(ErrorReport)
})

/** See the schema of the same name. */
export type FlyReport = typeof FlyReport.Type

const failureOf = (found: FoundFailure, saved: Saved): Failure | undefined => {
  const { header } = found
  const { failure } = header
  if (failure === undefined) return undefined
  return {
    property: failure.property,
    expected: failure.expected,
    actual: failure.actual,
    signature: failure.signature,
    seed: header.cause.seed,
    runIndex: header.runIndex,
    metCount: found.metCount,
    regression: found.regression ?? null,
    isMinimal: found.isMinimal,
    workload: header.cause.workload,
    faults: header.cause.faults,
    deviations: header.cause.deviations,
    ...(header.masked === undefined ? {} : { masked: header.masked }),
    eventsBefore: header.eventsBefore ?? header.events,
    eventsAfter: header.events,
    recording: saved.recording ?? null,
    replay: saved.ref === undefined ? null : replayCommand(saved.ref),
    rerun: rerunCommand(header)
  }
}

/** What a batch came to; `saved` has one entry for each of its failures, in order. */
export const tunnelReport = (
  batch: BatchResult,
  saved: ReadonlyArray<Saved>,
  wallMillis: number
): TunnelReport => ({
  id: batch.id,
  kind: "wind-tunnel",
  system: batch.system,
  verdict: batch.verdict,
  runs: batch.runs,
  events: batch.steps,
  wallMs: Math.round(wallMillis),
  simulatedMs: batch.simulatedMicros / 1000,
  digest: batch.digest,
  sometimes: Object.fromEntries(batch.sometimes.map(({ count, name }) => [name, count])),
  failures: batch.failures.flatMap((found, at) => {
    const nowhere = { regression: undefined, recording: undefined, ref: undefined }
    const failure = failureOf(found, saved[at] ?? nowhere)
    return failure === undefined ? [] : [failure]
  }),
  unknown: batch.unknown,
  regressions: batch.regressions.map(({ file, outcome, reason }) => ({
    file,
    outcome,
    reason: reason ?? null
  }))
})

/** The whole document. */
export const flyReport = (
  seed: number,
  commit: string | undefined,
  scenarios: ReadonlyArray<ScenarioReport>,
  error: FlyReport["error"] | undefined
): FlyReport => ({
  formatVersion,
  seed: toText(seed),
  commit: commit ?? null,
  scenarios,
  ...(error === undefined ? {} : { error })
})
