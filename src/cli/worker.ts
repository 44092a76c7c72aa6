/**
 * A worker thread: loads the files it is told of, flies ranges of runs, and answers with summaries.
 *
 * Flies nothing that it was not asked for. Users' code that prints goes to stderr of the command.
 */
import { join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import { Effect, Result } from "effect"
import { flyRange } from "../flight/Crew.ts"
import type { Scenario } from "../flight/Scenario.ts"
import { scenariosIn } from "./ScenarioFiles.ts"
import { load } from "./ScenarioLoader.ts"
import type { Answer, Order } from "./WorkerCrew.ts"

const root = String(workerData)
const files = new Map<string, Promise<ReadonlyArray<Scenario>>>()

const scenariosOf = async (file: string): Promise<ReadonlyArray<Scenario>> => {
  const loaded = await load(join(root, file), root)
  if (Result.isFailure(loaded)) throw new Error(`${file}: ${loaded.failure.what}`)
  const scenarios = scenariosIn(file, loaded.success)
  if (Result.isFailure(scenarios)) throw new Error(scenarios.failure)
  return scenarios.success
}

const fly = async ({ baseSeed, file, from, id, number, to }: Order): Promise<Answer> => {
  try {
    let scenarios = files.get(file)
    if (scenarios === undefined) {
      scenarios = scenariosOf(file)
      files.set(file, scenarios)
    }
    const scenario = (await scenarios).find((each) => each.id === id)
    if (scenario === undefined) throw new Error(`${file} has no scenario ${id} in this thread`)
    const summaries = await Effect.runPromise(flyRange(scenario, baseSeed, from, to))
    return { _tag: "flown", number, summaries }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { _tag: "failed", number, reason }
  }
}

const answer = (message: Answer): void => parentPort?.postMessage(message)

parentPort?.on("message", (order: Order) => void fly(order).then(answer))
answer({ _tag: "ready" })
