/**
 * Probes: named values of a node's state that properties read and recordings keep.
 *
 * A service exposes a probe once, while it is built; outside a flight that does nothing. A node
 * exposes each probe at most once per incarnation, and loses all of them when it dies.
 */
import type { Schema } from "effect"
import { Context, Effect } from "effect"

/** A named, typed window into the state of whichever nodes expose it. */
export interface Probe<A> {
  readonly name: string
  readonly schema: Schema.Codec<A, unknown>
  /**
   * Exposes the probe on the node being built. `read` is called after every event of the node
   * that may have changed it: it must be cheap, must not change anything and must not throw.
   */
  readonly expose: (read: () => A) => Effect.Effect<void>
}

/** Where the probes of the current node are collected. Does nothing outside a flight. */
export interface ProbeSink {
  readonly expose: (probe: Probe<unknown>, read: () => unknown) => void
}

/** The sink of the node whose code is running; by default nobody listens. */
export const CurrentProbeSink = Context.Reference<ProbeSink>("downforce/CurrentProbeSink", {
  defaultValue: () => ({ expose: () => {} })
})

/**
 * Declares a probe. The schema must encode to JSON: recordings keep the encoded value.
 *
 * @example
 * const Charges = Probe.make("charges", Schema.Array(Schema.String))
 * // in a service, while it is built:
 * yield* Charges.expose(() => [...charges.keys()])
 */
export const make = <A>(name: string, schema: Schema.Codec<A, unknown>): Probe<A> => {
  const probe: Probe<A> = {
    name,
    schema,
    expose: (read) =>
      Effect.withFiber((fiber) => {
        // A sink only hands the value back to readers of this same probe, which know its type.
        fiber.getRef(CurrentProbeSink).expose(probe as unknown as Probe<unknown>, read)
        return Effect.void
      })
  }
  return probe
}
