/**
 * Contracts: what a service offers to others, and at once the key of the client that calls it.
 *
 * Owns the type of a contract, its client and its directory of replicas. Knows nothing of who
 * provides it (see Service and System) nor of how a call travels: the simulated network, or a real
 * one, puts the client and the directory into the context of whoever uses the contract.
 */
import { Cause, Context, Effect } from "effect"
import type { Headers } from "effect/http"
import type { HttpApi, HttpApiGroup } from "effect/http-api"
import type { Rpc, RpcClient, RpcClientError, RpcGroup, RpcMessage } from "effect/rpc"
import * as HttpContract from "./HttpContract.ts"

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

/** What all contracts have, whatever a call to them looks like. `C` is the type of the client. */
export interface Offer<Self, Name extends string, C> extends Context.Key<Self, C> {
  new (_: never): Identity<Name>
  /** The name, unique in a system. It appears in keys, recordings and messages. */
  readonly contractName: Name
  /** The procedures by name, with the schemas by which calls are written down. */
  readonly requests: ReadonlyMap<string, Rpc.AnyWithProps>
  /** The key under which the nodes that provide the contract are found. */
  readonly directory: Context.Key<Self, Directory<C>>
  /** A client of one particular replica, by the name of its node. */
  readonly at: (node: string) => Effect.Effect<C, never, Self>
  /** Names of the nodes that provide the contract, in order of declaration. */
  readonly addresses: Effect.Effect<ReadonlyArray<string>, never, Self>
}

/**
 * A contract: `yield* Ledger` is the typed client of whoever provides it, spread over its replicas.
 */
export interface Contract<Self, Name extends string, Rpcs extends Rpc.Any> extends Offer<
  Self,
  Name,
  Client<Rpcs>
> {
  readonly protocol: "rpc"
  readonly group: RpcGroup.RpcGroup<Rpcs>
  /** Checks the shape of handlers and infers the types of their payloads. */
  readonly of: <const Handlers extends HandlersOf<Rpcs, Name>>(
    handlers: Handlers & NoStrangers<Handlers, Rpcs, Name>
  ) => Handlers
}

/** A contract whose procedures are not known to the type checker. */
interface Erased extends Context.Key<Identity, unknown> {
  readonly contractName: string
  readonly requests: ReadonlyMap<string, Rpc.AnyWithProps>
  readonly directory: Context.Key<Identity, Directory<unknown>>
}

/** A contract of remote procedures that are not known to the type checker. */
export interface AnyRpc extends Erased {
  readonly protocol: "rpc"
  readonly group: RpcGroup.Any
}

/** A contract over HTTP whose endpoints are not known to the type checker. */
export interface AnyHttp extends Erased {
  readonly protocol: "http"
  /** `undefined` for plain HTTP. */
  readonly api: HttpApi.Top | undefined
}

/** A contract whose procedures are not known to the type checker. */
export type Any = AnyRpc | AnyHttp

/** The name of a contract, as a type. */
export type NameOf<C> = C extends { readonly contractName: infer Name extends string }
  ? Name
  : string

/** The procedures of a contract; for HTTP, its endpoints as procedures. */
export type RpcsOf<C> = C extends { readonly group: RpcGroup.RpcGroup<infer Rpcs> }
  ? Rpcs
  : C extends { readonly "~procedures": infer Procedures }
    ? Extract<Procedures, Rpc.Any>
    : never

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

/** The parts of a contract that do not depend on what a call looks like. */
const offer = <Self, C>(name: string, requests: ReadonlyMap<string, Rpc.AnyWithProps>) => {
  const directory = Context.Service<Self, Directory<C>>(`downforce/Directory/${name}`)
  return Object.assign(Context.Service<Self, C>()(keyOf(name)), {
    contractName: name,
    requests,
    directory,
    at: (node: string) => Effect.map(directory, (found) => found.at(node)),
    addresses: Effect.map(directory, (found) => found.addresses)
  })
}

/** Declares a contract from a group of procedures, or from an `HttpApi`. */
interface Make<Self> {
  <const Name extends string, Rpcs extends Rpc.Any>(
    name: Name,
    group: RpcGroup.RpcGroup<Rpcs>
  ): Contract<Self, Name, Rpcs>
  <const Name extends string, Id extends string, Groups extends HttpApiGroup.Constraint>(
    name: Name,
    api: HttpApi.HttpApi<Id, Groups>
  ): HttpContract.HttpContract<
    Self,
    Name,
    HttpContract.ApiClient<Groups>,
    HttpContract.ProceduresOf<Groups>
  >
}

/**
 * Declares a contract from a group of procedures, or from an `HttpApi`: its client is then the one
 * that `HttpApiClient` derives, and its handlers are whatever serves it.
 *
 * @example
 * export class Ledger extends Contract.make<Ledger>()("Ledger", RpcGroup.make(
 *   Rpc.make("append", { payload: { order: Schema.String }, success: Schema.Int })
 * )) {}
 * export class Sessions extends Contract.make<Sessions>()("Sessions", SessionsApi) {}
 */
export const make = <Self>(): Make<Self> => {
  const declare = (name: string, made: RpcGroup.RpcGroup<Rpc.Any> | HttpApi.Top): unknown => {
    if (HttpContract.isApi(made)) {
      const parts = { protocol: "http", api: made } as const
      return Object.assign(offer<Self, unknown>(name, HttpContract.proceduresOf(made)), parts)
    }
    // What a group holds are procedures with all their properties; only its type does not say so.
    const requests = made.requests as ReadonlyMap<string, unknown>
    return Object.assign(
      offer<Self, unknown>(name, requests as ReadonlyMap<string, Rpc.AnyWithProps>),
      { protocol: "rpc", group: made, of: (handlers: unknown) => handlers } as const
    )
  }
  // The instance type is a name for the type checker: `new` is typed `never` and never called.
  return declare as unknown as Make<Self>
}

/**
 * Declares a contract over plain HTTP: its client is an `HttpClient` whose requests go to whoever
 * provides it, by the path alone: `files.get("/reports/7")`.
 *
 * @example
 * export class Files extends Contract.http<Files>()("Files") {}
 */
export const http =
  <Self>() =>
  <const Name extends string>(
    name: Name
  ): HttpContract.HttpContract<
    Self,
    Name,
    HttpContract.PlainClient,
    HttpContract.PlainProcedures
  > => {
    const parts = { protocol: "http", api: undefined } as const
    const contract = Object.assign(offer<Self, unknown>(name, HttpContract.plainProcedures), parts)
    // As above.
    return contract as unknown as HttpContract.HttpContract<
      Self,
      Name,
      HttpContract.PlainClient,
      HttpContract.PlainProcedures
    >
  }

/**
 * Whether a call failed on its way (a `CallError`, or the connection of an HTTP request), rather
 * than with an error of its procedure.
 */
export const isCallError = (error: unknown): error is CallError => {
  if (Cause.isTimeoutError(error)) return true
  if (typeof error !== "object" || error === null || !("_tag" in error)) return false
  return error._tag === "RpcClientError" || HttpContract.isConnectionError(error)
}

/**
 * Names of the procedures of a contract for which `handlers` has no function, in the order of the
 * contract. Types rule this out; systems built from dynamic data can only be seen once built.
 */
export const missingHandlers = (contract: AnyRpc, handlers: unknown): ReadonlyArray<string> =>
  [...contract.requests.keys()].filter(
    (procedure) =>
      typeof handlers !== "object" ||
      handlers === null ||
      !Object.hasOwn(handlers, procedure) ||
      typeof Reflect.get(handlers, procedure) !== "function"
  )
