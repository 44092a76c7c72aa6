/**
 * A worker thread: loads the files it is told of, flies ranges of runs and probes, and answers with
 * what came of them.
 *
 * Flies nothing that it was not asked for. Users' code that prints goes to stderr of the command.
 */
import { join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import { Effect, Result } from "effect"
import { flyRange } from "../flight/Crew.ts"
import { type AnyScenario, isStress } from "../stress/StressScenario.ts"
import { scenariosIn } from "./ScenarioFiles.ts"
import { load } from "./ScenarioLoader.ts"
import { type Answer, type Flown, type Order, probeHere } from "./WorkerCrew.ts"

const root = String(workerData)
const files = new Map<string, Promise<ReadonlyArray<AnyScenario>>>()

const scenariosOf = async (file: string): Promise<ReadonlyArray<AnyScenario>> => {
  const loaded = await load(join(root, file), root)
  if (Result.isFailure(loaded)) throw new Error(`${file}: ${loaded.failure.what}`)
  const scenarios = scenariosIn(file, loaded.success)
  if (Result.isFailure(scenarios)) throw new Error(scenarios.failure)
  return scenarios.success
}

const flown = (scenario: AnyScenario, order: Order): Effect.Effect<Flown, Error> => {
  if (isStress(scenario)) {
    if (order._tag === "probe") return probeHere(scenario, order.setting, order.seed)
  } else if (order._tag === "runs") {
    return flyRange(scenario, order.baseSeed, order.from, order.to)
  }
  return Effect.fail(new Error(`${order.id} is another kind of scenario in this thread`))
}

const fly = async (order: Order): Promise<Answer> => {
  const { file, id, number } = order
  try {
    let scenarios = files.get(file)
    if (scenarios === undefined) {
      scenarios = scenariosOf(file)
      files.set(file, scenarios)
    }
    const scenario = (await scenarios).find((each) => each.id === id)
    if (scenario === undefined) throw new Error(`${file} has no scenario ${id} in this thread`)
    return { _tag: "flown", number, flown: await Effect.runPromise(flown(scenario, order)) }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { _tag: "failed", number, reason }
  }
}

const answer = (message: Answer): void => parentPort?.postMessage(message)

parentPort?.on("message", (order: Order) => void fly(order).then(answer))
answer({ _tag: "ready" })
