/**
 * The replay on a terminal: the only module that knows React and Ink. Load it when it is needed.
 *
 * Owns turning styled lines into rows, key reports into key names, and a new size into a clean
 * screen. Everything else happens in core/, which knows neither.
 *
 * The frame is one row lower than the terminal although it is drawn on the alternate screen. On
 * consoles that scroll when the last cell is written Ink wipes the screen for frames that fill it,
 * and whatever code prints to the console during a check scrolls away below such a frame, instead
 * of tearing it apart.
 *
 * Elements are made by calls: how JSX is compiled depends on the tool and its settings, and
 * development output does not run on the production build of React that the replay loads.
 */
import { Box, render, Text, useApp, useInput } from "ink"
import { createElement, useEffect, useSyncExternalStore, type ReactElement } from "react"
import { keyNames } from "./core/Keys.ts"
import { toAnsi, toPlain } from "./core/Line.ts"
import { frameOf } from "./core/ReplayFrame.ts"
import { layout } from "./core/ReplayModel.ts"
import type { Session } from "./core/Session.ts"

/** Frames per second at most; steps may come faster than a terminal can show them. */
const framesPerSecondMax = 60

/** Cursor home and everything below erased: whatever the old size left behind is gone. */
const wiped = "\u001b[H\u001b[J"

/** What the replay reads keys from and draws on. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
}

interface ReplayProps {
  readonly session: Session
  readonly color: boolean
}

/** The screen of a session. */
export const Replay = ({ color, session }: ReplayProps): ReactElement => {
  const model = useSyncExternalStore(session.subscribe, session.model)
  const { exit } = useApp()
  useInput((input, flags) => {
    for (const key of keyNames(input, flags)) session.dispatch({ _tag: "Key", key })
  })
  useEffect(() => {
    if (model.ended) exit()
  }, [model.ended, exit])
  const write = color ? toAnsi : toPlain
  const rows = frameOf(model).map((line, row) =>
    // An empty text has no height, so it would pull up the rows below.
    createElement(Text, { key: row, wrap: "truncate" }, write(line) || " ")
  )
  const size = { width: model.columns, height: layout(model).frameRows }
  return createElement(Box, { flexDirection: "column", ...size }, rows)
}

/** A replay on the screen. */
export interface Mounted {
  /** Settles when it is over and the terminal is as it was; rejects with what broke it. */
  readonly ended: Promise<void>
  readonly firstFrame: Promise<void>
  /** Ends it from outside, with an error if there is one to report. */
  readonly unmount: (error?: Error) => void
}

/** How a session is drawn. */
export interface MountOptions {
  readonly color: boolean
  /** Whether the console writes to the same terminal: then it must be kept from the screen. */
  readonly console: "shared" | "elsewhere"
}

/** Draws a session on a terminal until it ends. */
export const mount = (session: Session, terminal: Terminal, options: MountOptions): Mounted => {
  const { stdin, stdout } = terminal
  const screen = createElement(Replay, { session, color: options.color })
  const app = render(screen, {
    stdin,
    stdout,
    alternateScreen: true,
    exitOnCtrlC: true,
    incrementalRendering: true,
    // Whoever calls has made sure of a terminal; in CI Ink would draw only the last frame.
    interactive: true,
    maxFps: framesPerSecondMax,
    patchConsole: options.console === "shared"
  })
  const onResize = (): void => {
    const { columns, rows } = stdout
    if (!(columns > 0 && rows > 0)) return
    // Before Ink's own listener: forget the old frame, and draw the new size in one go.
    app.clear()
    stdout.write(wiped)
    session.dispatch({ _tag: "Resize", columns, rows })
    app.rerender(screen)
  }
  stdout.prependListener("resize", onResize)
  let failure: Error | undefined
  const ended = app
    .waitUntilExit()
    .finally(() => stdout.off("resize", onResize))
    .then(() => {
      if (failure !== undefined) throw failure
    })
  return {
    ended,
    firstFrame: app.waitUntilRenderFlush(),
    unmount: (error) => {
      // Ink's own unmount does not pass an error on.
      failure ??= error
      app.unmount()
    }
  }
}
