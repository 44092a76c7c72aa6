/** The consumer: applies every order it is delivered, once, however often that is. */
import { Probe, Service, Use } from "downforce"
import { Effect, Schedule, Schema } from "effect"
import { Order, Queue } from "./contracts.ts"
import * as Log from "./log.ts"

/** The orders that were applied, as often as they were. */
export const Applied = Probe.make("applied", Schema.Array(Order))

const messagesAtOnceMax = 8
/** How long a message stays hidden from others: long enough to apply as many, as a rule. */
const visibilityMillis = 1_000

export const consumer = Service.make("consumer", {
  uses: { queue: Use.make(Queue, { timeout: "1 second" }) },
  disk: {},
  handlers: Effect.gen(function* () {
    const queue = yield* Queue
    // The order in the log is the effect and the memory of it at once: neither is without the other.
    const log = yield* Log.open("/applied.log")
    yield* Applied.expose(log.orders)

    const apply = Effect.fnUntraced(function* (body: Order) {
      if (log.orders().some(({ order }) => order === body.order)) return
      yield* log.append(body)
    })

    const step = Effect.gen(function* () {
      const messages = yield* queue.receive({ max: messagesAtOnceMax, visibilityMillis })
      yield* Effect.forEach(messages, ({ body, receipt }) =>
        Effect.andThen(apply(body), queue.delete({ receipt }))
      )
    })
    const steps = step.pipe(Effect.ignore, Effect.repeat(Schedule.spaced("200 millis")))
    yield* Effect.forkScoped(steps)
  })
})
