/**
 * What breaking points and envelopes come to: all that a report says, as plain data.
 *
 * Types only. It has no wall time in it: the same seed gives the same result, byte for byte.
 */
import type { BatchVerdict } from "../flight/BatchResult.ts"
import type { Residue } from "./Baseline.ts"
import type { Bottleneck } from "./Bottleneck.ts"
import type { DrivenAxis } from "./DrivenAxis.ts"
import type * as Estimate from "./Estimate.ts"
import type * as Metastability from "./Metastability.ts"
import type { Budget } from "./Options.ts"
import type { Setting } from "./Stressed.ts"

/** All probes at one point of the axis, invalid ones left out. */
export interface CurvePoint {
  readonly x: number
  readonly passes: number
  readonly trials: number
  /** The median over probes of each probe's percentile, in microseconds; `null`: no answer. */
  readonly p50Micros: number | null
  readonly p99Micros: number | null
  /** The share of requests answered ok, over all probes. */
  readonly okShare: number
  /** By level, the mean over probes of what is compared with what is allowed. */
  readonly levels: ReadonlyArray<{ readonly level: string; readonly mean: number }>
}

/** How many calls an edge makes for each request, below the edge of the cliff and above it. */
export interface Amplification {
  readonly from: string
  readonly to: string
  readonly below: number
  readonly above: number
}

/** A probe that is worth looking at: one just under the edge, or just over it. */
export interface EdgeProbe {
  readonly side: "under" | "over"
  readonly setting: Setting
  readonly seed: number
  /** What failed; empty for the one under the edge. */
  readonly criteria: ReadonlyArray<string>
}

/** What a search cost. */
export interface Cost {
  /** Probes whose answers were used, those of triggers among them, and the invalid. */
  readonly probes: number
  readonly invalid: number
  /** Requests of all of them. */
  readonly requests: number
  readonly steps: number
  readonly simulatedMicros: number
}

/** Whether the author's expectation of what breaks first was right. */
export interface PredictionAnswer {
  readonly component: string
  readonly resource: string
  readonly isRight: boolean
}

/** A level, and what is allowed of it. */
export interface LevelAllowed {
  readonly name: string
  readonly allowed: number
  /** What it bounds, when that is the latency of 99 % of all requests, as the curve has it. */
  readonly latency?: { readonly percentile: number; readonly atMostMicros: number }
}

/** What both kinds of results say of themselves. */
interface Shared {
  readonly id: string
  readonly title: string
  readonly system: string
  readonly source: string | undefined
  readonly seed: number
  readonly budget: Budget
  readonly verdict: BatchVerdict
  /** Why it is violated or unknown, one sentence each; empty when it holds. */
  readonly reasons: ReadonlyArray<string>
  readonly levels: ReadonlyArray<LevelAllowed>
  readonly cost: Cost
  /** Of all probes in the order of the search: equal wherever the same probes are flown. */
  readonly digest: string
}

/** What a breaking point came to. */
export interface BreakingResult extends Shared {
  readonly kind: "breaking-point"
  readonly axis: DrivenAxis
  /** The limit load and the ultimate load, when there is a target. */
  readonly target: { readonly limit: number; readonly ultimate: number } | undefined
  readonly estimate: Estimate.Estimate
  /** The lowest load first. */
  readonly curve: ReadonlyArray<CurvePoint>
  /** What is exhausted just over the edge; `undefined` when nothing declared is. */
  readonly bottleneck: Bottleneck | undefined
  readonly prediction: PredictionAnswer | undefined
  readonly amplification: ReadonlyArray<Amplification>
  /** What was not back when the load had gone: at the limit load, or at the demonstrated load. */
  readonly residues: ReadonlyArray<Residue>
  /** By trigger, in order of declaration; empty when none is declared, or none was tried. */
  readonly metastability: ReadonlyArray<Metastability.TriggerResult>
  /** The pair on either side of the edge. */
  readonly edge: ReadonlyArray<EdgeProbe>
}

/** One row of an envelope: the search along x at one y. */
export interface Row {
  readonly y: number
  readonly estimate: Estimate.Estimate
  readonly target: { readonly limit: number; readonly ultimate: number } | undefined
  readonly curve: ReadonlyArray<CurvePoint>
  readonly bottleneck: Bottleneck | undefined
}

/** What an envelope came to: a frontier, one point of it a row. */
export interface EnvelopeResult extends Shared {
  readonly kind: "envelope"
  readonly x: DrivenAxis
  readonly y: { readonly unit: string; readonly values: ReadonlyArray<number> }
  readonly rows: ReadonlyArray<Row>
  readonly prediction: PredictionAnswer | undefined
  readonly edge: ReadonlyArray<EdgeProbe>
}

/** What came of either. */
export type StressResult = BreakingResult | EnvelopeResult
