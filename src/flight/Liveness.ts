/**
 * The liveness phase as a scenario declares it: when it begins, and what the core must then do.
 *
 * Owns the options, their limits and what the clients do in it. The phase at work is
 * LivenessPhase's.
 */
import type { Duration } from "effect"
import type * as fc from "fast-check"
import * as Micros from "../system/Micros.ts"
import { hasCore, type System } from "../system/System.ts"
import * as Workload from "./Workload.ts"

/** The options of a scenario whose system has a core. */
export interface Options {
  /**
   * How long after the last operation and the last fault the phase begins. Default: at once, when
   * most is under way. Until then, too, only the order of things varies. A system that must first
   * copy what a crash has lost needs some time: else the nodes that then stay faulty are more than
   * it claims to survive.
   */
  readonly after?: Duration.Input
  /** Within which time the core must show progress, from 1 millisecond. Default 30 seconds. */
  readonly within?: Duration.Input
  /** How many operations the clients make on each contract: 1 to `operationsMax`. Default 8. */
  readonly operations?: number
}

/** A checked declaration. */
export interface Liveness {
  readonly afterMicros: number
  readonly withinMicros: number
  /**
   * How many operations on a contract it takes to say that there is no progress. A flight of fewer,
   * as shrinking tries them, says nothing: the one that would have been answered may be missing.
   */
  readonly operations: number
  /** What clients do to see whether there is progress. */
  readonly elements: ReadonlyArray<fc.Arbitrary<Workload.Element>>
}

/** The default time within which the core must show progress: 30 seconds. */
export const withinMicrosDefault = 30_000_000
/** The default number of operations on each contract. */
export const operationsDefault = 8
/** The most operations on each contract that can be asked for. */
export const operationsMax = 1_000

/**
 * Checks the options. `undefined` when no service of the system has a core smaller than all its
 * replicas: then flights have no such phase.
 */
export const declare = (
  system: System,
  workload: Workload.Workload,
  options: Options | undefined,
  problems: Array<string>
): Liveness | undefined => {
  if (!hasCore(system)) {
    if (options !== undefined) {
      problems.push("liveness is set, and no service has a core smaller than all its replicas")
    }
    return undefined
  }
  const afterMicros = Micros.upToADay("liveness.after", options?.after, 0, 0, problems)
  const withinMicros = Micros.upToADay(
    "liveness.within",
    options?.within,
    1_000,
    withinMicrosDefault,
    problems
  )
  const operations = options?.operations ?? operationsDefault
  if (!Number.isInteger(operations) || operations < 1 || operations > operationsMax) {
    problems.push(`liveness.operations is ${operations}; allowed are 1 to ${operationsMax}`)
    return undefined
  }
  // Two thirds of the time to begin in, one to end in: the core may first have to notice what is
  // gone. Contracts and clients take turns, so that none is kept waiting by another. Neither can be
  // shrunk: eight operations that queue for one client would prove nothing.
  const overMs = Math.floor((withinMicros * 2) / 3_000)
  const contracts = Workload.contractsOf(workload)
  const elements = Array.from({ length: operations }, (_, index) =>
    contracts.map((contract, at) =>
      Workload.elementOn(workload, contract, {
        client: (index * contracts.length + at) % workload.clients,
        atMs: Math.floor((overMs * index) / operations)
      })
    )
  ).flat()
  return { afterMicros, withinMicros, operations, elements }
}

/** How long a client waits for an answer: a third of the time, at most its usual patience. */
export const patienceMicros = ({ withinMicros }: Liveness, workload: Workload.Workload): number =>
  Math.min(workload.timeoutMicros, Math.floor(withinMicros / 3))
