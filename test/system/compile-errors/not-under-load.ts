/** Breaking points and envelopes whose requests the system cannot serve; pools that may be full. */
import {
  Arrivals,
  BreakingPoint,
  Envelope,
  Load,
  Operation,
  Pool,
  Service,
  System
} from "downforce"
import { Effect } from "effect"
import * as fc from "fast-check"
import { Ledger, Mail, Payments, ledger } from "../Fixture.ts"

const system = System.make("ledger", { services: [ledger] })
const append = Operation.make(Ledger, "append", fc.record({ order: fc.string() }))
const charge = Operation.make(Payments, "charge", fc.record({ order: fc.string() }))
const send = Operation.make(Mail, "send", fc.record({ to: fc.string() }))

const axis = { unit: "requests/s", min: 1, max: 100 }

export const point = BreakingPoint.make("a charge", {
  axis,
  at: (rate) => ({
    system,
    // expect: not in the system | "Payments"
    load: Load.make({ operation: charge, arrivals: Arrivals.poisson(rate) })
  }),
  levels: []
})

export const oneOfSeveral = BreakingPoint.make("a mail among others", {
  axis,
  at: (rate) => ({
    system,
    // expect: not in the system | "Mail"
    load: Load.make({
      operation: [append, { weight: 2, operation: send }],
      arrivals: Arrivals.poisson(rate)
    })
  }),
  levels: []
})

export const envelope = Envelope.make("charges by rate", {
  x: axis,
  y: { unit: "of nothing", values: [1, 2] },
  at: (rate) => ({
    system,
    // expect: not in the system | "Payments"
    load: Load.make({ operation: charge, arrivals: Arrivals.poisson(rate) })
  }),
  levels: []
})

export const right = BreakingPoint.make("an entry", {
  axis,
  at: (rate) => ({
    system,
    load: Load.make({ operation: append, arrivals: Arrivals.poisson(rate) })
  }),
  levels: []
})

const lock = Pool.make("lock", { slots: 1 })
const desks = Pool.make("desks", { slots: 2, queueMax: 3 })

/** A pool without a bound on its queue is never full, and adds no error. */
export const mailer = Service.make("mail", {
  provides: Mail,
  capacity: { pools: [lock, desks] },
  handlers: Effect.succeed(Mail.of({ send: () => lock.withSlot(Effect.void) }))
})

export const careless = Service.make("mail", {
  provides: Mail,
  capacity: { pools: [lock, desks] },
  // expect: PoolFull
  handlers: Effect.succeed(Mail.of({ send: () => desks.withSlot(Effect.void) }))
})
