/**
 * Flying runs to see whether they come out the same elsewhere: what is kept of each, and what must
 * be flown before one for it to come out as it did.
 *
 * Flies with everything written down, so that also what decides nothing is compared: a line of a
 * log, a payload nobody looks at. Where else runs are flown is for the command to say.
 */
import { Effect, Result } from "effect"
import type { Leak } from "../kernel/Surroundings.ts"
import { firstDifference } from "../recording/Difference.ts"
import type { Event } from "../recording/Event.ts"
import * as Seed from "../turbulence/Seed.ts"
import { drawRun } from "./Draw.ts"
import * as Record from "./Record.ts"
import type { Scenario } from "./Scenario.ts"

/** What is kept of a run. Plain data: it crosses from other processes. */
export interface Seen {
  readonly runIndex: number
  readonly seed: number
  /** The digest of all its events. */
  readonly digest: string
  readonly leaks: ReadonlyArray<Leak>
  /** A property's own code failed: an author error, as a sentence. */
  readonly threw: string | undefined
}

/** A run and its events. */
export interface Watched {
  readonly seen: Seen
  readonly events: ReadonlyArray<Event>
}

const nowhere = { runIndex: 0, commit: undefined, version: "0.0.0" }

/** Flies one run of the batch with this base seed. */
export const watch = Effect.fnUntraced(function* (
  scenario: Scenario,
  baseSeed: number,
  runIndex: number
): Effect.fn.Return<Watched> {
  const seed = Seed.ofRun(baseSeed, runIndex)
  const drawn = drawRun(scenario.tunnel, seed)
  if (Result.isFailure(drawn)) {
    const threw = drawn.failure.message
    return { seen: { runIndex, seed, digest: "", leaks: [], threw }, events: [] }
  }
  const { events, flown, header } = yield* Record.ofDrawn(scenario, drawn.success, nowhere)
  const threw = flown.threw?.message
  return { seen: { runIndex, seed, digest: header.digest, leaks: flown.leaks, threw }, events }
})

/** All runs from the first to the last. */
export const forwards = (runs: number): ReadonlyArray<number> =>
  Array.from({ length: runs }, (_, runIndex) => runIndex)

/** The runs that a place flies up to the one asked for, which comes last. */
export const upTo = (order: ReadonlyArray<number>, runIndex: number): ReadonlyArray<number> =>
  order.slice(0, order.lastIndexOf(runIndex) + 1)

/** A place that flew the runs, and what it saw. */
export interface Sighting<Place> {
  readonly place: Place
  readonly seen: ReadonlyArray<Seen>
}

/** The first run, by index, that came out differently in one of the places; the first of them. */
export const firstDiffering = <Place>(
  here: ReadonlyArray<Seen>,
  others: ReadonlyArray<Sighting<Place>>
): { readonly run: Seen; readonly place: Place } | undefined => {
  const inOrder = [...here].sort((one, other) => one.runIndex - other.runIndex)
  for (const run of inOrder) {
    const differing = others.find(({ seen }) =>
      seen.some(({ digest, runIndex }) => runIndex === run.runIndex && digest !== run.digest)
    )
    if (differing !== undefined) return { run, place: differing.place }
  }
  return undefined
}

/** The first event in which two flights differ, as each side has it. */
export interface Parting {
  readonly step: number
  /** `undefined`: this side had ended. */
  readonly here: Event | undefined
  readonly there: Event | undefined
  /** What follows on each side, to tell another order from another event. */
  readonly hereNext: ReadonlyArray<Event>
  readonly thereNext: ReadonlyArray<Event>
}

/** How many events after the first that differs are looked at. */
export const followingMax = 32

/** Where two flights part; `undefined` when they do not. */
export const partingOf = (
  here: ReadonlyArray<Event>,
  there: ReadonlyArray<Event>
): Parting | undefined => {
  const step = firstDifference(here, there)
  if (step === undefined) return undefined
  const next = (events: ReadonlyArray<Event>): ReadonlyArray<Event> =>
    events.slice(step + 1, step + 1 + followingMax)
  return {
    step,
    here: here[step],
    there: there[step],
    hereNext: next(here),
    thereNext: next(there)
  }
}
