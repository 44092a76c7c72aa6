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

/** What the other process is asked: to fly these runs of a scenario in this order. */
export interface Order {
  readonly number: number
  readonly thread: "main" | "worker"
  readonly file: string
  readonly id: string
  readonly baseSeed: number
  readonly runs: ReadonlyArray<number>
  /** `last`: also give the events of the last run. */
  readonly events: "none" | "last"
}

/** What it answers; without what it saw it could not fly, and says why. */
export type Answer =
  | {
      readonly _tag: "flown"
      readonly number: number
      readonly seen: ReadonlyArray<Seen>
      readonly events: ReadonlyArray<Event>
    }
  | { readonly _tag: "failed"; readonly number: number; readonly reason: string }

/** What came of an order. */
export interface Flown {
  readonly seen: ReadonlyArray<Seen>
  readonly events: ReadonlyArray<Event>
}

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
  /** Flies; rejects when it cannot, or has died. */
  readonly fly: (
    scenario: Scenario,
    order: Pick<Order, "thread" | "baseSeed" | "runs" | "events">
  ) => Promise<Flown>
  readonly close: () => void
}

interface Asked {
  readonly resolve: (flown: Flown) => void
  readonly reject: (error: Error) => void
}

/** Starts a process that is like this one, or differs in everything that must not matter. */
export const start = (root: string, kind: "like-here" | "elsewhere"): Elsewhere => {
  const child = startChild(root, kind)
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
    if (answer._tag === "flown") waiting?.resolve(answer)
    else waiting?.reject(new Error(answer.reason))
  })
  child.on("error", (error) => onGone(error.message))
  child.on("exit", (code, signal) => onGone(`it ended with ${signal ?? `exit code ${code}`}`))

  return {
    fly: ({ file, id }, order) => {
      const number = orders++
      const flown = new Promise<Flown>((resolve, reject) => {
        if (gone !== undefined) return reject(gone)
        asked.set(number, { resolve, reject })
        const question: Order = { number, file, id, ...order }
        child.send(question, (error) => {
          if (error !== null) onGone(error.message)
        })
      })
      // Whoever asked may have stopped to listen; that is no stray error.
      flown.catch(() => {})
      return flown
    },
    close: () => {
      child.removeAllListeners("exit")
      child.kill("SIGKILL")
    }
  }
}

const startChild = (root: string, kind: "like-here" | "elsewhere"): ChildProcess => {
  const isElsewhere = kind === "elsewhere"
  const later = new URL("./AYearLater.js", import.meta.url).href
  return fork(fileURLToPath(new URL("./DoctorProbe.js", import.meta.url)), [root, kind], {
    cwd: root,
    execArgv: [...process.execArgv, ...(isElsewhere ? ["--import", later] : [])],
    env: {
      ...process.env,
      ...(isElsewhere ? environmentOf(localityElsewhere(localityHere())) : {})
    },
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
