/** The ledger: the entries of all charges, and a running balance beside them. */
import { Probe, Service, Work } from "downforce"
import { Effect, Ref, Schema } from "effect"
import { Ledger } from "./contracts.ts"

/** What the ledger has in its book. */
export const Book = Probe.make(
  "book",
  Schema.Struct({
    balance: Schema.Int,
    entries: Schema.Array(
      Schema.Struct({ charge: Schema.String, order: Schema.String, amount: Schema.Int })
    ),
    /** How often a charge arrived that was there already. */
    repeats: Schema.Int
  })
)

/** How long it takes to put an entry into the journal. Others arrive meanwhile. */
export const journalTime = "1 millis"

export const ledger = Service.make("ledger", {
  provides: Ledger,
  capacity: { cores: 1 },
  handlers: Effect.gen(function* () {
    const book = yield* Ref.make<typeof Book.schema.Type>({ balance: 0, entries: [], repeats: 0 })
    yield* Book.expose(() => Ref.getUnsafe(book))

    return Ledger.of({
      append: Effect.fnUntraced(function* (entry) {
        yield* Work.spend("1 millis")
        yield* Effect.sleep(journalTime)
        yield* Ref.update(book, (now) =>
          now.entries.some(({ charge }) => charge === entry.charge)
            ? { ...now, repeats: now.repeats + 1 }
            : { ...now, balance: now.balance + entry.amount, entries: [...now.entries, entry] }
        )
      })
    })
  })
})
