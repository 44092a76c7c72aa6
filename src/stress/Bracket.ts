/**
 * The first part of a search: strides of × 1.5 until there is a load that passes below one that
 * fails.
 *
 * Owns the walk, upwards while it passes and downwards while it fails. One probe a load: being
 * wrong once is put right by the staircase that follows.
 */
import * as Axis from "./Axis.ts"
import type { Resolved } from "./Options.ts"

/** Where the walk is. */
export interface Bracket {
  readonly load: number
  readonly pass: number | undefined
  readonly fail: number | undefined
}

/** What the walk came to: `top` and `bottom` are the ends of the axis, where it was stopped. */
export type Found =
  | { readonly _tag: "found"; readonly pass: number; readonly fail: number }
  | { readonly _tag: "top" }
  | { readonly _tag: "bottom" }

/** Begins at a load. */
export const begin = (load: number): Bracket => ({ load, pass: undefined, fail: undefined })

const stridden = ({ axis, stride }: Resolved, load: number, direction: 1 | -1): number => {
  const next = Axis.loadAt(axis, Axis.placeOf(axis, load) + direction * stride)
  if (axis.step === undefined || next !== load) return next
  // × 1.5 of a small whole number may be the same whole number.
  return Math.min(Axis.highest(axis), Math.max(axis.min, load + direction * axis.step))
}

/** The load one stride above, or the end of the axis. */
export const above = (resolved: Resolved, load: number): number => stridden(resolved, load, 1)

/** The load one stride below, or the end of the axis. */
export const below = (resolved: Resolved, load: number): number => stridden(resolved, load, -1)

/** Goes on after a probe at `bracket.load`. */
export const tell = (resolved: Resolved, bracket: Bracket, passed: boolean): Bracket | Found => {
  const pass = passed ? bracket.load : bracket.pass
  const fail = passed ? bracket.fail : bracket.load
  if (pass !== undefined && fail !== undefined) return { _tag: "found", pass, fail }
  const load = passed ? above(resolved, bracket.load) : below(resolved, bracket.load)
  if (load === bracket.load) return { _tag: passed ? "top" : "bottom" }
  return { load, pass, fail }
}
