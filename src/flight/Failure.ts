/**
 * From a failing run to a failure as it is shown: shrunk, flown again, explained by a passing twin.
 */
import { Data, Effect, Result } from "effect"
import { firstDifference } from "../recording/Difference.ts"
import type { Needed, Twin } from "../recording/Header.ts"
import { type Deviation, kinds, outcomeText } from "../turbulence/ChoicePoint.ts"
import { toText } from "../turbulence/Fault.ts"
import type { FoundFailure, RunSummary } from "./BatchResult.ts"
import { drawRun } from "./Draw.ts"
import * as Record from "./Record.ts"
import type { Scenario } from "./Scenario.ts"
import * as Shrink from "./Shrink.ts"
import type * as Descent from "./Descent.ts"
import * as Masking from "./Masking.ts"

/** A flight that does not come out the same when it is flown again: not deterministic. */
export class Unrepeatable extends Data.TaggedError("Unrepeatable")<{
  readonly seed: number
  readonly reason: string
}> {}

/** What a deviation did, as people read it: `reorder 1.2s: client-1>gateway charge`. */
export const deviationText = (deviation: Deviation): string => {
  const where = deviation.path.split(" › ").at(-1) ?? deviation.path
  const amount = outcomeText(deviation.kind, deviation.outcome)
  return amount === "yes" ? `${deviation.kind} ${where}` : `${deviation.kind} ${amount}: ${where}`
}

/** What could not be taken away, each with how little of it is still enough. */
const neededOf = (candidate: Descent.Candidate): ReadonlyArray<typeof Needed.Type> => [
  ...candidate.faults.map(({ fault }) => ({ what: toText(fault) })),
  ...candidate.deviations.map((deviation) => ({
    what: deviationText(deviation),
    ...(kinds[deviation.kind].spread === "wide"
      ? { atLeast: outcomeText(deviation.kind, deviation.outcome) }
      : {})
  }))
]

/** How many flights one change away are looked at: a cause with more parts was not shrunk. */
const twinsMax = 64

/**
 * The passing flight that shares the longest beginning with the failing one, among those with one
 * fault or deviation less.
 */
const twinOf = Effect.fnUntraced(function* (
  scenario: Scenario,
  candidate: Descent.Candidate,
  failing: Record.Recorded,
  provenance: Record.Provenance
): Effect.fn.Return<typeof Twin.Type | undefined> {
  const { cause } = failing.header
  if (candidate.faults.length + candidate.deviations.length > twinsMax) return undefined
  const without = [
    ...candidate.faults.map(({ fault }) => ({
      change: `without: ${toText(fault)}`,
      cause: { ...cause, faults: cause.faults.filter((each) => each.id !== fault.id) }
    })),
    ...candidate.deviations.map((deviation) => ({
      change: `without: ${deviationText(deviation)}`,
      cause: {
        ...cause,
        deviations: cause.deviations.filter((each) => each.key !== deviation.key)
      }
    }))
  ]
  let nearest: typeof Twin.Type | undefined
  for (const { cause, change } of without) {
    const twin = yield* Record.ofCause(scenario, cause, provenance)
    if (twin.flown.violation !== undefined) continue
    const first = firstDifference(failing.events, twin.events)
    if (first === undefined || first >= failing.events.length) continue
    if (nearest === undefined || first > nearest.firstDifference) {
      nearest = { change, firstDifference: first }
    }
  }
  return nearest
})

/** Shrinks the failure of a run and records what is left of it. */
export const ofRun = Effect.fnUntraced(function* (
  scenario: Scenario,
  run: RunSummary,
  met: number,
  budget: Descent.Budget | undefined,
  provenance: Record.Provenance
): Effect.fn.Return<FoundFailure, Unrepeatable> {
  const { seed, signature } = run
  const unrepeatable = (reason: string): Unrepeatable => new Unrepeatable({ seed, reason })
  const drawn = drawRun(scenario.tunnel, seed)
  if (Result.isFailure(drawn) || signature === undefined) {
    return yield* unrepeatable("the run cannot be drawn again")
  }
  // A run that its later faults would hide is the run without them, by the rule that found it.
  const cut = run.isMasked ? Masking.cutOf(seed, drawn.success.faults) : undefined
  const flown = { ...drawn.success, faults: cut?.kept ?? drawn.success.faults }
  const first = yield* Record.ofDrawn(scenario, flown, provenance)
  if (first.flown.digest !== run.digest || first.header.failure?.signature !== signature) {
    return yield* unrepeatable("the run came out differently when it was flown again")
  }
  const start: Descent.Candidate = {
    operations: flown.operations,
    faults: flown.faults,
    deviations: first.header.cause.deviations
  }
  const shrunk =
    budget === undefined
      ? { candidate: start, flights: 0, isMinimal: false }
      : yield* Shrink.shrink(scenario.tunnel, seed, start, signature, budget)
  const { candidate } = shrunk
  const cause = {
    seed: first.header.cause.seed,
    workload: candidate.operations.map(({ operation }) => operation),
    faults: candidate.faults.map(({ fault }) => fault),
    deviations: candidate.deviations
  }
  const final = yield* Record.ofCause(scenario, cause, provenance)
  if (final.header.failure?.signature !== signature) {
    return yield* unrepeatable("the shrunk run came out differently when it was flown again")
  }
  const twin =
    budget === undefined ? undefined : yield* twinOf(scenario, candidate, final, provenance)
  return {
    header: {
      ...final.header,
      eventsBefore: first.events.length,
      ...(twin === undefined ? {} : { twin }),
      ...(cut === undefined ? {} : { masked: cut.hidden.map(Masking.hiddenText) }),
      needed: shrunk.isMinimal ? neededOf(candidate) : []
    },
    events: final.events,
    metCount: met,
    shrinkFlights: shrunk.flights,
    isMinimal: shrunk.isMinimal,
    regression: undefined
  }
})
