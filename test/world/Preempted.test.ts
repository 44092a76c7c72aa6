/** Calls that are given up while the fiber that makes them is off the processor. */
import { describe, expect, it } from "vitest"
import { ask, flyWith, scripted } from "../flight/Fly.ts"
import { pair } from "../flight/toys.ts"

/** The client's patience ends within the hold. */
const holdMicros = 2_000_000

describe("a call that is cancelled while its caller is preempted", () => {
  it.each([{}, { retry: { times: 1 } }, { concurrency: 1 }])(
    "is never a defect of the caller, wherever it was preempted (policy %o)",
    (use) => {
      const tunnel = pair({ clients: 1, timeout: "1 second", use })
      const violations: Array<string> = []
      let cut = 0
      for (let task = 0; task < 12; task++) {
        for (let operations = 1; operations <= 24; operations++) {
          const { history, violation } = flyWith(tunnel, {
            operations: [ask("o-1", 0)],
            entropy: scripted({ cede: { [task]: operations }, hold: { 0: holdMicros } })
          })
          if (history[0]?.outcome?._tag === "info") cut++
          if (violation !== undefined) {
            violations.push(`${task}, ${operations}: ${violation.counterexample.actual}`)
          }
        }
      }
      expect(violations).toEqual([])
      expect(cut).toBeGreaterThan(0)
    }
  )
})
