/**
 * Animals of the zoo: services of a few lines that reach past the simulation, each in its own way,
 * and some that only look as if they did.
 *
 * Owns how an animal becomes a scenario that can be flown. Knows no outcome: flying it tells.
 */
import { Effect, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { Contract, Operation, Service, System, WindTunnel, Workload } from "downforce"

/** A service that answers each question in one way. */
export interface Animal {
  /** What it does, as the table in the documentation calls it. */
  readonly name: string
  /** Gives a value, a promise or an effect. */
  readonly answer: (text: string, requestId: string) => unknown
}

/** Declares an animal. */
export const animal = (name: string, answer: Animal["answer"]): Animal => ({
  name,
  answer
})

/** A promise of what a callback in the style of Node is called with: a value, or an error. */
export const called = (
  begin: (callback: (error: Error | null, value?: unknown) => void) => unknown
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    begin((error, value) => (error === null ? resolve(value) : reject(error)))
  })

class Cage extends Contract.make<Cage>()(
  "Cage",
  RpcGroup.make(Rpc.make("ask", { payload: { text: Schema.String }, success: Schema.String }))
) {}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? String(value))

const answered = (answer: () => unknown): Effect.Effect<string> =>
  Effect.suspend(() => {
    const given = answer()
    // An animal needs nothing and does not fail: what goes wrong in it is a defect.
    if (Effect.isEffect(given)) return given as Effect.Effect<unknown>
    return given instanceof Promise ? Effect.promise(() => given) : Effect.succeed(given)
  }).pipe(Effect.map(textOf))

/** The scenario of an animal: a client asks it a few times. */
export const scenarioOf = ({ answer, name }: Animal): WindTunnel.WindTunnel =>
  WindTunnel.make(name, {
    system: System.make("zoo", {
      services: [
        Service.make("cage", {
          provides: Cage,
          handlers: Effect.succeed(
            Cage.of({
              ask: ({ text }, { requestId }) => answered(() => answer(text, String(requestId)))
            })
          )
        })
      ]
    }),
    workload: Workload.make({
      clients: 1,
      operations: 3,
      operation: Operation.make(Cage, "ask", fc.record({ text: fc.constantFrom("a", "b", "c") })),
      over: "1 second"
    }),
    horizon: "5 minutes",
    properties: []
  })
