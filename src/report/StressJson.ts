/**
 * The parts of a result as JSON: axes, estimates, curves, causes.
 *
 * Owns the conversion of each. What is not known, and what is no finite number, becomes `null`. The
 * shape is that of `StressSchema`.
 */
import type { Bottleneck } from "../stress/Bottleneck.ts"
import type { DrivenAxis } from "../stress/DrivenAxis.ts"
import type * as Estimates from "../stress/Estimate.ts"
import type { TriggerResult } from "../stress/Metastability.ts"
import type { CurvePoint } from "../stress/StressResult.ts"

/** A number that JSON can write, or null. */
export const orNull = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value

/** Shares are sums of floats, which may end up a little outside of 0 to 1. */
export const shareOrNull = (value: number | undefined): number | null => {
  const share = orNull(value)
  return share === null ? null : Math.min(1, Math.max(0, share))
}

/** An axis. */
export const axisOf = ({ max, min, scale, start, step, unit }: DrivenAxis) => ({
  unit,
  scale,
  min,
  max,
  step: step ?? null,
  start
})

const demonstratedOf = ({ interval, load, passes, trials }: Estimates.Demonstrated) => ({
  load,
  passes,
  trials,
  passProbability: { low: shareOrNull(interval.low) ?? 0, high: shareOrNull(interval.high) ?? 1 }
})

const answerOf = (target: Estimates.TargetAnswer | undefined) =>
  target === undefined ? null : { ...demonstratedOf(target), answer: target.answer }

const ruptureOf = (rupture: Estimates.Rupture) => ({
  kind: rupture._tag,
  load: rupture._tag === "notSought" ? null : rupture.load,
  criterion: rupture._tag === "ruptured" ? rupture.criterion : null,
  isEndOfAxis: rupture._tag === "none" && rupture.isEndOfAxis
})

/** What came of a search along an axis. */
export const estimateOf = (estimate: Estimates.Estimate) => {
  const { breaking, demonstrated, middle, verdict } = estimate
  return {
    outcome: {
      kind: verdict._tag,
      load: "load" in verdict ? verdict.load : null,
      reason: "reason" in verdict ? verdict.reason : null
    },
    breaking:
      breaking === undefined
        ? null
        : { load: breaking.load, interval: breaking.interval, level: breaking.level },
    middle:
      middle === undefined
        ? null
        : { load: middle.load, interval: middle.interval, cliff: middle.cliff },
    demonstrated: demonstrated === undefined ? null : demonstratedOf(demonstrated),
    limit: answerOf(estimate.limit),
    ultimate: answerOf(estimate.ultimate),
    rupture: ruptureOf(estimate.rupture),
    failed: estimate.failed.map(({ count, criterion, isSafety, load }) => {
      return { criterion, isSafety, load, count }
    }),
    attempts: estimate.attempts.map(({ answer, load, passes, trials }) => {
      return { load, passes, trials, answer }
    }),
    inversions: estimate.inversions,
    probes: estimate.probes,
    invalids: estimate.invalids
  }
}

/** The points of a curve. */
export const curveOf = (curve: ReadonlyArray<CurvePoint>) =>
  curve.map(({ levels, okShare, p50Micros, p99Micros, passes, trials, x }) => ({
    load: x,
    passes,
    trials,
    p50Micros: orNull(p50Micros),
    p99Micros: orNull(p99Micros),
    okShare: shareOrNull(okShare),
    levels: levels.map(({ level, mean }) => ({ level, mean: orNull(mean) }))
  }))

/** What is exhausted; null when nothing is. */
export const bottleneckOf = (bottleneck: Bottleneck | undefined) => {
  if (bottleneck === undefined) return null
  const { behind, kind, name, node, service } = bottleneck
  return {
    service,
    node,
    kind,
    name,
    places: orNull(bottleneck.places),
    utilization: orNull(bottleneck.utilization),
    waiting: orNull(bottleneck.waiting),
    growth: orNull(bottleneck.growth),
    refused: orNull(bottleneck.refused),
    behind
  }
}

/** What a trigger does. */
export const triggerOf = (result: TriggerResult) => {
  const { band, cut, cuts, criteria, isOver, points, trigger } = result
  return {
    trigger,
    points: points.map(({ load, stuck, trials }) => ({ load, stuck, trials })),
    band: band === undefined ? null : { low: band.low, safe: orNull(band.safe), high: band.high },
    cut: shareOrNull(cut),
    cuts: cuts.map(({ left, stuck, trials }) => ({ left, stuck, trials })),
    criteria,
    isOver
  }
}
