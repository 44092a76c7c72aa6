/**
 * The cores of a node: what work takes, who waits for whom, and that nobody keeps a core who does
 * not work.
 */
import { Duration, Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Fault, Work } from "downforce"
import { type Asked, identified } from "../../src/turbulence/AskedFault.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import { isCausedBy, listOf, withoutEach } from "../flight/Choices.ts"
import { eventsOf, flySeed, outcomes } from "../flight/Fly.ts"
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

type Work = NonNullable<ShopOptions["work"]>

/** A job is its length in milliseconds. */
const spend: Work = (job) => Work.spend(Number(job))

/** Work that is given up after so many milliseconds; `3 of 10`. */
const spendAtMost: Work = (job) => {
  const [limit, length] = job.split(" of ").map(Number)
  return Work.spend(length ?? 0).pipe(Effect.timeout(limit ?? 0))
}

interface Setting {
  readonly cores?: number
  readonly work?: Work
  readonly faults?: ReadonlyArray<Asked>
}

const fly = (jobs: Jobs, { cores, faults = [], work = spend }: Setting) =>
  flyShop(
    { capacity: cores === undefined ? {} : { cores }, work },
    {
      // Half a millisecond on the way: jobs arrive at whole ones.
      operations: ordersOf(jobs),
      faults: identified(faults),
      isRecorded: true
    }
  )

/** How long each job was at the shop, in milliseconds. */
const took = (jobs: Jobs, setting: Setting) => Object.values(lengths(fly(jobs, setting)))

/** What the recording says of work. */
const told = (jobs: Jobs, setting: Setting) =>
  eventsOf(fly(jobs, setting).flown)
    .filter(({ kind, what }) => kind === "timer" && what.startsWith("worked"))
    .map(({ what }) => what)

describe("work on a node", () => {
  it("takes its virtual time, and none of nothing", () => {
    const length = (input: Duration.Input) =>
      took([[1, "1"]], { cores: 1, work: () => Work.spend(input) })
    expect(length("3 millis")).toEqual([3])
    expect(length("250 micros")).toEqual([0.25])
    expect(length(Duration.seconds(2))).toEqual([2_000])
    expect(length("1 day")).toEqual(["info"])
    expect(length(0)).toEqual([0])
    expect(length("1 nano")).toEqual([0])
  })

  it("is measured by true time, whatever the clock of the node shows", () => {
    const drift: Asked = {
      _tag: "ClockDrift",
      atMs: 0,
      durationMs: 900,
      node: "shop",
      ppm: 400_000
    }
    const jobs: Jobs = [[10, "100"]]
    const sleep: Work = (job) => Effect.sleep(Number(job))
    expect(took(jobs, { work: sleep, faults: [drift] })).not.toEqual([100])
    expect(took(jobs, { work: spend, faults: [drift] })).toEqual([100])
  })

  it("waits for nobody where no cores are declared", () => {
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

  it.each([
    [1, [5, 9, 14]],
    [2, [5, 5, 9]],
    [3, [5, 5, 5]]
  ])("goes on at once on %i cores", (cores, lengths) => {
    expect(
      took(
        [
          [1, "5"],
          [2, "5"],
          [2, "5"]
        ],
        { cores }
      )
    ).toEqual(lengths)
  })

  it("is served first come, first served, by any number of cores (model)", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), anyJobs, (cores, jobs) => {
        expect(took(jobs, { cores })).toEqual(firstCome(cores, jobs))
      }),
      { numRuns: 30 }
    )
  })

  it("is told with its length, and with the time for which it had no core", () => {
    const jobs: Jobs = [
      [1, "3"],
      [2, "4"],
      [20, "0.25"]
    ]
    expect(told(jobs, { cores: 1 })).toEqual([
      "worked 3ms",
      "worked 4ms, after 2ms for a core",
      "worked 250µs"
    ])
  })

  it.each([NaN, -1, "25 hours", "Infinity"] as const)("of no length is a defect (%s)", (length) => {
    const { flown } = fly([[1, "1"]], { cores: 1, work: () => Work.spend(length) })
    const text = typeof length === "number" ? `${length}` : JSON.stringify(length)
    expect(flown.violation?.property).toBe("no defect")
    expect(flown.violation?.counterexample.actual).toBe(
      `RangeError: Work.spend(${text}): allowed are 0 to 1 day`
    )
  })
})

describe("work that is interrupted", () => {
  it("gives its core back while it runs", () => {
    const jobs: Jobs = [
      [1, "4 of 10"],
      [2, "90 of 5"]
    ]
    expect(took(jobs, { cores: 1, work: spendAtMost })).toEqual([4, 8])
  })

  it("leaves the line while it waits", () => {
    const jobs: Jobs = [
      [1, "90 of 10"],
      [2, "3 of 10"],
      [3, "90 of 5"]
    ]
    expect(took(jobs, { cores: 1, work: spendAtMost })).toEqual([10, 3, 13])
  })

  it("hands on the core that it was called to at this very instant (its limit comes after)", () => {
    // The first is done at 11, when the second is called and gives up.
    const jobs: Jobs = [
      [1, "90 of 10"],
      [3, "8 of 10"],
      [4, "90 of 5"],
      [30, "90 of 2"]
    ]
    const shopped = fly(jobs, { cores: 1, work: spendAtMost })
    expect(Object.values(lengths(shopped))).toEqual([10, 8, 12, 2])
    expect(outcomes(shopped.flown)["o-2"]).toBe("TimeoutError")
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("hands on the core that it was called to at this very instant (its limit is first)", () => {
    // The limit of the first job is set before the core begins the second, so it comes first.
    const late: Work = (job) =>
      job === "late"
        ? Effect.sleep(2).pipe(Effect.andThen(Work.spend(10)), Effect.timeout(11))
        : spend(job)
    const jobs: Jobs = [
      [1, "late"],
      [2, "10"],
      [4, "5"]
    ]
    const shopped = fly(jobs, { cores: 1, work: late })
    expect(Object.values(lengths(shopped))).toEqual([11, 10, 13])
    expect(outcomes(shopped.flown)["o-1"]).toBe("TimeoutError")
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("goes on to its end where it may not be interrupted", () => {
    const firm: Work = (job) =>
      Effect.uninterruptible(Work.spend(10)).pipe(Effect.timeout(Number(job)))
    expect(
      took(
        [
          [1, "4"],
          [2, "90"]
        ],
        { cores: 1, work: firm }
      )
    ).toEqual([10, 19])
  })

  it("leaves no core taken and nobody in line (jobs, limits, turbulence)", () => {
    const part = fc.integer({ min: 1, max: 8 })
    const job = fc.tuple(fc.integer({ min: 1, max: 8 }), part, part)
    const all = fc.array(job, { minLength: 4, maxLength: 16 })
    let given = 0
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), all, fc.nat(), (cores, drawn, seed) => {
        const shopped = flyShop(
          { capacity: { cores }, work: spendAtMost },
          {
            operations: drawn.map(([atMs, limit, length], at) =>
              order(at + 1, atMs - 0.5, `${limit} of ${length}`)
            ),
            entropy: fromSeed(seed, { rank: 0.5, cede: 0.5, hold: 0.2, delay: 0.1 }),
            seed
          }
        )
        given += Object.values(outcomes(shopped.flown)).filter((text) => text !== "info").length
        expect(shopped.flown.violation).toBeUndefined()
        expect(inUse(shopped)).toEqual([0, 0])
      }),
      { numRuns: 25 }
    )
    expect(given).toBeGreaterThan(50)
  })
})

describe("a node in trouble", () => {
  const busy: Jobs = [
    [1, "40"],
    [2, "40"],
    [3, "40"]
  ]

  it("has all its cores free when it has started again", () => {
    const faults = [Fault.crash("shop", { at: "10 millis", lasting: "50 millis" })]
    const shopped = fly([...busy, [100, "5"], [101, "5"]], { cores: 1, faults })
    expect(Object.values(lengths(shopped)).slice(3)).toEqual([5, 9])
    expect(inUse(shopped)).toEqual([0, 0])
  })

  it("holds up what is at work while it is paused, and then goes on in order", () => {
    const faults = [Fault.pause("shop", { at: "20 millis", lasting: "100 millis" })]
    expect(took(busy, { cores: 1, faults })).toEqual([119, 158, 197])
  })

  it("keeps a core busy for longer while it is slow", () => {
    // Each job is begun 10 ms late, and done 10 ms late; the core waits for it all the while.
    const faults = [Fault.slow("shop", "10 millis", { at: "10 millis", lasting: "10 seconds" })]
    const jobs: Jobs = [
      [21, "5"],
      [22, "5"],
      [23, "5"]
    ]
    expect(took(jobs, { cores: 1, faults })).toEqual([25, 49, 73])
    // They arrive 10 ms late, and the second is called 10 ms after the first is done.
    expect(told(jobs, { cores: 1, faults })).toEqual([
      "worked 5ms",
      "worked 5ms, after 24ms for a core",
      "worked 5ms, after 48ms for a core"
    ])
  })
})

describe("work under turbulence", () => {
  const options: ShopOptions = {
    capacity: { cores: 1 },
    work: (job) => Work.spend(10 * Number(job))
  }

  it("is the same for the same seed, recorded or not (seeds)", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const one = flySeed(shop(options), seed)
        expect(flySeed(shop(options), seed).digest).toBe(one.digest)
        expect(flySeed(shop(options), seed, true).digest).toBe(one.digest)
      }),
      { numRuns: 5 }
    )
  })

  it("moves no choice of another operation when one is taken away (seeds)", () => {
    // Whether a job has to wait is up to the others; whatever comes after it is not.
    const isOfLine = /core shop( \d+)?$/
    let waits = 0
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        withoutEach(shop(options), seed, [], (full, less, id) => {
          const counts = ({ path }: { readonly path: string }) => !isOfLine.test(path)
          waits += [...full.values()].filter(({ path }) => isOfLine.test(path)).length
          const kept = listOf(full, (choice) => counts(choice) && !isCausedBy(id, choice))
          expect(listOf(less, counts)).toEqual(kept)
        })
      }),
      { numRuns: 2 }
    )
    expect(waits).toBeGreaterThan(20)
  })
})
