/**
 * Flies every animal of the zoo and prints, line by line, what came of it. The zoo's test runs it
 * in several places, named by its argument.
 *
 * One copy of `Captured` is loaded before the guards are in place, as a library may be.
 */
import { writeSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { isMainThread, Worker } from "node:worker_threads"
import { Effect, Result } from "effect"
import { drawRun } from "../../src/flight/Draw.ts"
import * as Explore from "../../src/flight/Explore.ts"
import * as Flight from "../../src/flight/Flight.ts"
import * as Unasked from "../../src/flight/Unasked.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import * as Guards from "../../src/kernel/Guards.ts"
import type { Event } from "../../src/recording/Event.ts"
import { calm } from "../../src/turbulence/Entropy.ts"
import { type Animal, scenarioOf } from "./Animal.ts"

/**
 * Where the zoo is flown: `here` most thoroughly; `elsewhere` after other flights; in a `thread`;
 * and the animal that takes its process down by itself, `endless`.
 */
export type Place = "here" | "elsewhere" | "thread" | "endless"

/** A recorded flight of an animal. */
export interface Seen {
  readonly digest: number
  readonly events: ReadonlyArray<Event>
  /** What `fly` says is wrong; empty when nothing is. */
  readonly reports: ReadonlyArray<string>
}

/** What came of an animal in one place. */
export interface Line {
  readonly name: string
  readonly seen: Seen
  /** The same flight again, and not recorded: here only. */
  readonly again: Seen | undefined
  readonly unrecorded: number | undefined
  /** Whether `fly` met a run that came out differently when it flew it again. */
  readonly isCaught: boolean
}

const seed = 7
/** The seed of what is flown before in the other process. */
const seedBefore = 8
/** Of so many runs some are flown again by `fly`, and what never comes out the same is caught. */
const runsMax = 96

const planOf = (scenario: WindTunnel, seed: number): Omit<Flight.Plan, "isRecorded"> => ({
  scenario,
  seed,
  operations: Result.getOrThrow(drawRun(scenario, seed)).operations.map(
    ({ operation }) => operation
  ),
  faults: [],
  entropy: calm
})

const watch = async (plan: Omit<Flight.Plan, "isRecorded">): Promise<Seen> => {
  const flown = await Effect.runPromise(Flight.fly({ ...plan, isRecorded: true }))
  const { digest, leaks, recorder, unknown, violation } = flown
  return {
    digest,
    events: recorder?.events() ?? [],
    reports: [
      ...new Set(leaks.map(Unasked.leakText)),
      ...(violation === undefined
        ? []
        : [`${violation.property}: ${violation.counterexample.actual}`]),
      ...unknown
    ]
  }
}

const isCaught = async (scenario: WindTunnel): Promise<boolean> => {
  for (let index = 0; index < runsMax; index++) {
    const { isRepeatable } = await Effect.runPromise(Explore.flyRun(scenario, 1, index))
    if (!isRepeatable) return true
  }
  return false
}

const lineOf = async (animal: Animal, place: Place): Promise<Line> => {
  const { name } = animal
  const scenario = scenarioOf(animal)
  const plan = planOf(scenario, seed)
  if (place === "elsewhere") await watch(planOf(scenario, seedBefore))
  const seen = await watch(plan)
  if (place !== "here") {
    return { name, seen, again: undefined, unrecorded: undefined, isCaught: false }
  }
  const again = await watch(plan)
  const { digest } = await Effect.runPromise(Flight.fly({ ...plan, isRecorded: false }))
  const isSame = seen.digest === again.digest && seen.digest === digest
  const caught = seen.reports.length === 0 && !isSame && (await isCaught(scenario))
  return { name, seen, again, unrecorded: digest, isCaught: caught }
}

const flyAll = async (place: Place): Promise<void> => {
  // The same file under another name is another module: what it exports is what the file exports.
  const early = (await import(
    new URL("Captured.ts?early", import.meta.url).href
  )) as typeof import("./Captured.ts")
  const uninstall = Guards.install()
  const { captured } = await import("./Captured.ts")
  const { all, endless } = await import("./Animals.ts")
  const animals =
    place === "endless"
      ? [endless]
      : [...captured("at import"), ...early.captured("before downforce was loaded"), ...all]
  for (const animal of animals) {
    // At once, so that the last line names the one before that which hangs.
    writeSync(1, `${JSON.stringify(await lineOf(animal, place))}\n`)
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

if (!isMainThread) await flyAll("thread")
else if (process.argv[1] === file) {
  // The zoo's test passes nothing else.
  const place = process.argv[2] as Place
  if (place === "thread") {
    const worker = new Worker(threadCode, { eval: true })
    worker.on("error", (error) => process.stderr.write(String(error)))
  } else await flyAll(place)
}
