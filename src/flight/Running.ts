/**
 * Operations of clients at work: each is called, kept in the history as its client sees it, and
 * recorded.
 *
 * Owns what becomes of one operation. When operations begin is for Clients, which do one thing at a
 * time, and for the Generator, which does not wait.
 */
import { Cause, Effect, type Exit, Result, Stream } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Task } from "../kernel/Task.ts"
import type { HistoryEntry, Outcome } from "../property/History.ts"
import type * as Header from "../recording/Header.ts"
import type { Recorder } from "../recording/Recorder.ts"
import * as Contract from "../system/Contract.ts"
import * as HttpContract from "../system/HttpContract.ts"
import type { EdgePolicy } from "../system/Use.ts"
import { hashText } from "../turbulence/Seed.ts"
import { isRefusal } from "../world/Call.ts"
import type { AnyClient } from "../world/Caller.ts"
import type { Node } from "../world/Node.ts"
import { codecOf, summary, type WireCodec } from "../world/Wire.ts"
import type { World } from "../world/World.ts"
import * as Operation from "./Operation.ts"
import * as Workload from "./Workload.ts"

/** An operation of a workload that this scenario cannot run; its regression is out of date. */
export interface Stranger {
  readonly operation: Header.Operation
  readonly reason: string
}

/** An operation that can be run. */
export interface Prepared {
  readonly operation: Header.Operation
  readonly declared: Operation.Operation
  readonly codec: WireCodec
  readonly payload: unknown
}

/** Runs operations and keeps the history. */
export interface Running {
  readonly history: ReadonlyArray<HistoryEntry>
  /** The operations begun so far, in the order of the history. */
  readonly begun: ReadonlyArray<Header.Operation>
  /** Changes whenever an operation begins or ends. */
  readonly version: () => number
  /** How calls are made from now on: the policy, and the nodes that are called (default: all). */
  readonly call: (policy: EdgePolicy, among: ReadonlyArray<string> | undefined) => void
  /** Begins an operation of a node that was meant to begin at `intendedAt`, as part of a task. */
  readonly begin: (
    task: Task,
    node: Node,
    each: Prepared,
    intendedAt: number,
    onEnd: (outcome: Outcome) => void
  ) => void
}

type MutableEntry = { -readonly [Key in keyof HistoryEntry]: HistoryEntry[Key] }

/** Decodes one operation; the failure says why the workload cannot run it. */
export const prepareOne = (
  workload: Workload.Workload,
  operation: Header.Operation
): Result.Result<Prepared, string> => {
  const { contract, procedure } = operation
  const declared = Workload.find(workload, contract, procedure)
  const rpc = declared?.contract.requests.get(procedure)
  if (declared === undefined || rpc === undefined) {
    return Result.fail(`the workload has no ${contract}.${procedure}`)
  }
  const payload = Operation.decodePayload(declared.contract, procedure, operation.payload)
  if (Result.isFailure(payload)) return Result.fail(payload.failure.message)
  return Result.succeed({ operation, declared, codec: codecOf(rpc), payload: payload.success })
}

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
    const { client, id, phase } = operation
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
    const one = prepareOne(workload, operation)
    if (Result.isFailure(one)) strangers.push({ operation, reason: one.failure })
    else prepared.push(one.success)
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

/** Makes what runs operations; `call` must come before the first of them. */
export const make = (kernel: Kernel, world: World, recorder: Recorder | undefined): Running => {
  const history: Array<MutableEntry> = []
  const begun: Array<Header.Operation> = []
  let version = 0
  let manner: { readonly policy: EdgePolicy; readonly among: ReadonlyArray<string> | undefined }
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

  const effectOf = (node: Node, each: Prepared): Effect.Effect<unknown, unknown> => {
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
    if (recorder === undefined) return
    const task = kernel.current()
    task.step = recorder.record({
      time: kernel.now(),
      kind: "result",
      node: entry.client,
      what: `${entry.procedure} ${entry.id}: ${outcomeText(outcome, each.codec)}`,
      because: [task.step, step]
    })
  }

  return {
    history,
    begun,
    version: () => version,
    call: (policy, among) => {
      manner = { policy, among }
      clients = new Map()
    },
    begin: (task, node, each, intendedAt, onEnd) => {
      const { operation } = each
      const entry: MutableEntry = {
        id: operation.id,
        client: node.name,
        contract: operation.contract,
        procedure: operation.procedure,
        payload: each.payload,
        intendedAt,
        startedAt: kernel.now()
      }
      history.push(entry)
      begun.push(operation)
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
      const fiber = Effect.runForkWith(node.context)(effectOf(node, each))
      fiber.addObserver((exit) => {
        const outcome = outcomeOf(each.declared, exit)
        finish(each, entry, step, outcome)
        onEnd(outcome)
      })
    }
  }
}
