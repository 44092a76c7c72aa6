/**
 * Ctrl-C: the first asks for an orderly end, the second ends at once.
 */
import { exitCodes } from "./ExitCode.ts"
import { message } from "./Streams.ts"

/** Whether somebody wants the work to end. */
export interface StopSignal {
  readonly requested: () => boolean
  readonly close: () => void
}

/** Begins to listen. `onFirst` is called before the first signal is answered. */
export const listen = (onFirst: () => void): StopSignal => {
  let isRequested = false
  const onSignal = (): void => {
    if (isRequested) process.exit(exitCodes.interrupted)
    isRequested = true
    onFirst()
    message("ending; once more ends at once")
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  return {
    requested: () => isRequested,
    close: () => {
      process.off("SIGINT", onSignal)
      process.off("SIGTERM", onSignal)
    }
  }
}
