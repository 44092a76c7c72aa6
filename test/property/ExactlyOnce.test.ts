/** Exactly once is at most once at every moment, and at least once in the end. */
import { describe, expect, it } from "vitest"
import type { HistoryEntry, Outcome } from "../../src/property/History.ts"
import type { View } from "../../src/property/View.ts"
import * as ExactlyOnce from "../../src/property/ExactlyOnce.ts"
import * as Monitor from "../../src/property/Monitor.ts"
import * as Histories from "./Histories.ts"

const ask = (id: string, payload: string | undefined, outcome?: Outcome): HistoryEntry =>
  Histories.entry({ id, startedAt: 0, payload, ...(outcome === undefined ? {} : { outcome }) })

const ok: Outcome = { _tag: "ok", value: undefined }

/** Judges a flight that ended with these operations and these effects. */
const judge = (
  history: ReadonlyArray<HistoryEntry>,
  effects: ReadonlyArray<string>
): Monitor.Conclusion => {
  const monitor = Monitor.make(
    ExactlyOnce.make("an order is charged", {
      effect: "charges of an order",
      effects: () => effects,
      asked: ({ payload }) => (typeof payload === "string" ? payload : undefined),
      within: "1 second"
    })
  )
  const view: View = { time: 0, history, read: () => new Map(), nodes: [], core: [] }
  monitor.settle(0)
  return monitor.finish(view, "quiescent")
}

describe("ExactlyOnce", () => {
  it("holds when every ok operation has its effect once", () => {
    const history = [ask("o-1", "a", ok), ask("o-2", "b", ok), ask("o-3", undefined, ok)]
    expect(judge(history, ["b", "a"])).toEqual({ finding: undefined, unknown: [] })
  })

  it("is violated by an effect that happened twice", () => {
    expect(judge([ask("o-1", "a", ok)], ["b", "a", "a"]).finding).toEqual({
      _tag: "Violation",
      property: "an order is charged: at most once",
      counterexample: {
        subject: "charges of an order",
        expected: "charges of an order: a ≤ 1",
        actual: "2"
      }
    })
  })

  it("is violated by an ok operation without its effect", () => {
    expect(judge([ask("o-1", "a", ok), ask("o-2", "b", ok)], ["a"]).finding).toEqual({
      _tag: "Violation",
      property: "an order is charged: at least once",
      counterexample: {
        subject: "charges of an order",
        expected: "charges of an order: b ≥ 1",
        actual: "0, though o-2 ended ok"
      }
    })
  })

  it.each<readonly [string, Outcome | undefined]>([
    ["fail", { _tag: "fail", error: "declined" }],
    ["info", { _tag: "info", reason: "timeout" }],
    ["pending", undefined]
  ])("asks for no effect of an operation that ended otherwise (%s)", (_name, outcome) => {
    expect(judge([ask("o-1", "a", outcome)], []).finding).toBeUndefined()
  })
})
