/** The consumer, but it takes every delivery for the first. */
import { Service, Use } from "downforce"
import { Effect } from "effect"
import { Applied } from "../consumer.ts"
import { type Order, Queue } from "../contracts.ts"
import * as Log from "../log.ts"
import { poll } from "../poll.ts"

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
      // broken: what was applied and not deleted in time comes again.
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
