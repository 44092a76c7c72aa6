/**
 * Keys are causal: taking one operation out of a workload moves no choice that it did not cause.
 *
 * A choice is caused by an operation if its path begins with it. The outcome at a key is a function
 * of the key alone, so what must be shown is that the *keys* stay: that every choice point which
 * the removed operation did not cause is met again, under the same key and path, with the same
 * outcome, and that no other choice points appear. What holds, and is tested:
 *
 * 1. Exactly this, where operations do not wake each other's fibers (chains, background loops,
 *    forks, calls to several replicas, streams), under turbulence of every kind without faults.
 * 2. Where one operation waits for another (a permit), all choices about operations, messages and
 *    timers stay as well: calls and answers are keyed by the call they belong to, whoever wakes
 *    their fibers. Only choices about the scheduling of wakers may come or go: a task that wakes
 *    fibers is not the same task when nobody waits for it, so the tasks it leaves behind (`task`,
 *    `resume`, `hold`) depend on who waits. A worker that goes from one operation's item straight
 *    to the next one's (a queue) does the latter's work as the former's, and only 3 holds for it.
 * 3. Always, with faults as well: a key that is met in both flights has the same kind, path and
 *    outcome in both.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChoiceKind } from "../../src/turbulence/ChoicePoint.ts"
import { type Entropy, fromSeed, keyNumber, keyText } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import type * as Header from "../../src/recording/Header.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import { drawn, flyWith } from "./Fly.ts"
import { mesh, type Style } from "./toys.ts"

interface Choice {
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
const listOf = (
  choices: ReadonlyMap<string, Choice>,
  counts: (choice: Choice) => boolean
): ReadonlyArray<string> =>
  [...choices]
    .filter(([, choice]) => counts(choice))
    .map(([key, { kind, outcome, path }]) => `${path} ${kind} ${outcome} ${key}`)
    .sort()

const isCausedBy = (id: string, { path }: Choice): boolean =>
  path === `operation ${id}` || path.startsWith(`operation ${id} ›`)

const meshes = (styles: ReadonlyArray<Style>) =>
  fc.record({
    style: fc.constantFrom(...styles),
    clients: fc.integer({ min: 1, max: 4 }),
    operations: fc.integer({ min: 2, max: 9 }),
    replicas: fc.integer({ min: 1, max: 3 })
  })

/** Removes each operation in turn and hands over the choices before and after. */
const withoutEach = (
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

describe("taking an operation away", () => {
  it("moves no choice but its own (operations that do not wake each other)", () => {
    let removed = 0
    fc.assert(
      fc.property(
        meshes(["chain", "loops", "forks", "at", "stream"]),
        fc.nat(),
        (setting, seed) => {
          withoutEach(mesh(setting), seed, [], (full, less, id) => {
            const kept = listOf(full, (choice) => !isCausedBy(id, choice))
            removed += full.size - kept.length
            expect(listOf(less, () => true)).toEqual(kept)
          })
        }
      ),
      { numRuns: 16 }
    )
    // The operations had choices of their own to lose.
    expect(removed).toBeGreaterThan(500)
  })

  it("moves no message and no timer but its own (operations that wait for a permit)", () => {
    const counts = ({ kind, path }: Choice): boolean =>
      kind !== "hold" && !/(task|resume) entry/.test(path)
    fc.assert(
      fc.property(meshes(["permits"]), fc.nat(), (setting, seed) => {
        withoutEach(mesh(setting), seed, [], (full, less, id) => {
          const isKept = (choice: Choice): boolean => counts(choice) && !isCausedBy(id, choice)
          expect(listOf(less, isKept)).toEqual(listOf(full, isKept))
        })
      }),
      { numRuns: 14 }
    )
  })

  it("changes no outcome and no path of what happens in both flights (all styles, faults)", () => {
    fc.assert(
      fc.property(
        meshes(["chain", "loops", "forks", "permits", "queue", "at", "stream"]),
        fc.nat(),
        (setting, seed) => {
          const tunnel = mesh(setting)
          const faults = drawn(tunnel, seed).faults.map(({ fault }) => fault)
          withoutEach(tunnel, seed, faults, (full, less) => {
            let shared = 0
            for (const [key, choice] of less) {
              const before = full.get(key)
              if (before === undefined) continue
              shared++
              expect(choice).toEqual(before)
            }
            expect(shared).toBeGreaterThan(0)
          })
        }
      ),
      { numRuns: 16 }
    )
  })
})
