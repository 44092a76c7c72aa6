/**
 * What flying needs besides a scenario, and what comes of one: shared by the ways to fly.
 */
import type { BatchVerdict } from "../flight/BatchResult.ts"
import type { ScenarioReport } from "../report/FlyReport.ts"
import type { Budget } from "../stress/Options.ts"
import type { ExitCode } from "./ExitCode.ts"
import type { ProgressShow } from "./ProgressShow.ts"
import type { StopSignal } from "./StopSignal.ts"
import type { Pool } from "./WorkerCrew.ts"

/** How `fly` was asked to fly. */
export interface FlyInput {
  readonly patterns: ReadonlyArray<string>
  readonly seed: number | undefined
  readonly runs: number | undefined
  /** For each scenario. */
  readonly timeMillis: number | undefined
  readonly workers: number | undefined
  readonly failuresMax: number
  /** 0: not at all. */
  readonly shrinkMillis: number
  readonly record: "failures" | "all" | "none"
  /** How many probes a breaking point takes. */
  readonly budget: Budget
  readonly json: boolean
  readonly list: boolean
}

/** What flying all scenarios needs besides the input. */
export interface FlyContext {
  readonly root: string
  readonly input: FlyInput
  readonly seed: number
  readonly commit: string | undefined
  readonly pool: Pool
  readonly progress: ProgressShow
  readonly stop: StopSignal
}

/** Which of the scenarios it is, and how wide the longest id is. */
export interface Place {
  /** From 1. */
  readonly place: number
  readonly places: number
  readonly idColumns: number
}

/** What came of a scenario, and what is said of it. */
export interface Flown {
  readonly verdict: BatchVerdict
  readonly code: ExitCode
  /** Runs of a batch, or probes. */
  readonly runs: number
  readonly simulatedMicros: number
  /** Its line in the summary. */
  readonly line: string
  readonly report: ScenarioReport
}
