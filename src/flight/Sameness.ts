/**
 * Flying runs to see whether they come out the same elsewhere: what is kept of them, and where two
 * flights of the same run part.
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

/**
 * How many events of all runs of a scenario a place keeps to show them: what differs is looked up,
 * not flown again, since it might come out differently still. The first run is always kept.
 */
export const eventsKeptMax = 200_000

/** Runs as they come out in one place. */
export interface Logbook {
  /** Flies one run of the batch with this base seed. */
  readonly fly: (runIndex: number) => Effect.Effect<Seen>
  /** The events of a run that was flown; `undefined` when they were not kept. */
  readonly eventsOf: (runIndex: number) => ReadonlyArray<Event> | undefined
}

const nowhere = { runIndex: 0, commit: undefined, version: "0.0.0" }

/** Begins a logbook. */
export const open = (scenario: Scenario, baseSeed: number): Logbook => {
  const kept = new Map<number, ReadonlyArray<Event>>()
  let count = 0

  const keep = (runIndex: number, events: ReadonlyArray<Event>): void => {
    count += events.length
    if (kept.size === 0 || count <= eventsKeptMax) kept.set(runIndex, events)
  }

  const fly = Effect.fnUntraced(function* (runIndex: number): Effect.fn.Return<Seen> {
    const seed = Seed.ofRun(baseSeed, runIndex)
    const drawn = drawRun(scenario.tunnel, seed)
    if (Result.isFailure(drawn)) {
      return { runIndex, seed, digest: "", leaks: [], threw: drawn.failure.message }
    }
    const { events, flown, header } = yield* Record.ofDrawn(scenario, drawn.success, nowhere)
    keep(runIndex, events)
    const threw = flown.threw?.message
    return { runIndex, seed, digest: header.digest, leaks: flown.leaks, threw }
  })

  return { fly, eventsOf: (runIndex) => kept.get(runIndex) }
}

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
