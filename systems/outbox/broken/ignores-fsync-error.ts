/** The log, but a sync that fails is only counted. */
import { Effect, FileSystem, Schedule } from "effect"
import type { Order } from "../contracts.ts"
import * as Files from "../files.ts"
import type { Open } from "../log.ts"
import * as Records from "../records.ts"

export const open: Open = Effect.fnUntraced(function* (path) {
  const files = yield* FileSystem.FileSystem
  let orders: ReadonlyArray<Order> = []
  let hadTornRecord = false
  let failedSyncs = 0
  let isClean = false

  const replay = Effect.gen(function* () {
    if (!(yield* files.exists(path))) return
    const bytes = yield* files.readFile(path)
    const found: Array<Order> = []
    let end = 0
    for (;;) {
      const record = Records.at(bytes, end)
      if (record === undefined) break
      if (Records.checksumOf(record.payload) !== record.checksum) break
      found.push(Records.decode(record.payload))
      end = record.end
    }
    orders = found
    hadTornRecord = end < bytes.length
  })

  const rewrite = Effect.gen(function* () {
    const records = orders.flatMap((order) => [...Records.make(Records.encode(order))])
    yield* Files.replace(files, path, Uint8Array.from(records))
    isClean = true
  })

  const write = Effect.fnUntraced(function* (order: Order) {
    const file = yield* files.open(path, { flag: "a" })
    yield* file.writeAll(Records.make(Records.encode(order)))
    // broken: the cache shows the order, and the disk never gets it.
    yield* file.sync.pipe(Effect.catch(() => Effect.sync(() => failedSyncs++)))
  }, Effect.scoped)

  const append = Effect.fnUntraced(function* (order: Order) {
    if (!isClean) yield* rewrite
    isClean = false
    yield* write(order)
    isClean = true
    orders = [...orders, order]
  }, Effect.uninterruptible)

  yield* replay.pipe(
    Effect.andThen(rewrite),
    Effect.retry(Schedule.spaced("100 millis")),
    Effect.orDie
  )
  return { orders: () => orders, append, hadTornRecord, failedSyncs: () => failedSyncs }
})
