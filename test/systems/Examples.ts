/**
 * The scenarios of the examples, found as the command finds them, and how the tests fly them.
 */
import { Effect } from "effect"
import { type BatchOptions, flyBatch } from "../../src/flight/Batch.ts"
import type { BatchResult } from "../../src/flight/BatchResult.ts"
import * as Crew from "../../src/flight/Crew.ts"
import { kebabCase, type Scenario } from "../../src/flight/Scenario.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"

const isTunnel = (value: unknown): value is WindTunnel =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "wind-tunnel"

/** The scenarios that a file under simulations/ exports. */
export const scenariosOf = (path: string, exports: object): ReadonlyArray<Scenario> =>
  Object.values(exports)
    .flat()
    .filter(isTunnel)
    .map((tunnel) => ({
      id: `${path}/${kebabCase(tunnel.name)}`,
      file: `simulations/${path}.ts`,
      tunnel
    }))

/** Flies up to 2,000 runs and shrinks the first failure; flights bound the shrinking, no clock. */
export const fly = (scenario: Scenario, seed: number): Promise<BatchResult> => {
  const options: BatchOptions = {
    seed,
    runs: 2_000,
    timeMillis: undefined,
    // The clock below stands still, so any time is enough.
    shrinkMillis: 1,
    failuresMax: 1,
    regressions: [],
    crew: Crew.local(scenario),
    commit: undefined,
    version: "test",
    wallMillis: () => 0,
    onProgress: () => {},
    stopRequested: () => false
  }
  return Effect.runPromise(flyBatch(scenario, options))
}

/** The good counterpart: over 2,000 runs nothing is violated, and nothing is left untested. */
export const problemsOf = async (scenario: Scenario): Promise<ReadonlyArray<string>> => {
  const { failures, runs, unknown } = await fly(scenario, 0x5eed0001)
  return [
    ...failures.map(({ header }) => `violated: ${JSON.stringify(header.failure)}`),
    ...unknown.map(({ count, reason }) => `unknown in ${count} runs: ${reason}`),
    ...(runs === 2_000 ? [] : [`only ${runs} runs`])
  ]
}
