/**
 * Contracts: what a service offers to others, and at once the key of the client that calls it.
 *
 * Owns the type of a contract, its client and its directory of replicas. Knows nothing of who
 * provides it (see Service and System) nor of how a call travels: the simulated network, or a real
 * one, puts the client and the directory into the context of whoever uses the contract.
 */
import { Cause, Context, Effect } from "effect"
import type { Headers } from "effect/http"
import type { Rpc, RpcClient, RpcClientError, RpcGroup, RpcMessage } from "effect/rpc"

/**
 * How a call may fail besides the errors its procedure declares: it got no through (refused,
 * reset), or no answer came within the timeout of the edge. After a `TimeoutError`, and after a
 * reset, the call may still have happened.
 */
export type CallError = RpcClientError.RpcClientError | Cause.TimeoutError

/** The typed client of a group of procedures: one method for each. */
export type Client<Rpcs extends Rpc.Any> = RpcClient.RpcClient<Rpcs, CallError>

/** The nodes that provide a contract, and a client of each. */
export interface Directory<C> {
  /** Names of the nodes that provide the contract, in order of declaration. */
  readonly addresses: ReadonlyArray<string>
  /** A client of that node alone. A name that is not among `addresses` is a defect naming it. */
  readonly at: (node: string) => C
}

/** What the type checker sees of a contract in requirements and messages: its name. */
export interface Identity<out Name extends string = string> {
  readonly contractName: Name
}

/**
 * What a handler returns. `Procedure` is there so that a message about a wrong handler names it:
 * `AnswerOf<"Payments.charge", Effect<number, Closed>>`.
 */
export type AnswerOf<_Procedure extends string, Result extends object> =
  | Result
  | Rpc.Wrapper<Result>

/** What a handler is told besides the payload. */
export interface CallOptions<Current extends Rpc.Any> {
  readonly client: Rpc.ServerClient
  readonly requestId: RpcMessage.RequestId
  readonly headers: Headers.Headers
  readonly rpc: Current
}

/** The handlers of a contract: for each procedure a function of its decoded payload. */
export type HandlersOf<Rpcs extends Rpc.Any, Name extends string = string> = {
  readonly [Current in Rpcs as Current["_tag"]]: (
    payload: Rpc.Payload<Current>,
    options: CallOptions<Current>
  ) => AnswerOf<`${Name}.${Current["_tag"]}`, Rpc.ResultFrom<Current, unknown>>
}

/** Refuses handlers of procedures that the contract does not have, naming them. */
type NoStrangers<Handlers, Rpcs extends Rpc.Any, Name extends string> = {
  readonly [Key in Exclude<keyof Handlers, Rpcs["_tag"]>]: `not a procedure of ${Name}`
}

/**
 * A contract: `yield* Ledger` is the typed client of whoever provides it, spread over its replicas.
 */
export interface Contract<Self, Name extends string, Rpcs extends Rpc.Any> extends Context.Key<
  Self,
  Client<Rpcs>
> {
  new (_: never): Identity<Name>
  /** The name, unique in a system. It appears in keys, recordings and messages. */
  readonly contractName: Name
  readonly group: RpcGroup.RpcGroup<Rpcs>
  /** The key under which the nodes that provide the contract are found. */
  readonly directory: Context.Key<Self, Directory<Client<Rpcs>>>
  /** Checks the shape of handlers and infers the types of their payloads. */
  readonly of: <const Handlers extends HandlersOf<Rpcs, Name>>(
    handlers: Handlers & NoStrangers<Handlers, Rpcs, Name>
  ) => Handlers
  /** A client of one particular replica, by the name of its node. */
  readonly at: (node: string) => Effect.Effect<Client<Rpcs>, never, Self>
  /** Names of the nodes that provide the contract, in order of declaration. */
  readonly addresses: Effect.Effect<ReadonlyArray<string>, never, Self>
}

/** A group of procedures whose types are not known: names and schemas are. */
export interface AnyGroup extends RpcGroup.Any {
  readonly requests: ReadonlyMap<string, Rpc.AnyWithProps>
}

/** A contract whose procedures are not known to the type checker. */
export interface Any extends Context.Key<Identity, unknown> {
  readonly contractName: string
  readonly group: AnyGroup
  readonly directory: Context.Key<Identity, Directory<unknown>>
}

/** The name of a contract, as a type. */
export type NameOf<C> = C extends { readonly contractName: infer Name extends string }
  ? Name
  : string

/** The procedures of a contract. */
export type RpcsOf<C> = C extends { readonly group: RpcGroup.RpcGroup<infer Rpcs> } ? Rpcs : never

const keyPrefix = "downforce/Contract/"

const keyOf = (name: string): string => `${keyPrefix}${name}`

/**
 * The contract that a defect is about, when the defect is Effect's complaint that the context has
 * no client of it: whoever died calls a contract that its service does not declare in `uses`.
 */
export const undeclaredIn = (defect: unknown): string | undefined => {
  if (!(defect instanceof Error)) return undefined
  return new RegExp(`^Service not found: ${keyPrefix}([\\w.-]+)`).exec(defect.message)?.[1]
}

/**
 * Declares a contract from a group of procedures.
 *
 * @example
 * export class Ledger extends Contract.make<Ledger>()("Ledger", RpcGroup.make(
 *   Rpc.make("append", { payload: { order: Schema.String }, success: Schema.Int })
 * )) {}
 */
export const make =
  <Self>() =>
  <const Name extends string, Rpcs extends Rpc.Any>(
    name: Name,
    group: RpcGroup.RpcGroup<Rpcs>
  ): Contract<Self, Name, Rpcs> => {
    const directory = Context.Service<Self, Directory<Client<Rpcs>>>(`downforce/Directory/${name}`)
    const key = Context.Service<Self, Client<Rpcs>>()(keyOf(name))
    const contract = Object.assign(key, {
      contractName: name,
      group,
      directory,
      of: (handlers: unknown) => handlers,
      at: (node: string) => Effect.map(directory, (found) => found.at(node)),
      addresses: Effect.map(directory, (found) => found.addresses)
    })
    // The instance type is a name for the type checker: `new` is typed `never` and never called.
    return contract as unknown as Contract<Self, Name, Rpcs>
  }

/** Whether a call failed on its way (a `CallError`), rather than with an error of its procedure. */
export const isCallError = (error: unknown): error is CallError =>
  Cause.isTimeoutError(error) ||
  (typeof error === "object" &&
    error !== null &&
    "_tag" in error &&
    error._tag === "RpcClientError")

/**
 * Names of the procedures of a contract for which `handlers` has no function, in the order of the
 * contract. Types rule this out; systems built from dynamic data can only be seen once built.
 */
export const missingHandlers = (contract: Any, handlers: unknown): ReadonlyArray<string> =>
  [...contract.group.requests.keys()].filter(
    (procedure) =>
      typeof handlers !== "object" ||
      handlers === null ||
      !Object.hasOwn(handlers, procedure) ||
      typeof Reflect.get(handlers, procedure) !== "function"
  )
