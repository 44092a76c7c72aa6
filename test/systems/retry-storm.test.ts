/** The front with a budget gets over what leaves its twin without one down for good. */
import { BreakingPoint, Fake, System } from "downforce"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { retriesWithoutBudget } from "../../simulations/retry-storm/broken.ts"
import { conditions, ordersAt, requestRate } from "../../simulations/retry-storm.ts"
import * as Budget from "../../systems/retry-storm/budget.ts"
import { Store } from "../../systems/retry-storm/contracts.ts"
import { front } from "../../systems/retry-storm/front.ts"
import { Saved } from "../../systems/retry-storm/store.ts"
import { outcomes, probe } from "./Probes.ts"
import { changedLines } from "./Twin.ts"

const seeds = [1, 2]
const triggers = conditions.triggers.map(({ name }) => name)
const all = (answer: string) => seeds.map(() => answer)

describe("the budget", () => {
  it("has no retry before ten answers, and saves ten at most", () => {
    const { earn, spend } = Budget.make()
    const retries = () => Array.from({ length: 20 }, spend).filter(Boolean).length
    const after = (answers: number) => {
      for (let answer = 0; answer < answers; answer++) earn()
      return retries()
    }
    expect([0, 9, 1, 25, 5, 1_000].map(after)).toEqual([0, 0, 1, 2, 1, 10])
  })
})

describe("the front with a budget", () => {
  it("carries 140 orders a second", async () => {
    expect(await outcomes(requestRate, { x: 140 }, seeds)).toEqual(all("pass"))
  })

  it.each(triggers)("gets over a trigger at 140 a second (%s)", async (trigger) => {
    expect(await outcomes(requestRate, { x: 140, trigger }, seeds)).toEqual(all("pass"))
  })

  it("hardly retries when the store has more to do than it can", async () => {
    const { edges, outcome, residues } = await probe(requestRate, { x: 280 }, 1)
    expect(outcome._tag).toBe("fail")
    expect(edges.find(({ to }) => to === "store")?.callsPerRequest).toBeLessThan(1.11)
    expect(residues.filter(({ isBack }) => !isBack)).toEqual([])
  })
})

describe("the front without a budget", () => {
  it("differs in one line", () => {
    expect(changedLines("retry-storm", "front", "retries-without-budget")).toBe(1)
  })

  it.each([80, 140])("carries %d orders a second as well", async (x) => {
    expect(await outcomes(retriesWithoutBudget, { x }, seeds)).toEqual(all("pass"))
  })

  it.each(triggers)("stays down after a trigger at 80 a second (%s)", async (trigger) => {
    const found = await outcomes(retriesWithoutBudget, { x: 80, trigger }, seeds)
    expect(found).toEqual(all("p99 ≤ 100ms"))
  })

  it("is kept down by its own retries: with a tenth of the load it recovers", async () => {
    const trigger = "spike"
    const { edges } = await probe(retriesWithoutBudget, { x: 80, trigger }, 1)
    expect(edges.find(({ to }) => to === "store")?.callsPerRequest).toBeGreaterThan(3.5)
    expect(await outcomes(retriesWithoutBudget, { x: 80, trigger, left: 0.1 }, [1])).toEqual([
      "pass"
    ])
  })
})

it("notices a store that loses an order", async () => {
  const forgetful = Fake.make("store", {
    provides: Store,
    handlers: Effect.gen(function* () {
      yield* Saved.expose(() => [])
      return Store.of({ save: () => Effect.void, compact: () => Effect.void })
    })
  })
  const losing = BreakingPoint.make("request rate", {
    ...conditions,
    at: (rate) => ({
      ...ordersAt(rate),
      system: System.make("retry-storm", { services: [front], fakes: [forgetful] })
    })
  })
  const found = await outcomes(losing, { x: 20 }, [1])
  expect(found).toEqual(["an order answered ok is in the store"])
})
