/**
 * Queues with known answers, flown: a quick search finds the limits that the textbook gives.
 * `npm run queues` does the same at length; `docs/BREAKING.md` has what it came to.
 *
 * Searches of the size here have a standard deviation of 2.6 % (M/D/1) to 6 % (M/M/3), measured
 * over hundreds of them. Bounds are three of those, so they hold for all seeds but a few in a
 * thousand.
 */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { measure } from "./Flying.ts"
import * as Queues from "./Queues.ts"

/** Some 200 requests in each probe, after 50 that are not measured. */
const size: Queues.Size = { warmUpSeconds: 0.7, measureSeconds: 2.6 }

/** Of each queue. */
const searches = 2

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

interface Found {
  readonly level: string | undefined
  readonly verdict: string
  readonly error: number
  readonly isCovered: boolean
}

const search = ({ breakingPoint, limit }: Queues.Queue, seed: number) =>
  Effect.map(
    measure(breakingPoint, { seed, budget: "small" }),
    ({ estimate: { breaking, verdict } }): Found => ({
      level: breaking?.level,
      verdict: verdict._tag,
      error: (breaking?.load ?? 0) / limit - 1,
      isCovered:
        breaking !== undefined && breaking.interval.low <= limit && limit <= breaking.interval.high
    })
  )

const queues = Queues.all(size)

const known = new Map<string, Promise<ReadonlyArray<Found>>>()

/** All searches of a queue, once. */
const searchAll = (queue: Queues.Queue): Promise<ReadonlyArray<Found>> => {
  const seeds = Array.from({ length: searches }, (_, seed) => seed)
  const found =
    known.get(queue.name) ?? Effect.runPromise(Effect.forEach(seeds, (seed) => search(queue, seed)))
  known.set(queue.name, found)
  return found
}

describe("a quick search", () => {
  it.each(queues.map((queue) => [queue.name, queue] as const))(
    "finds the limit of the textbook (%s)",
    async (_, queue) => {
      const found = await searchAll(queue)
      expect(found.map(({ verdict }) => verdict)).toEqual(Array(searches).fill("found"))
      expect(found.map(({ level }) => level)).toEqual(Array(searches).fill(queue.level))
      expect(Math.abs(mean(found.map(({ error }) => error)))).toBeLessThan(0.125)
    }
  )

  it("is right on average, and its intervals cover the truth", async () => {
    const found = (await Promise.all(queues.map(searchAll))).flat()
    // The mean of all ten has a standard deviation of 1.35 %.
    expect(Math.abs(mean(found.map(({ error }) => error)))).toBeLessThan(0.04)
    // Of ten intervals of 95 %, fewer than eight cover the truth one time of a hundred.
    expect(found.filter(({ isCovered }) => isCovered).length).toBeGreaterThanOrEqual(8)
  })
})
