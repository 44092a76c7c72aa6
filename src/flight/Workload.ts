/**
 * Workloads: what the clients of a scenario do.
 *
 * Owns the declaration and the arbitrary of a single operation. A flight draws element `i` from a
 * stream of its own, so that taking one away leaves the others as they were; which seeds these
 * streams have, and shrinking, is the flight engine's business.
 */
import * as fc from "fast-check"
import { type Duration, Result, type Schema } from "effect"
import type * as Header from "../recording/Header.ts"
import * as Micros from "../system/Micros.ts"
import type { EdgePolicy } from "../system/Use.ts"
import * as Operation from "./Operation.ts"

/** An operation with its share: twice the weight is drawn twice as often. */
export interface Weighted<out Target = unknown> {
  readonly weight: number
  readonly operation: Operation.Operation<Target>
}

/** One drawn operation. */
export interface Element {
  /** Which client runs it, from 0. */
  readonly client: number
  /** When the client means to start it, in virtual milliseconds. */
  readonly atMs: number
  /** Which of the workload's choices it is, from 0. */
  readonly choice: number
  /** The payload as a client passes it. */
  readonly payload: unknown
}

/**
 * How operations begin. `in turn`: a client does one thing at a time, what it means to do meanwhile
 * waits. `as they come`: whatever has come before; but no more than `inFlightMax` at once, as what
 * makes the load has bounds, too.
 */
export type Pacing =
  | { readonly _tag: "in turn" }
  | { readonly _tag: "as they come"; readonly inFlightMax: number }

/** A checked declaration of what clients do, calling these contracts. */
export interface Workload<out Target = unknown> {
  /** How many client nodes there are: `client-1` to `client-n`. */
  readonly clients: number
  /** How many operations a flight has before shrinking. */
  readonly operations: number
  readonly pacing: Pacing
  /** What clients may call, in order of declaration. */
  readonly choices: ReadonlyArray<Weighted<Target>>
  /** The window within which operations are meant to start. */
  readonly overMicros: number
  /** How long a client waits for an answer before it gives up with the outcome `info`. */
  readonly timeoutMicros: number
  /** Draws one operation. */
  readonly element: fc.Arbitrary<Element>
  /** What is wrong with the options it was made from; empty when all is well. */
  readonly problems: ReadonlyArray<string>
}

/** The identities of the contracts that a choice calls. */
export type TargetOf<Choice> =
  Choice extends Weighted<infer Target>
    ? Target
    : Choice extends Operation.Operation<infer Target>
      ? Target
      : never

type TargetsOf<Choices> = TargetOf<Choices extends ReadonlyArray<infer Each> ? Each : Choices>

/** An operation, plain or with its weight (a plain one weighs 1). */
export type Choice = Operation.Operation | Weighted

/** The declaration of a workload. */
export interface Options<Choices extends Choice | ReadonlyArray<Choice>> {
  /** How many clients there are: 1 to `clientsMax`. A client does one thing at a time. */
  readonly clients: number
  /** How many operations a flight has: 1 to `operationsMax`. */
  readonly operations: number
  /** What clients call: one operation, or several to draw from. */
  readonly operation: Choices
  /** The window within which operations are meant to start, up to a day. Default 10 seconds. */
  readonly over?: Duration.Input
  /** How long a client waits for an answer, up to a day. Default 30 seconds. */
  readonly timeout?: Duration.Input
}

/** How many clients a workload may have. */
export const clientsMax = 1_000
/** How many operations a flight may have. */
export const operationsMax = 100_000
/** The largest weight of a choice. */
export const weightMax = 1_000_000
/** The default window within which operations start: 10 seconds. */
export const overMicrosDefault = 10_000_000
/** The default patience of a client: 30 seconds. */
export const timeoutMicrosDefault = 30_000_000

/**
 * Declares a workload. Options out of range do not throw: they are problems that the scenario
 * reports together with all others.
 *
 * @example
 * Workload.make({ clients: 4, operations: 30, operation: [{ weight: 3, operation: read }, write] })
 */
export const make = <const Choices extends Choice | ReadonlyArray<Choice>>(
  options: Options<Choices>
): Workload<TargetsOf<Choices>> => {
  const problems: Array<string> = []
  const choices = listOf(options.operation).map((choice): Weighted =>
    "weight" in choice ? choice : { weight: 1, operation: choice }
  )
  const count = (name: string, value: number, maximum: number): number => {
    if (Number.isInteger(value) && value >= 1 && value <= maximum) return value
    problems.push(`workload: ${name} is ${value}; allowed are 1 to ${maximum}`)
    return 1
  }
  const clients = count("clients", options.clients, clientsMax)
  const operations = count("operations", options.operations, operationsMax)
  const weights = choices.map((choice) => count("a weight", choice.weight, weightMax))
  if (choices.length === 0) problems.push("workload: there is no operation to choose")
  const length = (name: string, input: Duration.Input | undefined, otherwise: number): number =>
    Micros.upToADay(`workload: ${name}`, input, 1, otherwise, problems)
  const overMicros = length("over", options.over, overMicrosDefault)
  return {
    clients,
    operations,
    pacing: { _tag: "in turn" },
    // The choices are those of the options, which lost their type on the way through `listOf`.
    choices: choices as ReadonlyArray<Weighted<TargetsOf<Choices>>>,
    overMicros,
    timeoutMicros: length("timeout", options.timeout, timeoutMicrosDefault),
    element: elementOf(clients, Math.floor(overMicros / 1000), choices, weights),
    problems
  }
}

/** The policy of a client's calls: it waits so long for an answer, and asks once. */
export const policyOf = (timeoutMicros: number): EdgePolicy => ({
  timeoutMicros,
  retry: undefined,
  concurrency: undefined
})

/** The name of a client node, by its number from 0. */
export const clientName = (client: number): string => `client-${client + 1}`

/** The operation that a declared workload has for a recorded one; the first of several. */
export const find = (
  workload: Workload,
  contract: string,
  procedure: string
): Operation.Operation | undefined =>
  workload.choices.find(
    ({ operation }) =>
      operation.contract.contractName === contract && operation.procedure === procedure
  )?.operation

/** Draws what a given client does on one contract at a given time. */
export const elementOn = (
  workload: Workload,
  contract: string,
  place: Pick<Element, "client" | "atMs">
): fc.Arbitrary<Element> => {
  const calls = workload.choices.flatMap(({ operation, weight }, choice) =>
    operation.contract.contractName === contract
      ? [{ weight, arbitrary: operation.payload.map((payload) => ({ choice, payload })) }]
      : []
  )
  return fc.oneof(...calls).map((call) => ({ ...place, ...call }))
}

/** Names of the contracts that a workload calls, in order of declaration. */
export const contractsOf = ({ choices }: Workload): ReadonlyArray<string> => [
  ...new Set(choices.map(({ operation }) => operation.contract.contractName))
]

/**
 * Turns element `index` (from 0) of a workload into the operation `o-<index + 1>` as recordings
 * keep it; into `l-<index + 1>` for the liveness phase. Fails when the arbitrary of its payload
 * does not fit the procedure.
 */
export const toRecorded = (
  workload: Workload,
  index: number,
  element: Element,
  phase?: Header.Operation["phase"]
): Result.Result<Header.Operation, Operation.InvalidPayload> => {
  // Elements are drawn from this workload's own choices.
  const { operation } = workload.choices[element.choice] as Weighted
  const { contract, procedure } = operation
  return Result.map(
    Operation.encodePayload(contract, procedure, element.payload),
    (payload: Schema.Json) => ({
      id: `${phase === undefined ? "o" : "l"}-${index + 1}`,
      client: clientName(element.client),
      atMs: element.atMs,
      contract: contract.contractName,
      procedure,
      payload,
      ...(phase === undefined ? {} : { phase })
    })
  )
}

const listOf = (operation: Choice | ReadonlyArray<Choice>): ReadonlyArray<Choice> =>
  // `Array.isArray` does not narrow readonly arrays; a choice is never an array.
  Array.isArray(operation) ? (operation as ReadonlyArray<Choice>) : [operation as Choice]

/** Shrinks towards the first client, the earliest start and a smaller payload. */
const elementOf = (
  clients: number,
  overMs: number,
  choices: ReadonlyArray<Weighted>,
  weights: ReadonlyArray<number>
): fc.Arbitrary<Element> => {
  const calls = choices.map(({ operation }, choice) => ({
    weight: weights[choice] ?? 1,
    arbitrary: operation.payload.map((payload) => ({ choice, payload }))
  }))
  return fc
    .tuple(
      fc.nat(clients - 1),
      fc.nat(overMs),
      calls.length === 0 ? fc.constant(nothing) : fc.oneof(...calls)
    )
    .map(([client, atMs, call]) => ({ client, atMs, ...call }))
}

/** Stands in a workload without operations, which is never flown. */
const nothing = { choice: 0, payload: undefined }
