/** Probes: seen by the sink of the node whose code runs, and by nobody outside a flight. */
import { Effect, Schema } from "effect"
import { describe, expect, it } from "vitest"
import * as Probe from "../../src/property/Probe.ts"

const Count = Probe.make("count", Schema.Number)

describe("a probe", () => {
  it("does nothing outside a flight: its value is never even read", () => {
    let reads = 0
    const read = (): number => {
      reads += 1
      return 1
    }
    expect(Effect.runSync(Count.expose(read))).toBeUndefined()
    expect(reads).toBe(0)
  })

  it("hands itself and its reader to the sink it is exposed under", () => {
    const exposed: Array<readonly [name: string, value: unknown]> = []
    const sink: Probe.ProbeSink = {
      expose: (probe, read) => {
        exposed.push([probe.name, read()])
      }
    }
    let count = 1
    const program = Effect.gen(function* () {
      yield* Count.expose(() => count)
      count = 2
      yield* Count.expose(() => count)
    })
    Effect.runSync(Effect.provideService(program, Probe.CurrentProbeSink, sink))
    expect(exposed).toEqual([
      ["count", 1],
      ["count", 2]
    ])
  })
})
