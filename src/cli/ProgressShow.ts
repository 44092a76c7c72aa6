/**
 * Shows how far the work has come: one line that is drawn over, or a heartbeat where that is not
 * possible.
 */
import { draw, message, messageLook } from "./Streams.ts"
import { everyMillis, wallMillis } from "./WallClock.ts"

/** How often the line is drawn at most, in milliseconds. */
export const frameMillis = 100

/** How often a heartbeat is written where no line can be drawn, in milliseconds. */
export const heartbeatMillis = 30_000

/** Progress that is being shown. */
export interface ProgressShow {
  /** `pressing`: what comes next holds the thread, so it is drawn whatever was drawn last. */
  readonly update: (line: () => string, urgency: "in time" | "pressing") => void
  /** Takes the line away, so that something else can be written. */
  readonly clear: () => void
  readonly close: () => void
}

/** Begins to show progress on stderr. */
export const start = (): ProgressShow => {
  const { columns, live } = messageLook()
  let latest: (() => string) | undefined
  let drawnAt = Number.NEGATIVE_INFINITY
  let isDrawn = false
  const clear = (): void => {
    if (isDrawn) draw("\r\u001b[K")
    isDrawn = false
  }
  const stop = everyMillis(heartbeatMillis, () => {
    if (!live && latest !== undefined) message(latest())
  })
  return {
    update: (line, urgency) => {
      latest = line
      const now = wallMillis()
      const isDue = urgency === "pressing" || now - drawnAt >= frameMillis
      if (!live || !isDue) return
      drawnAt = now
      isDrawn = true
      draw(`\r\u001b[K${[...line()].slice(0, columns - 1).join("")}`)
    },
    clear,
    close: () => {
      stop()
      clear()
    }
  }
}
