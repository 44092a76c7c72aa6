/**
 * Swarm testing (Groce et al., 2012): each run switches each kind of turbulence on or off and
 * draws its rate, because runs with everything on hide what only shows when something is off.
 */
import type { ChoiceKind } from "./ChoicePoint.ts"
import type { Rates } from "./Entropy.ts"
import { hashText, mix } from "./Seed.ts"

/** The rates a kind may have in a run that switches it on, and how likely that is. */
interface Range {
  readonly onProbability: number
  readonly rates: ReadonlyArray<number>
}

/** What is drawn from, by kind. Rates are per choice point. */
const ranges: { readonly [Kind in ChoiceKind]: Range } = {
  rank: { onProbability: 0.5, rates: [0.05, 0.2, 0.5, 0.9] },
  cede: { onProbability: 0.5, rates: [0.02, 0.05, 0.2, 0.5] },
  hold: { onProbability: 0.7, rates: [0.2, 0.5, 0.9] },
  delay: { onProbability: 0.4, rates: [0.01, 0.05, 0.2] },
  reorder: { onProbability: 0.5, rates: [0.01, 0.05, 0.2, 0.5] },
  lose: { onProbability: 0.5, rates: [0.01, 0.03, 0.1] },
  duplicate: { onProbability: 0.4, rates: [0.01, 0.05, 0.2] },
  reset: { onProbability: 0.4, rates: [0.01, 0.03, 0.1] },
  silent: { onProbability: 0.5, rates: [0.5] },
  truncate: { onProbability: 0.3, rates: [0.01, 0.03, 0.1] },
  ahead: { onProbability: 0.3, rates: [0.3, 0.9] },
  behind: { onProbability: 0.3, rates: [0.3, 0.9] },
  survive: { onProbability: 0.7, rates: [0.2, 0.5, 0.9] },
  failsync: { onProbability: 0.3, rates: [0.01, 0.05, 0.2] },
  eio: { onProbability: 0.25, rates: [0.003, 0.01, 0.05] },
  lag: { onProbability: 0.3, rates: [0.01, 0.05, 0.2] },
  flip: { onProbability: 0.25, rates: [0.003, 0.01, 0.05] },
  misdirect: { onProbability: 0.25, rates: [0.003, 0.01, 0.05] },
  outage: { onProbability: 0.75, rates: [0.5, 0.9] }
}

/** A uniform number in [0, 1) for a purpose of a run. */
const uniform = (seed: number, purpose: string): number =>
  (mix(mix(seed, hashText("swarm")), hashText(purpose)) >>> 0) / 0x1_0000_0000

/** Which kinds a run switches on and at which rates. Each kind is drawn apart from all others. */
export const rates = (seed: number, kinds: ReadonlyArray<ChoiceKind>): Rates => {
  const drawn: { [Kind in ChoiceKind]?: number } = {}
  for (const kind of kinds) {
    const range = ranges[kind]
    if (uniform(seed, `${kind} on`) >= range.onProbability) continue
    const index = Math.floor(uniform(seed, `${kind} rate`) * range.rates.length)
    drawn[kind] = range.rates[index] ?? 0
  }
  return drawn
}

/** Whether a run switches a kind of fault on: every second one does. */
export const isOn = (seed: number, purpose: string): boolean => uniform(seed, purpose) < 0.5
