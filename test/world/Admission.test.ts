/**
 * Slots for calls: how many a node handles at once, who waits, who is turned away, and that every
 * slot comes back. See AdmissionHttp for what comes by HTTP.
 */
import { Effect, Stream } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Fault } from "downforce"
import type * as Capacity from "../../src/system/Capacity.ts"
import { type Asked, identified } from "../../src/turbulence/AskedFault.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import { makeLabel } from "../../src/kernel/Task.ts"
import { isRefusal } from "../../src/world/Call.ts"
import * as Resources from "../../src/world/Resources.ts"
import { isCausedBy, listOf, withoutEach } from "../flight/Choices.ts"
import { eventsOf, flySeed, type Script, scripted } from "../flight/Fly.ts"
import {
  anyJobs,
  firstCome,
  flyShop,
  inUse,
  type Jobs,
  lengths,
  order,
  ordersOf,
  shop,
  type ShopOptions
} from "./Shop.ts"

/** A job is its length in milliseconds; whoever handles it waits for something else. */
const wait = (job: string) => Effect.sleep(Number(job))

interface Setting extends Omit<ShopOptions, "capacity"> {
  readonly faults?: ReadonlyArray<Asked>
  readonly script?: Script
}

const fly = (jobs: Jobs, capacity: Capacity.Options, setting: Setting = {}) =>
  flyShop(
    { work: wait, ...setting, capacity },
    {
      operations: ordersOf(jobs),
      faults: identified(setting.faults ?? []),
      entropy: scripted(setting.script ?? {}),
      isRecorded: true
    }
  )

const took = (jobs: Jobs, capacity: Capacity.Options, setting: Setting = {}) =>
  Object.values(lengths(fly(jobs, capacity, setting)))

/** Handles jobs, and writes down which. `firm 20` lasts so long, even if nobody waits for it. */
const noting = () => {
  const handled: Array<string> = []
  const work = (job: string) => {
    handled.push(job)
    const [how, length] = job.split(" ")
    return how === "firm" ? Effect.uninterruptible(wait(length ?? "")) : wait(length ?? "")
  }
  return { handled, work }
}

describe("the slots of a node", () => {
  it("bound what it handles at once, first come first served (model)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), anyJobs, (slots, jobs) => {
        expect(took(jobs, { slots })).toEqual(firstCome(slots, jobs))
      }),
      { numRuns: 30 }
    )
  })

  it("are as many as calls come where none are declared", () => {
    expect(
      took(
        [
          [1, "5"],
          [1, "5"],
          [2, "5"]
        ],
        {}
      )
    ).toEqual([5, 5, 5])
  })

  it("turn away whoever would be one too many in the queue: it has not happened", () => {
    const { handled, work } = noting()
    const shopped = fly(
      [
        [1, "a 5"],
        [2, "b 5"],
        [3, "c 5"],
        [7, "d 5"]
      ],
      { slots: 1, queueMax: 1 },
      { work }
    )
    expect(lengths(shopped)).toEqual({ "o-1": 5, "o-2": 9, "o-3": "fail", "o-4": 9 })
    expect(handled).toEqual(["a 5", "b 5", "d 5"])
    const outcome = shopped.flown.history[2]?.outcome
    expect(outcome?._tag === "fail" && isRefusal(outcome.error)).toBe(true)
    // The caller learns of it as soon as the news has crossed the network.
    expect(shopped.flown.history[2]?.endedAt).toBe(3_500)
    expect(shopped.resources).toMatchObject([{ kind: "slots", refused: 1, inUse: 0, waiting: 0 }])
    const refused = eventsOf(shopped.flown).filter(({ kind }) => kind === "refused")
    expect(refused.map(({ what }) => what)).toEqual(["refused: work"])
  })

  it("turn everybody away while they are taken where nobody may wait", () => {
    expect(
      took(
        [
          [1, "5"],
          [2, "5"],
          [6, "5"]
        ],
        { slots: 1, queueMax: 0 }
      )
    ).toEqual([5, "fail", 5])
  })

  it("let who has given up leave the queue", () => {
    const { handled, work } = noting()
    // The first holds on, though nobody waits for it after 5 ms; the second is gone by 7.5 ms.
    const jobs: Jobs = [
      [1, "firm 20"],
      [2, "hasty 1"],
      [19, "late 1"]
    ]
    const shopped = fly(jobs, { slots: 1 }, { work, timeout: "5 millis" })
    expect(handled).toEqual(["firm 20", "late 1"])
    expect(lengths(shopped)).toEqual({ "o-1": "info", "o-2": "info", "o-3": 3 })
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("do not let in who gives up at the very instant that his turn comes", () => {
    const { handled, work } = noting()
    // A slot is free at 21; at 21 the second hears of its timeout, which began at 15.5.
    const jobs: Jobs = [
      [1, "firm 20"],
      [16, "hasty 1"],
      [19, "late 1"]
    ]
    const shopped = fly(jobs, { slots: 1 }, { work, timeout: "5 millis" })
    expect(handled).toEqual(["firm 20", "late 1"])
    expect(lengths(shopped)["o-3"]).toBe(3)
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("come back when the caller has given up and the handler is interrupted", () => {
    const shopped = fly(
      [
        [1, "90"],
        [9, "3"]
      ],
      { slots: 1 },
      { timeout: "5 millis" }
    )
    expect(lengths(shopped)).toEqual({ "o-1": "info", "o-2": 3 })
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("hold a stream until it ends", () => {
    const follow = (job: string) =>
      Stream.range(1, Number(job)).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sleep("4 millis"))
      )
    const operations = [order(1, 0.5, "3", "follow"), order(2, 1.5, "5")]
    const shopped = flyShop(
      { capacity: { slots: 1 }, work: wait, follow },
      { operations, isRecorded: true }
    )
    // Three elements of 4 ms each, and each has to be acknowledged before the next is made.
    expect(lengths(shopped)).toMatchObject({ "o-1": 3 * 4 + 3 })
    expect(lengths(shopped)["o-2"]).toBe(3 * 4 + 3 - 1 + 5)
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("come back from a stream that its consumer leaves", () => {
    const follow = () => Stream.never
    const operations = [order(1, 0.5, "3", "follow"), order(2, 9.5, "5")]
    const shopped = flyShop(
      { capacity: { slots: 1 }, work: wait, follow, timeout: "5 millis" },
      { operations }
    )
    expect(lengths(shopped)["o-1"]).toBe("info")
    expect(shopped.flown.history[1]?.outcome?._tag).toBe("info")
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("are one for each copy of a request that arrives twice, and both come back", () => {
    const { handled, work } = noting()
    const script: Script = { duplicate: { 0: 2_000 } }
    const shopped = fly(
      [
        [1, "a 5"],
        [2, "b 5"]
      ],
      { slots: 1 },
      { work, script }
    )
    expect(handled).toEqual(["a 5", "b 5", "a 5"])
    expect(lengths(shopped)).toEqual({ "o-1": 5, "o-2": 9 })
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("do not make a refusal of a call that is handled: its copy goes nowhere", () => {
    const { handled, work } = noting()
    const script: Script = { duplicate: { 0: 2_000 } }
    const shopped = fly(
      [
        [1, "a 5"],
        [2, "b 5"]
      ],
      { slots: 1, queueMax: 1 },
      { work, script }
    )
    expect(handled).toEqual(["a 5", "b 5"])
    expect(lengths(shopped)).toEqual({ "o-1": 5, "o-2": 9 })
  })

  it("do not make a lie of a refusal: the copy of a refused request is not handled", () => {
    const { handled, work } = noting()
    const script: Script = { duplicate: { 1: 9_000 } }
    const shopped = fly(
      [
        [1, "a 5"],
        [2, "b 5"]
      ],
      { slots: 1, queueMax: 0 },
      { work, script }
    )
    expect(lengths(shopped)).toEqual({ "o-1": 5, "o-2": "fail" })
    expect(handled).toEqual(["a 5"])
  })
})

describe("a node with slots in trouble", () => {
  const jobs: Jobs = [
    [1, "40"],
    [2, "40"],
    [3, "40"],
    [100, "5"],
    [101, "5"]
  ]

  it("drops who waits when it crashes, and has all slots free when it has started again", () => {
    const faults = [Fault.crash("shop", { at: "10 millis", lasting: "50 millis" })]
    const shopped = fly(jobs, { slots: 1 }, { faults })
    expect(Object.values(lengths(shopped))).toEqual(["info", "info", "info", 5, 9])
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("shows nothing as taken while it is down", () => {
    const faults = [Fault.crash("shop", { at: "10 millis", lasting: "10 minutes" })]
    let seen: ReadonlyArray<Resources.Resource> | undefined
    flyShop(
      { work: wait, capacity: { slots: 1, cores: 1 } },
      {
        operations: ordersOf(jobs.slice(0, 3)),
        faults: identified(faults),
        onTakeOff: ({ kernel, links, world }) => {
          const look = () => void (seen = Resources.read(world, links, kernel.now()))
          kernel.scheduleUnder(kernel.root, 20_000, makeLabel("look"), undefined, look, undefined)
        }
      }
    )
    expect(seen).toEqual([])
  })

  it("lets nobody in any more while it stops, and tells those who waited when it is down", () => {
    const { handled, work } = noting()
    const faults = [Fault.restart("shop", { at: "10 millis", lasting: "50 millis" })]
    const stopped = fly(
      [
        [1, "firm 40"],
        [2, "b 40"],
        [3, "c 40"],
        [100, "d 5"]
      ],
      { slots: 1 },
      { work, faults }
    )
    expect(handled).toEqual(["firm 40", "d 5"])
    expect(Object.values(lengths(stopped))).toEqual(["info", "info", "info", 5])
  })

  it("is a deadlock when a call that never ends keeps the last slot", () => {
    const { flown } = fly(
      [
        [1, "a"],
        [2, "b"]
      ],
      { slots: 1 },
      { work: () => Effect.uninterruptible(Effect.never), timeout: "1 second" }
    )
    expect(flown.violation?.property).toBe("no deadlock")
    expect(flown.violation?.counterexample.actual).toMatch(/shop handles work and never ends/)
  })
})

describe("slots for calls under turbulence", () => {
  it("come back, all of them (jobs, timeouts, duplicates, seeds)", () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(anyJobs, fc.integer({ min: 1, max: 2 }), fc.nat(), (jobs, slots, seed) => {
        const shopped = flyShop(
          { work: wait, capacity: { slots, queueMax: 4 }, timeout: "5 millis" },
          {
            operations: ordersOf(jobs),
            entropy: fromSeed(seed, {
              rank: 0.5,
              cede: 0.4,
              hold: 0.3,
              duplicate: 0.3,
              lose: 0.05,
              reset: 0.05
            }),
            seed
          }
        )
        for (const length of Object.values(lengths(shopped))) seen.add(typeof length)
        expect(shopped.flown.violation).toBeUndefined()
        expect(inUse(shopped)).toEqual([0, 0])
      }),
      { numRuns: 40 }
    )
    expect([...seen].sort()).toEqual(["number", "string"])
  })

  it("move no message and no timer of another operation (seeds)", () => {
    const options: ShopOptions = { capacity: { slots: 1 }, work: (job) => wait(`${job}0`) }
    const isOfWaking = /((slot|task|resume) shop)( \d+)?$/
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
