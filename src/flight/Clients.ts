/**
 * The clients of a flight: run the workload's operations, and keep the history as they see it.
 *
 * A client does one thing at a time, in order of intended start. Each operation is a root of
 * causality with a key of its own, so taking one away moves nothing that another one caused.
 */
import { Cause, Effect, type Exit, Result, Stream } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import type { HistoryEntry, Outcome } from "../property/History.ts"
import type * as Header from "../recording/Header.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { hashText } from "../turbulence/Seed.ts"
import { isRefusal } from "../world/Call.ts"
import type { AnyClient } from "../world/Caller.ts"
import type { Node } from "../world/Node.ts"
import { codecOf, summary, type WireCodec } from "../world/Wire.ts"
import type { World } from "../world/World.ts"
import type { EdgePolicy } from "../system/Use.ts"
import * as Contract from "../system/Contract.ts"
import * as HttpContract from "../system/HttpContract.ts"
import * as Operation from "./Operation.ts"
import * as Workload from "./Workload.ts"

/** The clients at work. */
export interface Clients {
  readonly history: ReadonlyArray<HistoryEntry>
  /** Changes whenever an operation begins or ends. */
  readonly version: () => number
  readonly isDone: () => boolean
  /** Lets the clients begin: the system is up. */
  readonly begin: () => void
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
  readonly recorder: Recorder | undefined
  /** How many operations of the liveness phase on a contract show that none is answered. */
  readonly triesMin: number | undefined
  /** Called after the last operation has ended. */
  readonly onDone: () => void
}

/** An operation of a workload that this scenario cannot run; its regression is out of date. */
export interface Stranger {
  readonly operation: Header.Operation
  readonly reason: string
}

interface Prepared {
  readonly operation: Header.Operation
  readonly declared: Operation.Operation
  readonly codec: WireCodec
  readonly payload: unknown
}

/** How clients call in a phase. */
interface Manner {
  readonly policy: EdgePolicy
  readonly among: ReadonlyArray<string> | undefined
  /** Since when `atMs` counts. */
  readonly fromMicros: number
}

type MutableEntry = { -readonly [Key in keyof HistoryEntry]: HistoryEntry[Key] }

/** Decodes the workload; what cannot be run is returned apart. */
export const prepare = (
  workload: Workload.Workload,
  operations: ReadonlyArray<Header.Operation>,
  hasLiveness: boolean
): { readonly strangers: ReadonlyArray<Stranger>; readonly prepared: ReadonlyArray<Prepared> } => {
  const strangers: Array<Stranger> = []
  const prepared: Array<Prepared> = []
  const names = new Set(
    Array.from({ length: workload.clients }, (_, at) => Workload.clientName(at))
  )
  const seen = new Set<string>()
  for (const operation of operations) {
    const { client, contract, id, phase, procedure } = operation
    if (phase === "liveness" && !hasLiveness) {
      strangers.push({ operation, reason: "no service can lose replicas for good any more" })
      continue
    }
    if (!names.has(client)) {
      strangers.push({ operation, reason: `the workload has no ${client}` })
      continue
    }
    // Everything an operation causes is keyed by its id.
    if (seen.has(id)) {
      strangers.push({ operation, reason: "there are two operations of this id" })
      continue
    }
    seen.add(id)
    const declared = Workload.find(workload, contract, procedure)
    const rpc = declared?.contract.requests.get(procedure)
    if (declared === undefined || rpc === undefined) {
      strangers.push({ operation, reason: `the workload has no ${contract}.${procedure}` })
      continue
    }
    const payload = Operation.decodePayload(declared.contract, procedure, operation.payload)
    if (Result.isFailure(payload)) {
      strangers.push({ operation, reason: payload.failure.message })
      continue
    }
    prepared.push({ operation, declared, codec: codecOf(rpc), payload: payload.success })
  }
  return { strangers, prepared }
}

const outcomeOf = (declared: Operation.Operation, exit: Exit.Exit<unknown, unknown>): Outcome => {
  if (exit._tag === "Success") return { _tag: "ok", value: exit.value }
  const failed = exit.cause.reasons.find(Cause.isFailReason)
  if (failed === undefined) {
    const died = exit.cause.reasons.find(Cause.isDieReason)
    return { _tag: "info", reason: died === undefined ? "interrupted" : `died: ${died.defect}` }
  }
  const { error } = failed
  if (isRefusal(error)) return { _tag: "fail", error }
  if (Contract.isCallError(error)) return { _tag: "info", reason: error.message }
  if (HttpContract.isIndefinite(error)) return { _tag: "info", reason: error.message }
  if (declared.isIndefinite(error)) return { _tag: "info", reason: `indefinite: ${String(error)}` }
  return { _tag: "fail", error }
}

const outcomeText = (outcome: Outcome, codec: WireCodec): string => {
  switch (outcome._tag) {
    case "ok":
      return `ok ${codec.isStream ? "" : summary(codec.success.encode(outcome.value))}`.trimEnd()
    case "fail":
      return `fail ${String(outcome.error)}`
    case "info":
      return `info ${outcome.reason}`
  }
}

const hashOf = (outcome: Outcome): number => {
  const value = outcome._tag === "ok" ? outcome.value : outcome._tag
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : part
  )
  return hashText(text ?? "")
}

/** Makes the clients of a flight; nothing runs before `begin`. */
export const make = (options: Options, prepared: ReadonlyArray<Prepared>): Clients => {
  const { kernel, recorder, workload, world } = options
  const history: Array<MutableEntry> = []
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
  let version = 0
  let left = first.length
  let onAnswer = (): void => {}
  const mannerOf = (timeoutMicros: number, among: Manner["among"], fromMicros: number): Manner => ({
    policy: { timeoutMicros, retry: undefined, concurrency: undefined },
    among,
    fromMicros
  })
  let manner = mannerOf(workload.timeoutMicros, undefined, 0)
  let queues = queuesOf(world, first)
  let clients = new Map<string, AnyClient>()

  const clientFor = (node: Node, contract: Contract.Any): AnyClient => {
    const key = `${node.name} ${contract.contractName}`
    let client = clients.get(key)
    if (client === undefined) {
      client = world.client(node, contract, manner.policy, manner.among)
      clients.set(key, client)
    }
    return client
  }

  const call = (node: Node, each: Prepared): Effect.Effect<unknown, unknown> => {
    const procedure = clientFor(node, each.declared.contract)[each.operation.procedure]
    if (procedure === undefined) return Effect.die(new Error("the procedure has no client"))
    const called = procedure(each.payload)
    if (!each.codec.isStream) return called
    // A streaming procedure's client returns a stream; a client collects all of it.
    return Stream.runCollect(called as unknown as Stream.Stream<unknown, unknown>)
  }

  const finish = (each: Prepared, entry: MutableEntry, step: number, outcome: Outcome): void => {
    entry.endedAt = kernel.now()
    entry.outcome = outcome
    version++
    kernel.note(hashOf(outcome))
    if (recorder !== undefined) {
      const task = kernel.current()
      task.step = recorder.record({
        time: kernel.now(),
        kind: "result",
        node: entry.client,
        what: `${entry.procedure} ${entry.id}: ${outcomeText(outcome, each.codec)}`,
        because: [task.step, step]
      })
    }
    if (laterIds.has(each.operation.id)) {
      if (outcome._tag === "ok") unanswered.delete(each.operation.contract)
      return onAnswer()
    }
    left--
    if (left === 0) options.onDone()
  }

  const start =
    (node: Node, each: Prepared) =>
    (task: Task): void => {
      const { operation } = each
      const entry: MutableEntry = {
        id: operation.id,
        client: node.name,
        contract: operation.contract,
        procedure: operation.procedure,
        payload: each.payload,
        intendedAt: manner.fromMicros + operation.atMs * 1000,
        startedAt: kernel.now()
      }
      history.push(entry)
      version++
      if (recorder !== undefined) {
        task.step = recorder.record({
          time: kernel.now(),
          kind: "operation",
          node: node.name,
          what: `${operation.procedure} ${operation.id} ${summary(operation.payload)}`.trimEnd(),
          because: [],
          value: operation.payload
        })
      }
      const { step } = task
      const fiber = Effect.runForkWith(node.context)(call(node, each))
      fiber.addObserver((exit) => {
        finish(each, entry, step, outcomeOf(each.declared, exit))
        next(node)
      })
    }

  const next = (node: Node): void => {
    const each = queues.get(node)?.shift()
    if (each === undefined) return
    const at = Math.max(kernel.now(), manner.fromMicros + each.operation.atMs * 1000)
    const label = makeLabel(`operation ${each.operation.id}`)
    kernel.scheduleUnder(kernel.root, at, label, node.process, start(node, each), undefined)
  }

  return {
    history,
    version: () => version,
    isDone: () => left === 0,
    begin: () => {
      if (left === 0) return options.onDone()
      for (const node of queues.keys()) next(node)
    },
    goOn: ({ among, timeoutMicros, ...then }) => {
      manner = mannerOf(timeoutMicros, among, kernel.now())
      clients = new Map()
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
