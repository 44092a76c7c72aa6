/**
 * Shrinking: the smallest workload, fault plan and list of deviations that still fail in the same
 * way.
 *
 * Owns how often and in which order it is tried; one way down is Descent's.
 */
import { Effect } from "effect"
import { type Budget, type Candidate, descent, type Shrunk } from "./Descent.ts"
import type { WindTunnel } from "./WindTunnel.ts"

/** How many flights shrinking one failure may take. */
export const flightsMaxDefault = 5_000

/** How often shrinking begins anew, in another order, while what is left is not small. */
const attemptsMax = 5

/** What is small enough not to begin anew: so many operations, faults and deviations together. */
const smallEnough = 3

const sizeOf = ({ deviations, faults, operations }: Candidate): number =>
  deviations.length + faults.length + operations.length

/**
 * Makes a failing candidate as small as the budget allows. It must fail with the signature.
 *
 * Taking things away one after the other ends where no single one can go, and that may be far from
 * the smallest: another order ends elsewhere. So while much is left it begins anew, in an order
 * drawn from the seed, and the smallest result counts.
 */
export const shrink = Effect.fnUntraced(function* (
  tunnel: WindTunnel,
  seed: number,
  start: Candidate,
  signature: string,
  budget: Budget
): Effect.fn.Return<Shrunk> {
  let best: Shrunk = { candidate: start, flights: 0, isMinimal: false }
  let flights = 0
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    // A way down that takes very long is a bad one: each gets its share, the last what is left.
    const share = Math.ceil(budget.flightsMax / attemptsMax)
    const left = budget.flightsMax - flights
    const flightsMax = attempt === attemptsMax - 1 ? left : Math.min(left, share)
    const next = yield* descent(tunnel, seed, start, signature, { ...budget, flightsMax }, attempt)
    flights += next.flights
    // A descent that the budget cut short may not be minimal, so it replaces no minimal one.
    const isBetter = sizeOf(next.candidate) < sizeOf(best.candidate)
    if (next.isMinimal === best.isMinimal ? isBetter : next.isMinimal) best = next
    if (best.isMinimal && sizeOf(best.candidate) <= smallEnough) break
    if (flights >= budget.flightsMax || !budget.mayContinue()) break
  }
  return { ...best, flights }
})
