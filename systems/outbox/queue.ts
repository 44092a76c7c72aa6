/** A fake of the message queue: it delivers at least once, and loses nothing it was given. */
import { Fake, Probe } from "downforce"
import { Clock, Effect, Schema } from "effect"
import { type Order, Queue } from "./contracts.ts"

/** What the queue has. */
export const Messages = Probe.make(
  "messages",
  Schema.Struct({
    waiting: Schema.Int,
    /** How many times a message was delivered that had been delivered before. */
    redelivered: Schema.Int
  })
)

export const queue = Fake.make("queue", {
  provides: Queue,
  handlers: Effect.gen(function* () {
    interface Kept {
      readonly body: Order
      readonly deliveries: number
      readonly visibleAt: number
    }
    const messages = new Map<number, Kept>()
    let last = 0
    let redelivered = 0
    yield* Messages.expose(() => ({ waiting: messages.size, redelivered }))

    return Queue.of({
      send: ({ body }) =>
        Effect.sync(() => void messages.set(++last, { body, deliveries: 0, visibleAt: 0 })),
      receive: Effect.fnUntraced(function* ({ max, visibilityMillis }) {
        const now = yield* Clock.currentTimeMillis
        const visible = [...messages].filter(([, { visibleAt }]) => visibleAt <= now).slice(0, max)
        return visible.map(([number, { body, deliveries }]) => {
          if (deliveries > 0) redelivered++
          const visibleAt = now + visibilityMillis
          messages.set(number, { body, deliveries: deliveries + 1, visibleAt })
          return { receipt: `${number}/${deliveries + 1}`, body }
        })
      }),
      delete: ({ receipt }) =>
        Effect.sync(() => {
          const [number, delivery] = receipt.split("/").map(Number)
          if (number === undefined) return
          if (messages.get(number)?.deliveries === delivery) messages.delete(number)
        })
    })
  })
})
