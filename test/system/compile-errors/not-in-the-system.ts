/** Scenarios whose operations the system cannot serve. */
import { Operation, System, WindTunnel, Workload } from "downforce"
import * as fc from "fast-check"
import { Ledger, Mail, Payments, ledger } from "../Fixture.ts"

const system = System.make("ledger", { services: [ledger] })
const append = Operation.make(Ledger, "append", fc.record({ order: fc.string() }))
const charge = Operation.make(Payments, "charge", fc.record({ order: fc.string() }))
const send = Operation.make(Mail, "send", fc.record({ to: fc.string() }))

export const single = WindTunnel.make("a charge", {
  system,
  // expect: not in the system | "Payments"
  workload: Workload.make({ clients: 1, operations: 1, operation: charge }),
  properties: []
})

export const oneOfSeveral = WindTunnel.make("a mail among others", {
  system,
  // expect: not in the system | "Mail"
  workload: Workload.make({
    clients: 1,
    operations: 1,
    operation: [append, { weight: 2, operation: send }]
  }),
  properties: []
})

// expect: "refund" | "append"
export const noSuchProcedure = Operation.make(Ledger, "refund", fc.record({}))

// expect: Type 'number' is not assignable to type 'string'
export const wrongPayload = Operation.make(Mail, "send", fc.record({ to: fc.nat() }))
