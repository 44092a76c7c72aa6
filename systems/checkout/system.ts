/** The checkout: a gateway before payments, payments before a ledger, and mail beside them. */
import { System } from "downforce"
import { gateway } from "./gateway.ts"
import { ledger } from "./ledger.ts"
import { mail } from "./mail.ts"
import { payments } from "./payments.ts"

export const checkout = System.make("checkout", {
  services: [gateway, payments, ledger],
  fakes: [mail]
})
