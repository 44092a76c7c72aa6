/**
 * Fault masking: a later fault may repair what an earlier one has wedged, as a restart does.
 *
 * Owns which runs are flown once more without their later faults, and without which: pure functions
 * of the run's seed, so that whoever flies the run again finds the same.
 */
import { durationText } from "../turbulence/ChoicePoint.ts"
import { type Fault, toText } from "../turbulence/Fault.ts"
import type { DrawnFault } from "../turbulence/FaultPlan.ts"
import { hashText, mix } from "../turbulence/Seed.ts"

/** One in so many passing runs of two faults or more is flown without the later ones. */
export const unmaskEvery = 4

/** A plan cut in two. */
export interface Cut {
  /** What the shorter plan has, in the order of the plan. Never empty. */
  readonly kept: ReadonlyArray<DrawnFault>
  /** What begins later and may hide what the others have done, in order of start. Never empty. */
  readonly hidden: ReadonlyArray<Fault>
}

/** Faults after which a process begins anew: whatever it was stuck in is gone. */
const isRepair = ({ fault }: DrawnFault): boolean =>
  fault._tag === "Crash" || fault._tag === "Restart"

/**
 * The plan of a run without its later faults; `undefined` when the run is none to try it on.
 *
 * Every second time it is cut before the last process that begins anew, if there is one: nothing
 * repairs more. Else anywhere.
 */
export const cutOf = (seed: number, plan: ReadonlyArray<DrawnFault>): Cut | undefined => {
  const pick = (purpose: string, below: number): number =>
    (mix(seed, hashText(`unmask ${purpose}`)) >>> 0) % below
  if (plan.length < 2 || pick("run", unmaskEvery) !== 0) return undefined
  // The sort is stable: faults that begin together keep the order of the plan.
  const inTime = plan.toSorted((one, other) => one.fault.atMs - other.fault.atMs)
  const repair = inTime.findLastIndex(isRepair)
  const anywhere = 1 + pick("from", inTime.length - 1)
  const from = repair > 0 && pick("repair", 2) === 0 ? repair : anywhere
  const hidden = inTime.slice(from)
  return {
    kept: plan.filter((fault) => !hidden.includes(fault)),
    hidden: hidden.map(({ fault }) => fault)
  }
}

/** A hidden fault as people read it: `restart ledger, down for 1s, at 3s`. */
export const hiddenText = (fault: Fault): string =>
  `${toText(fault)}, at ${durationText(fault.atMs * 1000)}`
