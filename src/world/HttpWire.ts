/**
 * What crosses the network by HTTP: the request as a whole, the response in parts. Bytes are copied
 * when they are sent, so that two nodes never share a reference.
 *
 * Owns the shapes, and how recordings tell them. Owns no delivery.
 */
import type { Schema } from "effect"
import { summary } from "./Wire.ts"

/** Names in lower case and values, in order; a name may stand more than once (`set-cookie`). */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>

/** A request as it travels. */
export interface HttpRequest {
  readonly method: string
  /** From the slash on, with the query. */
  readonly path: string
  /** The host and port that it was sent to, as in the URL. */
  readonly host: string
  readonly headers: HeaderList
  readonly body: Uint8Array
}

/** The beginning of a response as it travels. */
export interface HttpHead {
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderList
}

/** A part of a response as it travels: the first has the head, the last ends the body. */
export interface HttpPart {
  readonly head: HttpHead | undefined
  readonly bytes: Uint8Array
  /** `open`: more follows; `complete`: the body ends here; `broken`: the connection does. */
  readonly rest: "open" | "complete" | "broken"
}

/** The largest part of a body that travels as one message: 16 KiB. */
export const partBytesMax = 16_384
/** The largest body of a request: 16 MiB. It travels as one message. */
export const requestBytesMax = 16_777_216
/** How much of a body a recording holds, in bytes: of a longer one it holds the size. 8 KiB. */
export const recordedBytesMax = 8_192

/** No bytes. */
export const noBytes = new Uint8Array(0)

const strict = new TextDecoder("utf-8", { fatal: true })

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** A body as JSON: parsed when it is JSON, as text when it is text, else its size. */
const bodyValue = (bytes: Uint8Array): Schema.Json => {
  const size = `${bytes.length} bytes`
  if (bytes.length > recordedBytesMax) return size
  const text = textOf(bytes)
  if (text === undefined) return size
  try {
    return JSON.parse(text) as Schema.Json
  } catch {
    return text
  }
}

const headersValue = (headers: HeaderList): Schema.Json => {
  const value: Record<string, string> = {}
  for (const [name, each] of headers) {
    value[name] = value[name] === undefined ? each : `${value[name]}, ${each}`
  }
  return value
}

const bodyField = (bytes: Uint8Array): { readonly body?: Schema.Json } =>
  bytes.length === 0 ? {} : { body: bodyValue(bytes) }

/** A request as recordings hold it. */
export const requestValue = (request: HttpRequest): Schema.Json => ({
  method: request.method,
  host: request.host,
  path: request.path,
  headers: headersValue(request.headers),
  ...bodyField(request.body)
})

/** A part of a response as recordings hold it. */
export const partValue = ({ bytes, head }: HttpPart): Schema.Json =>
  head === undefined
    ? bodyField(bytes)
    : { status: head.status, headers: headersValue(head.headers), ...bodyField(bytes) }

const bodyWords = (bytes: Uint8Array): string =>
  bytes.length === 0 ? "" : summary(bodyValue(bytes)).replaceAll(/\s+/g, " ").trim()

/** A request in a few words: `POST /sessions alice`. */
export const requestText = (request: HttpRequest): string =>
  `${request.method} ${request.path} ${bodyWords(request.body)}`.trimEnd()

/** A part of a response in a few words: `200 alice`, `more tick 3`, `end`. */
export const partText = ({ bytes, head, rest }: HttpPart): string => {
  const first = head === undefined ? (bytes.length > 0 ? "more" : "end") : String(head.status)
  const last = rest === "broken" ? " cut off" : ""
  return `${first} ${bodyWords(bytes)}`.trimEnd() + last
}

/** The value of a header; several of one name are joined. */
export const headerOf = (headers: HeaderList, name: string): string | undefined => {
  const values = headers.filter(([each]) => each === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(", ")
}

/** How many bytes a body is said to have; `undefined` when nothing is said. */
export const declaredLength = (headers: HeaderList): number | undefined => {
  const text = headerOf(headers, "content-length")
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
