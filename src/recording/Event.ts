/**
 * What a flight writes down: one event for everything a person may want to step through.
 *
 * Owns the shape of an event and the meaning of its kinds. The file that holds events is
 * Recording's business; how events look is the report's and the terminal's.
 */
import { Schema } from "effect"
import { Deviation } from "../turbulence/ChoicePoint.ts"

/**
 * Kinds of events. `operation` a client begins an operation, `result` it learns the outcome ·
 * `send` a message leaves, `deliver` it arrives, `lost` it never will, `refused` nobody listens,
 * `reset` a call is cut off · `timer` a sleep ends ·
 * `task` a fiber runs on · `held` a fiber is taken off the processor ·
 * `fault` a fault begins, `healed` it ends · `crash` a node dies, `start` it begins to start,
 * `up` it is ready, `stop` it has stopped gracefully · `log` a line the service logged · `defect`
 * a fiber died · `disk` a disk was written, synced or failed · `clock` a node's clock changed ·
 * `span` a traced span ended · `leak` code reached past the simulation · `check` a property was
 * violated.
 */
export const eventKinds = [
  "operation",
  "result",
  "send",
  "deliver",
  "lost",
  "refused",
  "reset",
  "timer",
  "task",
  "held",
  "fault",
  "healed",
  "crash",
  "start",
  "up",
  "stop",
  "log",
  "defect",
  "disk",
  "clock",
  "span",
  "leak",
  "check"
] as const

/** See `eventKinds`. */
export type EventKind = (typeof eventKinds)[number]

const Step = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** One event of a recording. Keys that do not apply are absent, never null. */
export const Event = Schema.Struct({
  /** Position in the recording, from 0. */
  step: Step,
  /** Virtual time in microseconds since the flight began. */
  time: Step,
  kind: Schema.Literals(eventKinds),
  /** The node at which it happened; for `send` the sender, for `deliver` the receiver. */
  node: Schema.optionalKey(Schema.String),
  /** The node at the other end of a message. */
  peer: Schema.optionalKey(Schema.String),
  /** What happened, in a few words: `charge o-17`, `timeout after 1s`. */
  what: Schema.String,
  /** The steps that caused it: earlier events, nearest first. Empty for roots. */
  because: Schema.Array(Step),
  /** The same number on the `send` of a message and wherever it ends up. */
  message: Schema.optionalKey(Step),
  /** Where in the user's code, as `file:line`, when known. */
  source: Schema.optionalKey(Schema.String),
  /** What travelled or was returned, encoded by its schema. */
  value: Schema.optionalKey(Schema.Json),
  /** Probes of `node` that changed at this event, with their new values; null when it is gone. */
  state: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  /** Choices at this event that were not calm. */
  deviations: Schema.optionalKey(Schema.Array(Deviation))
})

/** See the schema of the same name. */
export type Event = typeof Event.Type
