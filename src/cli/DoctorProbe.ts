/**
 * The other process that `doctor` flies in, and a thread of it: loads files, flies runs, answers.
 *
 * The same program serves as both: the process hands on what it is asked for its thread.
 */
import { join } from "node:path"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { Effect, Result } from "effect"
import * as Sameness from "../flight/Sameness.ts"
import type { Scenario } from "../flight/Scenario.ts"
import { isStress } from "../stress/StressScenario.ts"
import type { Answer, Order } from "./Elsewhere.ts"
import { scenariosIn } from "./ScenarioFiles.ts"
import { load } from "./ScenarioLoader.ts"
import { breathe } from "./WallClock.ts"

const root = String(isMainThread ? process.argv[2] : workerData)

const scenarioOf = async (file: string, id: string): Promise<Scenario> => {
  const loaded = await load(join(root, file), root)
  if (Result.isFailure(loaded)) throw new Error(`${file}: ${loaded.failure.what}`)
  const scenarios = scenariosIn(file, loaded.success)
  if (Result.isFailure(scenarios)) throw new Error(scenarios.failure)
  const scenario = scenarios.success.find((each) => each.id === id)
  if (scenario === undefined) throw new Error(`${file} has no scenario ${id} in another process`)
  if (isStress(scenario)) throw new Error(`${id} is searched, not flown in a batch`)
  return scenario
}

let logbook: Sameness.Logbook | undefined

const answerTo = async (order: Order): Promise<Answer> => {
  const { number } = order
  if (order._tag === "show") {
    return { _tag: "shown", number, events: logbook?.eventsOf(order.runIndex) }
  }
  try {
    const book = Sameness.open(await scenarioOf(order.file, order.id), order.baseSeed)
    logbook = book
    const seen: Array<Sameness.Seen> = []
    for (let runIndex = 0; runIndex < order.runs; runIndex++) {
      // Lets errors that nobody awaits come out where they belong.
      await breathe()
      seen.push(await Effect.runPromise(book.fly(runIndex)))
    }
    return { _tag: "flown", number, seen }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { _tag: "failed", number, reason }
  }
}

const serve = (
  listen: (onOrder: (order: Order) => void) => void,
  answer: (message: Answer) => void
): void => {
  let before: Promise<void> = Promise.resolve()
  let current = 0
  listen((order) => {
    // One after the other, in the order they were asked: what was flown before may matter.
    before = before.then(async () => {
      current = order.number
      answer(await answerTo(order))
    })
  })
  // An error in code that nobody awaits. The command says it, on one line.
  const onStray = (thrown: unknown): void => {
    const what = thrown instanceof Error ? thrown.message : String(thrown)
    answer({ _tag: "failed", number: current, reason: `an error nobody handles: ${what}` })
  }
  process.on("uncaughtException", onStray)
  process.on("unhandledRejection", onStray)
}

/** The thread of this process, started when it is first asked. */
const makeThread = (answer: (message: Answer) => void): ((order: Order) => void) => {
  let worker: Worker | undefined
  const waiting = new Set<number>()
  const onGone = (reason: string): void => {
    for (const number of waiting) answer({ _tag: "failed", number, reason })
  }
  const start = (): Worker => {
    const started = new Worker(new URL(import.meta.url), { workerData: root })
    started.on("message", (message: Answer) => {
      waiting.delete(message.number)
      answer(message)
    })
    started.on("error", (error: unknown) =>
      onGone(error instanceof Error ? error.message : String(error))
    )
    started.on("exit", (code) => onGone(`the thread ended with exit code ${code}`))
    return started
  }
  return (order) => {
    worker ??= start()
    waiting.add(order.number)
    worker.postMessage(order)
  }
}

if (isMainThread) {
  // The terminal tells the whole group: the command decides when this process ends, or has ended.
  process.on("SIGINT", () => {})
  process.on("disconnect", () => process.exit())
  const answer = (message: Answer): void => void process.send?.(message)
  const inThread = makeThread(answer)
  serve(
    (onOrder) =>
      process.on("message", (order: Order) =>
        order.thread === "worker" ? inThread(order) : onOrder(order)
      ),
    answer
  )
} else {
  serve(
    (onOrder) => void parentPort?.on("message", onOrder),
    (message) => parentPort?.postMessage(message)
  )
}
