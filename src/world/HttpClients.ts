/**
 * The `HttpClient` of Effect over the simulated network: a request becomes an exchange, and the
 * parts of the response its body.
 *
 * Makes no promise, except for bodies that only the platform can turn into bytes (`FormData`,
 * `Blob`, web streams). Where a request goes is for others to say.
 */
import { type Array as Arr, Cause, Effect, Stream } from "effect"
import {
  Cookies,
  Headers,
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  type HttpClientResponse,
  HttpServerResponse
} from "effect/http"
import { here } from "../kernel/Dispatch.ts"
import type { Call } from "./Call.ts"
import { currentCall, type Exchange, type Reading, type Trouble } from "./HttpExchange.ts"
import { bodyError, causeOf, type Phase, requestError } from "./HttpTrouble.ts"
import * as HttpWire from "./HttpWire.ts"

/** Begins an exchange with a host, for the handler of a call, if it is known. */
export type Open = (
  host: string,
  request: HttpWire.HttpRequest,
  within: Call | undefined
) => Exchange

type Failing<A> = Effect.Effect<A, HttpClientError.HttpClientError>

const tooLarge = `the body is larger than ${HttpWire.requestBytesMax} bytes`

const encodeError = (
  request: HttpClientRequest.HttpClientRequest,
  cause: unknown
): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.EncodeError({ request, cause })
  })

/** What only the platform can turn into bytes, and the headers that belong to it. */
const platformBytes = (
  request: HttpClientRequest.HttpClientRequest,
  body: ConstructorParameters<typeof Response>[0]
): Failing<{ readonly bytes: Uint8Array; readonly contentType: string | undefined }> =>
  Effect.tryPromise({
    try: async () => {
      const response = new Response(body)
      const contentType = response.headers.get("content-type") ?? undefined
      return { bytes: new Uint8Array(await response.arrayBuffer()), contentType }
    },
    catch: (cause) => encodeError(request, cause)
  })

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

/** The body of a request, whole: copied, so that nobody can change it on its way. */
const bytesOf = (
  request: HttpClientRequest.HttpClientRequest
): Failing<{ readonly bytes: Uint8Array; readonly contentType?: string | undefined }> => {
  const { body } = request
  switch (body._tag) {
    case "Empty":
      return Effect.succeed({ bytes: HttpWire.noBytes })
    case "Uint8Array":
      return Effect.succeed({ bytes: body.body.slice() })
    case "FormData":
      return platformBytes(request, body.formData)
    case "Stream":
      return Stream.mkUint8Array(body.stream).pipe(
        Effect.map((bytes) => ({ bytes })),
        Effect.mapError((cause) => encodeError(request, cause))
      )
    case "Raw":
      if (typeof body.body === "string") {
        return Effect.succeed({ bytes: new TextEncoder().encode(body.body) })
      }
      if (isBytes(body.body)) return Effect.succeed({ bytes: body.body.slice() })
      // Whatever else it is, `Response` refuses what is no body.
      return platformBytes(request, body.body as ConstructorParameters<typeof Response>[0])
  }
}

/** A request as it travels. Content length and host are those of what is really sent. */
const wireOf = (
  request: HttpClientRequest.HttpClientRequest,
  url: URL
): Failing<HttpWire.HttpRequest> =>
  Effect.flatMap(bytesOf(request), ({ bytes, contentType }) => {
    if (bytes.length > HttpWire.requestBytesMax) {
      return Effect.fail(encodeError(request, new RangeError(tooLarge)))
    }
    const { "content-length": _length, host: _host, ...rest } = request.headers
    const headers: Array<readonly [string, string]> = [["host", url.host], ...Object.entries(rest)]
    if (contentType !== undefined && rest["content-type"] === undefined) {
      headers.push(["content-type", contentType])
    }
    if (bytes.length > 0) headers.push(["content-length", String(bytes.length)])
    const path = `${url.pathname}${url.search}`
    return Effect.succeed({ method: request.method, path, host: url.host, headers, body: bytes })
  })

/** Where the trouble of an exchange goes to: the error with the cause that the client shows. */
export type CauseOf = (trouble: Trouble, host: string, phase: Phase) => unknown

/** The rest of an exchange, as a stream that can be read once. */
const bodyOf = (
  exchange: Exchange,
  fail: (trouble: Trouble) => HttpClientError.HttpClientError
): Stream.Stream<Uint8Array, HttpClientError.HttpClientError> => {
  type Pulled = Effect.Effect<
    Arr.NonEmptyReadonlyArray<Uint8Array>,
    HttpClientError.HttpClientError | Cause.Done
  >
  const pulled = (reading: Reading): Pulled => {
    switch (reading._tag) {
      case "Bytes":
        return Effect.succeed([reading.bytes])
      case "Trouble":
        return Effect.fail(fail(reading.trouble))
      case "Head":
      case "End":
        return Cause.done()
    }
  }
  const pull: Pulled = Effect.callback((resume) => {
    exchange.read((reading) => resume(pulled(reading)))
  })
  return Stream.fromPull(Effect.succeed(pull))
}

/** A response whose text, JSON and bytes may be asked for more than once, as of any client. */
const responseOf = (
  request: HttpClientRequest.HttpClientRequest,
  exchange: Exchange,
  { head, hasBody }: Extract<Reading, { readonly _tag: "Head" }>,
  causeOfTrouble: (trouble: Trouble) => unknown
): HttpClientResponse.HttpClientResponse => {
  const headers = Headers.fromInput(head.headers)
  const cookies = Cookies.fromSetCookie(
    head.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value)
  )
  const fail = (trouble: Trouble): HttpClientError.HttpClientError =>
    bodyError(request, response, trouble, causeOfTrouble(trouble))
  const once = hasBody ? bodyOf(exchange, fail) : Stream.empty
  const whole = Effect.runSync(Effect.cached(Stream.mkUint8Array(once)))
  let isKept = false
  const kept = Effect.suspend(() => {
    isKept = true
    return whole
  })
  const made = HttpServerResponse.toClientResponse(
    HttpServerResponse.stream(once, { status: head.status, statusText: head.statusText }),
    { request }
  )
  // `text`, `json` and the like are made from `bytes`, which are kept; a stream is not.
  const response: HttpClientResponse.HttpClientResponse = Object.create(made, {
    headers: { value: headers },
    cookies: { value: cookies },
    bytes: { value: kept },
    stream: { get: () => Stream.suspend(() => (isKept ? Stream.fromEffect(whole) : once)) }
  })
  exchange.response = response
  return response
}

/** Makes a client. Interruption, and the end of whoever reads the body, hang up. */
export const make = (open: Open, causeOfTrouble: CauseOf = causeOf): HttpClient.HttpClient =>
  clientOf(() => open, causeOfTrouble)

const clientOf = (openNow: () => Open, causeOfTrouble: CauseOf): HttpClient.HttpClient =>
  HttpClient.make((request, url, signal) => {
    const host = url.hostname
    const open = openNow()
    const fail = (trouble: Trouble) =>
      requestError(request, trouble, causeOfTrouble(trouble, host, "headers"))
    return Effect.flatMap(wireOf(request, url), (wire) =>
      Effect.callback<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>(
        (resume) => {
          const exchange = open(host, wire, currentCall())
          signal.addEventListener("abort", exchange.cancel, { once: true })
          exchange.read((reading) => {
            if (reading._tag === "Head") {
              const bodyCause = (trouble: Trouble) => causeOfTrouble(trouble, host, "body")
              return resume(Effect.succeed(responseOf(request, exchange, reading, bodyCause)))
            }
            const trouble: Trouble =
              reading._tag === "Trouble"
                ? reading.trouble
                : { kind: "reset", message: "the connection closed before a response" }
            resume(Effect.fail(fail(trouble)))
          })
          return Effect.sync(exchange.cancel)
        }
      )
    )
  })

const openOfRunning = (): Open => {
  const around = here()
  if (around === undefined) throw new Error("the HttpClient of a node is used outside of a flight")
  // Each node's is put there by `Http`, which takes it from here.
  return around.openHttp as Open
}

/**
 * The client of whichever node is running: one for all. Effect writes functions into each client it
 * makes, and V8 would keep them, and with them the whole flight, until the next full collection.
 */
export const ofRunningNode: HttpClient.HttpClient = clientOf(openOfRunning, causeOf)
