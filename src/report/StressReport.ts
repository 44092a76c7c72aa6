/**
 * Breaking points and envelopes as JSON: their entries in the document of `fly --json`, and the
 * document of one result that is saved beside its page.
 *
 * Owns what an entry is made of; its parts are converted in `StressJson`.
 */
import { Schema } from "effect"
import type {
  BreakingResult,
  EdgeProbe,
  EnvelopeResult,
  StressResult
} from "../stress/StressResult.ts"
import { toText } from "../turbulence/Seed.ts"
import { replayCommand } from "./FailureText.ts"
import { axisOf, bottleneckOf, curveOf, estimateOf, orNull, triggerOf } from "./StressJson.ts"
import type { Change, StressSaved } from "./StressSaved.ts"
import * as Json from "./StressSchema.ts"
import { searchAgainCommand } from "./StressWords.ts"

/** The version of the saved document that this release writes. */
export const formatVersion = 1

/** The fields that scenarios of every kind have. */
const entry = {
  id: Schema.NonEmptyString,
  system: Schema.String,
  verdict: Schema.Literals(["holds", "violated", "unknown"]),
  /** Probes. */
  runs: Json.Natural,
  /** Kernel steps of all probes together. */
  events: Json.Natural,
  simulatedMs: Schema.Finite,
  /** Of all probes in order, 14 hexadecimal digits: equal wherever the same probes are flown. */
  digest: Schema.String,
  /** Empty: searches do not count how often something was reached. */
  sometimes: Schema.Record(Schema.String, Json.Natural),
  /** Empty: what fails is in `edge`. */
  failures: Schema.Array(Schema.Never),
  /** Why the verdict is not `holds`. */
  unknown: Schema.Array(Schema.Struct({ reason: Schema.String, count: Json.Natural })),
  /** Empty: searches have no saved regressions. */
  regressions: Schema.Array(Schema.Never)
}

const pointEntry = {
  ...entry,
  kind: Schema.Literal("breaking-point"),
  breakingPoint: Json.BreakingPoint
}

const envelopeEntry = { ...entry, kind: Schema.Literal("envelope"), envelope: Json.Envelope }

const wall = { wallMs: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)) }

/** What came of a breaking point, as an entry of `fly --json`. */
export const BreakingPointReport = Schema.Struct({ ...pointEntry, ...wall })

/** What came of an envelope, as an entry of `fly --json`. */
export const EnvelopeReport = Schema.Struct({ ...envelopeEntry, ...wall })

/** What came of either. */
export const StressScenarioReport = Schema.Union([BreakingPointReport, EnvelopeReport])

/** See the schema of the same name. */
export type StressScenarioReport = typeof StressScenarioReport.Type

const version = { formatVersion: Schema.Literal(formatVersion) }

/** The document of one result. It has no wall time: the same search writes the same bytes. */
export const StressDocument = Schema.Union([
  Schema.Struct({ ...version, ...pointEntry }),
  Schema.Struct({ ...version, ...envelopeEntry })
])

/** See the schema of the same name. */
export type StressDocument = typeof StressDocument.Type

const edgeOf = (edge: ReadonlyArray<EdgeProbe>, { pair }: StressSaved) =>
  edge.map(({ criteria, seed, setting, side }, at) => {
    const { left, trigger, x, y } = setting
    const { recording, ref } = pair[at] ?? { recording: undefined, ref: undefined }
    return {
      side,
      x,
      y: y ?? null,
      trigger: trigger ?? null,
      left: left ?? null,
      seed: toText(seed),
      criteria,
      recording: recording ?? null,
      replay: ref === undefined ? null : replayCommand(ref)
    }
  })

const sharedOf = (result: StressResult, saved: StressSaved) => {
  const { cost } = result
  return {
    title: result.title,
    source: result.source ?? null,
    seed: toText(result.seed),
    budget: result.budget,
    reasons: result.reasons,
    levels: result.levels.map(({ allowed, name }) => ({ name, allowed: orNull(allowed) })),
    cost: {
      probes: cost.probes,
      invalid: cost.invalid,
      requests: cost.requests,
      steps: cost.steps,
      simulatedMicros: cost.simulatedMicros
    },
    prediction: result.prediction ?? null,
    edge: edgeOf(result.edge, saved),
    html: saved.html ?? null,
    rerun: searchAgainCommand(result)
  }
}

const changeOf = (change: Change | undefined) => {
  if (change === undefined) return null
  const { breaking, commit, demonstrated } = change
  return {
    commit,
    breaking:
      breaking === undefined
        ? null
        : { load: breaking.load, interval: { low: breaking.low, high: breaking.high } },
    demonstrated: demonstrated ?? null
  }
}

const breakingPointOf = (result: BreakingResult, saved: StressSaved): Json.BreakingPoint => ({
  ...sharedOf(result, saved),
  axis: axisOf(result.axis),
  target: result.target ?? null,
  estimate: estimateOf(result.estimate),
  curve: curveOf(result.curve),
  bottleneck: bottleneckOf(result.bottleneck),
  amplification: result.amplification.map(({ above, below, from, to }) => {
    return { from, to, below: orNull(below), above: orNull(above) }
  }),
  residues: result.residues.map(({ after, before, isBack, name }) => {
    return { name, before: orNull(before), after: orNull(after), isBack }
  }),
  metastability: result.metastability.map(triggerOf),
  change: changeOf(saved.change)
})

const envelopeOf = (result: EnvelopeResult, saved: StressSaved): Json.Envelope => ({
  ...sharedOf(result, saved),
  x: axisOf(result.x),
  y: { unit: result.y.unit, values: result.y.values },
  rows: result.rows.map(({ bottleneck, curve, estimate, target, y }) => ({
    y,
    target: target ?? null,
    estimate: estimateOf(estimate),
    curve: curveOf(curve),
    bottleneck: bottleneckOf(bottleneck)
  }))
})

const entryOf = (result: StressResult) => ({
  id: result.id,
  system: result.system,
  verdict: result.verdict,
  runs: result.cost.probes,
  events: result.cost.steps,
  simulatedMs: result.cost.simulatedMicros / 1_000,
  digest: result.digest,
  sometimes: {},
  failures: [],
  unknown: result.reasons.map((reason) => ({ reason, count: 1 })),
  regressions: []
})

/** The entry of a result in `fly --json`. */
export const stressScenarioReport = (
  result: StressResult,
  saved: StressSaved,
  wallMillis: number
): StressScenarioReport => {
  const entry = { ...entryOf(result), wallMs: Math.round(wallMillis) }
  return result.kind === "breaking-point"
    ? { ...entry, kind: result.kind, breakingPoint: breakingPointOf(result, saved) }
    : { ...entry, kind: result.kind, envelope: envelopeOf(result, saved) }
}

/** The document of a result; the same result gives the same document. */
export const stressDocument = (result: StressResult, saved: StressSaved): StressDocument =>
  result.kind === "breaking-point"
    ? {
        formatVersion,
        ...entryOf(result),
        kind: result.kind,
        breakingPoint: breakingPointOf(result, saved)
      }
    : {
        formatVersion,
        ...entryOf(result),
        kind: result.kind,
        envelope: envelopeOf(result, saved)
      }
