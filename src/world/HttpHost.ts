/**
 * The callee's side of HTTP: the `HttpServer` of a node, which answers what arrives with whatever
 * the node serves, and sends the response back in parts, no more than a window ahead of its reader.
 */
import { Cause, Context, Effect, Fiber, Option, Scope, Stream } from "effect"
import type { HttpServer } from "effect/http"
import {
  Cookies,
  Headers,
  HttpBody,
  HttpClientRequest,
  HttpEffect,
  type HttpMethod,
  type HttpMiddleware,
  HttpServerError,
  HttpServerRequest,
  HttpServerResponse,
  UrlParams
} from "effect/http"
import { NetAddress } from "effect/net"
import type { Process } from "../kernel/Process.ts"
import type { Admission } from "./Admission.ts"
import type { Body, Call } from "./Call.ts"
import { CurrentCall } from "./Caller.ts"
import * as HttpWire from "./HttpWire.ts"
import type { Host as RpcHost } from "./Host.ts"
import type { Host, Network } from "./Network.ts"

/** How many parts of a body may be under way before the reader has taken the first: 64 KiB. */
export const windowPartsMax = 4

/** The address of a node, of no use but to be shown: that of the first node is `10.0.0.1:80`. */
export const addressOf = (process: Process): string => {
  const at = process.index + 1
  return ["10", (at >> 16) & 255, (at >> 8) & 255, at & 255].join(".")
}

/** What answers requests on a node. */
export interface HttpHost extends Host {
  /** What programs on the node serve with. */
  readonly server: HttpServer.HttpServer["Service"]
  readonly isServing: () => boolean
  /** The calls whose responses are not complete, in the order they arrived. */
  readonly handling: () => ReadonlyArray<Call>
}

type Server = HttpServer.HttpServer["Service"]

/** What all servers share; getters are not written into each, see HttpExchange. */
const shared: Pick<Server, "address"> & ThisType<{ readonly process: Process }> = {
  get address() {
    return NetAddress.inetAddressFromStringUnsafe(`${addressOf(this.process)}:80`)
  }
}

/** A request that is being answered. */
interface Run {
  readonly call: Call
  /** Which of the node's runs it is. */
  readonly number: number
  sent: number
  acknowledged: number
  isEnded: boolean
  fiber: Fiber.Fiber<unknown, unknown> | undefined
  /** Goes on with the body when the reader has taken some of it. */
  resume: (() => void) | undefined
}

/** What a node serves: an effect that answers one request. */
export type App = Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  unknown,
  HttpServerRequest.HttpServerRequest | Scope.Scope
>

type Served = Effect.Effect<unknown, unknown, HttpServerRequest.HttpServerRequest>

/** A request as the program that answers it sees it. */
const requestOf = (call: Call, { body, headers, host, method, path }: HttpWire.HttpRequest) => {
  const all = Headers.fromInput(headers)
  const made = HttpClientRequest.makeWith(
    // Effect's own requests have any method; only this constructor's type is narrower.
    method as HttpMethod.HttpMethod,
    `http://${host}${path}`,
    UrlParams.empty,
    Option.none(),
    all,
    body.length === 0 ? HttpBody.empty : HttpBody.uint8Array(body, all["content-type"])
  )
  const request = HttpServerRequest.fromClientRequest(made)
  return request.modify({ url: path, remoteAddress: Option.some(call.caller.name) })
}

/**
 * What is left of a failure once it has been answered: Effect puts the response among the defects
 * of its cause, and an error or an interruption that has been answered is nobody's bug.
 */
const onlyBugs = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  const bug = cause.reasons
    .filter(Cause.isDieReason)
    .find(({ defect }) => !HttpServerResponse.isHttpServerResponse(defect))
  return bug === undefined ? Effect.void : Effect.die(bug.defect)
}

/** What goes before the body of a response. */
const headOf = (response: HttpServerResponse.HttpServerResponse, headers: Headers.Headers) => {
  const list: Array<readonly [string, string]> = Object.entries(headers)
  if (!Cookies.isEmpty(response.cookies)) {
    for (const cookie of Cookies.toSetCookieHeaders(response.cookies)) {
      list.push(["set-cookie", cookie])
    }
  }
  const isBodiless = response.status === 204 || response.status === 205
  return {
    status: response.status,
    statusText: response.statusText ?? "",
    headers: isBodiless ? list.filter(([name]) => name !== "content-length") : list
  }
}

/** Cuts bytes into parts that travel as one message each, copied. */
const partsOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length; at += HttpWire.partBytesMax) {
    parts.push(bytes.slice(at, at + HttpWire.partBytesMax))
  }
  return parts
}

/** Makes the host of the current incarnation of a node; it serves nothing yet. */
export const make = (
  network: Network,
  process: Process,
  admission: Admission | undefined
): HttpHost => {
  const runs = new Map<number, Run>()
  let nextRun = 0
  let served: ((run: Run, request: HttpWire.HttpRequest) => void) | undefined

  const send = (run: Run, part: HttpWire.HttpPart): void => {
    if (run.isEnded) return
    const { connection } = run.call
    if (part.rest !== "open") run.isEnded = true
    else if (connection !== undefined) connection.isStreaming = true
    // What is sent after a response was cut short goes nowhere.
    if (connection?.isShortened === true) return
    const sequence = run.sent++
    network.send(run.call, { _tag: "HttpPart", run: run.number, sequence, part })
  }

  /** Waits until the reader is no more than a window behind. */
  const roomIn = (run: Run): Effect.Effect<void> =>
    run.sent - run.acknowledged < windowPartsMax
      ? Effect.void
      : Effect.callback<void>((resume) => {
          run.resume = () => resume(Effect.void)
        })

  const write = (run: Run, part: HttpWire.HttpPart): Effect.Effect<void> =>
    Effect.andThen(
      Effect.suspend(() => roomIn(run)),
      Effect.sync(() => send(run, part))
    )

  /** Sends bytes that are all there; the head goes with the first, the end with the last. */
  const writeBytes = (
    run: Run,
    head: HttpWire.HttpHead,
    bytes: Uint8Array
  ): Effect.Effect<void> => {
    const parts = partsOf(bytes)
    const last = parts.length - 1
    const partAt = (at: number): HttpWire.HttpPart => ({
      head: at === 0 ? head : undefined,
      bytes: parts[at] ?? HttpWire.noBytes,
      rest: at >= last ? "complete" : "open"
    })
    if (last <= 0) return Effect.sync(() => send(run, partAt(0)))
    const all = Effect.forEach(parts, (_, at) => write(run, partAt(at)), { discard: true })
    return Effect.interruptible(all)
  }

  /** Sends the elements of a stream as they come. */
  const writeStream = (
    run: Run,
    head: HttpWire.HttpHead,
    stream: Stream.Stream<Uint8Array, unknown>
  ): Effect.Effect<void> => {
    const begun = Effect.sync(() => send(run, { head, bytes: HttpWire.noBytes, rest: "open" }))
    const body = Stream.runForEach(stream, (chunk) =>
      Effect.forEach(
        partsOf(chunk),
        (bytes) => write(run, { head: undefined, bytes, rest: "open" }),
        { discard: true }
      )
    )
    const end = (rest: HttpWire.HttpPart["rest"]) =>
      send(run, { head: undefined, bytes: HttpWire.noBytes, rest })
    const sent = Effect.andThen(begun, Effect.interruptible(body))
    // A source that fails cuts the connection off, as any server does; a bug in it is reported.
    return sent.pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => end(exit._tag === "Success" ? "complete" : "broken"))
      ),
      Effect.catch(() => Effect.void)
    )
  }

  const respond = (
    request: HttpServerRequest.HttpServerRequest,
    response: HttpServerResponse.HttpServerResponse
  ): Effect.Effect<void> =>
    Effect.withFiber((fiber) => {
      const run = runOf(fiber.getRef(CurrentCall))
      // The caller has hung up, or the response has begun.
      if (run === undefined || run.isEnded || run.sent > 0) return Effect.void
      const { body } = response
      const isBodiless = HttpServerResponse.omitsBody(response, request.method === "HEAD")
      if (isBodiless || body._tag === "Empty") {
        return writeBytes(run, headOf(response, response.headers), HttpWire.noBytes)
      }
      if (body._tag === "Uint8Array") {
        return writeBytes(run, headOf(response, response.headers), body.body)
      }
      const sent = HttpServerResponse.toClientResponse(response)
      return writeStream(run, headOf(response, sent.headers), sent.stream)
    })

  const runOf = (call: Call | undefined): Run | undefined => {
    if (call === undefined) return undefined
    for (const run of runs.values()) if (run.call === call) return run
    return undefined
  }

  const serve = (
    app: App,
    middleware?: HttpMiddleware.HttpMiddleware
  ): Effect.Effect<void, never, Scope.Scope> =>
    Effect.contextWith((context: Context.Context<Scope.Scope>) => {
      if (served !== undefined) {
        const text = `${process.name} serves HTTP already: listen EADDRINUSE: address already in use`
        return Effect.die(new Error(text))
      }
      const scope = Context.get(context, Scope.Scope)
      const track = Fiber.runIn(Scope.forkUnsafe(scope, "parallel"))
      const handled: Served = HttpEffect.toHandled(app, respond, middleware)
      served = (run, request) => {
        const made = Context.add(
          Context.add(context, CurrentCall, run.call),
          HttpServerRequest.HttpServerRequest,
          requestOf(run.call, request)
        )
        const known = Effect.withFiber((fiber) => {
          run.fiber = fiber
          return Effect.uninterruptible(Effect.catchCause(handled, onlyBugs))
        })
        const fiber = Effect.runForkWith(made)(known)
        track(fiber)
        fiber.addObserver(() => {
          // Whatever became of it: a response that was never completed is a broken connection.
          send(run, { head: undefined, bytes: HttpWire.noBytes, rest: "broken" })
          runs.delete(run.number)
          admission?.onEnd()
        })
      }
      network.listenHttp(process, admission?.before(host) ?? host)
      return Scope.addFinalizer(
        scope,
        Effect.sync(() => {
          served = undefined
        })
      )
    })

  const receive = (call: Call, body: Body): void => {
    switch (body._tag) {
      case "HttpRequest": {
        const number = nextRun++
        const run: Run = {
          call,
          number,
          sent: 0,
          acknowledged: 0,
          isEnded: false,
          fiber: undefined,
          resume: undefined
        }
        runs.set(number, run)
        return served?.(run, body.request)
      }
      case "Ack": {
        const run = runs.get(body.run)
        if (run?.call !== call || body.sequence < run.acknowledged) return
        run.acknowledged = body.sequence + 1
        const { resume } = run
        run.resume = undefined
        return resume?.()
      }
      case "Interrupt": {
        const run = runOf(call)
        if (run === undefined) return
        // Nobody is there to read what is still sent.
        run.isEnded = true
        run.fiber?.interruptUnsafe(undefined, HttpServerError.ClientAbort.annotation)
        return
      }
      default:
        return
    }
  }

  const host: HttpHost = {
    receive,
    // The address is shared; `serve` is what else there is to a server.
    server: Object.assign(Object.create(shared), { process, serve }) as Server,
    isServing: () => served !== undefined,
    handling: () => [...runs.values()].map(({ call }) => call)
  }
  return host
}

/** What a node handles, by remote procedures and by HTTP together. */
export const beside = (
  rpc: RpcHost | undefined,
  http: HttpHost | undefined
): RpcHost | undefined => {
  if (rpc === undefined || http === undefined) return rpc ?? http
  return { receive: rpc.receive, handling: () => [...rpc.handling(), ...http.handling()] }
}
