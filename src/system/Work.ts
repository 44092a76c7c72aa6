/**
 * Work: processor time that code takes, so that a node can be overloaded in virtual time for the
 * reason the real one would be. Outside of a flight it does nothing.
 *
 * Owns the one function that code calls. Who waits for whose cores is the world's business.
 */
import { Context, type Duration, Effect } from "effect"
import * as Micros from "./Micros.ts"

/** The cores of the node whose code is running. */
export interface Processor {
  readonly spend: (micros: number) => Effect.Effect<void>
}

/** The processor of the current node; none outside of a flight. */
export const CurrentProcessor = Context.Reference<Processor | undefined>(
  "downforce/CurrentProcessor",
  { defaultValue: () => undefined }
)

/**
 * Keeps a core of the node busy for so long, waiting for one in order of arrival while all of them
 * are: `capacity.cores` of the service says how many there are. Interrupted, it gives the core
 * back. A length that is none, or longer than a day, is a defect.
 *
 * @example
 * yield* Work.spend("3 millis")
 */
export const spend = (length: Duration.Input): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const processor = fiber.getRef(CurrentProcessor)
    if (processor === undefined) return Effect.void
    const micros = Micros.fromDuration(length)
    if (micros === undefined || !(micros >= 0 && micros <= Micros.dayMicros)) {
      const text = Micros.inputText(length)
      return Effect.die(new RangeError(`Work.spend(${text}): allowed are 0 to 1 day`))
    }
    return micros === 0 ? Effect.void : processor.spend(micros)
  })
