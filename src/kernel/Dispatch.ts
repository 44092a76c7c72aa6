/**
 * Who is asking: whether a call of a global comes from the code of a node in flight.
 *
 * Owns which flight is under way on this thread, and the refusal of what cannot be simulated. Owns
 * no global: `Guards` puts them in place, and each asks here.
 */
import { Data } from "effect"
import { sourceOfCall } from "./CallSource.ts"
import type { Aloft, Surroundings } from "./Surroundings.ts"

/** A flight, from take-off to landing. A fresh one each time, so what it keeps is forgotten. */
interface UnderWay {
  readonly aloft: Aloft
}

let underWay: UnderWay | undefined
let realDepth = 0

/** Those of the node whose code is calling; `undefined` for all other code of the process. */
export const here = (): Surroundings | undefined =>
  underWay === undefined || realDepth > 0 ? undefined : underWay.aloft.surroundings()

/** The flight that is under way on this thread. */
export const aloftNow = (): Aloft | undefined => underWay?.aloft

/** Sets or ends the flight under way. For `Guards` only. */
export const setAloft = (aloft: Aloft | undefined): void => {
  underWay = aloft === undefined ? undefined : { aloft }
  realDepth = 0
}

/**
 * Runs something with the real globals, on purpose: what it calls is neither virtual nor a leak.
 * Covers what happens before it returns, not what it starts.
 */
export const onPurpose = <A>(run: () => A): A => {
  const before = underWay
  realDepth++
  try {
    return run()
  } finally {
    // A flight that began or ended meanwhile has its own count.
    if (before === underWay) realDepth--
  }
}

/** Keeps something for each flight, forgotten after it: timers' numbers, what is held alive. */
export const perFlight = <A>(make: () => A): (() => A) => {
  let owner: UnderWay | undefined
  let kept: A | undefined
  return () => {
    if (kept !== undefined && owner === underWay) return kept
    owner = underWay
    kept = make()
    return kept
  }
}

/** What a refused call throws, or rejects with. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly call: string
  readonly nodeName: string
  readonly source: string | undefined
  readonly advice: string
}> {
  override get message(): string {
    const at = this.source === undefined ? "" : ` at ${this.source}`
    return `${this.call}${at} reaches past the simulation: ${this.advice}`
  }
}

/** Reports a call of the running node as a leak, and gives what to throw. */
export const refuse = (around: Surroundings, call: string, advice: string): Refused => {
  const leak = { call, nodeName: around.nodeName, source: onPurpose(sourceOfCall), advice }
  underWay?.aloft.report(leak)
  return new Refused(leak)
}

/** Lets the flight wait for real work whose result is always the same. */
export const waitFor = async <A>(work: () => Promise<A>): Promise<A> => {
  const aloft = underWay?.aloft
  const begun = onPurpose(work)
  return aloft === undefined ? begun : aloft.waitFor(begun)
}
