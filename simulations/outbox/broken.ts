/** Outboxes with one part broken, each in one place. Found, or the scenario proves nothing. */
import { System, WindTunnel } from "downforce"
import * as acksFirst from "../../systems/outbox/broken/acks-before-fsync.ts"
import * as notIdempotent from "../../systems/outbox/broken/consumer-not-idempotent.ts"
import * as ignoresError from "../../systems/outbox/broken/ignores-fsync-error.ts"
import * as noChecksum from "../../systems/outbox/broken/no-checksum-on-replay.ts"
import { consumer } from "../../systems/outbox/consumer.ts"
import type { Open } from "../../systems/outbox/log.ts"
import { orders, ordersOver } from "../../systems/outbox/orders.ts"
import { queue } from "../../systems/outbox/queue.ts"
import { relay } from "../../systems/outbox/relay.ts"
import { deliveryFails, powerFails } from "../outbox.ts"

const over = (name: string, open: Open) =>
  WindTunnel.make(name, {
    ...powerFails,
    system: System.make("outbox", {
      services: [ordersOver(open), relay, consumer],
      fakes: [queue]
    })
  })

export const acksBeforeFsync = over("acks before fsync", acksFirst.open)

export const noChecksumOnReplay = over("no checksum on replay", noChecksum.open)

export const ignoresFsyncError = over("ignores fsync error", ignoresError.open)

export const consumerNotIdempotent = WindTunnel.make("consumer not idempotent", {
  ...deliveryFails,
  system: System.make("outbox", {
    services: [orders, relay, notIdempotent.consumer],
    fakes: [queue]
  })
})
