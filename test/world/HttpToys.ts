/**
 * Toy systems over HTTP for the tests of the world, written against the public entry as users write
 * theirs.
 */
import { Effect, Layer, Option, Result, Schema, Stream } from "effect"
import { type HttpClient, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import {
  HttpApi,
  HttpApiBuilder,
  HttpApiEndpoint,
  HttpApiGroup,
  HttpApiSchema
} from "effect/http-api"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import type * as Header from "../../src/recording/Header.ts"
import type * as Capacity from "../../src/system/Capacity.ts"
import { Contract, Operation, Service, System, Use, WindTunnel, Workload } from "downforce"

/** A declared error with a status of its own. */
export class Denied extends Schema.TaggedError<Denied>()(
  "Denied",
  { who: Schema.String },
  { httpApiStatus: 403 }
) {}

const Session = Schema.Struct({ id: Schema.Int, user: Schema.String })

const SessionGroup = HttpApiGroup.make("session").add(
  HttpApiEndpoint.post("login", "/sessions", {
    payload: Schema.Struct({ user: Schema.String }),
    success: Session,
    error: Denied
  }),
  HttpApiEndpoint.get("read", "/sessions/:id", {
    params: { id: Schema.FiniteFromString },
    query: { full: Schema.optional(Schema.String) },
    success: Session
  }),
  HttpApiEndpoint.get("watch", "/sessions/:id/events", {
    params: { id: Schema.FiniteFromString },
    success: HttpApiSchema.StreamSse({ data: Schema.Struct({ tick: Schema.Int }) })
  })
)

/** An API with a declared error, parameters and server-sent events. */
export class SessionsApi extends HttpApi.make("sessions-api").add(SessionGroup) {}

/** A contract over that API. */
export class Sessions extends Contract.make<Sessions>()("Sessions", SessionsApi) {}

/** The production code: groups, as they would be served by Node. */
export const groupsLive = HttpApiBuilder.group(SessionsApi, "session", (handlers) =>
  handlers
    .handle("login", ({ payload }) =>
      payload.user === "mallory"
        ? Effect.fail(new Denied({ who: payload.user }))
        : Effect.succeed({ id: 7, user: payload.user })
    )
    .handle("read", ({ params, query }) =>
      Effect.succeed({ id: params.id, user: query.full ?? "someone" })
    )
    .handle("watch", ({ params }) =>
      Effect.succeed(
        Stream.range(1, params.id).pipe(
          Stream.map((tick) => ({ tick })),
          Stream.rechunk(1)
        )
      )
    )
)

/** Serves the API. */
export const sessions = Service.make("sessions", {
  provides: Sessions,
  handlers: HttpRouter.toHttpEffect(
    HttpApiBuilder.layer(SessionsApi).pipe(Layer.provide(groupsLive))
  )
})

/** What a flight in these tests is made of. */
export const login = Operation.make(
  Sessions,
  "session.login",
  fc.record({ payload: fc.record({ user: fc.constantFrom("alice", "bob", "mallory") }) })
)
export const read = Operation.make(
  Sessions,
  "session.read",
  fc.record({ params: fc.record({ id: fc.nat(99) }), query: fc.constant({}) })
)
export const watch = Operation.make(
  Sessions,
  "session.watch",
  fc.record({ params: fc.record({ id: fc.nat(9) }) })
)

/** Clients call the API themselves. */
export const direct = WindTunnel.make("clients call an API", {
  system: System.make("direct", { services: [Service.replicas(sessions, 2)] }),
  workload: Workload.make({ clients: 2, operations: 8, operation: [login, read, watch] }),
  horizon: "2 minutes",
  properties: []
})

/** A login as recordings keep it. */
export const loginAs = (id: string, user: string, atMs = 0, client = 1): Header.Operation => ({
  id,
  client: `client-${client}`,
  atMs,
  contract: "Sessions",
  procedure: "session.login",
  payload: { payload: { user } }
})

/** What clients of the toys call besides. */
export class Front extends Contract.make<Front>()(
  "Front",
  RpcGroup.make(Rpc.make("ask", { payload: { text: Schema.String }, success: Schema.String }))
) {}

/** Plain HTTP. */
export class Files extends Contract.http<Files>()("Files") {}

/** Bytes that tell where they stand. */
export const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 255)

/** How large `/large` is: more than is sent ahead of its reader. */
export const largeBytes = 150_000

/** What the routes have noticed; each flight begins with a new one. */
export interface Noticed {
  readonly lines: Array<string>
}

const ticks = (noticed: Noticed, upTo: number) =>
  Stream.range(1, upTo).pipe(
    Stream.rechunk(1),
    Stream.tap(() => Effect.sleep("100 millis")),
    Stream.tap((tick) => Effect.sync(() => noticed.lines.push(`tick ${tick}`))),
    Stream.map((tick) => new TextEncoder().encode(`data: ${tick}\n\n`)),
    Stream.onExit((exit) => Effect.sync(() => noticed.lines.push(`ticks ${exit._tag}`)))
  )

const echo = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  return HttpServerResponse.jsonUnsafe({
    method: request.method,
    url: request.url,
    host: request.headers["host"],
    type: request.headers["content-type"] ?? "none",
    authorization: request.headers["authorization"] ?? "none",
    from: Option.getOrElse(request.remoteAddress, () => "nobody"),
    body: yield* request.text
  })
})

/** Routes of a plain HTTP server: production code. */
export const routes = (noticed: Noticed) =>
  HttpRouter.addAll([
    HttpRouter.route("GET", "/text", HttpServerResponse.text("hello")),
    HttpRouter.route("GET", "/large", HttpServerResponse.uint8Array(bytesOf(largeBytes))),
    HttpRouter.route("*", "/echo", echo),
    HttpRouter.route(
      "GET",
      "/ticks/:upTo",
      Effect.map(HttpRouter.params, ({ upTo }) =>
        HttpServerResponse.stream(ticks(noticed, Number(upTo)), {
          contentType: "text/event-stream"
        })
      )
    ),
    HttpRouter.route(
      "GET",
      "/broken",
      HttpServerResponse.stream(
        Stream.concat(ticks(noticed, 1), Stream.fail(new Error("the source is gone")))
      )
    ),
    HttpRouter.route("GET", "/moved", HttpServerResponse.redirect("/echo?moved=1")),
    HttpRouter.route("POST", "/moved", HttpServerResponse.redirect("/echo", { status: 303 })),
    HttpRouter.route("POST", "/kept", HttpServerResponse.redirect("/echo", { status: 307 })),
    HttpRouter.route("GET", "/away", HttpServerResponse.redirect("http://other/echo")),
    HttpRouter.route("GET", "/loop", HttpServerResponse.redirect("/loop")),
    HttpRouter.route(
      "GET",
      "/slow",
      Effect.as(
        Effect.onInterrupt(Effect.sleep("5 seconds"), () =>
          Effect.sync(() => noticed.lines.push("slow interrupted"))
        ),
        HttpServerResponse.text("at last")
      )
    ),
    HttpRouter.route("GET", "/defect", Effect.die(new Error("a bug")))
  ])

/** What may be set for a relay. */
export interface RelayOptions {
  readonly front: (text: string) => Effect.Effect<string, unknown, Files | HttpClient.HttpClient>
  readonly use?: Use.Options
  readonly replicas?: number
  /** Leaves out the edge to the files. */
  readonly isUndeclared?: boolean
  readonly noticed?: Noticed
  /** What the file server has to do its work with. */
  readonly capacity?: Capacity.Options
}

/** An error in a few words: its tags, and the code at its bottom. */
export const nameOf = (error: unknown): string => {
  const words: Array<string> = []
  let at = error
  for (let depth = 0; depth < 5 && typeof at === "object" && at !== null; depth++) {
    if ("_tag" in at) words.push(String(at._tag))
    else if (at instanceof Error) words.push(`${at.name}: ${at.message}`)
    if ("code" in at) words.push(String(at.code))
    at = "reason" in at ? at.reason : "cause" in at ? at.cause : undefined
  }
  return words.join(" ")
}

/** A front that clients ask, which asks a file server. */
export const relay = (options: RelayOptions) => {
  const noticed = options.noticed ?? { lines: [] }
  const files = Service.make("files", {
    provides: Files,
    hosts: ["files.example.com"],
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    handlers: HttpRouter.toHttpEffect(routes(noticed))
  })
  const handlers = Effect.gen(function* () {
    const context = yield* Effect.context<Files | HttpClient.HttpClient>()
    const answer = (text: string) =>
      options.front(text).pipe(Effect.catch((error) => Effect.succeed(nameOf(error))))
    return Front.of({ ask: ({ text }) => Effect.provideContext(answer(text), context) })
  })
  const front = Service.make("front", {
    provides: Front,
    uses: { files: Use.make(Files, options.use ?? {}) },
    handlers
  })
  const system = System.check("relay", {
    services: [
      options.isUndeclared === true ? { ...front, uses: [] } : front,
      Service.replicas(files, options.replicas ?? 1),
      Service.make("other", { handlers: HttpRouter.serve(routes(noticed)).pipe(Layer.build) })
    ]
  })
  return WindTunnel.make("relay", {
    system: Result.getOrThrow(system) as System.System<Front>,
    workload: Workload.make({
      clients: 2,
      operations: 4,
      operation: Operation.make(Front, "ask", fc.record({ text: fc.constant("a") }))
    }),
    horizon: "20 minutes",
    properties: []
  })
}
