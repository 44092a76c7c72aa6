/**
 * The tracer of a node: Effect's own spans, with identifiers that are the same in every flight, and
 * an event in the recording when one ends.
 *
 * Identifiers come from the running task, recorded or not: a service that logs or sends its trace
 * id sees the same one. Nothing is exported anywhere.
 */
import { Cause, type Exit, Fiber, Option, Predicate, Tracer } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import { hashText, mix } from "../turbulence/Seed.ts"
import { pairsText } from "./LogLine.ts"
import type { Node } from "./Node.ts"
import { sourceOf } from "./Source.ts"

/** How many characters of a span's attributes an event shows. */
export const attributesCharactersMax = 120

const wordText = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")

const spanSalt = hashText("span id")
const traceSalt = hashText("trace id")

/** Sixteen hexadecimal digits, all of them mixed: programs take parts of an id for the whole. */
const digits = (identity: number, salt: number): string => {
  const low = identity | 0
  const high = mix((identity / 0x1_0000_0000) | 0, salt)
  return wordText(mix(high, low)) + wordText(mix(mix(low, salt), high))
}

const reasonText = (error: unknown): string => {
  if (Predicate.hasProperty(error, "_tag")) return String(error._tag)
  return error instanceof Error ? error.name : String(error)
}

const outcomeText = (exit: Exit.Exit<unknown, unknown>): string => {
  if (exit._tag === "Success") return "ok"
  const died = exit.cause.reasons.find(Cause.isDieReason)
  if (died !== undefined) return `died: ${reasonText(died.defect)}`
  const failed = exit.cause.reasons.find(Cause.isFailReason)
  return failed === undefined ? "interrupted" : `fail ${reasonText(failed.error)}`
}

/** Effect's own span, but for its identifiers: made from `identity` when first asked for. */
type NodeSpan = { -readonly [Field in keyof Tracer.NativeSpan]: Tracer.NativeSpan[Field] } & {
  identity: number
}

const idsOfNode: ThisType<NodeSpan> & PropertyDescriptorMap = {
  spanId: {
    get() {
      return (this._spanId ??= digits(this.identity, spanSalt))
    }
  },
  traceId: {
    get() {
      this._traceId ??=
        Option.getOrUndefined(this.parent)?.traceId ??
        digits(this.identity, traceSalt) + digits(this.identity, spanSalt)
      return this._traceId
    }
  }
}

const spanProto: object = Object.create(Tracer.NativeSpan.prototype, idsOfNode)

/** Most spans are never asked who they are: what they would answer is not made before. */
const makeSpan = (options: Parameters<Tracer.Tracer["span"]>[0], identity: number): NodeSpan => {
  // Inherits what a native span does; the fields that its constructor would set follow.
  const span = Object.create(spanProto) as NodeSpan
  span._tag = "Span"
  span.name = options.name
  span.parent = options.parent
  span.annotations = options.annotations
  span.links = options.links
  span.startTime = options.startTime
  span.kind = options.kind
  span.sampled = options.sampled
  span.status = { _tag: "Started", startTime: options.startTime }
  span._traceId = undefined
  span._spanId = undefined
  span._attributes = undefined
  span._events = undefined
  span.identity = identity
  return span
}

const attributesText = (attributes: ReadonlyMap<string, unknown>): string => {
  const text = pairsText(attributes)
  return text.length <= attributesCharactersMax
    ? text
    : `${text.slice(0, attributesCharactersMax - 1)}…`
}

/** Writes a span down when it ends, with its true length whatever the node's clock shows. */
const watch = (kernel: Kernel, node: Node, recorder: Recorder, span: NodeSpan): void => {
  const startedAt = kernel.now()
  const source = sourceOf(Fiber.getCurrent())
  const end = span.end.bind(span)
  span.end = (endTime, exit) => {
    if (span.status._tag === "Ended") return
    end(endTime, exit)
    const took = durationText(kernel.now() - startedAt)
    const attributes = attributesText(span.attributes)
    recorder.record({
      time: kernel.now(),
      kind: "span",
      node: node.name,
      what: `${span.name} ${took} ${outcomeText(exit)} ${attributes}`.trimEnd(),
      because: [kernel.current().step],
      source
    })
  }
}

/** Makes the tracer of a node. A span that is not sampled is not written down. */
export const make = (kernel: Kernel, node: Node, recorder: Recorder | undefined): Tracer.Tracer => {
  const label = makeLabel(`span ${node.name}`)
  return Tracer.make({
    span: (options) => {
      const span = makeSpan(options, kernel.identify(label))
      if (recorder !== undefined && options.sampled) watch(kernel, node, recorder, span)
      return span
    }
  })
}
