/**
 * The good systems hold over 2,000 runs of the very scenarios in which their broken twins fail.
 * Those of chain replication have a file of their own: they take as long as all others together.
 */
import { expect, it } from "vitest"
import * as checkout from "../../simulations/checkout.ts"
import * as leaseLock from "../../simulations/lease-lock.ts"
import { problemsOf, scenariosOf } from "./Examples.ts"

const scenarios = [...scenariosOf("checkout", checkout), ...scenariosOf("lease-lock", leaseLock)]

it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  "%s holds over 2,000 runs",
  async (_, scenario) => {
    expect(await problemsOf(scenario)).toEqual([])
  }
)
