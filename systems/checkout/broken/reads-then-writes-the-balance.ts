/** The ledger, but it reads the balance before it goes to the journal, and writes it after. */
import { Service, Work } from "downforce"
import { Effect, Ref } from "effect"
import { Ledger } from "../contracts.ts"
import { Book, journalTime } from "../ledger.ts"

export const ledger = Service.make("ledger", {
  provides: Ledger,
  capacity: { cores: 1 },
  handlers: Effect.gen(function* () {
    const book = yield* Ref.make<typeof Book.schema.Type>({ balance: 0, entries: [], repeats: 0 })
    yield* Book.expose(() => Ref.getUnsafe(book))

    return Ledger.of({
      append: Effect.fnUntraced(function* (entry) {
        yield* Work.spend("1 millis")
        // broken: by the time it is written back, other charges may have been entered.
        const balance = (yield* Ref.get(book)).balance + entry.amount
        yield* Effect.sleep(journalTime)
        yield* Ref.update(book, (now) =>
          now.entries.some(({ charge }) => charge === entry.charge)
            ? { ...now, repeats: now.repeats + 1 }
            : { ...now, balance, entries: [...now.entries, entry] }
        )
      })
    })
  })
})
