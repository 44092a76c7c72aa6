/** A fake of the mail provider: keeps what it was asked to send, once for each key. */
import { Fake, Probe } from "downforce"
import { Effect, Schema } from "effect"
import { Mail } from "./contracts.ts"

/** The orders whose receipts were mailed, as often as they were. */
export const Sent = Probe.make("sent", Schema.Array(Schema.String))

export const mail = Fake.make("mail", {
  provides: Mail,
  handlers: Effect.gen(function* () {
    const sent = new Map<string, string>()
    yield* Sent.expose(() => [...sent.values()])
    return Mail.of({ send: ({ key, order }) => Effect.sync(() => void sent.set(key, order)) })
  })
})
