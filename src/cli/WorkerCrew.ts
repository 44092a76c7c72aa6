/**
 * A crew of worker threads: each loads the user's file itself and flies ranges of runs, and probes.
 *
 * Owns the threads and who gets which range. What a run comes to does not depend on who flies it,
 * so this thread may fly too until the first of the others is ready.
 */
import { Worker } from "node:worker_threads"
import { Effect, Result } from "effect"
import type { RunSummary } from "../flight/BatchResult.ts"
import { type Crew, flyRange } from "../flight/Crew.ts"
import type { Scenario } from "../flight/Scenario.ts"
import * as Thread from "../flight/Thread.ts"
import type { StressCrew } from "../stress/Drive.ts"
import { flyProbe, type Measured } from "../stress/FlyProbe.ts"
import { flyableAt, type Setting } from "../stress/Stressed.ts"
import type { StressScenario } from "../stress/StressScenario.ts"
import { breathe, wallMillis } from "./WallClock.ts"

/** How long this thread flies alone before threads are worth starting, in milliseconds. */
export const patienceMillis = 250

/** The longest that this thread flies without letting signals in, in milliseconds. */
export const breathMillis = 40

/** What a worker is asked: to fly runs of a wind tunnel, or one probe of a breaking point. */
export type Order = { readonly number: number; readonly file: string; readonly id: string } & Work

type Work =
  | {
      readonly _tag: "runs"
      readonly baseSeed: number
      readonly from: number
      readonly to: number
    }
  | { readonly _tag: "probe"; readonly setting: Setting; readonly seed: number }

/** What flying comes to, by the tag of the order. */
export type Flown = ReadonlyArray<RunSummary> | Measured

/** What a worker answers; a failure says why it could not fly. */
export type Answer =
  | { readonly _tag: "ready" }
  | { readonly _tag: "flown"; readonly number: number; readonly flown: Flown }
  | { readonly _tag: "failed"; readonly number: number; readonly reason: string }

/** Several crews of one pool, and how to let the pool go. */
export interface Pool {
  /** A crew for one scenario. */
  readonly crewFor: (scenario: Scenario) => Crew
  /** The crew for all that is searched. */
  readonly stressCrew: StressCrew
  /** Which thread died, and how; `undefined` while all are well. */
  readonly death: () => string | undefined
  readonly close: () => Promise<void>
}

interface Task {
  readonly order: Order
  /** Flies it on this thread. */
  readonly here: Effect.Effect<Flown, Error>
  readonly resolve: (flown: Flown) => void
  readonly reject: (error: Error) => void
}

interface Member {
  readonly name: string
  readonly worker: Worker
  isReady: boolean
  task: Task | undefined
}

/** Flies on this thread, and now and then lets signals and messages in. */
const flyHere = Effect.fnUntraced(function* (
  scenario: Scenario,
  baseSeed: number,
  from: number,
  to: number
): Effect.fn.Return<ReadonlyArray<RunSummary>> {
  const summaries: Array<RunSummary> = []
  let breathedAt = wallMillis()
  for (let runIndex = from; runIndex < to; runIndex++) {
    summaries.push(...(yield* flyRange(scenario, baseSeed, runIndex, runIndex + 1)))
    if (wallMillis() - breathedAt < breathMillis) continue
    yield* Effect.promise(breathe)
    breathedAt = wallMillis()
  }
  return summaries
})

/** Flies a probe on this thread. */
export const probeHere = (
  { stress }: StressScenario,
  setting: Setting,
  seed: number
): Effect.Effect<Measured, Error> =>
  Effect.suspend((): Effect.Effect<Measured, Error> => {
    const flyable = flyableAt(stress, setting)
    return Result.isFailure(flyable)
      ? Effect.fail(flyable.failure)
      : Thread.guarded(flyProbe(flyable.success, seed))
  })

/** A pool of one: this thread. */
export const thisThread: Pool = {
  stressCrew: {
    size: 1,
    probe: (scenario, setting, seed) =>
      Effect.tap(probeHere(scenario, setting, seed), () => Effect.promise(breathe))
  },
  crewFor: (scenario) => ({
    size: 1,
    flyRange: (_, baseSeed, from, to) => flyHere(scenario, baseSeed, from, to)
  }),
  death: () => undefined,
  close: () => Promise.resolve()
}

/**
 * A pool of so many worker threads. `root` is the project, `count` at least 2. `until-ready`: this
 * thread flies as long as it takes to see that threads are worth starting, and to start them.
 */
export const make = (root: string, count: number, here: "until-ready" | "never"): Pool => {
  const members: Array<Member> = []
  const waiting: Array<Task> = []
  let orders = 0
  let startedAt: number | undefined
  let isFlyingHere = false
  let gone: Error | undefined
  let death: string | undefined

  /** Hands out what waits, to threads that are ready, or else to this one. */
  const give = (): void => {
    for (const member of members) {
      if (!member.isReady || member.task !== undefined) continue
      const task = waiting.shift()
      if (task === undefined) return
      member.task = task
      member.worker.postMessage(task.order)
    }
    if (here === "never") return start()
    if (isFlyingHere || members.some((member) => member.isReady)) return
    const task = waiting.shift()
    if (task !== undefined) void flyTaskHere(task)
  }

  const flyTaskHere = async ({ here, reject, resolve }: Task): Promise<void> => {
    isFlyingHere = true
    try {
      resolve(await Effect.runPromise(here))
    } catch (thrown) {
      reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
    } finally {
      isFlyingHere = false
    }
    if (startedAt !== undefined && wallMillis() - startedAt >= patienceMillis) start()
    give()
  }

  const onAnswer = (member: Member, answer: Answer): void => {
    const { task } = member
    if (answer._tag === "ready") member.isReady = true
    else if (task !== undefined) {
      member.task = undefined
      if (answer._tag === "flown") task.resolve(answer.flown)
      else task.reject(new Error(`${member.name} cannot fly ${task.order.id}: ${answer.reason}`))
    }
    give()
  }

  /** A thread that is gone takes the batch with it: what it was flying would be missing. */
  const onGone = (member: Member, why: string): void => {
    if (gone !== undefined) return
    gone = new Error(`${member.name} died: ${why}; fly with --workers 1 to see where`)
    death = gone.message
    for (const each of members) each.task?.reject(gone)
    for (const each of waiting) each.reject(gone)
    waiting.length = 0
  }

  const start = (): void => {
    for (let number = members.length + 1; number <= count; number++) {
      const worker = new Worker(new URL("./worker.js", import.meta.url), {
        workerData: root,
        stdout: true
      })
      const name = `worker ${number} of ${count}`
      const member: Member = { name, worker, isReady: false, task: undefined }
      worker.stdout.pipe(process.stderr, { end: false })
      worker.on("message", (answer: Answer) => onAnswer(member, answer))
      worker.on("error", (error: unknown) =>
        onGone(member, error instanceof Error ? error.message : String(error))
      )
      worker.on("exit", (code) => onGone(member, `it ended with exit code ${code}`))
      members.push(member)
    }
  }

  const fly = (
    { file, id }: { readonly file: string; readonly id: string },
    work: Work,
    here: Task["here"]
  ): Effect.Effect<Flown, Error> =>
    Effect.tryPromise({
      try: () => {
        startedAt ??= wallMillis()
        const order = { number: orders++, file, id, ...work }
        return new Promise<Flown>((resolve, reject) => {
          if (gone !== undefined) return reject(gone)
          waiting.push({ order, here, resolve, reject })
          give()
        })
      },
      catch: (error) => (error instanceof Error ? error : new Error(String(error)))
    })

  return {
    crewFor: (scenario) => ({
      size: count,
      flyRange: (_, baseSeed, from, to) =>
        // What was asked for is what is answered, here and in `worker`.
        fly(
          scenario,
          { _tag: "runs", baseSeed, from, to },
          flyHere(scenario, baseSeed, from, to)
        ) as Effect.Effect<ReadonlyArray<RunSummary>, Error>
    }),
    stressCrew: {
      size: count,
      probe: (scenario, setting, seed) =>
        // As above.
        fly(
          scenario,
          { _tag: "probe", setting, seed },
          probeHere(scenario, setting, seed)
        ) as Effect.Effect<Measured, Error>
    },
    death: () => death,
    close: async () => {
      gone ??= new Error("the crew was let go")
      await Promise.all(members.map((member) => member.worker.terminate()))
    }
  }
}
