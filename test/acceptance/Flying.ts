/**
 * Measuring on this thread, without a command, a file or a worker.
 */
import type { Effect } from "effect"
import { probeHere } from "../../src/cli/WorkerCrew.ts"
import type { BreakingPoint } from "../../src/stress/BreakingPoint.ts"
import type { StressCrew } from "../../src/stress/Drive.ts"
import * as Measure from "../../src/stress/Measure.ts"
import type { Budget } from "../../src/stress/Options.ts"
import type { BreakingResult } from "../../src/stress/StressResult.ts"
import type { StressScenario } from "../../src/stress/StressScenario.ts"

/** A crew of this thread alone. */
export const here: StressCrew = { size: 1, probe: probeHere }

/** A breaking point as it would be found in a file. */
export const scenarioOf = (stress: BreakingPoint): StressScenario => ({
  id: "acceptance/breaking-point",
  file: "simulations/acceptance.ts",
  stress
})

/** Measures a breaking point. */
export const measure = (
  stress: BreakingPoint,
  options: { readonly seed: number; readonly budget: Budget; readonly crew?: StressCrew }
): Effect.Effect<BreakingResult, Measure.StressError> => {
  const measuring = Measure.measure(scenarioOf(stress), {
    crew: here,
    mayContinue: () => true,
    onProgress: () => {},
    ...options
  })
  // A breaking point comes to the result of one.
  return measuring as Effect.Effect<BreakingResult, Measure.StressError>
}
