/**
 * The examples prove the product: every deliberately broken twin is caught, and shrunk to almost
 * nothing.
 */
import { expect, it } from "vitest"
import * as chainReplication from "../../simulations/chain-replication/broken.ts"
import * as checkout from "../../simulations/checkout/broken.ts"
import * as leaseLock from "../../simulations/lease-lock/broken.ts"
import { fly, scenariosOf } from "./Examples.ts"

const twins = [
  ...scenariosOf("checkout/broken", checkout),
  ...scenariosOf("chain-replication/broken", chainReplication),
  ...scenariosOf("lease-lock/broken", leaseLock)
]

it("there is a twin for every mistake that the examples are about", () => {
  expect(twins.map(({ id }) => id).sort()).toEqual([
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

it.each(twins.map((twin) => [twin.id, twin] as const))(
  "%s is caught within 2,000 runs and shrunk",
  async (_, twin) => {
    const { failures, verdict } = await fly(twin, 0x5eed0002, 2_000)
    const [failure] = failures
    expect(verdict).toBe("violated")
    expect(failure?.isMinimal).toBe(true)
    const cause = failure?.header.cause
    expect(cause?.workload.length).toBeLessThanOrEqual(4)
    expect(cause?.faults.length).toBeLessThanOrEqual(2)
    expect(cause?.deviations.length).toBeLessThanOrEqual(4)
  }
)
