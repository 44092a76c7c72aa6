/**
 * The scenario of this repository that is flown for figures of the whole command.
 */
import { join } from "node:path"
import { Result } from "effect"
import { scenariosIn } from "../src/cli/ScenarioFiles.ts"
import { load } from "../src/cli/ScenarioLoader.ts"
import type { Scenario } from "../src/flight/Scenario.ts"
import { isTunnel } from "../src/stress/StressScenario.ts"

/** Its file under the root of the repository. */
const file = "simulations/checkout.ts"

/** Its id. */
export const scenarioId = "checkout/an-order-is-charged-exactly-once"

/** Loads it. */
export const loadScenario = async (root: string): Promise<Scenario> => {
  const loaded = await load(join(root, file), root)
  if (Result.isFailure(loaded)) throw new Error(`${file}: ${loaded.failure.what}`)
  const scenarios = scenariosIn(file, loaded.success)
  if (Result.isFailure(scenarios)) throw new Error(scenarios.failure)
  const scenario = scenarios.success.filter(isTunnel).find(({ id }) => id === scenarioId)
  if (scenario === undefined) throw new Error(`${file} has no scenario ${scenarioId}`)
  return scenario
}
