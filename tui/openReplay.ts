/**
 * Opens the replay of a recording on a terminal, and gives the terminal back as it was.
 *
 * Owns the process around the screen: loading React and Ink only now, signals, crashes. Where there
 * is no terminal, PlainReplay says the same as text.
 */
import type { FlightService } from "../src/flight/FlightService.ts"
import type { Recording } from "../src/recording/Recording.ts"
import { initial } from "./core/ReplayModel.ts"
import { makeSession, type Schedule } from "./core/Session.ts"
import type { Mounted, Terminal } from "./Replay.ts"

/** How to open it. */
export interface OpenReplayOptions {
  /** Without flights the header says that the replay was not checked. */
  readonly flights?: FlightService
  /** Replaces every mark of ambiguous width. */
  readonly ascii: boolean
  /** False for `NO_COLOR`: then no styles at all are written, marks and words say it all. */
  readonly color: boolean
  /** Default: that of the process. */
  readonly terminal?: Terminal
}

/** How a replay ended: someone quit, or a signal came. */
export type ReplayEnd = "quit" | "interrupted"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** The alternate screen left, and the cursor shown. */
const restored = "\u001b[?1049l\u001b[?25h"

const schedule: Schedule = {
  soon: (run) => {
    const waiting = setImmediate(run)
    return () => clearImmediate(waiting)
  },
  after: (ms, run) => {
    const waiting = setTimeout(run, ms)
    return () => clearTimeout(waiting)
  }
}

/**
 * Loads the screen. React picks its build when it is first imported, and its development build
 * keeps a performance entry per render for ever. What the process said before is put back.
 */
const loadScreen = async (): Promise<typeof import("./Replay.ts")> => {
  const before = process.env["NODE_ENV"]
  process.env["NODE_ENV"] = "production"
  try {
    return await import("./Replay.ts")
  } finally {
    if (before === undefined) delete process.env["NODE_ENV"]
    else process.env["NODE_ENV"] = before
  }
}

const errorOf = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown))

/** Runs something while signals and errors that nobody caught end the screen, not the process. */
const guarded = async (mounted: Mounted): Promise<ReplayEnd> => {
  let end: ReplayEnd = "quit"
  const onSignal = (): void => {
    end = "interrupted"
    mounted.unmount()
  }
  const onError = (thrown: unknown): void => mounted.unmount(errorOf(thrown))
  for (const signal of signals) process.on(signal, onSignal)
  process.on("uncaughtException", onError)
  process.on("unhandledRejection", onError)
  try {
    await mounted.ended
    return end
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
    process.off("uncaughtException", onError)
    process.off("unhandledRejection", onError)
  }
}

/**
 * Shows the recording until someone quits. Rejects with the error when something inside breaks; by
 * then the alternate screen is left, the cursor shown and raw mode off.
 */
export const openReplay = async (
  recording: Recording,
  options: OpenReplayOptions
): Promise<ReplayEnd> => {
  const terminal = options.terminal ?? { stdin: process.stdin, stdout: process.stdout }
  const { stdin, stdout } = terminal
  if (!stdin.isTTY || !stdout.isTTY) throw new Error("the replay needs a terminal on both ends")
  const { mount } = await loadScreen()
  const { columns, rows } = stdout
  let mounted: Mounted | undefined
  const session = makeSession(
    initial(recording, { columns, rows, ascii: options.ascii }),
    schedule,
    (error) => mounted?.unmount(errorOf(error))
  )
  try {
    mounted = mount(session, terminal, {
      color: options.color,
      console: stdout === process.stdout ? "shared" : "elsewhere"
    })
  } catch (error) {
    // Ink enters the alternate screen before anything of it can fail.
    stdout.write(restored)
    throw error
  }
  const { flights } = options
  if (flights !== undefined) {
    void mounted.firstFrame.then(() => session.verify(flights))
  }
  try {
    return await guarded(mounted)
  } finally {
    session.close()
  }
}
