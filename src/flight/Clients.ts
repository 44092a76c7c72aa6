/**
 * The clients of a wind tunnel: run the workload's operations, one thing at a time each, in order
 * of intended start.
 *
 * Each operation is a root of causality with a key of its own, so taking one away moves nothing
 * that another one caused.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { Node } from "../world/Node.ts"
import type { World } from "../world/World.ts"
import type { Outcome } from "../property/History.ts"
import type { Prepared, Running } from "./Running.ts"
import * as Workload from "./Workload.ts"

/** Who makes the operations of a flight. */
export interface Users {
  readonly isDone: () => boolean
  /** Lets them begin: the system is up. */
  readonly begin: () => void
}

/** The clients at work. */
export interface Clients extends Users {
  /** Lets them go on with the operations of the liveness phase. */
  readonly goOn: (options: GoOn) => void
  /** Whether an operation is of the liveness phase. */
  readonly isLater: (id: string) => boolean
  /** The contracts of which enough operations were tried and none was answered ok, in order. */
  readonly unanswered: () => ReadonlyArray<string>
}

/** How clients go on in the liveness phase. */
export interface GoOn {
  /** The nodes they call: who is out for good is no longer on their list. */
  readonly among: ReadonlyArray<string>
  readonly timeoutMicros: number
  /** Called after each answer. */
  readonly onAnswer: () => void
}

/** What clients are made with. */
export interface Options {
  readonly kernel: Kernel
  readonly world: World
  readonly workload: Workload.Workload
  readonly running: Running
  /** How many operations of the liveness phase on a contract show that none is answered. */
  readonly triesMin: number | undefined
  /** Called after the last operation has ended. */
  readonly onDone: () => void
}

/** Makes the clients of a flight; nothing runs before `begin`. */
export const make = (options: Options, prepared: ReadonlyArray<Prepared>): Clients => {
  const { kernel, running, workload, world } = options
  const isOfLater = ({ operation }: Prepared): boolean => operation.phase === "liveness"
  const later = prepared.filter(isOfLater)
  const first = later.length === 0 ? prepared : prepared.filter((each) => !isOfLater(each))
  const laterIds = new Set(later.map(({ operation }) => operation.id))
  const unanswered = new Set(
    later
      .map(({ operation }) => operation.contract)
      .filter((contract, at, all) => {
        const tries = all.filter((each) => each === contract).length
        return all.indexOf(contract) === at && tries >= (options.triesMin ?? Infinity)
      })
  )
  let left = first.length
  let onAnswer = (): void => {}
  // Since when `atMs` counts.
  let fromMicros = 0
  let queues = queuesOf(world, first)

  const onEnd = ({ operation }: Prepared, outcome: Outcome): void => {
    if (laterIds.has(operation.id)) {
      if (outcome._tag === "ok") unanswered.delete(operation.contract)
      return onAnswer()
    }
    left--
    if (left === 0) options.onDone()
  }

  const start =
    (node: Node, each: Prepared) =>
    (task: Task): void => {
      const intendedAt = fromMicros + each.operation.atMs * 1000
      running.begin(task, node, each, intendedAt, (outcome) => {
        onEnd(each, outcome)
        next(node)
      })
    }

  const next = (node: Node): void => {
    const each = queues.get(node)?.shift()
    if (each === undefined) return
    const at = Math.max(kernel.now(), fromMicros + each.operation.atMs * 1000)
    const label = makeLabel(`operation ${each.operation.id}`)
    kernel.scheduleUnder(kernel.root, at, label, node.process, start(node, each), undefined)
  }

  running.call(Workload.policyOf(workload.timeoutMicros), undefined)
  return {
    isDone: () => left === 0,
    begin: () => {
      if (left === 0) return options.onDone()
      for (const node of queues.keys()) next(node)
    },
    goOn: ({ among, timeoutMicros, ...then }) => {
      running.call(Workload.policyOf(timeoutMicros), among)
      fromMicros = kernel.now()
      queues = queuesOf(world, later)
      onAnswer = then.onAnswer
      for (const node of queues.keys()) next(node)
    },
    isLater: (id) => laterIds.has(id),
    unanswered: () => [...unanswered]
  }
}

/** What each client does, in order of intended start. */
const queuesOf = (world: World, prepared: ReadonlyArray<Prepared>): Map<Node, Array<Prepared>> => {
  const queues = new Map<Node, Array<Prepared>>()
  for (const each of prepared) {
    const node = world.node(each.operation.client)
    if (node === undefined) continue
    const queue = queues.get(node) ?? []
    queue.push(each)
    queues.set(node, queue)
  }
  // The sort is stable: operations meant for the same moment keep the order of the workload.
  for (const queue of queues.values()) {
    queue.sort((one, other) => one.operation.atMs - other.operation.atMs)
  }
  return queues
}
