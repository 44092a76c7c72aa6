/** Good chains hold over 2,000 runs of the very scenarios in which their broken twins fail. */
import { expect, it } from "vitest"
import * as chainReplication from "../../simulations/chain-replication.ts"
import { problemsOf, scenariosOf } from "./Examples.ts"

const scenarios = scenariosOf("chain-replication", chainReplication)

it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  "%s holds over 2,000 runs",
  async (_, scenario) => {
    expect(await problemsOf(scenario)).toEqual([])
  }
)
