/**
 * The JSON document of `doctor --json`: its schema, and how it is made.
 *
 * One document under every outcome, as that of `fly`: `error` says when the command ended for
 * another reason than what it found.
 */
import { Schema } from "effect"
import type { Seen } from "../flight/Sameness.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import { Event } from "../recording/Event.ts"
import { toText } from "../turbulence/Seed.ts"
import { ErrorReport } from "./FlyReport.ts"
import { LeakReport, leakReport } from "./LeakReport.ts"

/** The version of the document that this release prints. */
export const formatVersion = 1

const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const SeedText = Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}$/))

/** The first run that came out differently, and where its two sides part. */
export const Difference = Schema.Struct({
  /** The seed of the run. */
  seed: SeedText,
  runIndex: Natural,
  /** Where it came out differently, one of `places`. */
  place: Schema.String,
  /** The first event that differs; null when the events were not kept. */
  step: Schema.NullOr(Natural),
  /** The event of each side; null when that side has ended, or `step` is null. */
  here: Schema.NullOr(Event),
  there: Schema.NullOr(Event),
  /** What probably leaked, and what to do. */
  likely: Schema.String
})

/** See the schema of the same name. */
export type Difference = typeof Difference.Type

/** What came of one scenario. */
export const ScenarioChecked = Schema.Struct({
  id: Schema.NonEmptyString,
  verdict: Schema.Literals(["same", "differs", "leaks"]),
  runs: Natural,
  /** Where the runs were flown. */
  places: Schema.Array(Schema.String),
  difference: Schema.optionalKey(Difference),
  leaks: Schema.Array(LeakReport)
})

/** See the schema of the same name. */
export type ScenarioChecked = typeof ScenarioChecked.Type

/** The document. `seed` and `commit` are null when the command ended before they were known. */
export const DoctorReport = Schema.Struct({
  formatVersion: Schema.Literal(formatVersion),
  seed: Schema.NullOr(SeedText),
  commit: Schema.NullOr(Schema.String),
  scenarios: Schema.Array(ScenarioChecked),
  error: Schema.optionalKey(ErrorReport)
})

/** See the schema of the same name. */
export type DoctorReport = typeof DoctorReport.Type

/** What is known of one scenario. */
export interface Checked {
  readonly id: string
  readonly runs: number
  readonly places: ReadonlyArray<string>
  readonly difference: Found | undefined
  readonly leaks: ReadonlyArray<Leak>
}

/** A difference as it was found. */
export interface Found {
  readonly run: Seen
  readonly place: string
  readonly step: number | undefined
  readonly here: Event | undefined
  readonly there: Event | undefined
  readonly likely: string
}

/** What a scenario comes to: a leak counts more than what it may have caused. */
export const verdictOf = ({ difference, leaks }: Checked): ScenarioChecked["verdict"] => {
  if (leaks.length > 0) return "leaks"
  return difference === undefined ? "same" : "differs"
}

const scenarioChecked = (checked: Checked): ScenarioChecked => {
  const { difference, id, leaks, places, runs } = checked
  return {
    id,
    verdict: verdictOf(checked),
    runs,
    places,
    ...(difference === undefined
      ? {}
      : {
          difference: {
            seed: toText(difference.run.seed),
            runIndex: difference.run.runIndex,
            place: difference.place,
            step: difference.step ?? null,
            here: difference.here ?? null,
            there: difference.there ?? null,
            likely: difference.likely
          }
        }),
    leaks: leaks.map(leakReport)
  }
}

/** The whole document. */
export const doctorReport = (
  seed: number,
  commit: string | undefined,
  checked: ReadonlyArray<Checked>,
  error: ErrorReport | undefined
): DoctorReport => ({
  formatVersion,
  seed: toText(seed),
  commit: commit ?? null,
  scenarios: checked.map(scenarioChecked),
  ...(error === undefined ? {} : { error })
})
