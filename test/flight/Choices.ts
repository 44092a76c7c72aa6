/**
 * All choices of a flight by their keys, to compare flights that differ in one operation.
 *
 * Owns what tests of causal keys share: which mechanism is looked at is theirs.
 */
import { expect } from "vitest"
import type { ChoiceKind } from "../../src/turbulence/ChoicePoint.ts"
import { type Entropy, fromSeed, keyNumber, keyText } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import type * as Header from "../../src/recording/Header.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import { drawn, flyWith } from "./Fly.ts"

/** A choice as it was made. */
export interface Choice {
  readonly kind: ChoiceKind
  readonly outcome: number
  readonly path: string
}

/** The longest delay that is drawn here, in microseconds: nothing runs into a timeout for it. */
const delayMax = 4_000

/**
 * All choices of a flight by their key, the calm ones included. The path of a task is only written
 * down where a choice is not calm, so every task's rank is drawn not to be calm: from 1 to 7.
 */
const choicesOf = (
  tunnel: WindTunnel,
  seed: number,
  operations: ReadonlyArray<Header.Operation>,
  faults: ReadonlyArray<Fault> = []
): ReadonlyMap<string, Choice> => {
  const rates = { cede: 0.2, hold: 0.5, delay: 0.2, reorder: 0.2, duplicate: 0.1, silent: 0.5 }
  const drawn = fromSeed(seed, { ...rates, lose: 0.04, reset: 0.04, rank: 1 })
  const made = new Map<string, { kind: ChoiceKind; outcome: number; task: string }>()
  const entropy: Entropy = {
    choose: (kind, high, low) => {
      const outcome = Math.min(delayMax, drawn.choose(kind, high, low))
      const key = keyText(keyNumber(kind, high, low))
      expect(made.get(key)?.outcome ?? outcome).toBe(outcome)
      made.set(key, { kind, outcome, task: `${high} ${low}` })
      return outcome
    }
  }
  const flown = flyWith(tunnel, { operations, faults, entropy, seed, isRecorded: true })
  expect(flown.violation).toBeUndefined()
  const paths = new Map<string, string>()
  for (const { key, path } of flown.recorder?.deviations() ?? []) {
    paths.set(made.get(key)?.task ?? "", path)
  }
  return new Map(
    [...made].map(([key, { kind, outcome, task }]) => [
      key,
      { kind, outcome, path: paths.get(task) ?? "" }
    ])
  )
}

/** One line for each choice that counts, sorted: equal lists, equal choices. */
export const listOf = (
  choices: ReadonlyMap<string, Choice>,
  counts: (choice: Choice) => boolean
): ReadonlyArray<string> =>
  [...choices]
    .filter(([, choice]) => counts(choice))
    .map(([key, { kind, outcome, path }]) => `${path} ${kind} ${outcome} ${key}`)
    .sort()

/** Whether an operation, or what it caused, made a choice. */
export const isCausedBy = (id: string, { path }: Choice): boolean =>
  path === `operation ${id}` || path.startsWith(`operation ${id} ›`)

/** Removes each operation in turn and hands over the choices before and after. */
export const withoutEach = (
  tunnel: WindTunnel,
  seed: number,
  faults: ReadonlyArray<Fault>,
  check: (full: ReadonlyMap<string, Choice>, less: ReadonlyMap<string, Choice>, id: string) => void
): void => {
  const operations = drawn(tunnel, seed).operations.map(({ operation }) => operation)
  const full = choicesOf(tunnel, seed, operations, faults)
  for (const { id } of operations) {
    const rest = operations.filter((operation) => operation.id !== id)
    check(full, choicesOf(tunnel, seed, rest, faults), id)
  }
}
