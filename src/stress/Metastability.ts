/**
 * Whether a system stays down after a short trigger has gone, at which loads, and what gets it out
 * (Bronson and others, "Metastable Failures in Distributed Systems", HotOS 2021).
 *
 * Owns the search, as a conversation like `Search.ts`: it asks for probes, and is told how they
 * ended. Triggers know nothing of each other. For each: a grid of loads up to the highest that was
 * demonstrated; then halving, between the lowest load that is vulnerable and the highest below it
 * that recovers; then how much of the load may be left for it to recover at the highest vulnerable
 * one. All that is said follows from the answers alone, whatever their order.
 */
import * as Axis from "./Axis.ts"
import type { Budget } from "./Options.ts"
import * as Recovery from "./Recovery.ts"

/** What is searched. */
export interface Options {
  /** Names of triggers, each once. */
  readonly triggers: ReadonlyArray<string>
  /** The highest load that was demonstrated. */
  readonly top: number
  readonly axis: Axis.Axis
  /** `default` by default: up to 36 probes for a trigger; 15 when it is small. */
  readonly budget?: Budget
}

/** A probe that is wanted: at a load, a trigger comes and goes. */
export interface Ask {
  readonly trigger: string
  readonly load: number
  /** The share of the load that is left for a while after the trigger; `undefined`: all of it. */
  readonly left: number | undefined
  /** Counts the probes with the same trigger, load and share from 0. */
  readonly repetition: number
}

/** How a probe ended. */
export type Outcome = Recovery.Outcome

/** A load that was tried, without a cut. */
export interface Point extends Recovery.Trials {
  readonly load: number
}

/** A cut that was tried, at the highest vulnerable load. */
export interface Cut extends Recovery.Trials {
  readonly left: number
}

/** The loads at which a trigger leaves a system down. */
export interface Band {
  /** The lowest that is vulnerable: more than half of its valid probes were stuck. */
  readonly low: number
  /** The highest below `low` that recovers; `undefined` when none does. */
  readonly safe: number | undefined
  /** The highest that is vulnerable; no load above the top was tried. */
  readonly high: number
}

/** What is known of one trigger. */
export interface TriggerResult {
  readonly trigger: string
  /** Every load that was tried, the lowest first. */
  readonly points: ReadonlyArray<Point>
  /** `undefined`: no load is vulnerable, as far as is known. */
  readonly band: Band | undefined
  /**
   * The largest share of the highest vulnerable load that may be left for a while, for it to
   * recover every time; `undefined` when none is known: see `cuts` for what was tried.
   */
  readonly cut: number | undefined
  /** The most that is left first. */
  readonly cuts: ReadonlyArray<Cut>
  /** What did not hold in probes that were stuck, the most frequent first. */
  readonly criteria: ReadonlyArray<string>
  /** Whether nothing more is asked for. */
  readonly isOver: boolean
}

/** A search under way; immutable. */
export interface Metastability {
  readonly options: Options
  readonly answers: ReadonlyMap<string, Outcome>
}

interface Effort {
  readonly loads: number
  readonly repetitions: number
  readonly cutRepetitions: number
  readonly halvings: number
}

const efforts: Readonly<Record<Budget, Effort>> = {
  default: { loads: 6, repetitions: 3, cutRepetitions: 3, halvings: 3 },
  // A load that is stuck is tried again: a single failure may be chance.
  small: { loads: 4, repetitions: 2, cutRepetitions: 1, halvings: 2 }
}

/** The grid goes down to this share of the top. */
const shareMin = 0.25
/** Shares of the load that may be left. */
const lefts = [0.9, 0.75, 0.5, 0.25, 0.1, 0] as const
/** What is known at one point: a load, and what is left of it. */
interface Known extends Recovery.Recovery {
  readonly load: number
  readonly left: number | undefined
}

const keyOf = ({ left, load, repetition, trigger }: Ask): string =>
  JSON.stringify([trigger, load, left ?? "all", repetition])

const effortOf = ({ budget = "default" }: Options): Effort => efforts[budget]

const askOf =
  (trigger: string, { left, load }: Pick<Known, "left" | "load">) =>
  (repetition: number): Ask => ({ trigger, load, left, repetition })

const knownAt = (
  { answers, options }: Metastability,
  trigger: string,
  load: number,
  left: number | undefined
): Known => {
  const ask = askOf(trigger, { load, left })
  const { cutRepetitions, repetitions } = effortOf(options)
  const outcomeOf = (repetition: number) => answers.get(keyOf(ask(repetition)))
  const recovery =
    left === undefined
      ? Recovery.of(outcomeOf, repetitions, "mostly")
      : Recovery.of(outcomeOf, cutRepetitions, "always")
  return { ...recovery, load, left }
}

/** The loads of the grid, the lowest first, evenly spaced on the scale of the axis. */
const loadsOf = (options: Options): ReadonlyArray<number> => {
  const { axis, top } = options
  const bottom =
    axis.scale === "log"
      ? Math.max(axis.min, shareMin * top)
      : axis.min + shareMin * (top - axis.min)
  const [low, high] = [Axis.placeOf(axis, bottom), Axis.placeOf(axis, top)]
  const { loads } = effortOf(options)
  const places = Array.from(
    { length: loads },
    (_, index) => low + (index / (loads - 1)) * (high - low)
  )
  const inside = places.slice(0, -1).map((place) => Axis.loadAt(axis, place))
  return [...new Set([...inside.filter((load) => load < top), top])]
}

/** The load half way between two; `undefined` when the axis has none. */
const between = (axis: Axis.Axis, low: number, high: number): number | undefined => {
  const middle = (Axis.placeOf(axis, low) + Axis.placeOf(axis, high)) / 2
  const load = Axis.loadAt(axis, middle)
  return load > low && load < high ? load : undefined
}

const isStuck = ({ answer }: Known): boolean => answer === "stuck"

const bandOf = (points: ReadonlyArray<Known>): Band | undefined => {
  const vulnerable = points.filter(isStuck).map(({ load }) => load)
  if (vulnerable.length === 0) return undefined
  const low = Math.min(...vulnerable)
  const safe = points
    .filter(({ answer, load }) => answer === "recovers" && load < low)
    .map(({ load }) => load)
  return {
    low,
    safe: safe.length === 0 ? undefined : Math.max(...safe),
    high: Math.max(...vulnerable)
  }
}

/** All points of a trigger without a cut: the grid, then the loads that halve the gap below it. */
const surveyed = (state: Metastability, trigger: string): ReadonlyArray<Known> => {
  const { options } = state
  const at = (load: number) => knownAt(state, trigger, load, undefined)
  const points = loadsOf(options).map(at)
  for (let halving = 0; halving < effortOf(options).halvings; halving++) {
    if (points.some(({ answer }) => answer === "open")) break
    const band = bandOf(points)
    if (band?.safe === undefined) break
    const load = between(options.axis, band.safe, band.low)
    if (load === undefined || points.some((point) => point.load === load)) break
    points.push(at(load))
  }
  return points
}

/** Cuts at a load, by halving the list of shares: it recovers up to some of them. */
const cutsAt = (state: Metastability, trigger: string, load: number): ReadonlyArray<Known> => {
  const tried: Array<Known> = []
  let from = 0
  let to: number = lefts.length
  while (from < to) {
    const index = Math.floor((from + to) / 2)
    const known = knownAt(state, trigger, load, lefts[index])
    tried.push(known)
    if (known.answer === "open") break
    if (known.answer === "recovers") to = index
    else from = index + 1
  }
  return tried
}

interface Course {
  readonly points: ReadonlyArray<Known>
  readonly band: Band | undefined
  readonly cuts: ReadonlyArray<Known>
}

const courseOf = (state: Metastability, trigger: string): Course => {
  const points = surveyed(state, trigger)
  const band = bandOf(points)
  const isOpen = points.some(({ answer }) => answer === "open")
  return { points, band, cuts: band && !isOpen ? cutsAt(state, trigger, band.high) : [] }
}

/** The highest load first: it tells soonest whether there is anything to find. */
const wantedOf = (trigger: string, { cuts, points }: Course): ReadonlyArray<Ask> =>
  [...points.toReversed(), ...cuts].flatMap((known) => known.wanted.map(askOf(trigger, known)))

const frequent = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([, left], [, right]) => right - left).map(([name]) => name)
}

const resultOf = (trigger: string, course: Course): TriggerResult => {
  const { band, cuts, points } = course
  const recovering = cuts.flatMap(({ answer, left }) =>
    answer === "recovers" && left !== undefined ? [left] : []
  )
  return {
    trigger,
    points: points
      .map(({ load, stuck, trials }) => ({ load, stuck, trials }))
      .sort((left, right) => left.load - right.load),
    band,
    cut: recovering.length === 0 ? undefined : Math.max(...recovering),
    cuts: cuts
      .map(({ left = 1, stuck, trials }) => ({ left, stuck, trials }))
      .sort((one, other) => other.left - one.left),
    criteria: frequent([...points, ...cuts].flatMap(({ criteria }) => criteria)),
    isOver: wantedOf(trigger, course).length === 0
  }
}

/** Begins. */
export const start = (options: Options): Metastability => ({ options, answers: new Map() })

/** Tells how a probe ended, in any order. What is known, or never wanted, changes nothing. */
export const tell = (state: Metastability, ask: Ask, outcome: Outcome): Metastability =>
  state.answers.has(keyOf(ask))
    ? state
    : { ...state, answers: new Map([...state.answers, [keyOf(ask), outcome]]) }

/**
 * Up to `count` probes to fly at once: one of each trigger, then a second of each, and so on.
 * Asking for more only makes the list longer. Before a probe is told, others may have settled the
 * matter: then it leaves the list, and what it comes to changes nothing.
 */
export const nextMany = (state: Metastability, count: number): ReadonlyArray<Ask> => {
  const wanted = state.options.triggers.map((trigger) =>
    wantedOf(trigger, courseOf(state, trigger))
  )
  const most = Math.max(0, ...wanted.map(({ length }) => length))
  return Array.from({ length: most }, (_, rank) => rank)
    .flatMap((rank) => wanted.flatMap((asks) => asks[rank] ?? []))
    .slice(0, count)
}

/** The probe that is wanted next; `undefined` when the search is over. */
export const next = (state: Metastability): Ask | undefined => nextMany(state, 1)[0]

/** Every probe whose answer was used, by trigger. */
export const used = (state: Metastability): ReadonlyArray<Ask> =>
  state.options.triggers.flatMap((trigger) => {
    const { cuts, points } = courseOf(state, trigger)
    return [...points, ...cuts].flatMap((known) => known.used.map(askOf(trigger, known)))
  })

/** What is known so far, in the order of the triggers. */
export const result = (state: Metastability): ReadonlyArray<TriggerResult> =>
  state.options.triggers.map((trigger) => resultOf(trigger, courseOf(state, trigger)))
