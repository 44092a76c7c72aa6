/**
 * The frontier of two axes: a search along x at each of several values of y.
 *
 * Owns which search is asked next, so that workers fly for several at once. The searches know
 * nothing of each other: each comes to what it would come to alone.
 */
import type * as Estimate from "./Estimate.ts"
import * as SearchOptions from "./Options.ts"
import type * as Probe from "./Probe.ts"
import * as Search from "./Search.ts"

/** What the system is meant to carry at one value of y. */
export interface Target extends SearchOptions.Target {
  readonly y: number
}

/** What is searched. */
export interface Options {
  /** The search at each y; its target only where there is none for that y. */
  readonly x: SearchOptions.Options
  /** In the order of the result, each once. */
  readonly ys: ReadonlyArray<number>
  /** At most one for each y. */
  readonly targets?: ReadonlyArray<Target>
}

/** A probe that is wanted, at a load along x and at a value of y. */
export interface Ask extends Probe.Ask {
  readonly y: number
}

interface Ray {
  readonly y: number
  readonly search: Search.Search
}

/** Searches under way; immutable. */
export interface Frontier {
  readonly rays: ReadonlyArray<Ray>
}

/** What one search came to. */
export interface Point {
  readonly y: number
  readonly estimate: Estimate.Estimate
}

/** The options of the search at one y. */
export const optionsAt = ({ targets = [], x }: Options, y: number): SearchOptions.Options => {
  const own = targets.find((target) => target.y === y)
  if (own === undefined) return x
  const { y: _, ...target } = own
  return { ...x, target }
}

/** What is wrong with options, one sentence each; empty when they can be searched. */
export const problems = (options: Options): ReadonlyArray<string> => {
  const { targets = [], ys } = options
  return [
    ...(ys.length > 0 ? [] : ["there must be a value of y"]),
    ...ys.filter((y) => !Number.isFinite(y)).map((y) => `y ${y} must be finite`),
    ...ys.filter((y, index) => ys.indexOf(y) !== index).map((y) => `y ${y} is given twice`),
    ...targets.filter(({ y }) => !ys.includes(y)).map(({ y }) => `no search is at y ${y}`),
    ...targets
      .filter(({ y }, index) => targets.findIndex((target) => target.y === y) !== index)
      .map(({ y }) => `there are two targets at y ${y}`),
    ...new Set(ys.flatMap((y) => SearchOptions.problems(optionsAt(options, y))))
  ]
}

/** Begins. `problems` tells whether the options can be searched. */
export const start = (options: Options): Frontier => ({
  rays: options.ys.map((y) => ({ y, search: Search.start(optionsAt(options, y)) }))
})

/** Tells what a probe came to, in any order. What is not wanted, now or later, changes nothing. */
export const tell = (frontier: Frontier, { y, ...ask }: Ask, outcome: Probe.Outcome): Frontier => ({
  rays: frontier.rays.map((ray) =>
    ray.y === y ? { y, search: Search.tell(ray.search, ask, outcome) } : ray
  )
})

/**
 * Up to `count` probes to fly at once: first the one that each search wants, in the order of y,
 * then a second of each, and so on. Asking for more only makes the list longer.
 */
export const nextMany = ({ rays }: Frontier, count: number): ReadonlyArray<Ask> => {
  const open = rays.filter(({ search }) => Search.next(search) !== undefined)
  // Looking far ahead takes time, so no search is asked for more than it takes.
  for (let each = Math.ceil(count / Math.max(1, open.length)); ; each = Math.min(count, 2 * each)) {
    const asks = open.map(({ search, y }) =>
      Search.nextMany(search, each).map((ask): Ask => ({ ...ask, y }))
    )
    const ranks = Array.from({ length: each }, (_, rank) => rank)
    const spread = ranks.flatMap((rank) => asks.flatMap((list) => list[rank] ?? []))
    if (spread.length >= count || each >= count) return spread.slice(0, count)
  }
}

/** The probe that is wanted next; `undefined` when all searches are over. */
export const next = (frontier: Frontier): Ask | undefined => nextMany(frontier, 1)[0]

/** Every probe whose answer was used, in the order of y, then as its search asked for them. */
export const used = ({ rays }: Frontier): ReadonlyArray<Ask> =>
  rays.flatMap(({ search, y }) => search.course.probes.map(({ ask }) => ({ ...ask, y })))

/** What is known so far, in the order of y as it was given. */
export const result = ({ rays }: Frontier): ReadonlyArray<Point> =>
  rays.map(({ search, y }) => ({ y, estimate: Search.result(search) }))
