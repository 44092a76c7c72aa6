/**
 * Faults that a scenario asks for by name, instead of drawing them: a replica that is down, a
 * dependency that is slow, a clock that is off.
 *
 * Owns the short ways to write one. What a fault is, and its limits, is Fault's business.
 */
import type { Duration } from "effect"
import * as Micros from "../system/Micros.ts"
import type { Fault } from "./Fault.ts"

/** A fault without an identity: that is its place in the list it is declared in. */
export type Asked = Fault extends infer Each
  ? Each extends Fault
    ? Omit<Each, "id">
    : never
  : never

/** When a fault acts. */
export interface When {
  /** When it begins, since the flight began, in whole milliseconds. Default: at once. */
  readonly at?: Duration.Input
  /** How long it acts, in whole milliseconds, up to a day. Default: an hour. */
  readonly lasting?: Duration.Input
}

/** The default length of a fault that is asked for: an hour, longer than most flights. */
export const lastingMsDefault = 3_600_000

const millisOf = (input: Duration.Input | undefined, otherwise: number): number => {
  if (input === undefined) return otherwise
  const micros = Micros.fromDuration(input)
  // What is no whole number of them is refused with the fault.
  return micros === undefined ? NaN : micros / 1_000
}

const windowOf = ({ at, lasting }: When) => ({
  atMs: millisOf(at, 0),
  durationMs: millisOf(lasting, lastingMsDefault)
})

/** The node dies, loses what was not synced, and is started again when the fault is over. */
export const crash = (node: string, when: When = {}): Asked => ({
  _tag: "Crash",
  ...windowOf(when),
  node
})

/** The node stops gracefully, and is started again when the fault is over. */
export const restart = (node: string, when: When = {}): Asked => ({
  _tag: "Restart",
  ...windowOf(when),
  node
})

/** The node is frozen, as by a long garbage collection. */
export const pause = (node: string, when: When = {}): Asked => ({
  _tag: "Pause",
  ...windowOf(when),
  node
})

/** Every step of the node begins so much later; what keeps a core busy keeps it longer. */
export const slow = (node: string, by: Duration.Input, when: When = {}): Asked => ({
  _tag: "Slow",
  ...windowOf(when),
  node,
  stepMs: millisOf(by, 0)
})

/** Every message from one node to another takes so much longer. */
export const slowLink = (from: string, to: string, by: Duration.Input, when: When = {}): Asked => ({
  _tag: "SlowLink",
  ...windowOf(when),
  from,
  to,
  extraMs: millisOf(by, 0)
})

/** Every message from one node to another is lost. */
export const deadLink = (from: string, to: string, when: When = {}): Asked => ({
  _tag: "DeadLink",
  ...windowOf(when),
  from,
  to
})

/** The wall clock of a node is so much ahead; behind, when below 0. */
export const clockJump = (node: string, by: Duration.Input, when: When = {}): Asked => ({
  _tag: "ClockJump",
  ...windowOf(when),
  node,
  byMs: millisOf(by, 0)
})

/** Every operation of the disk of a node takes so much longer. */
export const slowDisk = (node: string, by: Duration.Input, when: When = {}): Asked => ({
  _tag: "SlowDisk",
  ...windowOf(when),
  node,
  extraMs: millisOf(by, 0)
})

/** Faults with their identities: `f-1` and so on, in order of declaration. */
export const identified = (asked: ReadonlyArray<Asked>): ReadonlyArray<Fault> =>
  asked.map((fault, at) => ({ ...fault, id: `f-${at + 1}` }) as Fault)
