/**
 * A running replay: the model, whoever watches it, and the work that waits for its turn.
 *
 * Owns when chunks of work and undecided digits are seen to. Time is handed in, so that the core
 * has none of its own. The first error of a view or a handler ends the session and is reported.
 */
import type { FlightService } from "../../src/flight/FlightService.ts"
import type { Input, ReplayModel } from "./ReplayModel.ts"
import { isBusy, isUndecided, update } from "./Update.ts"

/** A digit means a pane when no key has followed for so long. */
export const settleMs = 600

/** Ways to do something later; each returns how to take it back. */
export interface Schedule {
  /** As soon as keys and the screen have had their turn. */
  readonly soon: (run: () => void) => () => void
  readonly after: (ms: number, run: () => void) => () => void
}

/** See the module. */
export interface Session {
  readonly model: () => ReplayModel
  readonly dispatch: (input: Input) => void
  /** Calls the listener after every change; returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void
  /** Asks flights whether the recording still replays, and shows the answer. */
  readonly verify: (flights: FlightService) => Promise<void>
  /** Takes back whatever waits. */
  readonly close: () => void
}

/** Starts a session. `fail` is called at most once, with what an input threw. */
export const makeSession = (
  opened: ReplayModel,
  schedule: Schedule,
  fail: (error: unknown) => void
): Session => {
  let model = opened
  let isClosed = false
  let cancelWork: (() => void) | undefined
  let cancelSettle: (() => void) | undefined
  const listeners = new Set<() => void>()

  const close = (): void => {
    isClosed = true
    cancelWork?.()
    cancelSettle?.()
    cancelWork = undefined
    cancelSettle = undefined
  }

  const arrange = (): void => {
    if (isBusy(model) && cancelWork === undefined) {
      cancelWork = schedule.soon(() => {
        cancelWork = undefined
        dispatch({ _tag: "Tick" })
      })
    }
    cancelSettle?.()
    cancelSettle = isUndecided(model)
      ? schedule.after(settleMs, () => {
          cancelSettle = undefined
          dispatch({ _tag: "Settle" })
        })
      : undefined
  }

  const dispatch = (input: Input): void => {
    if (isClosed) return
    try {
      const next = update(model, input)
      if (next === model) return
      model = next
      arrange()
      for (const listener of listeners) listener()
    } catch (error) {
      close()
      fail(error)
    }
  }

  return {
    model: () => model,
    dispatch,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    verify: async (flights) => {
      dispatch({ _tag: "Checking" })
      try {
        const check = await flights.verify(model.recording)
        dispatch({ _tag: "Checked", check })
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        dispatch({ _tag: "Checked", check: { _tag: "unavailable", reason } })
      }
    },
    close
  }
}
