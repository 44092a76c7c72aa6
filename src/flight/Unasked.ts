/**
 * What no scenario needs to ask for: deadlocks, livelocks, defects and calls to contracts that a
 * service does not declare are always violations.
 */
import { Cause } from "effect"
import type { Counterexample } from "../property/Verdict.ts"
import * as Contract from "../system/Contract.ts"
import { durationText } from "../turbulence/ChoicePoint.ts"
import { type Call, toText } from "../world/Call.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import type { Recorder } from "../recording/Recorder.ts"
import type { Node } from "../world/Node.ts"
import type { End } from "../kernel/End.ts"

/** A violation of a property, before the recording knows its step. */
export interface Violation {
  readonly property: string
  readonly counterexample: Counterexample
}

/** The names of the properties that are always judged. */
export const names = {
  deadlock: "no deadlock",
  livelock: "no livelock",
  defect: "no defect",
  undeclared: "no undeclared edge",
  progress: "the core makes progress"
} as const

/** All clients run the same code: which of them it was would make one failure into several. */
const serviceOf = (node: Node): string => node.service?.name ?? node.role

/** A node called whoever provides a contract that its service does not declare. */
export const undeclared = (node: Node, contract: string): Violation => ({
  property: names.undeclared,
  counterexample: {
    subject: `${serviceOf(node)} calls ${contract}`,
    expected: `${contract} is among the uses of ${serviceOf(node)}`,
    actual: `it calls ${contract} without declaring it; add it to \`uses\``
  }
})

/** A fiber of a node died, or a node failed to start. `undefined` when it was only interrupted. */
export const defect = (
  node: Node,
  cause: Cause.Cause<unknown>,
  phase: "running" | "starting"
): Violation | undefined => {
  const died = cause.reasons.find(Cause.isDieReason)
  const failed = phase === "starting" ? cause.reasons.find(Cause.isFailReason) : undefined
  const reason = died === undefined ? failed?.error : died.defect
  if (died === undefined && failed === undefined) return undefined
  const called = Contract.undeclaredIn(reason)
  if (called !== undefined) return undeclared(node, called)
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason)
  return {
    property: names.defect,
    counterexample: {
      subject: `${serviceOf(node)} ${phase === "starting" ? "fails to start" : "dies"}`,
      expected: `${node.name} keeps running`,
      actual: text
    }
  }
}

/**
 * Whether a call that never ends is one that should. A stream may stay open for ever, unless a
 * message of it was lost: then both sides wait for something that will not come.
 */
const mustEnd = (call: Call): boolean => !call.codec.isStream || call.hasLostMessage

/** Nothing is left to happen, and somebody still waits. Lists who waits on what. */
export const deadlock = (
  waiting: ReadonlyArray<Call>,
  handling: ReadonlyArray<Call>,
  now: number
): Violation | undefined => {
  const calls = waiting.filter(mustEnd)
  // The handler of a stream is reported by the one who waits for it, if there is one.
  const stuck = handling.filter((call) => !call.codec.isStream)
  if (stuck.length === 0 && calls.length === 0) return undefined
  const lines = [
    ...calls.map((call) => {
      const since = `since ${durationText(call.startedAt)}`
      const lost = call.hasLostMessage ? ", a message of it was lost" : ""
      return `${call.caller.name} waits for ${call.callee.name} ${call.procedure} ${since}${lost}`
    }),
    ...stuck
      .filter((call) => !calls.some((other) => other.within === call))
      .map((call) => `${call.callee.name} handles ${call.procedure} and never ends`)
  ]
  const kinds = [...calls, ...stuck].map((call) => toText(call).replace(/-\d+/g, ""))
  return {
    property: names.deadlock,
    counterexample: {
      subject: [...new Set(kinds)].sort().join(", "),
      expected: "every call ends",
      actual: `at ${durationText(now)} nothing is left to happen: ${lines.join("; ")}`
    }
  }
}

/** Time makes no progress, or one task never gives way. */
export const livelock = (end: Extract<End, { readonly _tag: "limit" }>): Violation => ({
  property: names.livelock,
  counterexample: {
    subject: `${end.processName.replace(/-\d+$/, "") || "the world"} makes no progress`,
    expected: "time goes on",
    actual: `${end.limit} reached${end.processName === "" ? "" : ` by ${end.processName}`}`
  }
})

/** A leak as one sentence: who called what, where, and what to do about it. */
export const leakText = ({ advice, call, nodeName, source }: Leak): string =>
  `${nodeName} called ${call}${source === undefined ? "" : ` at ${source}`}: ${advice}`

/** The distinct leaks of several flights, in the order they were met. */
export const distinctLeaks = (leaks: ReadonlyArray<Leak>): ReadonlyArray<Leak> => {
  const byText = new Map<string, Leak>()
  for (const leak of leaks) {
    const text = leakText(leak)
    if (!byText.has(text)) byText.set(text, leak)
  }
  return [...byText.values()]
}

/** Writes a leak into the recording of a flight, if there is one. */
export const recordLeak = (kernel: Kernel, recorder: Recorder | undefined, leak: Leak): void => {
  if (recorder === undefined) return
  const task = kernel.current()
  task.step = recorder.record({
    time: kernel.now(),
    kind: "leak",
    node: leak.nodeName,
    what: `${leak.call}: ${leak.advice}`,
    because: [task.step],
    source: leak.source
  })
}
