/**
 * One repetition of the search for the limit of a queue, and of the ramp that a person would try in
 * its place.
 *
 * Owns what is kept of either. Each repetition has its own seed, so it is the same in whichever
 * process it is flown, and however many others are.
 */
import { Effect } from "effect"
import * as Seed from "../src/turbulence/Seed.ts"
import { here, measure, scenarioOf } from "../test/acceptance/Flying.ts"
import type { Queue } from "../test/acceptance/Queues.ts"

/** What one repetition came to. Plain data, one line of a file. */
export interface Repetition {
  readonly queue: string
  readonly limit: number
  readonly repetition: number
  readonly verdict: string
  /** The breaking point that was found, and its interval of 95 %. */
  readonly load: number | null
  readonly low: number | null
  readonly high: number | null
  /** The load that half of the probes pass, and the one to quote. */
  readonly middle: number | null
  readonly demonstrated: number | null
  readonly probes: number
  readonly requests: number
  /** Where a ramp stopped, and what that cost; `null` where none was tried. */
  readonly ramp: {
    readonly load: number
    readonly probes: number
    readonly requests: number
  } | null
}

/** A ramp goes up by this at a time ... */
const rampFactor = 1.02
/** ... and ends when more than this share of all its probes failed. */
const rampFailsMax = 0.1

/** Raises the load step by step until too many probes failed, as a person does. */
const ramp = Effect.fnUntraced(function* ({ breakingPoint }: Queue, seed: number) {
  const scenario = scenarioOf(breakingPoint)
  const { min } = breakingPoint.axis
  let fails = 0
  let requests = 0
  for (let probes = 1; ; probes++) {
    const load = min * rampFactor ** (probes - 1)
    const probeSeed = Seed.mix(seed, probes) >>> 0
    const measured = yield* here.probe(scenario, { x: load }, probeSeed)
    requests += measured.requests
    if (measured.outcome._tag !== "pass") fails++
    if (fails > rampFailsMax * probes) return { load, probes, requests }
  }
})

/** Searches once for the limit of a queue. */
export const repeat = Effect.fnUntraced(function* (
  queue: Queue,
  repetition: number,
  hasRamp: boolean
): Effect.fn.Return<Repetition, Error> {
  const seed = Seed.mix(Seed.hashText(queue.name), repetition) >>> 0
  const { cost, estimate } = yield* measure(queue.breakingPoint, { seed, budget: "default" })
  const { breaking, demonstrated, middle, verdict } = estimate
  return {
    queue: queue.name,
    limit: queue.limit,
    repetition,
    verdict: verdict._tag,
    load: breaking?.load ?? null,
    low: breaking?.interval.low ?? null,
    high: breaking?.interval.high ?? null,
    middle: middle?.load ?? null,
    demonstrated: demonstrated?.load ?? null,
    probes: cost.probes,
    requests: cost.requests,
    ramp: hasRamp ? yield* ramp(queue, seed) : null
  }
})
