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
}

/** What clients are made with. */
export interface Options {
  readonly kernel: Kernel
  readonly world: World
  readonly workload: Workload.Workload
  readonly recorder: Recorder | undefined
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

type MutableEntry = { -readonly [Key in keyof HistoryEntry]: HistoryEntry[Key] }

/** Decodes the workload; what cannot be run is returned apart. */
export const prepare = (
  workload: Workload.Workload,
  operations: ReadonlyArray<Header.Operation>
): { readonly strangers: ReadonlyArray<Stranger>; readonly prepared: ReadonlyArray<Prepared> } => {
  const strangers: Array<Stranger> = []
  const prepared: Array<Prepared> = []
  const names = new Set(
    Array.from({ length: workload.clients }, (_, at) => Workload.clientName(at))
  )
  const seen = new Set<string>()
  for (const operation of operations) {
    const { client, contract, id, procedure } = operation
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
  const queues = new Map<Node, Array<Prepared>>()
  const clients = new Map<string, AnyClient>()
  let version = 0
  let left = prepared.length
  const policy = {
    timeoutMicros: workload.timeoutMicros,
    retry: undefined,
    concurrency: undefined
  }

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

  const clientFor = (node: Node, contract: Contract.Any): AnyClient => {
    const key = `${node.name} ${contract.contractName}`
    let client = clients.get(key)
    if (client === undefined) {
      client = world.client(node, contract, policy)
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
        intendedAt: operation.atMs * 1000,
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
    const at = Math.max(kernel.now(), each.operation.atMs * 1000)
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
    }
  }
}
