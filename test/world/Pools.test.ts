/**
 * The pools of a node in flight: how many hold a slot at once, who waits, and that every slot comes
 * back, whatever becomes of who held it.
 */
import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Fault, Pool, Work } from "downforce"
import { type Asked, identified } from "../../src/turbulence/AskedFault.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import { isCausedBy, listOf, withoutEach } from "../flight/Choices.ts"
import { flySeed, outcomes } from "../flight/Fly.ts"
import {
  flyShop,
  inUse,
  type Jobs,
  lengths,
  lock,
  order,
  ordersOf,
  shop,
  type ShopOptions
} from "./Shop.ts"

interface Setting {
  readonly pool?: Pool.Any
  readonly work?: ShopOptions["work"]
  readonly faults?: ReadonlyArray<Asked>
}

/** A job is its length in milliseconds, for which it holds the lock. */
const hold = (job: string) => lock.withSlot(Effect.sleep(Number(job)))

const fly = (jobs: Jobs, { faults = [], pool = lock, work = hold }: Setting = {}) =>
  flyShop(
    { capacity: { pools: [pool] }, work },
    {
      operations: ordersOf(jobs),
      faults: identified(faults)
    }
  )

const took = (jobs: Jobs, setting: Setting = {}) => Object.values(lengths(fly(jobs, setting)))

describe("a pool of a node", () => {
  it.each([
    [1, [5, 9, 13]],
    [2, [5, 5, 8]],
    [3, [5, 5, 5]]
  ])("lets %i hold a slot at once, and the others in order of arrival", (slots, lengths) => {
    const pool = Pool.make("p", { slots })
    const work = (job: string) => pool.withSlot(Effect.sleep(Number(job)))
    expect(
      took(
        [
          [1, "5"],
          [2, "5"],
          [3, "5"]
        ],
        { pool, work }
      )
    ).toEqual(lengths)
  })

  it("holds a slot while its holder waits for something else", () => {
    // A core is given back at the end of the work, the slot with the end of all.
    const work = () =>
      lock.withSlot(
        Work.spend(2).pipe(Effect.andThen(Effect.sleep(3)), Effect.andThen(Work.spend(1)))
      )
    expect(
      took(
        [
          [1, "a"],
          [1, "b"]
        ],
        { work }
      )
    ).toEqual([6, 12])
  })

  it("refuses who would be one too many in its queue, by name", () => {
    const pool = Pool.make("p", { slots: 1, queueMax: 1 })
    const refused: Array<string> = []
    const work = (job: string) =>
      pool
        .withSlot(Effect.sleep(Number(job)))
        .pipe(Effect.tapError((error) => Effect.sync(() => refused.push(error.message))))
    const shopped = fly(
      [
        [1, "5"],
        [2, "5"],
        [3, "5"],
        [7, "5"]
      ],
      { pool, work }
    )
    expect(Object.values(lengths(shopped))).toEqual([5, 9, 0, 9])
    expect(outcomes(shopped.flown)["o-3"]).toBe("PoolFull")
    expect(refused).toEqual(["pool p is full and 1 wait already"])
  })

  it("refuses at once where nobody may wait", () => {
    const pool = Pool.make("p", { slots: 1, queueMax: 0 })
    const work = (job: string) => pool.withSlot(Effect.sleep(Number(job)))
    const shopped = fly(
      [
        [1, "5"],
        [2, "5"],
        [6, "5"]
      ],
      { pool, work }
    )
    expect(Object.values(lengths(shopped))).toEqual([5, 0, 5])
  })

  it.each([
    ["fails", Effect.fail("no")],
    ["is interrupted", Effect.asVoid(Effect.sleep(50).pipe(Effect.timeout(0.001)))]
  ] as ReadonlyArray<readonly [string, Effect.Effect<void, unknown>]>)(
    "gets its slot back when its holder %s",
    (_, effect) => {
      const work = (job: string) => (job === "odd" ? lock.withSlot(effect) : hold(job))
      const shopped = fly(
        [
          [1, "odd"],
          [2, "5"]
        ],
        { work }
      )
      expect(lengths(shopped)["o-2"]).toBe(5)
      expect(inUse(shopped)).toEqual([0, 0])
    }
  )

  it("lets who gives up leave the line", () => {
    const work = (job: string) => (job === "hasty" ? hold("90").pipe(Effect.timeout(3)) : hold(job))
    expect(
      took(
        [
          [1, "10"],
          [2, "hasty"],
          [3, "5"]
        ],
        { work }
      )
    ).toEqual([10, 3, 13])
  })

  it("hands on the slot that somebody was called to at the very instant he gave up", () => {
    const work = (job: string) => (job === "hasty" ? hold("90").pipe(Effect.timeout(8)) : hold(job))
    const shopped = fly(
      [
        [1, "10"],
        [3, "hasty"],
        [4, "5"],
        [30, "2"]
      ],
      { work }
    )
    expect(Object.values(lengths(shopped))).toEqual([10, 8, 12, 2])
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("has all its slots free in the next life of the node", () => {
    const faults = [Fault.crash("shop", { at: "10 millis", lasting: "50 millis" })]
    const shopped = fly(
      [
        [1, "40"],
        [2, "40"],
        [100, "5"],
        [101, "5"]
      ],
      { faults }
    )
    expect(Object.values(lengths(shopped)).slice(2)).toEqual([5, 9])
  })

  it("is a defect, with advice, on a node that does not have it", () => {
    const stranger = Pool.make("stranger", { slots: 1 })
    const { flown } = fly([[1, "1"]], { work: () => stranger.withSlot(Effect.void) })
    expect(flown.violation?.counterexample.actual).toBe(
      "Error: shop has no pool stranger: declare it in `capacity.pools` of the service"
    )
  })

  it("is each node's own", () => {
    const shopped = flyShop(
      { capacity: { pools: [lock] }, work: hold, replicas: 2 },
      { operations: Array.from({ length: 8 }, (_, at) => order(at + 1, 0.5, "5")) }
    )
    const atOnce = Object.values(lengths(shopped)).filter((length) => length === 5)
    expect(atOnce).toHaveLength(2)
    expect(shopped.resources.map(({ name, node }) => `${node} ${name}`)).toEqual([
      "shop-1 lock",
      "shop-2 lock"
    ])
  })
})

describe("slots under turbulence", () => {
  it("come back, also from who is interrupted between getting one and holding it (seeds)", () => {
    // Preempted there, and held off the processor until its limit comes.
    const pool = Pool.make("p", { slots: 2, queueMax: 3 })
    const part = fc.integer({ min: 1, max: 8 })
    const jobs = fc.array(fc.tuple(part, part, part), { minLength: 6, maxLength: 16 })
    const work = (job: string) => {
      const [limit, length] = job.split(" of ").map(Number)
      return pool.withSlot(Effect.sleep(length ?? 0)).pipe(Effect.timeout(limit ?? 0))
    }
    const seen = new Set<string>()
    fc.assert(
      fc.property(jobs, fc.nat(), (drawn, seed) => {
        const shopped = flyShop(
          { capacity: { pools: [pool] }, work },
          {
            operations: drawn.map(([atMs, limit, length], at) =>
              order(at + 1, atMs - 0.5, `${limit} of ${length}`)
            ),
            entropy: fromSeed(seed, { rank: 0.5, cede: 0.8, hold: 0.4 }),
            seed
          }
        )
        for (const outcome of Object.values(outcomes(shopped.flown))) seen.add(outcome)
        expect(shopped.flown.violation).toBeUndefined()
        expect(inUse(shopped)).toEqual([0, 0])
      }),
      { numRuns: 60 }
    )
    expect([...seen]).toEqual(expect.arrayContaining(["TimeoutError", "PoolFull"]))
  })

  it("move no message and no timer of another operation (seeds)", () => {
    const options: ShopOptions = {
      capacity: { pools: [lock] },
      work: (job) => hold(`${job}0`)
    }
    const isOfWaking = /(slot|(task|resume) shop)( \d+)?$/
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(flySeed(shop(options), seed, true).digest).toBe(flySeed(shop(options), seed).digest)
        withoutEach(shop(options), seed, [], (full, less, id) => {
          const counts = ({ path }: { readonly path: string }) => !isOfWaking.test(path)
          const kept = listOf(full, (choice) => counts(choice) && !isCausedBy(id, choice))
          expect(kept.length).toBeGreaterThan(0)
          expect(listOf(less, counts)).toEqual(kept)
        })
      }),
      { numRuns: 2 }
    )
  })
})
