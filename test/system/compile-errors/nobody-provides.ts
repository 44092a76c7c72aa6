/** Contracts that are used and that nobody provides. */
import { Service, System } from "downforce"
import { auditor, ledger, mail, payments } from "../Fixture.ts"

export const withoutLedger = System.make("checkout", {
  services: [
    // expect: no service provides | "Ledger"
    Service.replicas(payments, 2),
    // expect: no service provides | "Ledger"
    auditor
  ],
  fakes: [mail]
})

export const withoutMail = System.make("checkout", {
  services: [
    ledger,
    // expect: no service provides | "Mail"
    payments
  ]
})

export const withoutBoth = System.make("checkout", {
  // expect: no service provides | "Ledger" | "Mail"
  services: [payments]
})
