/**
 * The clients of contracts over HTTP: the one derived from an `HttpApi`, or a plain `HttpClient`,
 * under the policy of the edge (timeout, retry, concurrency).
 */
import { Cause, Effect, Predicate, Stream } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest, type HttpMethod } from "effect/http"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import { RpcSchema } from "effect/rpc"
import type * as Contract from "../system/Contract.ts"
import * as HttpContract from "../system/HttpContract.ts"
import type { AnyClient } from "./Caller.ts"
import { causeOf } from "./HttpTrouble.ts"
import * as HttpClients from "./HttpClients.ts"

/** Applies the policy of an edge to one attempt. */
export type Policy = <A, E>(attempt: Effect.Effect<A, E>) => Effect.Effect<A, E>

/** The two forms of the client of a contract. */
export interface Clients {
  /** What a program finds under the contract. */
  readonly client: unknown
  /** By the name of the procedure, for workloads. */
  readonly procedures: AnyClient
}

type Method = (request: unknown) => Effect.Effect<unknown, unknown>

/** A timeout of the edge is what it is for any other contract, not an error of the transport. */
const timeoutIn = (error: unknown): Cause.TimeoutError | undefined => {
  if (!HttpClientError.isHttpClientError(error)) return undefined
  const { cause } = error
  return Cause.isTimeoutError(cause) ? cause : undefined
}

const withTimeout = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | Cause.TimeoutError> =>
  Effect.mapError(effect, (error) => timeoutIn(error) ?? error)

/** Shows the timeout itself, which `withTimeout` then takes out. */
const causeOfTrouble: HttpClients.CauseOf = (trouble, host, phase) =>
  trouble.kind === "timeout" ? trouble.error : causeOf(trouble, host, phase)

/** The client derived from an API: groups of methods, each under the policy. */
const apiClients = (
  contract: Contract.AnyHttp,
  api: NonNullable<Contract.AnyHttp["api"]>,
  httpClient: HttpClient.HttpClient,
  baseUrl: string,
  policy: Policy
): Clients => {
  // The methods' own types are erased here; each is called with what its endpoint's schemas take.
  const built = Effect.runSync(
    HttpApiClient.makeWith(api, { httpClient, baseUrl }) as Effect.Effect<
      Readonly<Record<string, unknown>>
    >
  )
  const client: Record<string, unknown> = {}
  const procedures: Record<string, AnyClient[string]> = {}
  for (const group of Object.values(api.groups)) {
    const methods = group.topLevel ? built : built[group.identifier]
    const wrapped: Record<string, Method> = {}
    for (const endpoint of Object.values(group.endpoints)) {
      const method: unknown = Predicate.hasProperty(methods, endpoint.identifier)
        ? methods[endpoint.identifier]
        : undefined
      if (typeof method !== "function") continue
      const call: Method = (request) => policy(withTimeout(method(request)))
      wrapped[endpoint.identifier] = call
      const name = HttpContract.procedureName(group, endpoint)
      const success = contract.requests.get(name)?.successSchema
      const isStream = success !== undefined && RpcSchema.isStreamSchema(success)
      procedures[name] = isStream ? streamed(call) : call
    }
    if (group.topLevel) Object.assign(client, wrapped)
    else client[group.identifier] = wrapped
  }
  return { client, procedures }
}

/** A response that is a stream, as a stream: as the clients of a workload collect it. */
const streamed =
  (call: Method): AnyClient[string] =>
  (request) => {
    const answered = Effect.map(call(request), (value) =>
      Stream.isStream(value) ? value : Stream.succeed(value)
    )
    // Whoever calls a streaming procedure takes a stream for what it is.
    return Stream.unwrap(answered) as unknown as Effect.Effect<unknown, unknown>
  }

/** Any request, and the response as a whole. */
const plainRequest =
  (client: HttpClient.HttpClient): Method =>
  (payload) => {
    // Payloads were decoded by the schema of the one procedure of plain HTTP.
    const { body, headers = {}, method, path } = payload as HttpContract.PlainRequest
    // Servers take any method; only the type of this constructor is narrower.
    const make = HttpClientRequest.make(method as HttpMethod.HttpMethod)
    const bare = make(path, { headers })
    const request =
      body === undefined
        ? bare
        : typeof body === "string"
          ? HttpClientRequest.bodyText(bare, body, headers["content-type"])
          : HttpClientRequest.bodyJsonUnsafe(bare, body)
    return Effect.flatMap(client.execute(request), (response) =>
      Effect.map(response.text, (text) => ({
        status: response.status,
        headers: { ...response.headers },
        body: text
      }))
    )
  }

/** Requests go to the provider, whatever host their URL names. */
const toProvider = (client: HttpClient.HttpClient, baseUrl: string): HttpClient.HttpClient =>
  HttpClient.mapRequest(client, (request) =>
    /^[a-z][a-z+.-]*:/i.test(request.url) ? request : HttpClientRequest.prependUrl(request, baseUrl)
  )

/** Makes the client of a contract for one way to reach its provider. */
export const make = (
  contract: Contract.AnyHttp,
  open: HttpClients.Open,
  baseUrl: string,
  policy: Policy
): Clients => {
  const httpClient = HttpClients.make(open, causeOfTrouble)
  const { api } = contract
  if (api !== undefined) return apiClients(contract, api, httpClient, baseUrl, policy)
  const plain = toProvider(httpClient, baseUrl)
  const request = plainRequest(plain)
  return {
    client: HttpClient.transformResponse(plain, (effect) => policy(withTimeout(effect))),
    procedures: { request: (payload) => policy(withTimeout(request(payload))) }
  }
}
