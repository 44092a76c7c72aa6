/**
 * The examples prove the product: every deliberately broken twin is caught and shrunk to almost
 * nothing, and its good counterpart holds over 2,000 runs of the very same scenario.
 */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { type BatchOptions, flyBatch } from "../../src/flight/Batch.ts"
import type { BatchResult } from "../../src/flight/BatchResult.ts"
import * as Crew from "../../src/flight/Crew.ts"
import { kebabCase, type Scenario } from "../../src/flight/Scenario.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import * as chainReplication from "../../simulations/chain-replication.ts"
import * as brokenChainReplication from "../../simulations/chain-replication/broken.ts"
import * as checkout from "../../simulations/checkout.ts"
import * as brokenCheckout from "../../simulations/checkout/broken.ts"
import * as leaseLock from "../../simulations/lease-lock.ts"
import * as brokenLeaseLock from "../../simulations/lease-lock/broken.ts"

const isTunnel = (value: unknown): value is WindTunnel =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "wind-tunnel"

const scenariosOf = (path: string, exports: object): ReadonlyArray<Scenario> =>
  Object.values(exports)
    .flat()
    .filter(isTunnel)
    .map((tunnel) => ({
      id: `${path}/${kebabCase(tunnel.name)}`,
      file: `simulations/${path}.ts`,
      tunnel
    }))

const good = [
  ...scenariosOf("checkout", checkout),
  ...scenariosOf("chain-replication", chainReplication),
  ...scenariosOf("lease-lock", leaseLock)
]

const broken = [
  ...scenariosOf("checkout/broken", brokenCheckout),
  ...scenariosOf("chain-replication/broken", brokenChainReplication),
  ...scenariosOf("lease-lock/broken", brokenLeaseLock)
]

/** Far above what shrinking needs: flights bound it, never this clock that stands still. */
const shrinkMillis = 1

const fly = (scenario: Scenario, seed: number): Promise<BatchResult> => {
  const options: BatchOptions = {
    seed,
    runs: 2_000,
    timeMillis: undefined,
    shrinkMillis,
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

describe("a good system", () => {
  it.each(good.map((scenario) => [scenario.id, scenario] as const))(
    "holds over 2,000 runs (%s)",
    async (_, scenario) => {
      const result = await fly(scenario, 0x5eed0001)
      expect(result.failures.map(({ header }) => header.failure)).toEqual([])
      expect(result.unknown).toEqual([])
      expect(result).toMatchObject({ verdict: "holds", runs: 2_000 })
    }
  )
})

describe("a broken twin", () => {
  it("exists for every mistake that the examples are about", () => {
    expect(broken.map(({ id }) => id).sort()).toEqual([
      "chain-replication/broken/accepts-as-a-stale-head",
      "chain-replication/broken/acknowledges-before-the-tail",
      "chain-replication/broken/applies-twice-on-resend",
      "chain-replication/broken/forgets-to-resend",
      "chain-replication/broken/reads-from-any-replica",
      "checkout/broken/charges-before-recording",
      "checkout/broken/reads-then-writes-the-balance",
      "checkout/broken/retries-with-a-new-key",
      "lease-lock/broken/no-fencing-token"
    ])
  })

  it.each(broken.map((scenario) => [scenario.id, scenario] as const))(
    "is caught within 2,000 runs and shrunk (%s)",
    async (_, scenario) => {
      const result = await fly(scenario, 0x5eed0002)
      const [failure] = result.failures
      expect(result.verdict).toBe("violated")
      expect(failure?.isMinimal).toBe(true)
      const cause = failure?.header.cause
      expect(cause?.workload.length).toBeLessThanOrEqual(4)
      expect(cause?.faults.length).toBeLessThanOrEqual(2)
      expect(cause?.deviations.length).toBeLessThanOrEqual(4)
    }
  )
})
