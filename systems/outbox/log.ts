/**
 * A write-ahead log of orders on the disk of a node.
 *
 * What it has said yes to survives a loss of power. When a write or a sync fails, nobody knows what
 * of it is on the disk, and a second sync would not tell: the cache may show what the disk never
 * got (Rebello et al., 2020). So nothing is ever written behind a failure. The log is written anew,
 * to another file, from what is known to be good; at a start, too.
 */
import { Effect, FileSystem, type PlatformError, Schedule } from "effect"
import type { Order } from "./contracts.ts"
import * as Files from "./files.ts"
import * as Records from "./records.ts"

/** A log that is open. Whoever appends waits until it is done, before the next one does. */
export interface Log {
  /** Everything that is kept, the oldest first. */
  readonly orders: () => ReadonlyArray<Order>
  /** Keeps an order. When it fails, the order may come back at the next start, or not. */
  readonly append: (order: Order) => Effect.Effect<void, PlatformError.PlatformError>
  /** Whether the file ended in something that is no record when it was read. */
  readonly hadTornRecord: boolean
  /** How many syncs have failed. */
  readonly failedSyncs: () => number
}

/** Opens the log at a path. A disk that does not answer now is asked until it does. */
export type Open = (path: string) => Effect.Effect<Log, never, FileSystem.FileSystem>

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
    yield* Effect.tapError(file.sync, () => Effect.sync(() => failedSyncs++))
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
