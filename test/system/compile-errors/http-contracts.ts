/** Contracts over HTTP: operations, clients and handlers of a wrong shape. */
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApi, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import * as fc from "fast-check"
import { Contract, Operation, Service, System, Use } from "downforce"
import { Mail } from "../Fixture.ts"

const Notes = HttpApi.make("notes").add(
  HttpApiGroup.make("note").add(
    HttpApiEndpoint.post("write", "/notes", {
      payload: Schema.Struct({ text: Schema.String }),
      success: Schema.Int
    })
  )
)

class Notebook extends Contract.make<Notebook>()("Notebook", Notes) {}

export const right = Operation.make(
  Notebook,
  "note.write",
  fc.record({ payload: fc.record({ text: fc.string() }) })
)

export const noSuchEndpoint = Operation.make(
  Notebook,
  // expect: note.erase | note.write
  "note.erase",
  fc.record({ payload: fc.record({ text: fc.string() }) })
)

export const wrongPayload = Operation.make(
  Notebook,
  "note.write",
  // expect: text | number | string
  fc.record({ payload: fc.record({ text: fc.nat() }) })
)

export const server = Service.make("notebook", {
  provides: Notebook,
  handlers: Effect.succeed(Effect.succeed(HttpServerResponse.text("1")))
})

export const noServer = Service.make("notebook", {
  provides: Notebook,
  // expect: write
  handlers: Effect.succeed({ write: () => Effect.succeed(1) })
})

export const undeclared = Service.make("notebook", {
  provides: Notebook,
  // expect: missing from `uses` | Mail
  handlers: Effect.succeed(Effect.as(Mail, HttpServerResponse.text("1")))
})

const reader = Service.make("reader", {
  uses: { notes: Use.make(Notebook) },
  handlers: Effect.gen(function* () {
    const notes = yield* Notebook
    // expect: text
    yield* notes.note.write({ payload: { texts: "a" } })
  })
})

export const nobodyProvides = System.make("notes", {
  // expect: no service provides | Notebook
  services: [reader]
})
