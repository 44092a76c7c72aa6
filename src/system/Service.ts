/**
 * Services: the nodes of the graph. What one provides, what it uses, and how it is built.
 *
 * Owns the declaration and the checks that the type checker can make on it alone. A declaration
 * runs nothing: a flight builds each node from `handlers` anew, at its start and at every restart.
 */
import type { Effect, FileSystem, Path, Scope } from "effect"
import type { Etag, HttpClient, HttpPlatform, HttpServer } from "effect/http"
import type { RpcGroup } from "effect/rpc"
import * as Capacity from "./Capacity.ts"
import type * as Contract from "./Contract.ts"
import type * as HttpContract from "./HttpContract.ts"
import type * as Use from "./Use.ts"

/**
 * Handlers whose types are not known: by the name of the procedure. The payload is the decoded
 * one; what comes back is an Effect or, for a streaming procedure, a Stream.
 */
export type Handlers = Readonly<Record<string, (payload: unknown, options: unknown) => unknown>>

/**
 * What may be asked of the world while a service is built and while it handles a call: the clients
 * of the contracts it uses, the scope that closes when the node stops gracefully, and HTTP.
 */
export type Ambient =
  | Scope.Scope
  | HttpClient.HttpClient
  | HttpServer.HttpServer
  | HttpPlatform.HttpPlatform
  | Etag.Generator

/**
 * What may be asked for besides, where a disk is declared. A service that provides a contract over
 * HTTP may ask for it in any case, as `HttpApiBuilder` does; without a disk it has no files.
 */
export type OfDisk = FileSystem.FileSystem | Path.Path

/** The disk of a node. It survives crashes and restarts. */
export interface Disk {
  /** How much fits on it, in bytes: 1 to `diskBytesMax`. */
  readonly capacityBytes: number
}

/** The default capacity of a disk: 64 MiB. */
export const diskBytesDefault = 67_108_864
/** The largest capacity of a disk: 1 TiB. Only what is written takes memory. */
export const diskBytesMax = 1_099_511_627_776

/** A service whose types are not known. */
export interface Any {
  readonly name: string
  /** A fake stands in for a dependency that is not part of the system. */
  readonly role: "service" | "fake"
  /** On how many nodes it runs, 1 to `replicasMax`. */
  readonly replicas: number
  /** How many of its replicas suffice for it to do its work, 1 to `replicas`. */
  readonly core: number
  /** The contract it serves; `undefined` for a background worker. */
  readonly provides: Contract.Any | undefined
  /** The edges to other services, in order of declaration. */
  readonly uses: ReadonlyArray<Use.Use>
  /** The disk of each of its nodes; `undefined` when they keep nothing. */
  readonly disk: Disk | undefined
  /** What each of its nodes has to do its work with. */
  readonly capacity: Capacity.Capacity
  /** What its nodes find in their environment, besides `HOSTNAME`. */
  readonly env: Readonly<Record<string, string>>
  /** Further host names under which its nodes are reached by HTTP: `api.example.com`. */
  readonly hosts: ReadonlyArray<string>
  /**
   * Builds one node and yields its handlers. The node is up when this returns: what goes on for
   * longer is forked into the scope. It needs the client of each contract in `uses`. What a
   * service without a contract yields is of no use to anyone, and of any shape.
   */
  readonly handlers: Effect.Effect<Handlers | void, unknown, Contract.Identity | Ambient>
}

/** A service that provides and uses these contracts (unions of their identities). */
export interface Service<out Provides, out Uses> extends Any {
  /** Exists for the type checker only. */
  readonly "~types": { readonly provides: Provides; readonly uses: Uses } | undefined
}

/** The identities of the contracts a service provides. */
export type ProvidesOf<S> = S extends Service<infer Provides, infer _Uses> ? Provides : never
/** The identities of the contracts a service uses. */
export type UsesOf<S> = S extends Service<infer _Provides, infer Uses> ? Uses : never

/** The edges of a service by a name of the author's choice. */
export type Edges = Readonly<Record<string, Use.Use>>

type IdentityOf<C> = C extends Contract.Any ? C["Identifier"] : never

type EdgeIdentities<E extends Edges> = IdentityOf<E[keyof E]["contract"]>

/** What `handlers` must yield: handlers of the contract, or anything else when none is provided. */
export type HandlersOf<P> = [P] extends [Contract.AnyHttp]
  ? HttpContract.Handlers
  : [P] extends [Contract.AnyRpc]
    ? Contract.HandlersOf<Contract.RpcsOf<P>, Contract.NameOf<P>>
    : unknown

/**
 * What the handler functions require, over and above the effect that builds them. Handlers of a
 * wrong shape fall back to the widest type there is, whose requirements nobody knows: the message
 * about the shape is enough.
 */
type RequiredByHandlers<P, H> = [HandlersOf<P>] extends [H]
  ? never
  : [P] extends [Contract.AnyHttp]
    ? Exclude<
        H extends Effect.Effect<unknown, unknown, infer R> ? R : never,
        HttpContract.PerRequest
      >
    : RpcGroup.HandlersServices<Contract.RpcsOf<P>, H>

/** The name of a contract; for any other requirement, its type. */
type NameOf<Requirement> = Requirement extends Contract.Identity<infer Name> ? Name : Requirement

type AmbientOfDisk<D, P> = [D] extends [undefined]
  ? [P] extends [Contract.AnyHttp]
    ? OfDisk
    : never
  : OfDisk

/**
 * Refuses, by name, what is required and not declared. `any` is what `HttpRouter.addAll` makes of
 * the requirements of routes: what it hides is found when it is asked for, and reported then.
 */
type OnlyDeclared<Undeclared> = [Undeclared] extends [never]
  ? unknown
  : 0 extends 1 & Undeclared
    ? unknown
    : [Undeclared] extends [OfDisk]
      ? { readonly "needs a disk: declare `disk: {}`": Undeclared }
      : { readonly "missing from `uses`": NameOf<Undeclared> }

type HandlersLike = Readonly<Record<string, (...parameters: ReadonlyArray<never>) => object>>

/** Refuses handlers that nobody could call, because the service provides no contract. */
type OnlyProvided<P, H> = [P] extends [Contract.Any]
  ? unknown
  : [H] extends [HandlersLike]
    ? { readonly "handlers without `provides`": keyof H }
    : unknown

/** The declaration of a service. */
export interface Options<
  P extends Contract.Any | undefined,
  E extends Edges,
  H,
  EX,
  R,
  D extends Partial<Disk> | undefined = undefined
> {
  /** The contract it serves. Leave it out for a background worker. */
  readonly provides?: P
  /** The contracts it calls, each with its policy. */
  readonly uses?: E
  /** Gives each of its nodes a disk. Default: none. `{}` is one of `diskBytesDefault`. */
  readonly disk?: D
  /** What each of its nodes has to do its work with. Default: it is never short of anything. */
  readonly capacity?: Capacity.Options
  /** What its nodes find in their environment: `Config` and `process.env`. Default: nothing. */
  readonly env?: Readonly<Record<string, string>>
  /** Host names it answers to by HTTP, besides its own and those of its nodes. Default: none. */
  readonly hosts?: ReadonlyArray<string>
  /** Builds one node and yields its handlers, see `Any.handlers`. */
  readonly handlers: Effect.Effect<H, EX, R> &
    OnlyDeclared<
      Exclude<R | RequiredByHandlers<P, H>, EdgeIdentities<E> | Ambient | AmbientOfDisk<D, P>>
    > &
    OnlyProvided<P, H>
}

/** How many replicas a service may have: `System` refuses more. */
export const replicasMax = 1_000

/**
 * Declares a service that runs on one node.
 *
 * @example
 * export const payments = Service.make("payments", {
 *   provides: Payments,
 *   uses: { ledger: Use.make(Ledger, { timeout: "1 second" }) },
 *   handlers: Effect.gen(function* () {
 *     const ledger = yield* Ledger
 *     return Payments.of({ charge: (request) => ledger.append({ order: request.order }) })
 *   })
 * })
 */
export const make = <
  P extends Contract.Any | undefined = undefined,
  E extends Edges = {},
  H extends HandlersOf<P> = HandlersOf<P>,
  EX = never,
  R = never,
  D extends Partial<Disk> | undefined = undefined
>(
  name: string,
  options: Options<P, E, H, EX, R, D>
): Service<IdentityOf<P>, EdgeIdentities<E>> => declare(name, "service", options)

/**
 * The same service on `replicas` nodes, named `name-1` to `name-n`; 1 keeps the bare name.
 *
 * `core` says how many of them suffice for the service to do its work: 1 to `replicas`, by default
 * all. With fewer, flights of its system end with a liveness phase, in which up to
 * `replicas - core` of them stay faulty for good, and the rest must go on without them.
 *
 * @example
 * Service.replicas(storage, 3, { core: 2 })
 */
export const replicas = <Provides, Uses>(
  service: Service<Provides, Uses>,
  replicas: number,
  options: { readonly core?: number } = {}
): Service<Provides, Uses> => ({ ...service, replicas, core: options.core ?? replicas })

/** Makes the value of a declaration; `Fake` shares it. */
export const declare = <H, EX, R, P extends Contract.Any | undefined, E extends Edges>(
  name: string,
  role: "service" | "fake",
  options: {
    readonly provides?: P
    readonly uses?: E
    readonly disk?: Partial<Disk> | undefined
    readonly capacity?: Capacity.Options
    readonly env?: Readonly<Record<string, string>>
    readonly hosts?: ReadonlyArray<string>
    readonly handlers: Effect.Effect<H, EX, R>
  }
): Service<IdentityOf<P>, EdgeIdentities<E>> => ({
  name,
  role,
  replicas: 1,
  core: 1,
  provides: options.provides,
  uses: Object.values(options.uses ?? {}),
  disk:
    options.disk === undefined
      ? undefined
      : { capacityBytes: options.disk.capacityBytes ?? diskBytesDefault },
  capacity: Capacity.resolve(options.capacity),
  env: options.env ?? {},
  hosts: options.hosts ?? [],
  "~types": undefined,
  // The callers' types hold that H are handlers of P, if there is one, and that R is in `uses` or
  // ambient. Each handler is only ever called with payloads decoded by its own procedure's schema.
  handlers: options.handlers as unknown as Any["handlers"]
})
