/** Checkouts with one service broken, each in one place. Found, or the scenario proves nothing. */
import { System, WindTunnel } from "downforce"
import * as chargesFirst from "../../systems/checkout/broken/charges-before-recording.ts"
import * as readsFirst from "../../systems/checkout/broken/reads-then-writes-the-balance.ts"
import * as newKey from "../../systems/checkout/broken/retries-with-a-new-key.ts"
import { gateway } from "../../systems/checkout/gateway.ts"
import { ledger } from "../../systems/checkout/ledger.ts"
import { mail } from "../../systems/checkout/mail.ts"
import { payments } from "../../systems/checkout/payments.ts"
import { conditions } from "../checkout.ts"

export const retriesWithANewKey = WindTunnel.make("retries with a new key", {
  ...conditions,
  system: System.make("checkout", { services: [newKey.gateway, payments, ledger], fakes: [mail] })
})

export const chargesBeforeRecording = WindTunnel.make("charges before recording", {
  ...conditions,
  system: System.make("checkout", {
    services: [gateway, chargesFirst.payments, ledger],
    fakes: [mail]
  })
})

export const readsThenWritesTheBalance = WindTunnel.make("reads then writes the balance", {
  ...conditions,
  system: System.make("checkout", {
    services: [gateway, payments, readsFirst.ledger],
    fakes: [mail]
  })
})
