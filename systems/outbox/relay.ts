/** The relay: sends every order to the queue, and remembers how far it has come. */
import { Service, Use } from "downforce"
import { Effect, FileSystem, Schedule } from "effect"
import { Orders, Queue } from "./contracts.ts"
import * as Files from "./files.ts"
import { poll } from "./poll.ts"

const path = "/sent"
const ordersAtOnceMax = 4

export const relay = Service.make("relay", {
  uses: {
    orders: Use.make(Orders, { timeout: "200 millis" }),
    queue: Use.make(Queue, { timeout: "200 millis" })
  },
  disk: {},
  handlers: Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const orders = yield* Orders
    const queue = yield* Queue

    const load = Effect.gen(function* () {
      return (yield* files.exists(path)) ? Number(yield* files.readFileString(path)) : 0
    })
    let sent = yield* load.pipe(Effect.retry(Schedule.spaced("100 millis")), Effect.orDie)

    // What is sent and not remembered as sent is sent again: the consumer has to know it.
    const step = Effect.gen(function* () {
      const next = yield* orders.list({ from: sent, max: ordersAtOnceMax })
      yield* Effect.forEach(next, (body) => queue.send({ body }), { concurrency: "unbounded" })
      const total = sent + next.length
      yield* Files.replace(files, path, new TextEncoder().encode(`${total}`))
      sent = total
      return next.length
    })
    yield* Effect.forkScoped(poll(step))
  })
})
