/**
 * Requests over the simulated network: who is reached, what arrives, and what a client sees of
 * each way in which an exchange can fail.
 */
import { Cause, Effect, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { describe, expect, it } from "vitest"
import type * as Use from "../../src/system/Use.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { ask, eventsOf, flyWith, outcomes, type Script, scripted } from "../flight/Fly.ts"
import {
  bytesOf,
  Files,
  largeBytes,
  nameOf,
  type Noticed,
  relay,
  type RelayOptions
} from "./HttpToys.ts"

const fly = (
  options: RelayOptions,
  script: Script = {},
  faults: ReadonlyArray<Fault> = [],
  isRecorded = false
) =>
  flyWith(relay(options), {
    operations: [ask("o-1", 10, "a")],
    entropy: scripted(script),
    faults,
    isRecorded
  })

const seen = (
  front: RelayOptions["front"],
  options: Partial<RelayOptions> = {},
  script: Script = {},
  faults: ReadonlyArray<Fault> = []
) => outcomes(fly({ ...options, front }, script, faults))["o-1"]

type Reading = (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<string, unknown>

const text: Reading = (response) =>
  Effect.map(response.text, (body) => `${response.status} ${body}`)

/** Gets a path of the contract. */
const get =
  (path: string, read: Reading = text): RelayOptions["front"] =>
  () =>
    Effect.flatMap(Files, (files) => Effect.flatMap(files.get(path), read))

/** Gets a URL with the node's own client. */
const getUrl =
  (url: string, read: Reading = text): RelayOptions["front"] =>
  () =>
    Effect.flatMap(HttpClient.get(url), read)

/** Collects chunks as they come, and says how it ended. */
const collect: Reading = (response) => {
  const chunks: Array<string> = []
  return Stream.runForEach(response.stream, (chunk) =>
    Effect.sync(() => chunks.push(new TextDecoder().decode(chunk).trim()))
  ).pipe(
    Effect.map(() => `${chunks.join()} end`),
    Effect.catch((error) => Effect.succeed(`${chunks.join()} ${nameOf(error)}`))
  )
}

const countBytes: Reading = (response) =>
  Effect.map(response.arrayBuffer, (buffer) => {
    const bytes = new Uint8Array(buffer)
    const isEqual = bytesOf(largeBytes).every((byte, at) => bytes[at] === byte)
    return `${bytes.length} ${isEqual ? "equal" : "different"}`
  })

describe("a contract over plain HTTP", () => {
  it("answers", () => expect(seen(get("/text"))).toBe("200 hello"))

  it("shows the server a whole request", () => {
    const post: RelayOptions["front"] = () =>
      Effect.gen(function* () {
        const files = yield* Files
        const request = HttpClientRequest.post("/echo?x=1", {
          headers: { authorization: "Bearer t" }
        }).pipe(HttpClientRequest.bodyJsonUnsafe({ a: 1 }))
        const response = yield* files.execute(request)
        return yield* response.text
      })
    expect(JSON.parse(seen(post) ?? "")).toEqual({
      method: "POST",
      url: "/echo?x=1",
      host: "files",
      type: "application/json",
      authorization: "Bearer t",
      from: "front",
      body: '{"a":1}'
    })
  })

  it("carries a large body in parts, whole and in order", () => {
    expect(seen(get("/large", countBytes))).toBe(`${largeBytes} equal`)
  })

  it("carries a request body that is a stream", () => {
    const post: RelayOptions["front"] = () =>
      Effect.gen(function* () {
        const files = yield* Files
        const body = Stream.make("one ", "two").pipe(Stream.encodeText)
        const request = HttpClientRequest.post("/echo").pipe(HttpClientRequest.bodyStream(body))
        const echoed = yield* Effect.flatMap(files.execute(request), (response) => response.json)
        return String(Reflect.get(Object(echoed), "body"))
      })
    expect(seen(post)).toBe("one two")
  })

  it("lets the body be asked for twice", () => {
    const twice: Reading = ({ text }) => Effect.map(Effect.zip(text, text), String)
    expect(seen(get("/text", twice))).toBe("hello,hello")
  })

  it("hands out a stream as it comes", () => {
    const noticed: Noticed = { lines: [] }
    expect(seen(get("/ticks/3", collect), { noticed })).toBe("data: 1,data: 2,data: 3 end")
    expect(noticed.lines).toEqual(["tick 1", "tick 2", "tick 3", "ticks Success"])
  })

  it("sends no more than a window ahead of its reader", () => {
    const noticed: Noticed = { lines: [] }
    const first: Reading = (response) =>
      Stream.runForEach(response.stream, () =>
        Effect.andThen(
          Effect.sync(() => noticed.lines.push("read")),
          Effect.sleep("10 seconds")
        )
      ).pipe(
        Effect.timeout("5 seconds"),
        Effect.catch(() => Effect.succeed("")),
        Effect.as("ok")
      )
    expect(seen(get("/ticks/99", first), { noticed })).toBe("ok")
    // One has been taken, and four more have been sent; the next waits for its place.
    expect(noticed.lines.filter((line) => line.startsWith("tick "))).toHaveLength(5)
    expect(noticed.lines.at(-1)).toBe("ticks Failure")
  })

  it("hangs up when the reader has had enough", () => {
    const noticed: Noticed = { lines: [] }
    const two: Reading = (response) =>
      Effect.map(Stream.runCount(Stream.take(response.stream, 2)), String)
    expect(seen(get("/ticks/99", two), { noticed })).toBe("2")
    expect(noticed.lines.at(-1)).toBe("ticks Failure")
    expect(noticed.lines.length).toBeLessThan(6)
  })

  it("interrupts the handler when the caller is interrupted", () => {
    const noticed: Noticed = { lines: [] }
    const impatient: RelayOptions["front"] = () =>
      Effect.timeoutOrElse(get("/slow")(""), {
        duration: "1 second",
        orElse: () => Effect.succeed("gave up")
      })
    expect(seen(impatient, { noticed })).toBe("gave up")
    expect(noticed.lines).toEqual(["slow interrupted"])
  })
})

describe("hanging up", () => {
  it("does not overtake the request that it ends", () => {
    const noticed: Noticed = { lines: [] }
    const impatient: RelayOptions["front"] = () =>
      Effect.timeoutOrElse(get("/slow")(""), {
        duration: "1 second",
        orElse: () => Effect.succeed("gave up")
      })
    const script = { reorder: { 1: 3_000_000 } }
    expect(seen(impatient, { noticed }, script)).toBe("gave up")
    expect(noticed.lines).toEqual(["slow interrupted"])
  })
})

describe("host names", () => {
  it.each([
    ["of a node", "http://files-2/echo"],
    ["of a service", "http://files/echo"],
    ["of its own", "http://files.example.com/echo"],
    ["with a port and in capitals", "https://FILES:8443/echo"],
    ["of a worker without a contract", "http://other/echo"]
  ])("lead to a node (%s)", (_, url) => {
    expect(seen(getUrl(url), { replicas: 2 })).toMatch(/^200 \{"method":"GET"/)
  })

  it("spread over the replicas of a service", () => {
    const noticed: Noticed = { lines: [] }
    const many: RelayOptions["front"] = () =>
      Effect.as(
        Effect.forEach(Array.from({ length: 20 }), () => HttpClient.get("http://files/text")),
        ""
      )
    const flown = fly({ front: many, noticed, replicas: 2 }, {}, [], true)
    const sent = eventsOf(flown).filter(({ kind, what }) => kind === "send" && what === "GET /text")
    expect(new Set(sent.map(({ peer }) => peer))).toEqual(new Set(["files-1", "files-2"]))
  })

  it("that nobody has are not found", () => {
    expect(seen(getUrl("http://nobody.example/"))).toMatch(
      /^HttpClientError TransportError Error: getaddrinfo ENOTFOUND nobody\.example ENOTFOUND$/
    )
  })

  it("without anybody listening refuse", () => {
    expect(seen(getUrl("http://localhost/"))).toMatch(/ECONNREFUSED$/)
  })

  it("of a contract that is not declared are reported", () => {
    const flown = fly({ front: getUrl("http://files/text"), isUndeclared: true })
    expect(flown.violation?.property).toBe("no undeclared edge")
  })
})

// Messages in the order in which they are sent: 0 ask, 1 the request, 2 the first part of the
// response; for `/ticks/3` 2 the head, 3 the first tick and 4 its acknowledgement.
describe("an exchange that fails", () => {
  const crash = { _tag: "Crash", id: "f-1", atMs: 250, durationMs: 500, node: "files" } as const
  const link = { id: "f-1", atMs: 0, durationMs: 5_000, from: "front", to: "files" } as const

  it("is refused, and has not happened", () => {
    expect(seen(get("/text"), {}, {}, [{ _tag: "RefusedLink", ...link }])).toBe(
      "HttpClientError TransportError Error: connect ECONNREFUSED files ECONNREFUSED"
    )
  })

  it.each([
    [
      "before the response, at the request",
      { reset: { 1: 1 } },
      "/text",
      /TransportError Error: read ECONNRESET/
    ],
    ["at the response", { reset: { 2: 1 } }, "/text", /TransportError Error: read ECONNRESET/],
    [
      "within the body",
      { reset: { 3: 1 } },
      "/ticks/3",
      /^ HttpClientError DecodeError Error: read ECONNRESET/
    ],
    [
      "later within the body",
      { reset: { 4: 1 } },
      "/ticks/3",
      /^data: 1 HttpClientError DecodeError Error: read ECONNRESET/
    ]
  ] as const)("is reset (%s)", (_, script, path, expected) => {
    expect(seen(get(path, collect), {}, script)).toMatch(expected)
  })

  it("is cut off by a crash of the server", () => {
    expect(seen(get("/ticks/9", collect), {}, {}, [crash])).toMatch(
      /^data: 1,data: 2 HttpClientError DecodeError Error: read ECONNRESET/
    )
  })

  it("never hears of a silent crash, and times out", () => {
    const script = { silent: { 0: 1, 1: 1, 2: 1 } }
    expect(
      seen(get("/ticks/9", collect), { use: { timeout: "1 second" } }, script, [crash])
    ).toMatch(/^data: 1,data: 2 HttpClientError DecodeError TimeoutError/)
  })

  it("is cut off where the source of a stream fails", () => {
    expect(seen(get("/broken", collect))).toMatch(
      /^data: 1 HttpClientError DecodeError Error: read ECONNRESET/
    )
  })

  it("waits behind a part that was lost, and times out", () => {
    const script = { lose: { 3: 1 } }
    expect(seen(get("/ticks/3", collect), { use: { timeout: "1 second" } }, script)).toMatch(
      /^ HttpClientError DecodeError TimeoutError/
    )
  })

  it("ends early and looks complete when nobody said how long it is", () => {
    const noticed: Noticed = { lines: [] }
    expect(seen(get("/ticks/9", collect), { noticed }, { truncate: { 0: 1 } })).toBe("data end")
    expect(noticed.lines.at(-1)).toBe("ticks Failure")
  })

  it("ends early and is an error when it was said how long it is", () => {
    expect(seen(get("/large", countBytes), {}, { truncate: { 2: 1 } })).toMatch(
      /^HttpClientError DecodeError SocketError: other side closed UND_ERR_SOCKET$/
    )
  })

  it("takes as long as its slowest part", () => {
    const slow = fly({ front: get("/ticks/3", collect) }, { delay: { 3: 700_000 } })
    expect(slow.history[0]?.outcome).toEqual({ _tag: "ok", value: "data: 1,data: 2,data: 3 end" })
    expect((slow.history[0]?.endedAt ?? 0) - 10_000).toBeGreaterThan(700_000)
  })

  it("tells a bug of the server with status 500, and reports it", () => {
    const flown = fly({ front: get("/defect") }, {}, [], true)
    expect(eventsOf(flown).some(({ kind, what }) => kind === "send" && what === "500")).toBe(true)
    expect(flown.violation?.counterexample.actual).toBe("Error: a bug")
  })
})

describe("the policy of an edge", () => {
  it("bounds an attempt", () => {
    expect(seen(get("/slow"), { use: { timeout: "1 second" } })).toBe("TimeoutError")
  })

  it("makes attempts again after errors of the connection", () => {
    const use = { retry: { times: 1, delay: "10 millis" } } as const
    expect(seen(get("/text"), { use }, { reset: { 1: 1 } })).toBe("200 hello")
    expect(seen(get("/text"), { use }, { reset: { 1: 1, 2: 1 } })).toMatch(/ECONNRESET/)
  })

  it("bounds how many are under way", () => {
    const both: RelayOptions["front"] = () =>
      Effect.as(Effect.all([get("/slow")(""), get("/slow")("")], { concurrency: 2 }), "both")
    const took = (use: Use.Options) => fly({ front: both, use }).history[0]?.endedAt ?? 0
    expect(took({ concurrency: 1 })).toBeGreaterThan(10_000_000)
    expect(took({ concurrency: 2 })).toBeLessThan(6_000_000)
  })

  it("gives five minutes to a client without one", () => {
    const errors: Array<string> = []
    const patient: RelayOptions["front"] = (text) =>
      Effect.onError(getUrl("http://files/text")(text), (cause) =>
        Effect.sync(() => errors.push(nameOf(cause.reasons.find(Cause.isFailReason)?.error)))
      )
    const front: RelayOptions["front"] = (text) =>
      text === "wait" ? Effect.succeed("") : Effect.as(Effect.forkDetach(patient(text)), "")
    const flown = flyWith(relay({ front }), {
      operations: [ask("o-1", 10, "a"), ask("o-2", 400_000, "wait")],
      entropy: scripted({ lose: { 2: 1 } }),
      isRecorded: true
    })
    expect(errors).toEqual([
      "HttpClientError TransportError HeadersTimeoutError: Headers Timeout Error " +
        "UND_ERR_HEADERS_TIMEOUT"
    ])
    const last = eventsOf(flown).find(({ what }) => what === "timeout after 300s: GET /text")
    expect(last?.node).toBe("front")
  })
})
