import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as EventQueue from "../../src/kernel/EventQueue.ts"

interface Item extends EventQueue.Queued {
  readonly time: number
  readonly sequence: number
}

const byOrder = (left: Item, right: Item): number =>
  left.time - right.time || left.sequence - right.sequence

/** Pushes with a time, or pops. */
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 20 }) }) },
    { weight: 2, arbitrary: fc.constant("pop" as const) }
  ),
  { maxLength: 200 }
)

describe("the event queue", () => {
  it("does what a sorted array does (pushes and pops in any order)", () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const queue = EventQueue.make<Item>()
        let model: Array<Item> = []
        let sequence = 0
        for (const step of steps) {
          expect(queue.peek()).toEqual(model[0])
          if (step === "pop") {
            expect(queue.pop()).toEqual(model[0])
            model = model.slice(1)
          } else {
            const item = { time: step.push, sequence: sequence++ }
            queue.push(item)
            model = [...model, item].sort(byOrder)
          }
          expect(queue.size()).toBe(model.length)
        }
        const rest = Array.from({ length: model.length }, () => queue.pop())
        expect(rest).toEqual(model)
        expect(queue.pop()).toBeUndefined()
      })
    )
  })

  it("orders by sequence number when sequence numbers come in any order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1_000), { minLength: 1 }), (sequences) => {
        const queue = EventQueue.make<Item>()
        for (const sequence of sequences) queue.push({ time: 5, sequence })
        const popped = sequences.map(() => queue.pop()?.sequence)
        expect(popped).toEqual([...sequences].sort((left, right) => left - right))
      })
    )
  })
})
