/**
 * Runs a second with two worker threads against one, in wall time: a scenario of this repository,
 * flown by the crew of the command, after both threads have loaded it.
 *
 * One means this thread, which is what `--workers 1` is. The figure needs two idle cores.
 */
import * as WorkerCrew from "../src/cli/WorkerCrew.ts"
import { chunkRuns } from "../src/flight/Batch.ts"
import type { Crew } from "../src/flight/Crew.ts"
import { Effect } from "effect"
import { type Figure, judge } from "./Figure.ts"
import { loadScenario } from "./Project.ts"
import { median, millisOf } from "./Rounds.ts"

const chunks = 16
const rounds = 3
/** Longer than this thread flies alone before it starts the others. */
const warmUpMillis = 2_500

/** Flies as a batch does: every member of the crew takes one chunk after the other. */
const flyChunks = (crew: Crew, id: string): Promise<unknown> => {
  const starts = Array.from({ length: chunks }, (_, index) => index * chunkRuns)
  const flying = Effect.forEach(starts, (from) => crew.flyRange(id, 1, from, from + chunkRuns), {
    concurrency: crew.size,
    discard: true
  })
  return Effect.runPromise(flying)
}

/** Measures what a second worker is worth. `root` is this repository. */
export const measure = async (root: string): Promise<ReadonlyArray<Figure>> => {
  const scenario = await loadScenario(root)
  const pool = WorkerCrew.make(root, 2, "until-ready")
  const two = pool.crewFor(scenario)
  const one = WorkerCrew.thisThread.crewFor(scenario)
  try {
    const begun = performance.now()
    while (performance.now() - begun < warmUpMillis) await flyChunks(two, scenario.id)
    await flyChunks(one, scenario.id)
    const ones: Array<number> = []
    const twos: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      ones.push(...(await millisOf(1, () => flyChunks(one, scenario.id))))
      twos.push(...(await millisOf(1, () => flyChunks(two, scenario.id))))
    }
    return [judge("2 workers to 1", median(ones) / median(twos), "times as fast", "at least", 1.8)]
  } finally {
    await pool.close()
  }
}
