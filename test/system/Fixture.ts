/** The graph that tests of declarations share: a gateway, payments, a ledger, mail and a feed. */
import { Effect, Schema, Stream } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as Contract from "../../src/system/Contract.ts"
import * as Fake from "../../src/system/Fake.ts"
import * as Service from "../../src/system/Service.ts"
import * as Use from "../../src/system/Use.ts"

/** An error that `append` declares. */
export class Closed extends Schema.TaggedError<Closed>()("Closed", { until: Schema.Int }) {}

/** A contract with a plain and a streaming procedure. */
export class Ledger extends Contract.make<Ledger>()(
  "Ledger",
  RpcGroup.make(
    Rpc.make("append", {
      payload: { order: Schema.String, at: Schema.optionalKey(Schema.Date) },
      success: Schema.Int,
      error: Closed
    }),
    Rpc.make("follow", { payload: { from: Schema.Int }, success: Schema.String, stream: true })
  )
) {}

/** A contract of a service that uses another. */
export class Payments extends Contract.make<Payments>()(
  "Payments",
  RpcGroup.make(
    Rpc.make("charge", { payload: { order: Schema.String }, success: Schema.Int, error: Closed })
  )
) {}

/** A contract that only a fake provides. */
export class Mail extends Contract.make<Mail>()(
  "Mail",
  RpcGroup.make(Rpc.make("send", { payload: { to: Schema.String } }))
) {}

/** Provides `Ledger`, streaming included, and uses nothing. */
export const ledger = Service.make("ledger", {
  provides: Ledger,
  handlers: Effect.sync(() => {
    const entries: Array<string> = []
    return Ledger.of({
      append: (request) => Effect.sync(() => entries.push(request.order)),
      follow: (request) => Stream.fromIterable(entries.slice(request.from))
    })
  })
})

/** Uses one contract while it handles and one inside a handler function. */
export const payments = Service.make("payments", {
  provides: Payments,
  uses: {
    ledger: Use.make(Ledger, { timeout: "1 second", retry: { times: 2 }, concurrency: 8 }),
    mail: Use.make(Mail)
  },
  handlers: Effect.gen(function* () {
    const client = yield* Ledger
    return Payments.of({
      charge: Effect.fnUntraced(function* ({ order }) {
        const mailer = yield* Mail
        const sequence = yield* client
          .append({ order })
          .pipe(Effect.catchTag(["RpcClientError", "TimeoutError"], () => Effect.succeed(0)))
        yield* mailer.send({ to: order }).pipe(Effect.ignore)
        return sequence
      })
    })
  })
})

/** Provides nothing: a background worker that follows the ledger, replica by replica. */
export const auditor = Service.make("auditor", {
  uses: { ledger: Use.make(Ledger) },
  handlers: Effect.gen(function* () {
    const seen: Array<string> = []
    for (const address of yield* Ledger.addresses) {
      const replica = yield* Ledger.at(address)
      yield* replica.follow({ from: 0 }).pipe(
        Stream.runForEach((entry) => Effect.sync(() => seen.push(entry))),
        Effect.forkScoped
      )
    }
  })
})

/** A fake. */
export const mail = Fake.make("mail", {
  provides: Mail,
  handlers: Effect.succeed(Mail.of({ send: () => Effect.void }))
})
