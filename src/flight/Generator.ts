/**
 * The generator of an open-loop load: operations begin when they are meant to, however many are
 * still under way, and latency counts from then. So an overloaded system cannot slow down what is
 * asked of it, and hide what its users would feel (the "coordinated omission" of closed loops).
 *
 * Owns when operations begin and how many are in flight. Which operations there are comes from a
 * source, one after the other: a load of a hundred thousand is never in memory as a whole.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { Node } from "../world/Node.ts"
import type { World } from "../world/World.ts"
import type { Users } from "./Clients.ts"
import type { Prepared, Running } from "./Running.ts"
import * as Workload from "./Workload.ts"

/** An operation, and when it is meant to begin, in microseconds since the flight began. */
export interface Arrival {
  readonly atMicros: number
  readonly prepared: Prepared
}

/** Where operations come from. */
export interface Source {
  /** What is known before the first begins; the system is up since `now`. */
  readonly first: (now: number) => ReadonlyArray<Arrival>
  /** What comes after one, and no earlier. Asked once for each, when that one is known. */
  readonly following: (known: Prepared) => Arrival | undefined
  /** What follows one that has ended, later than `now`. */
  readonly afterEnd: (ended: Prepared, now: number) => Arrival | undefined
}

/**
 * The place of an operation among those of its moment: ids count in the order in which operations
 * became known, which is not the one in which they then began. A trigger's call follows the first.
 */
const placeOf = ({ operation }: Prepared): number => {
  const count = Number(/\d+$/.exec(operation.id)?.[0] ?? 0)
  return operation.id.startsWith("t-") ? count + 0.5 : count
}

/** A source of operations that are all known, as of a recorded flight. */
export const fromList = (all: ReadonlyArray<Prepared>): Source => {
  const queue = all
    .map((prepared) => ({ atMicros: Math.round(prepared.operation.atMs * 1000), prepared }))
    .sort(
      (one, other) =>
        one.atMicros - other.atMicros || placeOf(one.prepared) - placeOf(other.prepared)
    )
  let at = 0
  const next = (): Arrival | undefined => queue[at++]
  return {
    first: () => {
      const arrival = next()
      return arrival === undefined ? [] : [arrival]
    },
    following: next,
    afterEnd: () => undefined
  }
}

/** What a generator is made with. */
export interface Options {
  readonly kernel: Kernel
  readonly world: World
  readonly workload: Workload.Workload
  readonly inFlightMax: number
  readonly running: Running
  readonly source: Source
  /** Called after the last operation has ended. */
  readonly onDone: () => void
}

/**
 * Operations come before everything else of their instant, in the order in which they became known.
 * So it does not matter when that was, and a recorded workload, which is known from the beginning,
 * flies as it did when each operation followed from the end of another.
 */
const sequenceMin = Number.MIN_SAFE_INTEGER

/** Makes the generator of a flight; nothing runs before `begin`. */
export const make = (options: Options): Users => {
  const { inFlightMax, kernel, running, source, workload, world } = options
  // Those that were meant to begin and found too many in flight, in order.
  const held: Array<{ readonly node: Node; readonly arrival: Arrival }> = []
  let known = 0
  let expected = 0
  let inFlight = 0
  let hasBegun = false

  const isDone = (): boolean => hasBegun && expected === 0 && inFlight === 0 && held.length === 0

  /** Waits for one, and for all that are meant for the same moment. */
  const expect = (first: Arrival | undefined): void => {
    let arrival = first
    while (arrival !== undefined) {
      const { atMicros, prepared } = arrival
      const next = source.following(prepared)
      const isLast = next === undefined || next.atMicros > atMicros
      plan(arrival, isLast ? next : undefined)
      arrival = isLast ? undefined : next
    }
  }

  /** Lets one begin when it is meant to, if so many may be in flight, and then expects the next. */
  const plan = (arrival: Arrival, next: Arrival | undefined): void => {
    const node = world.node(arrival.prepared.operation.client)
    if (node === undefined) return expect(next)
    expected++
    schedule(node, arrival, arrival.atMicros, (task) => {
      expect(next)
      expected--
      if (inFlight >= inFlightMax) held.push({ node, arrival })
      else {
        inFlight++
        start(task, node, arrival)
      }
    })
  }

  const schedule = (
    node: Node,
    { prepared }: Arrival,
    at: number,
    run: (task: Task) => void
  ): void => {
    const label = makeLabel(`operation ${prepared.operation.id}`)
    const task = kernel.prepare(kernel.root, label, node.process, run, undefined)
    task.sequence = sequenceMin + known++
    kernel.enqueue(task, at)
  }

  const start = (task: Task, node: Node, { atMicros, prepared }: Arrival): void => {
    running.begin(task, node, prepared, atMicros, () => {
      const next = held.shift()
      if (next === undefined) inFlight--
      else {
        // A task of its own: who made room for it must not be its cause.
        schedule(next.node, next.arrival, kernel.now(), (late) =>
          start(late, next.node, next.arrival)
        )
      }
      expect(source.afterEnd(prepared, kernel.now()))
      if (isDone()) options.onDone()
    })
  }

  running.call(Workload.policyOf(workload.timeoutMicros), undefined)
  return {
    isDone,
    begin: () => {
      hasBegun = true
      for (const arrival of source.first(kernel.now())) expect(arrival)
      if (isDone()) options.onDone()
    }
  }
}
