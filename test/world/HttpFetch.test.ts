/**
 * The global `fetch` in flight, as packages from npm use it: plain promises, no Effect.
 */
import { Effect } from "effect"
import { HttpClient, FetchHttpClient } from "effect/http"
import { describe, expect, it } from "vitest"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { ask, flyTurning, outcomes, type Script, scripted } from "../flight/Fly.ts"
import { bytesOf, largeBytes, nameOf, type Noticed, relay, type RelayOptions } from "./HttpToys.ts"

type Program = () => Promise<string>

const run =
  (program: Program): RelayOptions["front"] =>
  () =>
    Effect.tryPromise({ try: program, catch: (error) => error })

const fly = (
  program: Program,
  script: Script = {},
  options: Partial<RelayOptions> = {},
  faults: ReadonlyArray<Fault> = []
) =>
  flyTurning(relay({ ...options, front: run(program) }), {
    operations: [ask("o-1", 10, "a")],
    entropy: scripted(script),
    faults
  })

const seen = async (...parameters: Parameters<typeof fly>) =>
  outcomes(await fly(...parameters))["o-1"]

const body =
  (url: string, init?: RequestInit): Program =>
  async () =>
    (await fetch(url, init)).text()

/** Reads chunk by chunk, and says how it ended. */
const chunks =
  (url: string, init?: RequestInit, onChunk: () => void = () => {}): Program =>
  async () => {
    const seen: Array<string> = []
    try {
      const response = await fetch(url, init)
      const reader = response.body?.getReader()
      for (;;) {
        const next = await reader?.read()
        if (next === undefined || next.done) return `${seen.join()} end`
        seen.push(new TextDecoder().decode(next.value).trim())
        onChunk()
      }
    } catch (error) {
      return `${seen.join()} ${nameOf(error)}`
    }
  }

describe("fetch", () => {
  it("answers with a Response", async () => {
    const program: Program = async () => {
      const response = await fetch("http://files/text#part")
      const { ok, redirected, status, url } = response
      const type = response.headers.get("content-type")
      return JSON.stringify({ ok, redirected, status, url, type, body: await response.text() })
    }
    expect(JSON.parse((await seen(program)) ?? "")).toEqual({
      ok: true,
      redirected: false,
      status: 200,
      url: "http://files/text",
      type: "text/plain",
      body: "hello"
    })
  })

  it("shows the server a whole request", async () => {
    const program = body("http://files/echo?x=1", {
      method: "POST",
      headers: { authorization: "Bearer t", "content-type": "application/json" },
      body: JSON.stringify({ a: 1 })
    })
    expect(JSON.parse((await seen(program)) ?? "")).toEqual({
      method: "POST",
      url: "/echo?x=1",
      host: "files",
      type: "application/json",
      authorization: "Bearer t",
      from: "front",
      body: '{"a":1}'
    })
  })

  it("sends a body that is a stream, whole", async () => {
    const stream = (): ReadableStream => new Blob(["one ", "two"]).stream()
    const program: Program = async () => {
      const init = { method: "POST", body: stream(), duplex: "half" } as const
      const echoed: unknown = await (await fetch("http://files/echo", init)).json()
      return String(Reflect.get(Object(echoed), "body"))
    }
    expect(await seen(program)).toBe("one two")
  })

  it("sends a form", async () => {
    const program: Program = async () => {
      const form = new FormData()
      form.set("name", "alice")
      const response = await fetch("http://files/echo", { method: "POST", body: form })
      const echoed = Object(await response.json())
      return `${echoed.type.split(";")[0]} ${echoed.body.includes("alice")}`
    }
    expect(await seen(program)).toBe("multipart/form-data true")
  })

  it("carries a large body whole", async () => {
    const program: Program = async () => {
      const bytes = new Uint8Array(await (await fetch("http://files/large")).arrayBuffer())
      return `${bytes.length} ${bytesOf(largeBytes).every((byte, at) => bytes[at] === byte)}`
    }
    expect(await seen(program)).toBe(`${largeBytes} true`)
  })

  it("hands out a stream as it comes", async () => {
    expect(await seen(chunks("http://files/ticks/3"))).toBe("data: 1,data: 2,data: 3 end")
  })

  it("flies the same twice", async () => {
    const one = await fly(chunks("http://files/ticks/3"))
    const other = await fly(chunks("http://files/ticks/3"))
    expect(one.digest).toBe(other.digest)
  })

  it("serves the FetchHttpClient of Effect", async () => {
    const front: RelayOptions["front"] = () =>
      HttpClient.get("http://files/text").pipe(
        Effect.flatMap(({ text }) => text),
        Effect.provide(FetchHttpClient.layer)
      )
    const flown = await flyTurning(relay({ front }), { operations: [ask("o-1", 10, "a")] })
    expect(outcomes(flown)["o-1"]).toBe("hello")
  })
})

describe("an aborted fetch", () => {
  it("rejects, and the handler is interrupted", async () => {
    const noticed: Noticed = { lines: [] }
    const program: Program = async () => {
      const controller = new AbortController()
      void fetch("http://files/text").then(() => controller.abort())
      try {
        return await body("http://files/slow", { signal: controller.signal })()
      } catch (error) {
        return error instanceof DOMException ? error.name : "something else"
      }
    }
    expect(await seen(program, {}, { noticed })).toBe("AbortError")
    expect(noticed.lines).toEqual(["slow interrupted"])
  })

  it("errors the body that is being read", async () => {
    const noticed: Noticed = { lines: [] }
    const program: Program = () => {
      const controller = new AbortController()
      const { signal } = controller
      return chunks("http://files/ticks/99", { signal }, () => controller.abort("enough"))()
    }
    expect(await seen(program, {}, { noticed })).toBe("data: 1 ")
    expect(noticed.lines.at(-1)).toBe("ticks Failure")
  })

  it("never leaves when it was aborted before", async () => {
    const noticed: Noticed = { lines: [] }
    const program = body("http://files/ticks/3", { signal: AbortSignal.abort(new Error("no")) })
    expect(await seen(program, {}, { noticed })).toBe("Error: no")
    expect(noticed.lines).toEqual([])
  })

  it("hangs up when the body is cancelled", async () => {
    const noticed: Noticed = { lines: [] }
    const program: Program = async () => {
      const response = await fetch("http://files/ticks/99")
      await response.body?.cancel()
      return "cancelled"
    }
    expect(await seen(program, {}, { noticed })).toBe("cancelled")
    expect(noticed.lines.at(-1)).toBe("ticks Failure")
  })
})

describe("redirects", () => {
  const show =
    (url: string, init?: RequestInit): Program =>
    async () => {
      const response = await fetch(url, init)
      const { redirected, status } = response
      if (status !== 200) return `${status} ${response.headers.get("location")}`
      const { authorization, body, method } = Object(await response.json())
      return `${method} ${response.url} ${redirected} ${authorization} ${body}`
    }
  const post = { method: "POST", body: "b", headers: { authorization: "t" } }

  it.each([
    ["GET", "/moved", {}, "GET http://files/echo?moved=1 true none "],
    ["303 after POST", "/moved", post, "GET http://files/echo true t "],
    ["307 after POST", "/kept", post, "POST http://files/echo true t b"],
    [
      "to another host",
      "/away",
      { headers: { authorization: "t" } },
      "GET http://other/echo true none "
    ],
    ["manual", "/moved", { redirect: "manual" }, "302 /echo?moved=1"],
    [
      "refused",
      "/moved",
      { redirect: "error" },
      "TypeError: fetch failed Error: unexpected redirect"
    ],
    ["without end", "/loop", {}, "TypeError: fetch failed Error: redirect count exceeded"]
  ] as const)("are followed as the standard says (%s)", async (_, path, init, expected) => {
    expect(await seen(show(`http://files${path}`, init))).toBe(expected)
  })
})

// Messages in the order in which they are sent: 0 ask, 1 the request, 2 the response or its head,
// 3 the first tick.
describe("a fetch that fails", () => {
  it.each([
    [
      "no such host",
      "http://nobody/",
      {},
      "TypeError: fetch failed Error: getaddrinfo ENOTFOUND nobody ENOTFOUND"
    ],
    [
      "nobody listens",
      "http://localhost/",
      {},
      "TypeError: fetch failed Error: connect ECONNREFUSED localhost ECONNREFUSED"
    ],
    [
      "reset",
      "http://files/text",
      { reset: { 1: 1 } },
      "TypeError: fetch failed Error: read ECONNRESET ECONNRESET"
    ],
    [
      "no URL",
      "/text",
      {},
      "TypeError: Failed to parse URL from /text TypeError: Invalid URL ERR_INVALID_URL"
    ],
    ["another scheme", "ftp://files/", {}, "TypeError: fetch failed Error: unknown scheme ftp:"]
  ] as const)("rejects (%s)", async (_, url, script, expected) => {
    expect(await seen(body(url), script)).toBe(expected)
  })

  it.each([
    [
      "reset",
      { reset: { 4: 1 } },
      "data: 1 TypeError: terminated Error: read ECONNRESET ECONNRESET"
    ],
    ["cut short", { truncate: { 0: 1 } }, "data end"]
  ] as const)("errors the body (%s)", async (_, script, expected) => {
    expect(await seen(chunks("http://files/ticks/3"), script)).toBe(expected)
  })

  it("errors a body that ends before its length", async () => {
    expect(await seen(body("http://files/large"), { truncate: { 2: 1 } })).toBe(
      "TypeError: terminated SocketError: other side closed UND_ERR_SOCKET"
    )
  })

  it("dies with its node: nothing of it goes on after a crash", async () => {
    const lines: Array<string> = []
    const program = chunks("http://files/ticks/9", {}, () => void lines.push("chunk"))
    const crash = { _tag: "Crash", id: "f-1", atMs: 250, durationMs: 5_000, node: "front" } as const
    const flown = await fly(program, {}, {}, [crash])
    expect(outcomes(flown)["o-1"]).toMatch(/^info: SocketReadError/)
    expect(lines).toEqual(["chunk", "chunk"])
    expect(flown.violation).toBe(undefined)
  })
})
