/**
 * What a program sees of an exchange by HTTP that failed: the errors that real clients give, with
 * the codes that real systems set.
 */
import { HttpClientError, type HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { Trouble } from "./HttpExchange.ts"

/** An error as the system below gives it: with a code. */
const systemError = (message: string, fields: Readonly<Record<string, unknown>>): Error =>
  Object.assign(new Error(message), fields)

/** Which part of a response did not come. */
export type Phase = "headers" | "body"

/** The error below: `ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET` and so on. */
export const causeOf = (trouble: Trouble, host: string, phase: Phase): Error => {
  switch (trouble.kind) {
    case "refused": {
      const fields = { errno: -111, code: "ECONNREFUSED", syscall: "connect", address: host }
      return systemError(`connect ECONNREFUSED ${host}`, fields)
    }
    case "unknown host": {
      const fields = { errno: -3008, code: "ENOTFOUND", syscall: "getaddrinfo", hostname: host }
      return systemError(`getaddrinfo ENOTFOUND ${host}`, fields)
    }
    case "reset":
      return systemError("read ECONNRESET", { errno: -104, code: "ECONNRESET", syscall: "read" })
    case "short":
      return systemError("other side closed", { name: "SocketError", code: "UND_ERR_SOCKET" })
    case "timeout": {
      const name = phase === "headers" ? "HeadersTimeoutError" : "BodyTimeoutError"
      const code = phase === "headers" ? "UND_ERR_HEADERS_TIMEOUT" : "UND_ERR_BODY_TIMEOUT"
      return systemError(`${phase === "headers" ? "Headers" : "Body"} Timeout Error`, {
        name,
        code
      })
    }
  }
}

/** The error of a request that got no response. `cause` is what `causeOf` gives. */
export const requestError = (
  request: HttpClientRequest.HttpClientRequest,
  trouble: Trouble,
  cause: unknown
): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause, description: trouble.message })
  })

/** The error of a body that did not come to its end. `cause` is what `causeOf` gives. */
export const bodyError = (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse,
  trouble: Trouble,
  cause: unknown
): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.DecodeError({
      request,
      response,
      cause,
      description: trouble.message
    })
  })
