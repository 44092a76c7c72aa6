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
import { type Choice, isCausedBy, listOf, withoutEach } from "./Choices.ts"
import { drawn } from "./Fly.ts"
import { mesh, type Style } from "./toys.ts"

const meshes = (styles: ReadonlyArray<Style>) =>
  fc.record({
    style: fc.constantFrom(...styles),
    clients: fc.integer({ min: 1, max: 4 }),
    operations: fc.integer({ min: 2, max: 9 }),
    replicas: fc.integer({ min: 1, max: 3 })
  })

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
