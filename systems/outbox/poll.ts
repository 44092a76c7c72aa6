/** Asking for work: at once while there is some, more and more seldom while there is none. */
import { Cause, Effect, Schedule } from "effect"

/**
 * Takes steps for ever; a step tells how much it found, and one that fails found nothing. So does
 * one that is interrupted from afar: who stops gracefully interrupts its handlers, and the caller
 * gets to hear just that. What interrupts this fiber itself still ends it.
 */
export const poll = <E, R>(step: Effect.Effect<number, E, R>): Effect.Effect<never, never, R> =>
  step.pipe(
    Effect.catchCause((cause) =>
      cause.reasons.some(Cause.isDieReason) ? Effect.die(Cause.squash(cause)) : Effect.succeed(0)
    ),
    Effect.repeat({
      while: (found) => found === 0,
      schedule: Schedule.min([Schedule.exponential("10 millis"), Schedule.spaced("1 second")])
    }),
    Effect.forever
  )
