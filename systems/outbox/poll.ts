/** Asking for work: at once while there is some, more and more seldom while there is none. */
import { Effect, Schedule } from "effect"

/** Takes steps for ever; a step tells how much it found, and one that fails found nothing. */
export const poll = <E, R>(step: Effect.Effect<number, E, R>): Effect.Effect<never, never, R> =>
  step.pipe(
    Effect.catch(() => Effect.succeed(0)),
    Effect.repeat({
      while: (found) => found === 0,
      schedule: Schedule.min([Schedule.exponential("10 millis"), Schedule.spaced("1 second")])
    }),
    Effect.forever
  )
