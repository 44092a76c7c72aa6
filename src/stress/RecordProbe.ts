/**
 * Records a probe: flies it once more with everything written down, and judges its levels, so that
 * the recording ends at its failure and replays like any other.
 */
import { Effect, Result } from "effect"
import * as Record from "../flight/Record.ts"
import type { InvalidScenario } from "../flight/WindTunnel.ts"
import { planOf } from "./FlyProbe.ts"
import { flyableAt, type Setting } from "./Stressed.ts"
import { pointOf, type StressScenario } from "./StressScenario.ts"

/** Flies the probe of a setting and a seed, and records it as a run of its point. */
export const recordProbe = Effect.fnUntraced(function* (
  scenario: StressScenario,
  setting: Setting,
  seed: number,
  provenance: Record.Provenance
): Effect.fn.Return<Record.Recorded, InvalidScenario> {
  const flyable = flyableAt(scenario.stress, setting)
  if (Result.isFailure(flyable)) return yield* flyable.failure
  const point = pointOf(scenario, setting)
  if (Result.isFailure(point)) return yield* point.failure
  const { plan } = planOf(flyable.success, seed, true)
  return yield* Record.ofPlan(point.success, plan, provenance)
})
