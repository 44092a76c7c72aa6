/**
 * The global `fetch` of a node, over the simulated network: promises, `Response` objects, streams
 * of the web, `AbortSignal` and redirects as the standard has them.
 *
 * Differs from a browser's: no cache, no cookies, no cross-origin rules, as in Node. `data:` and
 * other schemes than HTTP are refused.
 */
import type * as HttpClients from "./HttpClients.ts"
import { currentCall, type Exchange, type Reading, type Trouble } from "./HttpExchange.ts"
import { causeOf } from "./HttpTrouble.ts"
import * as HttpWire from "./HttpWire.ts"

/** How many redirects are followed: 20, as the standard says. */
export const redirectsMax = 20

const failed = (cause: unknown): TypeError => new TypeError("fetch failed", { cause })

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

interface Step {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Uint8Array
}

/** A request as it travels, with the headers that Node adds. */
const wireOf = ({ body, headers, method, url }: Step): HttpWire.HttpRequest => {
  const all = new Headers(headers)
  const defaults = { accept: "*/*", "accept-language": "*", "user-agent": "node" }
  for (const [name, value] of Object.entries(defaults)) if (!all.has(name)) all.set(name, value)
  all.set("host", url.host)
  if (body.length > 0 || method === "POST" || method === "PUT") {
    all.set("content-length", String(body.length))
  }
  const path = `${url.pathname}${url.search}`
  return { method, path, host: url.host, headers: [...all], body }
}

/** Where a redirect leads to, and what is sent there. */
const redirected = (step: Step, status: number, location: string): Step => {
  const url = new URL(location, step.url)
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw failed(new Error("URL scheme must be a HTTP(S) scheme"))
  }
  if (url.hash === "") url.hash = step.url.hash
  const headers = new Headers(step.headers)
  if (url.origin !== step.url.origin) {
    for (const name of ["authorization", "proxy-authorization", "cookie", "host"]) {
      headers.delete(name)
    }
  }
  const isPost = (status === 301 || status === 302) && step.method === "POST"
  const isOther = status === 303 && step.method !== "GET" && step.method !== "HEAD"
  if (!isPost && !isOther) return { ...step, url, headers }
  for (const name of ["content-encoding", "content-language", "content-location", "content-type"]) {
    headers.delete(name)
  }
  return { method: "GET", url, headers, body: HttpWire.noBytes }
}

/**
 * The rest of an exchange as a stream of the web, read no further than it is asked for. It is no
 * stream of bytes, whose chunks are taken away from whoever made them: there is no BYOB reader.
 */
const bodyOf = (
  exchange: Exchange,
  host: string,
  signal: AbortSignal
): ReadableStream<Uint8Array> => {
  let isDone = false
  return new ReadableStream(
    {
      start: (controller) => {
        const abort = (): void => {
          if (isDone) return
          isDone = true
          exchange.cancel()
          controller.error(signal.reason)
        }
        signal.addEventListener("abort", abort, { once: true })
      },
      pull: (controller) =>
        new Promise<void>((resolve) => {
          exchange.read((reading) => {
            if (isDone) return resolve()
            if (reading._tag === "Bytes") {
              controller.enqueue(reading.bytes)
            } else {
              isDone = true
              if (reading._tag === "Trouble") {
                const cause = causeOf(reading.trouble, host, "body")
                controller.error(new TypeError("terminated", { cause }))
              } else {
                controller.close()
              }
            }
            resolve()
          })
        }),
      cancel: () => {
        isDone = true
        exchange.cancel()
      }
    },
    { highWaterMark: 0 }
  )
}

const responseOf = (
  exchange: Exchange,
  { hasBody, head }: Extract<Reading, { readonly _tag: "Head" }>,
  url: URL,
  signal: AbortSignal,
  isRedirected: boolean
): Response => {
  const headers = new Headers()
  for (const [name, value] of head.headers) headers.append(name, value)
  const body = hasBody ? bodyOf(exchange, url.hostname, signal) : null
  const response = new Response(body, { status: head.status, statusText: head.statusText, headers })
  const shown = new URL(url)
  shown.hash = ""
  // What a program cannot set, and the standard does.
  Object.defineProperties(response, {
    url: { value: shown.href },
    redirected: { value: isRedirected },
    type: { value: "basic" }
  })
  exchange.response = response
  return response
}

type Head = Extract<Reading, { readonly _tag: "Head" }>

/** The head of a response, unless the signal is aborted first. */
const headOf = (exchange: Exchange, host: string, signal: AbortSignal): Promise<Head> =>
  new Promise((resolve, reject) => {
    const abort = (): void => {
      exchange.cancel()
      reject(signal.reason)
    }
    signal.addEventListener("abort", abort, { once: true })
    exchange.read((reading) => {
      signal.removeEventListener("abort", abort)
      if (reading._tag === "Head") return resolve(reading)
      const trouble: Trouble =
        reading._tag === "Trouble" ? reading.trouble : { kind: "reset", message: "no response" }
      reject(failed(causeOf(trouble, host, "headers")))
    })
  })

const checkedUrl = (text: string): URL => {
  const url = new URL(text)
  if (url.protocol === "http:" || url.protocol === "https:") return url
  throw failed(new Error(`unknown scheme ${url.protocol}`))
}

/** Makes the `fetch` of a node. */
export const make =
  (open: HttpClients.Open): typeof globalThis.fetch =>
  async (input, init) => {
    const within = currentCall()
    const request = new Request(input, init)
    // `Request` follows the signal it was given through a reference that may be collected.
    const given = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    const signal = given ?? request.signal
    signal.throwIfAborted()
    const body =
      request.body === null ? HttpWire.noBytes : new Uint8Array(await request.arrayBuffer())
    if (body.length > HttpWire.requestBytesMax) {
      throw failed(new RangeError(`the body is larger than ${HttpWire.requestBytesMax} bytes`))
    }
    const { headers, method, redirect } = request
    let step: Step = { method, url: checkedUrl(request.url), headers, body }
    for (let redirects = 0; ; redirects++) {
      signal.throwIfAborted()
      const { url } = step
      const exchange = open(url.hostname, wireOf(step), within)
      const head = await headOf(exchange, url.hostname, signal)
      const { status } = head.head
      const location = HttpWire.headerOf(head.head.headers, "location")
      const isFollowed = isRedirect(status) && location !== undefined && redirect !== "manual"
      if (!isFollowed) return responseOf(exchange, head, url, signal, redirects > 0)
      exchange.cancel()
      if (redirect === "error") throw failed(new Error("unexpected redirect"))
      if (redirects === redirectsMax) throw failed(new Error("redirect count exceeded"))
      step = redirected(step, status, location)
    }
  }
