/**
 * The golden flight: seed 42 of the chain of toys.
 *
 * It may not change by accident. Keys of choice points, the order of draws, the virtual latencies
 * and the texts of events are what saved regressions and recordings of users rest on: when one of
 * these numbers changes, a regression somebody has committed may be stale tomorrow. A change that
 * is meant is written in CHANGELOG as one that makes old regressions and recordings stale, and only
 * then here.
 */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import * as Record from "../../src/flight/Record.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import { drawn, flySeed, placed } from "../flight/Fly.ts"
import { mesh } from "../flight/toys.ts"

const chain = mesh({ style: "chain", clients: 2, operations: 5, replicas: 2 })

describe("the golden flight", () => {
  const run = drawn(chain, 42)
  const recorded = Effect.runSync(
    Record.ofDrawn(placed(chain), run, {
      runIndex: 0,
      commit: undefined,
      version: "0.0.0"
    })
  )

  it("draws the same workload and faults", () => {
    const { faults, workload } = recorded.header.cause
    expect({ faults, workload }).toMatchInlineSnapshot(`
      {
        "faults": [
          {
            "_tag": "RefusedLink",
            "atMs": 162,
            "durationMs": 1997,
            "from": "entry",
            "id": "f-1",
            "to": "client-2",
          },
        ],
        "workload": [
          {
            "atMs": 271,
            "client": "client-2",
            "contract": "Entry",
            "id": "o-1",
            "payload": {
              "item": 3,
            },
            "procedure": "submit",
          },
          {
            "atMs": 274,
            "client": "client-2",
            "contract": "Entry",
            "id": "o-2",
            "payload": {
              "item": 4,
            },
            "procedure": "submit",
          },
          {
            "atMs": 281,
            "client": "client-1",
            "contract": "Entry",
            "id": "o-3",
            "payload": {
              "item": 9,
            },
            "procedure": "submit",
          },
          {
            "atMs": 244,
            "client": "client-1",
            "contract": "Entry",
            "id": "o-4",
            "payload": {
              "item": 1,
            },
            "procedure": "submit",
          },
          {
            "atMs": 236,
            "client": "client-1",
            "contract": "Entry",
            "id": "o-5",
            "payload": {
              "item": 3,
            },
            "procedure": "submit",
          },
        ],
      }
    `)
  })

  it("makes the same choices", () => {
    const deviations = recorded.header.cause.deviations.map(
      ({ key, kind, outcome, path }) => `${key} ${kind} ${outcome} ${path}`
    )
    expect(deviations.slice(0, 6)).toMatchInlineSnapshot(`
      [
        "17167620a349cf behind 178 clock entry",
        "0218ebca846eeb behind 210889 clock store-1",
        "017d31d214dbe2 lose 1 operation o-5 › client-1>entry submit › entry>store-2 save",
        "0a78468c67803d rank 5 operation o-1 › client-2>entry submit › entry>store-1 save",
        "1a3e46c555a553 cede 4 operation o-1 › client-2>entry submit › entry>store-1 save › store-1>entry reply",
        "0cc99343735deb cede 6 operation o-1 › client-2>entry submit › entry>store-2 save",
      ]
    `)
  })

  it("has the same digests", () => {
    expect({
      events: recorded.header.digest,
      kernel: flySeed(chain, 42).digest
    }).toMatchInlineSnapshot(`
      {
        "events": "1ab72473ed7343",
        "kernel": 7350504965473276,
      }
    `)
  })

  it("rests on keyed draws that stay as they are", () => {
    const { choose } = fromSeed(42, { lose: 0.5, delay: 0.5, rank: 0.5, cede: 0.5 })
    const keys = [1, 2, 3, 4, 5, 6]
    expect(
      (["lose", "delay", "rank", "cede"] as const).map((kind) =>
        keys.map((key) => choose(kind, key, -key))
      )
    ).toMatchInlineSnapshot(`
      [
        [
          1,
          0,
          1,
          1,
          0,
          1,
        ],
        [
          0,
          1488225,
          199027,
          54698,
          0,
          373,
        ],
        [
          0,
          4,
          0,
          4,
          0,
          7,
        ],
        [
          10,
          1,
          0,
          0,
          39,
          14,
        ],
      ]
    `)
  })
})
