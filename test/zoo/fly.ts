/**
 * Flies every animal of the zoo and prints, line by line, what came of it. The zoo's test runs it
 * in several processes, one of them in a thread: with the argument `thread`.
 * With the argument `endless` it flies the one that takes its thread down.
 *
 * Half of `Captured` is loaded before the guards are in place, as a library is that was there first.
 */
import { writeSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { isMainThread, Worker } from "node:worker_threads"
import { Effect } from "effect"
import * as Explore from "../../src/flight/Explore.ts"
import * as Flight from "../../src/flight/Flight.ts"
import * as Unasked from "../../src/flight/Unasked.ts"
import * as Guards from "../../src/kernel/Guards.ts"
import { calm } from "../../src/turbulence/Entropy.ts"
import { drawn } from "../flight/Fly.ts"
import { type Animal, scenarioOf } from "./Animal.ts"

/** What came of an animal in one process. */
export interface Line {
  readonly name: string
  /** Of the flight, flown again, and recorded. */
  readonly digests: readonly [number, number, number]
  /** What `fly` says is wrong; empty when nothing is. */
  readonly reports: ReadonlyArray<string>
}

/** How many runs a batch may need until one of them is flown again. */
const runsMax = 96

const reportsOf = (flown: Flight.Flown): ReadonlyArray<string> => [
  ...flown.leaks.map(Unasked.leakText),
  ...(flown.violation === undefined
    ? []
    : [`${flown.violation.property}: ${flown.violation.counterexample.actual}`]),
  ...flown.unknown
]

const seed = 7

const lineOf = async (animal: Animal): Promise<Line> => {
  const scenario = scenarioOf(animal)
  const operations = drawn(scenario, seed).operations.map(({ operation }) => operation)
  const fly = (isRecorded: boolean): Promise<Flight.Flown> =>
    Effect.runPromise(
      Flight.fly({ scenario, seed, operations, faults: [], entropy: calm, isRecorded })
    )
  const first = await fly(false)
  const again = await fly(false)
  const recorded = await fly(true)
  const digests = [first.digest, again.digest, recorded.digest] as const
  const reports = reportsOf(recorded)
  if (reports.length > 0 || new Set(digests).size === 1) {
    return { name: animal.name, digests, reports }
  }
  for (let index = 0; index < runsMax; index++) {
    const { isRepeatable } = await Effect.runPromise(Explore.flyRun(scenario, 1, index))
    if (!isRepeatable) {
      return { name: animal.name, digests, reports: ["comes out differently when flown again"] }
    }
  }
  return { name: animal.name, digests, reports: [] }
}

const flyAll = async (): Promise<void> => {
  // The same file under another name is another module: what it exports is what the file exports.
  const early = (await import(
    new URL("Captured.ts?early", import.meta.url).href
  )) as typeof import("./Captured.ts")
  const uninstall = Guards.install()
  const { captured } = await import("./Captured.ts")
  const { all, endless } = await import("./Animals.ts")
  const animals =
    process.argv[2] === "endless"
      ? [endless]
      : [...captured("at import"), ...early.captured("before downforce was loaded"), ...all]
  for (const animal of animals) {
    // At once, so that the last line names the one before that which hangs.
    writeSync(1, `${JSON.stringify(await lineOf(animal))}\n`)
  }
  uninstall()
}

const file = fileURLToPath(import.meta.url)

/** A thread has no loader of its own: it is given one before it loads this file. */
const threadCode = `
  import("tsx/esm/api").then(({ register }) => {
    register()
    return import(${JSON.stringify(import.meta.url)})
  })
`

if (!isMainThread) await flyAll()
else if (process.argv[1] === file) {
  if (process.argv[2] === "thread") {
    const worker = new Worker(threadCode, { eval: true })
    worker.on("error", (error) => process.stderr.write(String(error)))
  } else await flyAll()
}
