/**
 * The good systems hold over 400 runs of the very scenarios in which their broken twins fail, and
 * over fewer of the others. Chain replication has a file of its own: it takes as long as the rest.
 */
import { expect, it } from "vitest"
import * as checkout from "../../simulations/checkout.ts"
import * as leaseLock from "../../simulations/lease-lock.ts"
import { problemsOf, runsOf, scenariosOf } from "./Examples.ts"

const scenarios = [...scenariosOf("checkout", checkout), ...scenariosOf("lease-lock", leaseLock)]

it.each(scenarios.map((scenario) => [scenario.id, runsOf(scenario), scenario] as const))(
  "%s holds over %d runs",
  async (_id, _runs, scenario) => {
    expect(await problemsOf(scenario)).toEqual([])
  }
)
