/**
 * Contracts over HTTP: an `HttpApi`, or plain requests.
 *
 * Owns their types, and the description of each endpoint as a procedure, by which workloads call
 * it and recordings write it down. What a request looks like on its way is Effect's own business.
 */
import { type Cause, Predicate, Schema, type SchemaAST, type Types } from "effect"
import type {
  HttpClient,
  HttpClientError,
  HttpServerRequest,
  HttpServerResponse
} from "effect/http"
import type { HttpApiClient, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
// Not through the index of the folder: that loads megabytes of pages that show an API.
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Rpc } from "effect/rpc"
import type { Effect, Scope } from "effect"
import type { Offer } from "./Contract.ts"

/** A contract over HTTP. */
export interface HttpContract<Self, Name extends string, C, Procedures> extends Offer<
  Self,
  Name,
  C
> {
  readonly protocol: "http"
  /** `undefined` for plain HTTP. */
  readonly api: HttpApi.Top | undefined
  /** Exists for the type checker only. */
  readonly "~procedures": Procedures | undefined
}

/** The client of an `HttpApi`. No answer within the timeout of the edge is a `TimeoutError`. */
export type ApiClient<Groups extends HttpApiGroup.Constraint> = HttpApiClient.Client<
  Groups,
  Cause.TimeoutError
>

/** The client of plain HTTP. No answer within the timeout of the edge is a `TimeoutError`. */
export type PlainClient = HttpClient.HttpClient.With<
  HttpClientError.HttpClientError | Cause.TimeoutError
>

/** What serves HTTP: an effect that answers one request, as `HttpRouter.toHttpEffect` makes it. */
export type HttpApp = Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, unknown>

/** What a service that provides a contract over HTTP yields; nothing when it serves by itself. */
export type Handlers = HttpApp | void

/** What each request brings along for the one who answers it. */
export type PerRequest = HttpServerRequest.HttpServerRequest | Scope.Scope

/** A schema of which only the type of its values is known. */
interface Carrying<T> extends Schema.Bottom<
  T,
  Schema.Json,
  never,
  never,
  SchemaAST.AST,
  Carrying<T>
> {}

type Part<Key extends string, S> = [S] extends [never]
  ? {}
  : S extends { readonly Type: infer T }
    ? { readonly [_ in Key]: T }
    : {}

type OrVoid<T> = keyof T extends never ? void : T

/** What the method of an endpoint is called with: `{ params?, query?, headers?, payload? }`. */
type RequestOf<E extends HttpApiEndpoint.ConstraintRequest> = OrVoid<
  Types.Simplify<
    Part<"params", E["~Params"]> &
      Part<"query", E["~Query"]> &
      Part<"headers", E["~Headers"]> &
      Part<"payload", E["~Payload"]>
  >
>

type ProcedureOf<
  Prefix extends string,
  E extends HttpApiEndpoint.ConstraintRequest
> = E extends HttpApiEndpoint.ConstraintRequest
  ? Rpc.Rpc<
      `${Prefix}${E["identifier"]}`,
      Carrying<RequestOf<E>>,
      Carrying<HttpApiClient.SuccessType<E["~Success"]>>,
      Carrying<E["~Error"]["Type"]>
    >
  : never

/** The endpoints of groups as procedures: `group.endpoint`, of a top-level group `endpoint`. */
export type ProceduresOf<Groups> = Groups extends HttpApiGroup.Constraint
  ? ProcedureOf<
      Groups extends { readonly topLevel: true } ? "" : `${Groups["identifier"]}.`,
      Extract<HttpApiGroup.Endpoints<Groups>, HttpApiEndpoint.ConstraintRequest>
    >
  : never

const PlainRequest = Schema.Struct({
  method: Schema.String,
  /** With its query, from the slash on. */
  path: Schema.String,
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Sent as JSON, unless it is a string, which is sent as it is. */
  body: Schema.optionalKey(Schema.Json)
})

const PlainResponse = Schema.Struct({
  status: Schema.Int,
  headers: Schema.Record(Schema.String, Schema.String),
  body: Schema.String
})

/** The one procedure of plain HTTP: any request. */
const plainRequest = Rpc.make("request", { payload: PlainRequest, success: PlainResponse })

/** See `PlainRequest`. */
export type PlainRequest = typeof PlainRequest.Type

/** See `PlainResponse`. */
export type PlainResponse = typeof PlainResponse.Type

/** The procedures of a contract over plain HTTP. */
export type PlainProcedures = typeof plainRequest

/** The procedures of a contract over plain HTTP, by name. */
export const plainProcedures: ReadonlyMap<string, Rpc.AnyWithProps> = new Map([
  [plainRequest._tag, plainRequest]
])

/** Whether a contract is made from an `HttpApi`. */
export const isApi = (value: unknown): value is HttpApi.Top => HttpApi.isHttpApi(value)

/** The name of an endpoint as a procedure. */
export const procedureName = (group: HttpApiGroup.Top, endpoint: HttpApiEndpoint.Top): string =>
  group.topLevel ? endpoint.identifier : `${group.identifier}.${endpoint.identifier}`

const unionOf = (schemas: ReadonlyArray<Schema.Top>): Schema.Top | undefined => {
  const [first] = schemas
  return schemas.length > 1 ? Schema.Union(schemas) : first
}

const payloadOf = (endpoint: HttpApiEndpoint.Top): Schema.Top | undefined =>
  unionOf([...endpoint.payload.values()].flatMap(({ schemas }) => [...schemas]))

const isStreamSchema = (schema: Schema.Top): boolean =>
  Predicate.hasProperty(schema, "mode") && Predicate.hasProperty(schema, "contentTypes")

/** What of a response is written down; headers beside the body when they are declared. */
const answerOf = (schema: Schema.Top): Schema.Top =>
  HttpApiSchema.isWithHeaders(schema)
    ? Schema.Struct({ body: schema.schema, headers: schema.headers })
    : schema

/** An endpoint as a procedure. What its streams hold is never written down by a schema. */
const procedureOf = (name: string, endpoint: HttpApiEndpoint.Top): Rpc.AnyWithProps => {
  const fields: Record<string, Schema.Top> = {}
  const payload = payloadOf(endpoint)
  if (endpoint.params !== undefined) fields["params"] = endpoint.params
  if (endpoint.query !== undefined) fields["query"] = endpoint.query
  if (endpoint.headers !== undefined) fields["headers"] = endpoint.headers
  if (payload !== undefined) fields["payload"] = payload
  const successes = [...endpoint.success]
  const isStream = successes.some((schema) =>
    isStreamSchema(HttpApiSchema.isWithHeaders(schema) ? schema.schema : schema)
  )
  const success = unionOf(successes.map(answerOf)) ?? Schema.Void
  return Rpc.make(name, {
    payload: Object.keys(fields).length === 0 ? Schema.Void : Schema.Struct(fields),
    success: isStream ? Schema.Void : success,
    error: unionOf([...endpoint.error]) ?? Schema.Never,
    stream: isStream
  })
}

/** The endpoints of an API as procedures by name, in order of declaration. */
export const proceduresOf = (api: HttpApi.Top): ReadonlyMap<string, Rpc.AnyWithProps> => {
  const procedures = new Map<string, Rpc.AnyWithProps>()
  for (const group of Object.values(api.groups)) {
    for (const endpoint of Object.values(group.endpoints)) {
      const name = procedureName(group, endpoint)
      procedures.set(name, procedureOf(name, endpoint))
    }
  }
  return procedures
}

/** The error code at the bottom of an error: `ECONNREFUSED`, below a `TypeError` of `fetch`. */
const codeOf = (error: unknown): string | undefined => {
  let at = error
  for (let depth = 0; depth < 4 && typeof at === "object" && at !== null; depth++) {
    if ("code" in at && typeof at.code === "string") return at.code
    at = "cause" in at ? at.cause : undefined
  }
  return undefined
}

/** Why an HTTP client failed. The cause of an error is no enumerable property: it is not copied. */
const reasonOf = (
  error: unknown
): { readonly _tag: unknown; readonly cause?: unknown } | undefined =>
  Predicate.isTagged(error, "HttpClientError") &&
  Predicate.hasProperty(error, "reason") &&
  Predicate.hasProperty(error.reason, "_tag")
    ? error.reason
    : undefined

/** What a connection that was never made says: the request has definitely not been sent. */
const notSentCodes: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND"])

/** Whether an error of an HTTP client says that the request has definitely not been handled. */
export const isNotSent = (error: unknown): boolean => {
  const reason = reasonOf(error)
  if (reason === undefined) return false
  if (reason._tag === "EncodeError" || reason._tag === "InvalidUrlError") return true
  return reason._tag === "TransportError" && notSentCodes.has(codeOf(reason.cause) ?? "")
}

/** Whether the connection of an HTTP request failed, before or within the response. */
export const isConnectionError = (error: unknown): error is HttpClientError.HttpClientError => {
  const reason = reasonOf(error)
  return reason?._tag === "TransportError" || codeOf(reason?.cause) !== undefined
}

/**
 * Whether an error of an HTTP client leaves open what the request did: the connection broke, or
 * there was an answer that nobody understands.
 */
export const isIndefinite = (error: unknown): error is HttpClientError.HttpClientError =>
  (reasonOf(error) !== undefined && !isNotSent(error)) || Predicate.isTagged(error, "SchemaError")
