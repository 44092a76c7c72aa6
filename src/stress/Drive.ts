/**
 * Drives a search: asks it for probes, lets a crew fly as many at once as it can, and tells it what
 * they came to.
 *
 * Owns who flies what when. What a search comes to does not depend on it: searches keep answers
 * that come before they are wanted.
 */
import { Effect, type Exit, Queue } from "effect"
import type { Measured } from "./FlyProbe.ts"
import type { Setting } from "./Stressed.ts"
import * as Seed from "../turbulence/Seed.ts"
import type { StressScenario } from "./StressScenario.ts"

/** Who flies probes: this thread, or several workers. Which of them must not matter. */
export interface StressCrew {
  /** How many it flies at once. */
  readonly size: number
  readonly probe: (
    scenario: StressScenario,
    setting: Setting,
    seed: number
  ) => Effect.Effect<Measured, Error>
}

/** A search as it is driven. `A` is what it asks, and names a probe. */
export interface Searching<State, A> {
  readonly state: State
  /** The probe that is wanted, then those that may be; empty when it is over. */
  readonly nextMany: (state: State, count: number) => ReadonlyArray<A>
  readonly tell: (state: State, ask: A, measured: Measured) => State
  readonly settingOf: (ask: A) => Setting
  readonly repetitionOf: (ask: A) => number
}

/** A probe that was flown. */
export interface Flown {
  readonly setting: Setting
  readonly repetition: number
  readonly seed: number
  readonly measured: Measured
}

/** A probe with what asked for it. */
interface Answer<A> {
  readonly ask: A
  readonly flown: Flown
}

/** What drives. */
export interface Options {
  readonly scenario: StressScenario
  /** The base seed: each probe has its own, of its setting and repetition. */
  readonly seed: number
  readonly crew: StressCrew
  /** Polled before each probe: false ends the search with what it has. */
  readonly mayContinue: () => boolean
  /** Called after each probe. */
  readonly onFlown: (flown: Flown) => void
}

/** What names a probe: its point, what is done to its load, and the how-manieth it is there. */
export const keyOf = ({ left, trigger, x, y }: Setting, repetition: number): string =>
  JSON.stringify([x, y ?? null, trigger ?? null, left ?? null, repetition])

/** The seed of a probe: of nothing but its name. */
export const seedOf = (base: number, setting: Setting, repetition: number): number =>
  Seed.mix(base, Seed.hashText(keyOf(setting, repetition))) >>> 0

/** Drives a search to its end, or until it may not go on. All probes flown are in `flights`. */
export const drive = Effect.fnUntraced(function* <State, A>(
  searching: Searching<State, A>,
  options: Options,
  flights: Map<string, Flown>
): Effect.fn.Return<State, Error> {
  const { crew, mayContinue, onFlown, scenario, seed } = options
  const { nextMany, repetitionOf, settingOf, tell } = searching
  // One queue for whatever becomes of a probe, so that no failure waits behind an answer.
  const done = yield* Queue.unbounded<Exit.Exit<Answer<A>, Error>>()
  const underWay = new Set<string>()
  let { state } = searching

  const begin = (ask: A): Effect.Effect<void> => {
    const setting = settingOf(ask)
    const repetition = repetitionOf(ask)
    const probeSeed = seedOf(seed, setting, repetition)
    underWay.add(keyOf(setting, repetition))
    return crew.probe(scenario, setting, probeSeed).pipe(
      Effect.map((measured) => ({
        ask,
        flown: { setting, repetition, seed: probeSeed, measured }
      })),
      Effect.exit,
      Effect.flatMap((exit) => Queue.offer(done, exit)),
      Effect.asVoid
    )
  }

  for (;;) {
    const asks = mayContinue() ? nextMany(state, crew.size) : []
    for (const ask of asks) {
      if (underWay.size >= crew.size) break
      const key = keyOf(settingOf(ask), repetitionOf(ask))
      if (underWay.has(key)) continue
      // The same probe may be asked for by two parts of a search.
      const known = flights.get(key)
      if (known !== undefined) {
        state = tell(state, ask, known.measured)
        continue
      }
      yield* Effect.forkChild(begin(ask))
    }
    if (underWay.size === 0) {
      if (asks.length === 0) return state
      continue
    }
    const { ask, flown } = yield* yield* Queue.take(done)
    const key = keyOf(flown.setting, flown.repetition)
    underWay.delete(key)
    flights.set(key, flown)
    state = tell(state, ask, flown.measured)
    onFlown(flown)
  }
})
