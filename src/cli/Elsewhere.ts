/**
 * Another machine, as far as a program can tell: another process with another time zone, language,
 * heap and arguments, a year later; and a thread of it.
 *
 * Owns the process and its questions and answers. It is asked one thing at a time for each thread,
 * in order. What is flown there is `DoctorProbe`'s.
 */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Seen } from "../flight/Sameness.ts"
import type { Event } from "../recording/Event.ts"
import type { Scenario } from "../flight/Scenario.ts"

/** What the other process is asked, on one of its threads. */
export type Order = { readonly number: number; readonly thread: "main" | "worker" } & Question

/** To fly these runs of a scenario, or to show the events of one that was just flown. */
type Question =
  | {
      readonly _tag: "fly"
      readonly file: string
      readonly id: string
      readonly baseSeed: number
      readonly runs: number
    }
  | { readonly _tag: "show"; readonly runIndex: number }

/** What it answers; without what it saw it could not fly, and says why. */
export type Answer =
  | { readonly _tag: "flown"; readonly number: number; readonly seen: ReadonlyArray<Seen> }
  | {
      readonly _tag: "shown"
      readonly number: number
      /** `undefined`: they were not kept. */
      readonly events: ReadonlyArray<Event> | undefined
    }
  | { readonly _tag: "failed"; readonly number: number; readonly reason: string }

/** The zone and the language of a process. */
export interface Locality {
  readonly timeZone: string
  readonly locale: string
}

/** Those of this process. */
export const localityHere = (): Locality => {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return { timeZone, locale }
}

/**
 * One that differs in everything that can be seen: hours and minutes of the clock, the date line,
 * how numbers are written, and how words are sorted.
 */
export const localityElsewhere = (here: Locality): Locality => ({
  timeZone: here.timeZone === "Pacific/Chatham" ? "America/St_Johns" : "Pacific/Chatham",
  locale: here.locale.startsWith("sv") ? "en-US" : "sv-SE"
})

const environmentOf = ({ locale, timeZone }: Locality): Readonly<Record<string, string>> => {
  const language = `${locale.replace("-", "_")}.UTF-8`
  return { TZ: timeZone, LANG: language, LC_ALL: language, LANGUAGE: language }
}

/** Another process. */
export interface Elsewhere {
  /** Flies the runs of a scenario from the first on; rejects when it cannot, or has died. */
  readonly fly: (
    scenario: Scenario,
    thread: Order["thread"],
    baseSeed: number,
    runs: number
  ) => Promise<ReadonlyArray<Seen>>
  /** The events of a run that this thread flew last; `undefined` when they were not kept. */
  readonly show: (
    thread: Order["thread"],
    runIndex: number
  ) => Promise<ReadonlyArray<Event> | undefined>
  readonly close: () => void
}

interface Asked {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** Starts a process that differs from this one in everything that must not matter. */
export const start = (root: string): Elsewhere => {
  const child = startChild(root)
  const asked = new Map<number, Asked>()
  let orders = 0
  let gone: Error | undefined

  const onGone = (why: string): void => {
    gone ??= new Error(`flying in another process failed: ${why}`)
    for (const { reject } of asked.values()) reject(gone)
    asked.clear()
  }

  child.on("message", (answer: Answer) => {
    const waiting = asked.get(answer.number)
    asked.delete(answer.number)
    if (answer._tag === "failed") waiting?.reject(new Error(answer.reason))
    else waiting?.resolve(answer)
  })
  child.on("error", (error) => onGone(error.message))
  child.on("exit", (code, signal) => onGone(`it ended with ${signal ?? `exit code ${code}`}`))

  const ask = (thread: Order["thread"], question: Question): Promise<Answer> => {
    const number = orders++
    const answer = new Promise<Answer>((resolve, reject) => {
      if (gone !== undefined) return reject(gone)
      asked.set(number, { resolve, reject })
      const order: Order = { number, thread, ...question }
      child.send(order, (error) => {
        if (error !== null) onGone(error.message)
      })
    })
    // Whoever asked may have stopped to listen; that is no stray error.
    answer.catch(() => {})
    return answer
  }

  return {
    fly: async ({ file, id }, thread, baseSeed, runs) => {
      const answer = await ask(thread, { _tag: "fly", file, id, baseSeed, runs })
      return answer._tag === "flown" ? answer.seen : []
    },
    show: async (thread, runIndex) => {
      const answer = await ask(thread, { _tag: "show", runIndex })
      return answer._tag === "shown" ? answer.events : undefined
    },
    close: () => {
      child.removeAllListeners("exit")
      child.kill("SIGKILL")
    }
  }
}

const startChild = (root: string): ChildProcess => {
  const later = new URL("./AYearLater.js", import.meta.url).href
  return fork(fileURLToPath(new URL("./DoctorProbe.js", import.meta.url)), [root], {
    cwd: root,
    execArgv: [...process.execArgv, "--import", later],
    env: { ...process.env, ...environmentOf(localityElsewhere(localityHere())) },
    serialization: "advanced",
    // Stdout is for data of the command: what users' code prints goes to its stderr.
    stdio: ["ignore", 2, 2, "ipc"]
  })
}

/** Half a year apart, so that both have had their summer time. */
const halfYearMillis = 182 * 86_400_000

/** Minutes that a zone is ahead of UTC. */
const offsetMinutes = (timeZone: string, atMillis: number): number => {
  const parts = Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(atMillis)
    .find(({ type }) => type === "timeZoneName")
  const match = /GMT(?<sign>[+-])(?<hours>\d\d):(?<minutes>\d\d)/u.exec(parts?.value ?? "")
  const { hours, minutes, sign } = match?.groups ?? {}
  const total = Number(hours ?? 0) * 60 + Number(minutes ?? 0)
  return sign === "-" ? -total : total
}

/** How many minutes the wall there is ahead of the wall here, in summer and in winter. */
export const minutesAhead = (
  here: Locality,
  there: Locality,
  nowMillis: number
): ReadonlyArray<number> => {
  const times = [nowMillis, nowMillis + halfYearMillis]
  const all = times.flatMap((one) =>
    times.map((other) => offsetMinutes(there.timeZone, one) - offsetMinutes(here.timeZone, other))
  )
  return [...new Set(all)]
}
