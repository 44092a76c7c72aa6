/** Good chains hold over 400 runs of the scenario in which their broken twins fail. */
import { expect, it } from "vitest"
import * as chainReplication from "../../simulations/chain-replication.ts"
import { problemsOf, runsOf, scenariosOf } from "./Examples.ts"

const scenarios = scenariosOf("chain-replication", chainReplication)

it.each(scenarios.map((scenario) => [scenario.id, runsOf(scenario), scenario] as const))(
  "%s holds over %d runs",
  async (_id, _runs, scenario) => {
    expect(await problemsOf(scenario)).toEqual([])
  }
)
