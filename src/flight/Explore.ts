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

/** Flies run `runIndex` of the batch with this base seed. */
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
  const flown = yield* Flight.fly(plan)
  const { violation } = flown
  const verdict = verdictOf(flown)
  const again =
    verdict === "holds" && isReflown(seed) ? (yield* Flight.fly(plan)).digest : flown.digest
  return {
    runIndex,
    seed,
    verdict,
    failure:
      violation === undefined
        ? undefined
        : { property: violation.property, subject: violation.counterexample.subject },
    signature: violation === undefined ? undefined : signatureOf(violation),
    threw: flown.threw?.message,
    leaks: yield* leaksOf(plan, flown),
    isRepeatable: again === flown.digest,
    unknown: flown.unknown,
    reached: flown.reached,
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
