/**
 * What messages say, as keys and recordings tell it.
 */
import type { Schema } from "effect"
import type * as Call from "./Call.ts"
import * as HttpWire from "./HttpWire.ts"
import { exitSummary, summary } from "./Wire.ts"

/** Whether a message goes to the callee, not back to the caller. */
export const isForCallee = (body: Call.Body): boolean =>
  body._tag === "Request" ||
  body._tag === "HttpRequest" ||
  body._tag === "Interrupt" ||
  body._tag === "Ack"

/** The kind of a message, as the keys of choices have it: it must not tell its contents. */
export const kindOf = (call: Call.Call, body: Call.Body): string => {
  switch (body._tag) {
    case "Request":
      return call.procedure
    case "HttpRequest":
      return body.request.method
    case "HttpPart":
      return body.part.head === undefined ? "body" : "reply"
    case "Exit":
      return "reply"
    case "Chunk":
      return "next"
    case "Interrupt":
      return "cancel"
    case "Ack":
      return "ack"
  }
}

/** How large a message is on a link, in bytes: its body, or its payload as JSON; at least one. */
export const bytesOf = (body: Call.Body): number => {
  if (body._tag === "HttpRequest") return Math.max(1, body.request.body.length)
  if (body._tag === "HttpPart") return Math.max(1, body.part.bytes.length)
  const value = valueOf(body)
  const text = value === undefined ? "" : (JSON.stringify(value) ?? "")
  return Math.max(1, encoder.encode(text).length)
}

const encoder = new TextEncoder()

/** A message in a few words. */
export const textOf = (call: Call.Call, body: Call.Body): string => {
  switch (body._tag) {
    case "Request":
      return `${call.procedure} ${summary(body.payload)}`.trimEnd()
    case "HttpRequest":
      return HttpWire.requestText(body.request)
    case "HttpPart":
      return HttpWire.partText(body.part)
    case "Exit":
      return `reply ${exitSummary(body.exit)}`.trimEnd()
    case "Chunk":
      return `next ${body.values.map(summary).join(" ")}`.trimEnd()
    case "Interrupt":
      return `cancel ${call.procedure}`
    case "Ack":
      return `ack ${call.procedure}`
  }
}

/** What a recording holds of a message. */
export const valueOf = (body: Call.Body): Schema.Json | undefined => {
  switch (body._tag) {
    case "Request":
      return body.payload
    case "HttpRequest":
      return HttpWire.requestValue(body.request)
    case "HttpPart":
      return HttpWire.partValue(body.part)
    case "Exit":
      return body.exit._tag === "Success" ? body.exit.value : { reasons: [...body.exit.reasons] }
    case "Chunk":
      return body.values
    case "Interrupt":
    case "Ack":
      return undefined
  }
}
