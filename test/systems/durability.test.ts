/**
 * Durability mistakes, each a store with one thing done wrong: all are caught by the one scenario
 * in which their good counterparts hold.
 *
 * Every mistake is flown from a base seed that meets it soon. From 20 base seeds each was caught
 * within 2,000 runs, and each good store held for 5,000; that takes minutes.
 */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { flyRun } from "../../src/flight/Explore.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import { mistakes } from "./durability/Mistakes.ts"
import { scenario } from "./durability/Notebook.ts"
import { stores } from "./durability/Stores.ts"

const goodRuns = 40
const runsMax = 50

/** The base seeds of the table of 20, by number. */
const baseOf = (number: number): number => Math.imul(number, 0x9e3779b1) >>> 0

const fly = (tunnel: WindTunnel, seed: number, index: number) =>
  Effect.runSync(flyRun(tunnel, seed, index))

/** What a store breaks within so many runs, if anything. */
const violationOf = (tunnel: WindTunnel, seed: number): string | undefined => {
  for (let index = 0; index < runsMax; index++) {
    const { failure } = fly(tunnel, baseOf(seed), index)
    if (failure !== undefined) return failure.property
  }
  return undefined
}

const lost = "what was acknowledged is there"
const invented = "nothing is invented"

/** What each mistake leads to, and the number of a base seed that shows it soon. */
const expected: ReadonlyArray<readonly [mistake: string, seed: number, violated: string]> = [
  ["replies before it syncs", 9, lost],
  ["renames and does not sync the directory", 9, lost],
  ["syncs the directory before it renames", 9, lost],
  ["renames before it syncs the contents", 9, lost],
  ["makes a file and does not sync the directory", 9, lost],
  ["writes over the only copy", 17, lost],
  ["removes the old file before it writes the new one", 11, lost],
  ["removes the old file before the new name is synced", 10, lost],
  ["takes a left-over temporary file for the real one", 14, lost],
  ["takes a failed read for an empty disk", 19, lost],
  ["ignores that a sync has failed", 3, lost],
  ["syncs again when a sync has failed", 3, lost],
  ["answers from memory what it failed to sync", 7, lost],
  ["appends behind what has failed", 3, lost],
  ["appends behind a torn record", 20, lost],
  ["reads a log without checksums", 20, invented],
  ["does not look how much was written", 9, lost],
  ["takes two files to be written in order", 7, invented],
  ["empties the log before the checkpoint is synced", 9, lost]
]

describe("a durability mistake", () => {
  it("has a place in the table, whichever it is", () => {
    expect(expected.map(([mistake]) => mistake)).toEqual(Object.keys(mistakes))
    expect(expected.length).toBeGreaterThanOrEqual(12)
  })

  it.each(expected)("is caught: a store that %s (seed=%d)", (name, seed, violated) => {
    const store = mistakes[name]
    expect(store && violationOf(scenario(name, store), seed)).toBe(violated)
  })
})

describe("a good store", () => {
  it.each(Object.entries(stores))(`holds over ${goodRuns} runs: %s`, (name, store) => {
    const tunnel = scenario(name, store)
    const flown = Array.from({ length: goodRuns }, (_, index) => fly(tunnel, 0x5eed, index))
    expect(flown.filter(({ verdict }) => verdict !== "holds")).toEqual([])
    expect(new Set(flown.flatMap(({ reached }) => reached)).size).toBe(1)
  })
})
