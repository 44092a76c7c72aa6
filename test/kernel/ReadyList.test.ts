import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as ReadyList from "../../src/kernel/ReadyList.ts"
import type { Task } from "../../src/kernel/Task.ts"

// The list only passes tasks on: for this test a task is its number.
const taskOf = (number: number): Task => ({ sequence: number }) as Task

describe("the ready list", () => {
  it("gives back the lowest rank first, and first come first served within a rank", () => {
    const steps = fc.array(fc.option(fc.nat(12), { freq: 3 }), { maxLength: 200 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 9 }), (steps, rankMax) => {
        const list = ReadyList.make(rankMax)
        let model: Array<{ readonly rank: number; readonly number: number }> = []
        let number = 0
        for (const rank of steps) {
          if (rank === null) {
            expect(list.shift()?.sequence).toBe(model[0]?.number)
            model = model.slice(1)
          } else {
            list.push(taskOf(number), rank)
            model.push({ rank: Math.min(rank, rankMax), number: number++ })
            // A stable sort: equal ranks keep the order in which they came.
            model.sort((left, right) => left.rank - right.rank)
          }
          expect(list.isEmpty()).toBe(model.length === 0)
        }
      })
    )
  })
})
