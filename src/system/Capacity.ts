/**
 * Capacity: what a node has to do its work with. Declared on the graph, spent by code.
 *
 * Owns the declaration and its limits. How work waits for what is taken is the world's business.
 */
import type * as Pool from "./Pool.ts"

/** What each node of a service has. `undefined` is no bound. */
export interface Capacity {
  /** How many `Work.spend` go on at once; more wait their turn. */
  readonly cores: number | undefined
  /** How many calls are handled at once; more wait in the queue. */
  readonly slots: number | undefined
  /** How many calls may wait for a slot; more are refused. */
  readonly queueMax: number | undefined
  /** The pools that its code takes slots of. */
  readonly pools: ReadonlyArray<Pool.Any>
}

/** What an author says of it. */
export interface Options {
  /** Processors of each node: 1 to `coresMax`. Default: as many as are asked for. */
  readonly cores?: number
  /** Calls that each node handles at once: 1 to `slotsMax`. Default: all that come. */
  readonly slots?: number
  /** Calls that wait for a slot before more are refused: 0 to `queueMax`. Default: no bound. */
  readonly queueMax?: number
  /** The pools of each node, see `Pool.make`. */
  readonly pools?: ReadonlyArray<Pool.Any>
}

/** The most cores of a node. */
export const coresMax = 1_024
/** The most slots of a node or of a pool. */
export const slotsMax = 100_000
/** The longest queue that can be declared. */
export const queueMaxMax = 1_000_000

/** A node that is never short of anything. */
export const unlimited: Capacity = {
  cores: undefined,
  slots: undefined,
  queueMax: undefined,
  pools: []
}

/** Fills in what is left out. */
export const resolve = (options: Options | undefined): Capacity => ({
  ...unlimited,
  ...options,
  pools: options?.pools ?? []
})

/** What is wrong with a declaration, one sentence each, without the name of the service. */
export const problems = (capacity: Capacity): ReadonlyArray<string> => {
  const { cores, pools, queueMax, slots } = capacity
  const names = pools.map(({ name }) => name)
  return [
    ...outOfRange("cores", cores, 1, coresMax),
    ...outOfRange("slots", slots, 1, slotsMax),
    ...outOfRange("queueMax", queueMax, 0, queueMaxMax),
    ...(queueMax !== undefined && slots === undefined
      ? ["queueMax without slots: nothing ever waits"]
      : []),
    ...names
      .filter((name, at) => names.indexOf(name) < at)
      .map((name) => `two pools are named ${JSON.stringify(name)}`),
    ...pools.flatMap((pool) => [
      ...outOfRange(`slots of pool ${pool.name}`, pool.slots, 1, slotsMax),
      ...outOfRange(`queueMax of pool ${pool.name}`, pool.queueMax, 0, queueMaxMax)
    ])
  ]
}

const outOfRange = (
  what: string,
  value: number | undefined,
  minimum: number,
  maximum: number
): ReadonlyArray<string> =>
  value === undefined || (Number.isInteger(value) && value >= minimum && value <= maximum)
    ? []
    : [`${what} is ${value}; allowed are ${minimum} to ${maximum}`]
