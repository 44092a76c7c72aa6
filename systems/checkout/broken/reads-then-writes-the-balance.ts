/** The ledger, but it reads the balance in one step and writes it in another. */
import { Service } from "downforce"
import { DateTime, Effect, Ref } from "effect"
import { Ledger } from "../contracts.ts"
import { Book } from "../ledger.ts"

export const ledger = Service.make("ledger", {
  provides: Ledger,
  handlers: Effect.gen(function* () {
    const book = yield* Ref.make<typeof Book.schema.Type>({ balance: 0, entries: [], repeats: 0 })
    yield* Book.expose(() => Ref.getUnsafe(book))

    return Ledger.of({
      append: Effect.fnUntraced(function* (entry) {
        // broken: another charge may be entered between this read and the write below.
        const balance = yield* Effect.map(Ref.get(book), (now) => now.balance + entry.amount)
        const at = yield* DateTime.now
        yield* Ref.update(book, (now) =>
          now.entries.some(({ charge }) => charge === entry.charge)
            ? { ...now, repeats: now.repeats + 1 }
            : {
                ...now,
                balance,
                entries: [...now.entries, { ...entry, at }]
              }
        )
      })
    })
  })
})
