/**
 * Turbulence as a scenario declares it: which kinds of choices and faults its flights may meet.
 *
 * Plain data. How a run draws the kinds it switches on, and their rates, is the swarm's business;
 * how it draws faults is the fault plan's.
 */
import { type ChoiceKind, kindNames } from "./ChoicePoint.ts"
import type { Rates } from "./Entropy.ts"
import { type FaultKind, faultKinds } from "./Fault.ts"

/** What a scenario admits. Both lists are in their defined order, without repetition. */
export interface Turbulence {
  readonly kinds: ReadonlyArray<ChoiceKind>
  readonly faults: ReadonlyArray<FaultKind>
  /** How many faults one flight may have at most. */
  readonly faultsMax: number
  /** The rate of each kind, the same in every flight; `undefined`: each flight draws its own. */
  readonly rates: Rates | undefined
  /** Nodes that no fault harms by itself; their links may still fail. */
  readonly spared: ReadonlyArray<string>
  readonly atlas: Atlas
}

/**
 * What may become of data that a disk has promised to keep. `keeps-a-copy`: of the replicas of a
 * service at least one keeps all of it, so that whatever is lost is the system's own doing; a
 * service on one node then never has its synced data corrupted. `none`: anything may be.
 */
export type Atlas = "keeps-a-copy" | "none"

/** The default of `faultsMax`: most real bugs need at most three faults. */
export const faultsMaxDefault = 3
/** The largest `faultsMax` that can be asked for. */
export const faultsMaxLimit = 100

/** Nothing happens that need not happen: every choice takes its default, no fault occurs. */
export const calm: Turbulence = {
  kinds: [],
  faults: [],
  faultsMax: 0,
  rates: undefined,
  spared: [],
  atlas: "keeps-a-copy"
}

/**
 * Everything may happen that is admitted here, each kind switched on or off for every run anew.
 *
 * @example
 * Turbulence.swarm({ kinds: ["delay", "lose"], faults: ["Crash"], faultsMax: 1 })
 */
export const swarm = (
  options: {
    /** Default: all kinds of choices. */
    readonly kinds?: ReadonlyArray<ChoiceKind>
    /** Default: all kinds of faults. */
    readonly faults?: ReadonlyArray<FaultKind>
    /** How many faults one flight may have: 0 to `faultsMaxLimit`. Default 3. */
    readonly faultsMax?: number
    /** Names of nodes that never crash, pause or slow down. Their links may fail. Default: none. */
    readonly spare?: ReadonlyArray<string>
    /** What may become of synced data. Default: `keeps-a-copy`. */
    readonly atlas?: Atlas
  } = {}
): Turbulence => ({
  kinds: inOrder(kindNames, options.kinds),
  faults: inOrder(faultKinds, options.faults),
  faultsMax: options.faultsMax ?? faultsMaxDefault,
  rates: undefined,
  spared: options.spare ?? [],
  atlas: options.atlas ?? "keeps-a-copy"
})

/**
 * Choices at fixed rates, the same in every flight: how often each kind happens where it may, from
 * 0 to 1. No faults but those that are asked for.
 *
 * @example
 * Turbulence.steady({ lose: 0.01, delay: 0.05 })
 */
export const steady = (rates: Rates): Turbulence => ({
  ...calm,
  kinds: inOrder(kindNames, Object.keys(rates) as ReadonlyArray<ChoiceKind>),
  rates
})

/** Everything that is wrong with a declaration of turbulence, one sentence each. */
export const problems = (turbulence: Turbulence): ReadonlyArray<string> => {
  const { kinds, faults, faultsMax, rates } = turbulence
  const unknown = (what: string, known: ReadonlyArray<string>, names: ReadonlyArray<string>) =>
    names
      .filter((name) => !known.includes(name))
      .map((name) => `turbulence: ${JSON.stringify(name)} is no kind of ${what}`)
  const isWithin = Number.isInteger(faultsMax) && faultsMax >= 0 && faultsMax <= faultsMaxLimit
  return [
    ...unknown("choice", kindNames, kinds),
    ...unknown("fault", faultKinds, faults),
    ...Object.entries(rates ?? {})
      .filter(([, rate]) => !(rate >= 0 && rate <= 1))
      .map(([kind, rate]) => `turbulence: the rate of ${kind} is ${rate}; allowed are 0 to 1`),
    ...(isWithin
      ? []
      : [`turbulence: faultsMax is ${faultsMax}; allowed are 0 to ${faultsMaxLimit}`])
  ]
}

/** The chosen names in their defined order; names that are not known are kept, last. */
const inOrder = <Name extends string>(
  known: ReadonlyArray<Name>,
  chosen: ReadonlyArray<Name> | undefined
): ReadonlyArray<Name> => {
  if (chosen === undefined) return known
  const strangers = new Set(chosen.filter((name) => !known.includes(name)))
  return [...known.filter((name) => chosen.includes(name)), ...strangers]
}
