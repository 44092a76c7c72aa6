/** A transactional outbox: orders in a log, a relay to a queue, and a consumer behind it. */
import { System } from "downforce"
import { consumer } from "./consumer.ts"
import { orders } from "./orders.ts"
import { queue } from "./queue.ts"
import { relay } from "./relay.ts"

export const outbox = System.make("outbox", {
  services: [orders, relay, consumer],
  fakes: [queue]
})
