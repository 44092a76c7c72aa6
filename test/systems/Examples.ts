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

/** Flies a batch and shrinks the first failure; flights bound the shrinking, no clock. */
export const fly = (scenario: Scenario, seed: number, runs: number): Promise<BatchResult> => {
  const options: BatchOptions = {
    seed,
    runs,
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

/** The scenarios that broken twins are flown with as well. */
export const counterparts: ReadonlyArray<string> = [
  "checkout/an-order-is-charged-exactly-once",
  "chain-replication/writes-and-reads-are-linearizable",
  "lease-lock/only-the-holder-of-the-lease-writes"
]

/** How many runs a good system must hold: more where it has twins. CI flies 1,000 of each. */
export const runsOf = ({ id }: Scenario): number => (counterparts.includes(id) ? 400 : 100)

/** What is wrong with a good system: nothing may be violated, and nothing left untested. */
export const problemsOf = async (scenario: Scenario): Promise<ReadonlyArray<string>> => {
  const expected = runsOf(scenario)
  const { failures, runs, unknown } = await fly(scenario, 0x5eed0001, expected)
  return [
    ...failures.map(({ header }) => `violated: ${JSON.stringify(header.failure)}`),
    ...unknown.map(({ count, reason }) => `unknown in ${count} runs: ${reason}`),
    ...(runs === expected ? [] : [`only ${runs} runs`])
  ]
}
