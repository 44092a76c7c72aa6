/**
 * From a finished search to a result: the verdict with its reasons, and everything gathered.
 *
 * Owns what counts as violated: less than the target, or a system that does not get over a trigger
 * at a load that it is meant to carry. A search without an answer is unknown, never a pass.
 */
import { Result } from "effect"
import type { BatchVerdict } from "../flight/BatchResult.ts"
import type { System } from "../system/System.ts"
import * as Bottleneck from "./Bottleneck.ts"
import type { BreakingPoint } from "./BreakingPoint.ts"
import { numberText, pointText } from "./DrivenAxis.ts"
import type { Flown } from "./Drive.ts"
import type { Envelope } from "./Envelope.ts"
import type * as Estimate from "./Estimate.ts"
import * as Gather from "./Gather.ts"
import type * as Metastability from "./Metastability.ts"
import * as SearchOptions from "./Options.ts"
import type {
  BreakingResult,
  EnvelopeResult,
  LevelAllowed,
  PredictionAnswer,
  Row
} from "./StressResult.ts"
import type { Prediction, Stressed } from "./Stressed.ts"
import type { StressScenario } from "./StressScenario.ts"

interface Asked {
  readonly seed: number
  readonly budget: SearchOptions.Budget
}

/** What a search along one axis came to. */
export interface Searched {
  readonly estimate: Estimate.Estimate
  /** The probes whose answers it used, in its order. */
  readonly used: ReadonlyArray<Flown>
  /** Those of the triggers. */
  readonly triggered: ReadonlyArray<Flown>
  readonly metastability: ReadonlyArray<Metastability.TriggerResult>
}

/** A reason, and what it makes of the whole. */
interface Finding {
  readonly verdict: "violated" | "unknown"
  readonly reason: string
}

/** The edge: where it breaks, or as near to it as the search came. */
const edgeOf = ({ breaking, demonstrated, shares, verdict }: Estimate.Estimate): number => {
  if (breaking !== undefined) return breaking.load
  if (verdict._tag === "neverBroke") return demonstrated?.load ?? Number.POSITIVE_INFINITY
  // The lowest load at which something failed.
  return shares.find(({ passes, trials }) => passes < trials)?.load ?? Number.POSITIVE_INFINITY
}

/** What the search itself says. */
const ofVerdict = ({ verdict }: Estimate.Estimate, unit: string): ReadonlyArray<Finding> => {
  switch (verdict._tag) {
    case "found":
    case "neverBroke":
      return []
    case "failsAtOnce": {
      const at = pointText({ unit }, verdict.load)
      return [{ verdict: "violated", reason: `it fails at once, at ${at}, the lowest there is` }]
    }
    case "notMonotone": {
      const reason = "it passes again beyond points at which it fails: there is no single number"
      return [{ verdict: "unknown", reason }]
    }
    case "inconclusive":
      return [{ verdict: "unknown", reason: `inconclusive: ${verdict.reason}` }]
    case "invalid": {
      const at = pointText({ unit }, verdict.load)
      return [{ verdict: "unknown", reason: `invalid at ${at}: ${verdict.reason}` }]
    }
    case "open":
      return [{ verdict: "unknown", reason: "it was ended before the search was over" }]
  }
}

/** What the loads of a target say. */
const ofTarget = (
  { limit, ultimate, verdict }: Estimate.Estimate,
  unit: string
): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  if (limit?.answer === "fails") {
    const passed = `${limit.passes} of ${limit.trials} probes passed`
    const reason = `it does not carry its limit, ${pointText({ unit }, limit.load)}: ${passed}`
    findings.push({ verdict: "violated", reason })
  } else if (limit?.answer === "unknown" && verdict._tag !== "open") {
    const reason = `whether it carries its limit, ${pointText({ unit }, limit.load)}, is not sure`
    findings.push({ verdict: "unknown", reason })
  }
  if (ultimate?.answer === "fails") {
    const at = pointText({ unit }, ultimate.load)
    findings.push({
      verdict: "violated",
      reason: `it does not survive its ultimate load, ${at}: ${ultimate.passes} of ${ultimate.trials}`
    })
  }
  return findings
}

/** What the triggers say: up to the limit load, or else anywhere, it must recover by itself. */
const ofTriggers = (
  triggers: ReadonlyArray<Metastability.TriggerResult>,
  limit: number | undefined,
  unit: string
): ReadonlyArray<Finding> =>
  triggers.flatMap(({ band, trigger }) => {
    if (band === undefined || (limit !== undefined && band.low > limit)) return []
    const from = pointText({ unit }, band.low)
    const reason = `it stays down after ${trigger} has gone, from ${from} on: metastable`
    return [{ verdict: "violated" as const, reason }]
  })

const worst = (findings: ReadonlyArray<Finding>): BatchVerdict => {
  if (findings.some(({ verdict }) => verdict === "violated")) return "violated"
  return findings.length > 0 ? "unknown" : "holds"
}

const answerOf = (
  prediction: Prediction | undefined,
  bottleneck: Bottleneck.Bottleneck | undefined
): PredictionAnswer | undefined =>
  prediction && {
    ...prediction,
    isRight: bottleneck !== undefined && Bottleneck.isPredicted(prediction, bottleneck)
  }

const systemAt = (stressed: Stressed, x: number, y: number | undefined): System | undefined => {
  const trial = stressed.trialAt(x, y)
  return Result.isSuccess(trial) ? trial.success.tunnel.system : undefined
}

/** What is exhausted just over the edge; at a point of it, for the system may differ by point. */
const bottleneckOf = (
  stressed: Stressed,
  above: ReadonlyArray<Flown>
): Bottleneck.Bottleneck | undefined => {
  const [first] = above
  if (first === undefined) return undefined
  const system = systemAt(stressed, first.setting.x, first.setting.y)
  return system && Gather.bottleneck(system, above)
}

const targetLoads = (target: SearchOptions.Target | undefined) =>
  target && {
    limit: target.limit,
    ultimate: target.limit * (target.factor ?? SearchOptions.factorDefault)
  }

/** The percentile of latency that the curve has. */
const drawnPercentile = 99

const levelsOf = ({ levels }: Stressed): ReadonlyArray<LevelAllowed> =>
  levels.map((level) => {
    const { allowed, name } = level
    const bound =
      level._tag === "average" || level.operation !== undefined ? undefined : level.bound
    return bound?.percentile === drawnPercentile
      ? { name, allowed, latency: bound }
      : { name, allowed }
  })

/** The result of a breaking point. */
export const ofBreaking = (
  { file, id }: StressScenario,
  point: BreakingPoint,
  { budget, seed }: Asked,
  { estimate, metastability, triggered, used }: Searched
): BreakingResult => {
  const { axis, name, prediction, source, system, target } = point
  const edge = edgeOf(estimate)
  const above = Gather.over(used, edge)
  const below = Gather.under(used, edge)
  const bottleneck = bottleneckOf(point, above)
  const findings = [
    ...ofTarget(estimate, axis.unit),
    ...ofTriggers(metastability, target?.limit, axis.unit),
    ...ofVerdict(estimate, axis.unit)
  ]
  const restingAt = target?.limit ?? estimate.demonstrated?.load
  const all = [...used, ...triggered]
  return {
    kind: "breaking-point",
    id,
    title: name,
    system,
    source: sourceIn(file, source),
    seed,
    budget,
    verdict: worst(findings),
    reasons: findings.map(({ reason }) => reason),
    levels: levelsOf(point),
    cost: Gather.cost(all),
    digest: Gather.digest(all),
    axis,
    target: targetLoads(target),
    estimate,
    curve: Gather.curve(used),
    bottleneck,
    prediction: answerOf(prediction, bottleneck),
    amplification: Gather.amplification(below, above),
    residues: Gather.residues(used.filter(({ setting }) => setting.x === restingAt)),
    metastability,
    edge: Gather.edgePair(below, above)
  }
}

/** The declaration's line in the file it was found in: reports hold no path of a machine. */
const sourceIn = (file: string, source: string | undefined): string => {
  const line = /:(\d+)$/.exec(source ?? "")?.[1]
  return line === undefined ? file : `${file}:${line}`
}

const rowOf = (
  envelope: Envelope,
  y: number,
  estimate: Estimate.Estimate,
  used: ReadonlyArray<Flown>
): Row => {
  const target = envelope.targets.find(({ at }) => at === y)
  return {
    y,
    estimate,
    target: targetLoads(target),
    curve: Gather.curve(used),
    bottleneck: bottleneckOf(envelope, Gather.over(used, edgeOf(estimate)))
  }
}

/** The result of an envelope. `used` has the probes of all rows. */
export const ofEnvelope = (
  { file, id }: StressScenario,
  envelope: Envelope,
  { budget, seed }: Asked,
  searched: {
    readonly rows: ReadonlyArray<{ readonly y: number; readonly estimate: Estimate.Estimate }>
    readonly used: ReadonlyArray<Flown>
  }
): EnvelopeResult => {
  const { name, prediction, source, system, x, y } = envelope
  const { used } = searched
  const usedAt = (at: number) => used.filter(({ setting }) => setting.y === at)
  const rows = searched.rows.map(({ estimate, y }) => rowOf(envelope, y, estimate, usedAt(y)))
  const findings = rows.flatMap(({ estimate, target, y: at }) => {
    const ofRow = [...ofTarget(estimate, x.unit), ...ofVerdict(estimate, x.unit)]
    // A row that fails at once is an end of the frontier, unless it was meant to carry something.
    const counted = target === undefined && estimate.verdict._tag === "failsAtOnce" ? [] : ofRow
    return counted.map(({ reason, verdict }) => ({
      verdict,
      reason: `at ${numberText(at)} ${y.unit}: ${reason}`
    }))
  })
  const [first] = rows
  const edge = first === undefined ? Number.POSITIVE_INFINITY : edgeOf(first.estimate)
  const ofFirst = first === undefined ? [] : usedAt(first.y)
  return {
    kind: "envelope",
    id,
    title: name,
    system,
    source: sourceIn(file, source),
    seed,
    budget,
    verdict: worst(findings),
    reasons: findings.map(({ reason }) => reason),
    levels: levelsOf(envelope),
    cost: Gather.cost(used),
    digest: Gather.digest(used),
    x,
    y,
    rows,
    prediction: answerOf(prediction, first?.bottleneck),
    edge: Gather.edgePair(Gather.under(ofFirst, edge), Gather.over(ofFirst, edge))
  }
}
