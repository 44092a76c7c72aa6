/**
 * Flying single runs of a batch: run `i` is drawn from `mix(base, i)` and flown, and what matters
 * of it is kept in a summary.
 */
import { Effect, Result } from "effect"
import type { Leak } from "../kernel/Surroundings.ts"
import { signature } from "../property/Signature.ts"
import * as Seed from "../turbulence/Seed.ts"
import type { BatchVerdict, RunSummary } from "./BatchResult.ts"
import { drawRun } from "./Draw.ts"
import * as Flight from "./Flight.ts"
import type { Violation } from "./Judge.ts"
import * as Masking from "./Masking.ts"
import type { WindTunnel } from "./WindTunnel.ts"

/** The signature of a violation: its property, its subject, and where in the system it showed. */
export const signatureOf = (violation: Violation): string =>
  signature(violation.property, violation.counterexample.subject, violation.where)

/** What a flight comes to. */
export const verdictOf = (flown: Flight.Flown): BatchVerdict => {
  if (flown.violation !== undefined) return "violated"
  if (flown.leaks.length > 0) return "unknown"
  return flown.unknown.length > 0 ? "unknown" : "holds"
}

const authorError = (runIndex: number, seed: number, threw: string): RunSummary => ({
  runIndex,
  seed,
  verdict: "unknown",
  failure: undefined,
  signature: undefined,
  isMasked: false,
  threw,
  leaks: [],
  isRepeatable: true,
  unknown: [],
  reached: [],
  steps: 0,
  simulatedMicros: 0,
  digest: 0
})

/** One passing run in so many is flown twice, to see that it comes out the same. */
export const reflyEvery = 32

const isReflown = (seed: number): boolean =>
  (Seed.mix(seed, Seed.hashText("refly")) >>> 0) % reflyEvery === 0

/** Whether a flight has anything to say that a passing one has not. */
const tells = (flown: Flight.Flown): boolean =>
  flown.violation !== undefined || flown.threw !== undefined || flown.leaks.length > 0

/**
 * Flies run `runIndex` of the batch with this base seed. A passing run may be flown once more
 * without its later faults; if that fails, the run is that failure.
 */
export const flyRun = Effect.fnUntraced(function* (
  tunnel: WindTunnel,
  baseSeed: number,
  runIndex: number
): Effect.fn.Return<RunSummary> {
  const seed = Seed.ofRun(baseSeed, runIndex)
  const drawn = drawRun(tunnel, seed)
  if (Result.isFailure(drawn)) return authorError(runIndex, seed, drawn.failure.message)
  const { entropy, faults, operations } = drawn.success
  const plan = {
    scenario: tunnel,
    seed,
    operations: operations.map(({ operation }) => operation),
    faults: faults.map(({ fault }) => fault),
    entropy,
    isRecorded: false
  }
  const whole = yield* Flight.fly(plan)
  const holds = verdictOf(whole) === "holds"
  const isRepeatable =
    !holds || !isReflown(seed) || (yield* Flight.fly(plan)).digest === whole.digest
  const cut = holds ? Masking.cutOf(seed, faults) : undefined
  const shorter = { ...plan, faults: (cut?.kept ?? faults).map(({ fault }) => fault) }
  const unmasked = cut === undefined ? undefined : yield* Flight.fly(shorter)
  const isTold = unmasked !== undefined && tells(unmasked)
  const flown = isTold ? unmasked : whole
  const { violation } = flown
  return {
    runIndex,
    seed,
    verdict: verdictOf(flown),
    failure:
      violation === undefined
        ? undefined
        : { property: violation.property, subject: violation.counterexample.subject },
    signature: violation === undefined ? undefined : signatureOf(violation),
    isMasked: isTold && violation !== undefined,
    threw: flown.threw?.message,
    leaks: yield* leaksOf(isTold ? shorter : plan, flown),
    isRepeatable,
    unknown: flown.unknown,
    reached: whole.reached,
    steps: flown.steps,
    simulatedMicros: flown.simulatedMicros,
    digest: flown.digest
  }
})

/** Where promises are made is noted by recorded flights alone: one of those is flown to tell. */
const leaksOf = Effect.fnUntraced(function* (
  plan: Flight.Plan,
  flown: Flight.Flown
): Effect.fn.Return<ReadonlyArray<Leak>> {
  if (flown.leaks.every(({ source }) => source !== undefined)) return flown.leaks
  const recorded = yield* Flight.fly({ ...plan, isRecorded: true })
  return recorded.leaks.length > 0 ? recorded.leaks : flown.leaks
})
