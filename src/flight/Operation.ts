/**
 * Operations: the kinds of calls that the clients of a workload make.
 *
 * Owns which procedure is called, with which payloads, and which of its errors leave open whether
 * the call happened. Owns the passage of payloads to JSON and back, by the procedure's schema.
 */
import type * as fc from "fast-check"
import { Data, Result, type Schema, SchemaIssue, type Stream } from "effect"
import type { Rpc } from "effect/rpc"
import type { History, HistoryEntry, Outcome } from "../property/History.ts"
import type * as Contract from "../system/Contract.ts"
import { codecOf } from "../world/Wire.ts"

/** A kind of call to a contract (its identity is `Target`): to one procedure of it. */
export interface Operation<out Target = unknown, out Procedure extends Rpc.Any = Rpc.Any> {
  readonly contract: Contract.Any
  readonly procedure: string
  /** Payloads as a client passes them: what the payload schema's `make` accepts. */
  readonly payload: fc.Arbitrary<unknown>
  /**
   * Whether a declared error leaves open that the call happened: its outcome is then `info`
   * instead of `fail`.
   */
  readonly isIndefinite: (error: unknown) => boolean
  /** Exists for the type checker only. */
  readonly "~types": { readonly target: Target; readonly procedure: Procedure } | undefined
}

/** What an operation answers; a client collects the elements of a stream. */
type Answer<Procedure extends Rpc.Any> =
  Rpc.Success<Procedure> extends Stream.Stream<infer Element, infer _Error, infer _Services>
    ? ReadonlyArray<Element>
    : Rpc.Success<Procedure>

/** An entry of the history whose procedure is known: what was asked, and what came of it. */
export interface Entry<Procedure extends Rpc.Any> extends Omit<HistoryEntry, "outcome"> {
  readonly payload: Rpc.Payload<Procedure>
  readonly outcome?:
    | { readonly _tag: "ok"; readonly value: Answer<Procedure> }
    | Exclude<Outcome, { readonly _tag: "ok" }>
}

/** The identity of the contract that an operation calls. */
export type TargetOf<O> = O extends Operation<infer Target> ? Target : never

type Procedures<C> = Contract.RpcsOf<C>["_tag"]
type ProcedureOf<C, Name extends string> = Extract<Contract.RpcsOf<C>, { readonly _tag: Name }>

/**
 * Declares an operation.
 *
 * @example
 * Operation.make(Ledger, "append", fc.record({ order: fc.constantFrom("a", "b") }))
 */
export const make = <C extends Contract.Any, const Name extends Procedures<C>>(
  contract: C,
  procedure: Name,
  payload: fc.Arbitrary<Rpc.PayloadConstructor<ProcedureOf<C, Name>>>,
  options: {
    /** Declared errors after which the call may have happened. Default: none. */
    readonly indefinite?: (error: Rpc.ErrorExit<ProcedureOf<C, Name>>) => boolean
  } = {}
): Operation<C["Identifier"], ProcedureOf<C, Name>> => ({
  contract,
  procedure,
  payload,
  // It is only ever asked about errors decoded by this procedure's own schema.
  isIndefinite: (options.indefinite ?? (() => false)) as (error: unknown) => boolean,
  "~types": undefined
})

/**
 * The entries of a history that are of this kind, in order, with the types of their procedure.
 *
 * @example
 * Operation.entries(checkout, view.history).filter(({ payload }) => payload.order === "o-1")
 */
export const entries = <Target, Procedure extends Rpc.Any>(
  { contract, procedure }: Operation<Target, Procedure>,
  history: History
): ReadonlyArray<Entry<Procedure>> =>
  // Payloads and answers in a history were decoded by the schemas of their own procedure.
  history.filter(
    (entry) => entry.contract === contract.contractName && entry.procedure === procedure
  ) as ReadonlyArray<unknown> as ReadonlyArray<Entry<Procedure>>

/** A payload that does not fit its procedure. */
export class InvalidPayload extends Data.TaggedError("InvalidPayload")<{
  readonly contract: string
  readonly procedure: string
  readonly reason: string
}> {
  override get message(): string {
    return `payload of ${this.contract}.${this.procedure}: ${this.reason}`
  }
}

/** Turns a payload as a client passes it into JSON, by the schema of its procedure. */
export const encodePayload = (
  contract: Contract.Any,
  procedure: string,
  payload: unknown
): Result.Result<Schema.Json, InvalidPayload> =>
  attempt(contract, procedure, (rpc) =>
    codecOf(rpc).payload.encode(rpc.payloadSchema.make(payload))
  )

/** Turns JSON, as recorded, into the payload that handlers see (its decoded form). */
export const decodePayload = (
  contract: Contract.Any,
  procedure: string,
  json: Schema.Json
): Result.Result<unknown, InvalidPayload> =>
  attempt(contract, procedure, (rpc) => codecOf(rpc).payload.decode(json))

const attempt = <A>(
  contract: Contract.Any,
  procedure: string,
  use: (rpc: Rpc.AnyWithProps) => A
): Result.Result<A, InvalidPayload> => {
  const name = contract.contractName
  const fail = (reason: string) => new InvalidPayload({ contract: name, procedure, reason })
  const rpc = contract.requests.get(procedure)
  if (rpc === undefined) return Result.fail(fail(`${name} has no such procedure`))
  return Result.try({
    try: () => use(rpc),
    catch: (error) => fail(reasonOf(error))
  })
}

/** What a schema or a codec threw, on one line. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const text = SchemaIssue.isIssue(error.cause) ? formatIssue(error.cause) : error.message
  return text.replaceAll(/\s*\n\s*/g, " ")
}

const formatIssue = SchemaIssue.makeFormatterDefault()
