/**
 * Keyed draws: the outcome at a choice point is a pure function of a seed and its causal key.
 *
 * Owns where outcomes come from: calm, drawn from a seed, or looked up in a stored list of
 * deviations. The inner loop asks here at every choice point, so this is plain, fast code.
 */
import {
  type ChoiceKind,
  type ChoiceKindInfo,
  type Deviation,
  kindNames,
  kinds
} from "./ChoicePoint.ts"
import { hashText, mix } from "./Seed.ts"

/** Where the outcomes of choice points come from. 0 is always calm. */
export interface Entropy {
  /** The outcome for a kind at the causal key (`high`, `low`), both 32-bit integers. */
  readonly choose: (kind: ChoiceKind, high: number, low: number) => number
}

/** How probable a non-calm outcome is, by kind; kinds not named stay calm. */
export type Rates = { readonly [Kind in ChoiceKind]?: number }

const salts: ReadonlyMap<ChoiceKind, number> = new Map(
  kindNames.map((kind) => [kind, hashText(kind)])
)

const saltOf = (kind: ChoiceKind): number => salts.get(kind) ?? 0

/** The key of a choice point as one safe integer: its kind mixed into its causal key. */
export const keyNumber = (kind: ChoiceKind, high: number, low: number): number => {
  const salt = saltOf(kind)
  return (mix(high, salt) & 0x1fffff) * 0x1_0000_0000 + (mix(low, salt) >>> 0)
}

/** The key of a choice point as deviations store it: 14 hexadecimal digits. */
export const keyText = (key: number): string => key.toString(16).padStart(14, "0")

/** The world does nothing it need not do. */
export const calm: Entropy = { choose: () => 0 }

const outcomeOf = (info: ChoiceKindInfo, draw: number): number => {
  const max = info.outcomeMax
  if (info.spread === "flat") return 1 + ((draw >>> 0) % max)
  // Wide: first a magnitude (a number of bits), then a value of that magnitude. Integers only.
  const bitsMax = 32 - Math.clz32(max)
  const bits = (draw & 0xff) % bitsMax
  const value = (1 << bits) + ((draw >>> 8) & ((1 << bits) - 1))
  return Math.min(max, value)
}

/** Outcomes drawn from a seed, each kind with its own probability. */
export const fromSeed = (seed: number, rates: Rates): Entropy => {
  const thresholds: { [Kind in ChoiceKind]?: number } = {}
  for (const kind of kindNames) {
    const rate = rates[kind] ?? 0
    if (rate > 0) thresholds[kind] = Math.min(0xffff_ffff, Math.round(rate * 0x1_0000_0000))
  }
  return {
    choose: (kind, high, low) => {
      const threshold = thresholds[kind]
      if (threshold === undefined) return 0
      const draw = mix(mix(seed ^ saltOf(kind), high), low)
      if (draw >>> 0 >= threshold) return 0
      return outcomeOf(kinds[kind], mix(draw, seed))
    }
  }
}

/** Outcomes looked up in a list of deviations; everything not listed is calm. */
export interface StoredEntropy extends Entropy {
  /** The deviations whose choice point the flight has not come to (yet), in order. */
  readonly unreached: () => ReadonlyArray<Deviation>
}

/** Outcomes from stored deviations. When two have the same key, the later one counts. */
export const fromDeviations = (deviations: ReadonlyArray<Deviation>): StoredEntropy => {
  const outcomes = new Map<number, number>()
  for (const deviation of deviations) {
    outcomes.set(Number.parseInt(deviation.key, 16), deviation.outcome)
  }
  const kindsUsed = new Set(deviations.map((deviation) => deviation.kind))
  const reached = new Set<number>()
  return {
    choose: (kind, high, low) => {
      if (!kindsUsed.has(kind)) return 0
      const key = keyNumber(kind, high, low)
      const outcome = outcomes.get(key)
      if (outcome === undefined) return 0
      reached.add(key)
      return outcome
    },
    unreached: () =>
      deviations.filter((deviation) => !reached.has(Number.parseInt(deviation.key, 16)))
  }
}
