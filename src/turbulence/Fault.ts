/**
 * Faults as data: what may be done to a node or a link, when, and for how long.
 *
 * Owns the schemas and their texts. How a fault acts is the world's business, which faults a
 * graph admits and how they are generated is FaultPlan's.
 */
import { Schema } from "effect"
import { durationText } from "./ChoicePoint.ts"

const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 86_400_000 }))
const SignedMillis = Schema.Int.check(
  Schema.isBetween({ minimum: -86_400_000, maximum: 86_400_000 })
)
const NodeName = Schema.NonEmptyString

const window = {
  /** The identity of the fault in its plan; its choices are keyed by it. */
  id: Schema.NonEmptyString,
  /** When it starts, in virtual milliseconds since the flight began. */
  atMs: Millis,
  /** How long it acts, in virtual milliseconds. */
  durationMs: Millis
}

/** The process dies without finalizers; it is started again after the duration. */
export const Crash = Schema.TaggedStruct("Crash", { ...window, node: NodeName })
/** A graceful stop, and a start after the duration. */
export const Restart = Schema.TaggedStruct("Restart", { ...window, node: NodeName })
/** The process is frozen for the duration, as by a long garbage collection. */
export const Pause = Schema.TaggedStruct("Pause", { ...window, node: NodeName })
/** Every step of the process starts `stepMs` late. */
export const Slow = Schema.TaggedStruct("Slow", { ...window, node: NodeName, stepMs: Millis })
/**
 * No message crosses between `left` and `right`. `complete`: together they are all nodes.
 * `partial`: others still reach both. `one-way`: only messages from left to right are stopped.
 * `bridge`: all nodes but one are on a side, and only that one, the bridge, reaches both.
 */
export const Partition = Schema.TaggedStruct("Partition", {
  ...window,
  shape: Schema.Literals(["complete", "partial", "one-way", "bridge"]),
  left: Schema.Array(NodeName),
  right: Schema.Array(NodeName)
})
/** Every message from `from` to `to` takes `extraMs` longer. */
export const SlowLink = Schema.TaggedStruct("SlowLink", {
  ...window,
  from: NodeName,
  to: NodeName,
  extraMs: Millis
})
/** Every message from `from` to `to` is lost. */
export const DeadLink = Schema.TaggedStruct("DeadLink", { ...window, from: NodeName, to: NodeName })
/** New connections from `from` to `to` are refused; replies under way still arrive. */
export const RefusedLink = Schema.TaggedStruct("RefusedLink", {
  ...window,
  from: NodeName,
  to: NodeName
})

/** The wall clock jumps by `byMs`, forwards or backwards, and back again when it heals. */
export const ClockJump = Schema.TaggedStruct("ClockJump", {
  ...window,
  node: NodeName,
  byMs: SignedMillis
})
/**
 * Both clocks of the node run fast (or, below 0, slow) by so many millionths; its timers with them.
 * When it heals they run on at the right pace from what they show.
 */
export const ClockDrift = Schema.TaggedStruct("ClockDrift", {
  ...window,
  node: NodeName,
  ppm: Schema.Int.check(Schema.isBetween({ minimum: -500_000, maximum: 500_000 }))
})
/** The wall clock stands still, and shows the right time again when it heals. */
export const ClockFreeze = Schema.TaggedStruct("ClockFreeze", { ...window, node: NodeName })
/** Every operation of the disk takes `extraMs` longer. */
export const SlowDisk = Schema.TaggedStruct("SlowDisk", {
  ...window,
  node: NodeName,
  extraMs: Millis
})
/** Every operation of the disk fails with an input/output error. */
export const FailingDisk = Schema.TaggedStruct("FailingDisk", { ...window, node: NodeName })
/** The disk has no space left for what would be written. */
export const FullDisk = Schema.TaggedStruct("FullDisk", { ...window, node: NodeName })

/** A fault: a small value with a target, a start and a duration. */
export const Fault = Schema.Union([
  Crash,
  Restart,
  Pause,
  Slow,
  Partition,
  SlowLink,
  DeadLink,
  RefusedLink,
  ClockJump,
  ClockDrift,
  ClockFreeze,
  SlowDisk,
  FailingDisk,
  FullDisk
])

/** See the schema of the same name. */
export type Fault = typeof Fault.Type

/** Whether all times and sizes of a fault are in range. */
export const isFault = Schema.is(Fault)

/** The kind of a fault. */
export type FaultKind = Fault["_tag"]

/** All kinds of faults, in their defined order. */
export const faultKinds: ReadonlyArray<FaultKind> = [
  "Crash",
  "Restart",
  "Pause",
  "Slow",
  "Partition",
  "SlowLink",
  "DeadLink",
  "RefusedLink",
  "ClockJump",
  "ClockDrift",
  "ClockFreeze",
  "SlowDisk",
  "FailingDisk",
  "FullDisk"
]

/** The kinds that act on a disk, and so only on nodes that have one. */
export const diskFaultKinds: ReadonlyArray<FaultKind> = ["SlowDisk", "FailingDisk", "FullDisk"]

/** The nodes a fault names, in a defined order. */
export const targets = (fault: Fault): ReadonlyArray<string> => {
  switch (fault._tag) {
    case "Crash":
    case "Restart":
    case "Pause":
    case "Slow":
    case "ClockJump":
    case "ClockDrift":
    case "ClockFreeze":
    case "SlowDisk":
    case "FailingDisk":
    case "FullDisk":
      return [fault.node]
    case "Partition":
      return [...fault.left, ...fault.right]
    case "SlowLink":
    case "DeadLink":
    case "RefusedLink":
      return [fault.from, fault.to]
  }
}

/** A fault as people read it, without its start: `crash ledger for 2s`. */
export const toText = (fault: Fault): string => {
  const lasting = `for ${durationText(fault.durationMs * 1000)}`
  switch (fault._tag) {
    case "Crash":
      return `crash ${fault.node} ${lasting}`
    case "Restart":
      return `restart ${fault.node}, down ${lasting}`
    case "Pause":
      return `pause ${fault.node} ${lasting}`
    case "Slow":
      return `slow ${fault.node} by ${durationText(fault.stepMs * 1000)} a step ${lasting}`
    case "Partition": {
      const between = fault.shape === "one-way" ? "⇸" : "|"
      return `${fault.shape} partition ${fault.left.join(",")} ${between} ${fault.right.join(",")} ${lasting}`
    }
    case "SlowLink":
      return `slow ${fault.from} → ${fault.to} by ${durationText(fault.extraMs * 1000)} ${lasting}`
    case "DeadLink":
      return `lose ${fault.from} → ${fault.to} ${lasting}`
    case "RefusedLink":
      return `refuse ${fault.from} → ${fault.to} ${lasting}`
    case "ClockJump": {
      const by = durationText(Math.abs(fault.byMs) * 1000)
      return `clock of ${fault.node} ${by} ${fault.byMs < 0 ? "behind" : "ahead"} ${lasting}`
    }
    case "ClockDrift": {
      const pace = fault.ppm < 0 ? "slow" : "fast"
      return `clock of ${fault.node} ${Math.abs(fault.ppm)} ppm ${pace} ${lasting}`
    }
    case "ClockFreeze":
      return `clock of ${fault.node} frozen ${lasting}`
    case "SlowDisk":
      return `disk of ${fault.node} slow by ${durationText(fault.extraMs * 1000)} ${lasting}`
    case "FailingDisk":
      return `disk of ${fault.node} failing ${lasting}`
    case "FullDisk":
      return `disk of ${fault.node} full ${lasting}`
  }
}
