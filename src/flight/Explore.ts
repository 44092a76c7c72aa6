/**
 * Flying single runs of a batch: run `i` is drawn from `mix(base, i)` and flown, and what matters
 * of it is kept in a summary.
 */
import { Result } from "effect"
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
  return flown.unknown.length > 0 ? "unknown" : "holds"
}

const authorError = (runIndex: number, seed: number, threw: string): RunSummary => ({
  runIndex,
  seed,
  verdict: "unknown",
  failure: undefined,
  signature: undefined,
  threw,
  unknown: [],
  reached: [],
  steps: 0,
  simulatedMicros: 0,
  digest: 0
})

/** Flies run `runIndex` of the batch with this base seed. */
export const flyRun = (tunnel: WindTunnel, baseSeed: number, runIndex: number): RunSummary => {
  const seed = Seed.ofRun(baseSeed, runIndex)
  const drawn = drawRun(tunnel, seed)
  if (Result.isFailure(drawn)) return authorError(runIndex, seed, drawn.failure.message)
  const { entropy, faults, operations } = drawn.success
  const flown = Flight.fly({
    scenario: tunnel,
    seed,
    operations: operations.map(({ operation }) => operation),
    faults: faults.map(({ fault }) => fault),
    entropy,
    isRecorded: false
  })
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
    threw: flown.threw?.message,
    unknown: flown.unknown,
    reached: flown.reached,
    steps: flown.steps,
    simulatedMicros: flown.simulatedMicros,
    digest: flown.digest
  }
}
