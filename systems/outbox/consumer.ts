/** The consumer: applies every order it is delivered, once, however often that is. */
import { Probe, Service, Use } from "downforce"
import { Effect, Schema } from "effect"
import { Order, Queue } from "./contracts.ts"
import * as Log from "./log.ts"
import { poll } from "./poll.ts"

/** The orders that were applied, as often as they were. */
export const Applied = Probe.make("applied", Schema.Array(Order))

const messagesAtOnceMax = 8
/** How long a message stays hidden from others: long enough to apply as many, as a rule. */
const visibilityMillis = 300

export const consumer = Service.make("consumer", {
  uses: { queue: Use.make(Queue, { timeout: "200 millis" }) },
  disk: {},
  handlers: Effect.gen(function* () {
    const queue = yield* Queue
    // An order in the log is the effect and the memory of it at once: neither without the other.
    const log = yield* Log.open("/applied.log")
    yield* Applied.expose(log.orders)

    const apply = Effect.fnUntraced(function* (body: Order) {
      if (log.orders().some(({ order }) => order === body.order)) return
      yield* log.append(body)
    })

    const step = Effect.gen(function* () {
      const messages = yield* queue.receive({ max: messagesAtOnceMax, visibilityMillis })
      // What fails comes again, and must not keep the others waiting.
      yield* Effect.forEach(messages, ({ body, receipt }) =>
        apply(body).pipe(Effect.andThen(queue.delete({ receipt })), Effect.ignore)
      )
      return messages.length
    })
    yield* Effect.forkScoped(poll(step))
  })
})
