/**
 * What crosses the network: values encoded to JSON by the schemas of their procedure, so that two
 * nodes never share a reference, and nothing crosses that could not cross in production.
 *
 * Owns the encoding of payloads, results and stream elements. Owns no delivery.
 */
import { Cause, Exit, Schema, SchemaIssue } from "effect"
import { type Rpc, RpcSchema } from "effect/rpc"

/** A result as it travels. */
export type WireExit =
  | { readonly _tag: "Success"; readonly value: Schema.Json }
  | { readonly _tag: "Failure"; readonly reasons: ReadonlyArray<WireReason> }

type WireReason =
  | { readonly _tag: "Fail"; readonly error: Schema.Json }
  | { readonly _tag: "Die"; readonly message: string }
  | { readonly _tag: "Interrupt" }

interface Codec {
  readonly encode: (value: unknown) => Schema.Json
  readonly decode: (json: Schema.Json) => unknown
}

/** How one procedure's values are encoded. */
export interface WireCodec {
  readonly isStream: boolean
  readonly payload: Codec
  /** The whole result; for a stream, nothing. */
  readonly success: Codec
  /** One element of a stream. */
  readonly element: Codec
  readonly error: Codec
}

// A procedure's schemas are erased to `Top` here; in a flight every contract's schemas need no
// services, which the type of `Contract.make` ensures, so the synchronous codecs are sound.
type Plain = Schema.Codec<unknown, unknown>

const codecFor = (schema: Schema.Top): Codec => {
  const json = Schema.toCodecJson(schema as unknown as Plain)
  const encode = Schema.encodeUnknownSync(json)
  const decode = Schema.decodeUnknownSync(json)
  return { encode: (value) => encode(value) as Schema.Json, decode }
}

const cache = new WeakMap<Rpc.AnyWithProps, WireCodec>()

/** The codec of a procedure; made once for each. */
export const codecOf = (procedure: Rpc.AnyWithProps): WireCodec => {
  const known = cache.get(procedure)
  if (known !== undefined) return known
  const success = procedure.successSchema
  const isStream = RpcSchema.isStreamSchema(success)
  const errors: Array<Schema.Top> = [procedure.errorSchema]
  if (isStream) errors.push(success.error)
  for (const middleware of procedure.middlewares) errors.push(middleware.error)
  const codec: WireCodec = {
    isStream,
    payload: codecFor(procedure.payloadSchema),
    success: codecFor(isStream ? Schema.Void : success),
    element: codecFor(isStream ? success.success : Schema.Void),
    error: codecFor(errors.length === 1 ? procedure.errorSchema : Schema.Union(errors))
  }
  cache.set(procedure, codec)
  return codec
}

const messageOf = (defect: unknown): string =>
  defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)

const formatIssue = SchemaIssue.makeFormatterDefault()

/** The error of whoever passed a value that its schema refuses; says which, and why. */
export const misfit = (what: string, error: unknown): Error => {
  const cause = error instanceof Error ? error.cause : undefined
  const reason = SchemaIssue.isIssue(cause) ? formatIssue(cause) : messageOf(error)
  const line = reason.replaceAll(/\s*\n\s*/g, " ")
  return new Error(`${what} does not fit its schema: ${line}`, { cause: error })
}

/** Encodes with words for what went wrong: throws an Error, which is a defect of the callee. */
const encodeWith = (codec: Codec, what: string, value: unknown): Schema.Json => {
  try {
    return codec.encode(value)
  } catch (error) {
    throw misfit(what, error)
  }
}

/** Encodes an element of a stream. Throws when its own schema refuses it. */
export const encodeElement = (codec: WireCodec, value: unknown): Schema.Json =>
  encodeWith(codec.element, "an element of the stream", value)

/** Encodes a result. Throws when its own schema refuses it. */
export const encodeExit = (codec: WireCodec, exit: Exit.Exit<unknown, unknown>): WireExit => {
  if (exit._tag === "Success") {
    return { _tag: "Success", value: encodeWith(codec.success, "the result", exit.value) }
  }
  const reasons = exit.cause.reasons.map((reason): WireReason => {
    if (Cause.isFailReason(reason)) {
      return { _tag: "Fail", error: encodeWith(codec.error, "the error", reason.error) }
    }
    if (Cause.isDieReason(reason)) return { _tag: "Die", message: messageOf(reason.defect) }
    return { _tag: "Interrupt" }
  })
  return { _tag: "Failure", reasons }
}

/** Decodes a result. */
export const decodeExit = (codec: WireCodec, exit: WireExit): Exit.Exit<unknown, unknown> => {
  if (exit._tag === "Success") return Exit.succeed(codec.success.decode(exit.value))
  const causes = exit.reasons.map((reason): Cause.Cause<unknown> => {
    switch (reason._tag) {
      case "Fail":
        return Cause.fail(codec.error.decode(reason.error))
      case "Die":
        return Cause.die(new Error(reason.message))
      case "Interrupt":
        return Cause.interrupt()
    }
  })
  return Exit.failCause(causes.reduce(Cause.combine, Cause.empty))
}

/** How many characters of a value a short text shows. */
const summaryMax = 48

/** A value in a few words: its scalars, `o-17 25`; longer ones are cut. */
export const summary = (json: Schema.Json | undefined): string => {
  const words: Array<string> = []
  const visit = (value: Schema.Json, depth: number): void => {
    if (value === null) return
    if (typeof value !== "object") {
      words.push(String(value))
      return
    }
    if (depth >= 3) return
    for (const part of Object.values(value)) visit(part, depth + 1)
  }
  if (json !== undefined) visit(json, 0)
  const text = words.join(" ")
  return text.length > summaryMax ? `${text.slice(0, summaryMax - 1)}…` : text
}

/** A result in a few words. */
export const exitSummary = (exit: WireExit): string => {
  if (exit._tag === "Success") return summary(exit.value)
  const reason = exit.reasons[0]
  if (reason === undefined) return "failed"
  switch (reason._tag) {
    case "Fail":
      return `failed: ${summary(reason.error)}`
    case "Die":
      return `died: ${reason.message}`
    case "Interrupt":
      return "interrupted"
  }
}
