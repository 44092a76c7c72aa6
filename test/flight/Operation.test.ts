import * as fc from "fast-check"
import { Result, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { describe, expect, it } from "vitest"
import * as Operation from "../../src/flight/Operation.ts"
import type { HistoryEntry } from "../../src/property/History.ts"
import * as Contract from "../../src/system/Contract.ts"
import { Closed, Ledger } from "../system/Fixture.ts"

class Odd extends Contract.make<Odd>()(
  "Odd",
  RpcGroup.make(
    Rpc.make("nothing"),
    Rpc.make("many", {
      payload: {
        at: Schema.Date,
        amount: Schema.BigInt,
        tags: Schema.ReadonlySet(Schema.String),
        limit: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))
      }
    }),
    Rpc.make("keyed", { payload: { id: Schema.String }, primaryKey: ({ id }) => id })
  )
) {}

type RpcOf<O> = O extends Operation.Operation<infer _Target, infer Procedure> ? Procedure : never

describe("a payload", () => {
  it("is JSON on its way, and the decoded value on arrival", () => {
    const many = fc.record({
      at: fc.date({ noInvalidDate: true }),
      amount: fc.bigInt(),
      tags: fc.uniqueArray(fc.string()).map((tags) => new Set(tags)),
      limit: fc.nat(9)
    })
    fc.assert(
      fc.property(many, (payload) => {
        const json = Result.getOrThrow(Operation.encodePayload(Odd, "many", payload))
        const written: Schema.Json = JSON.parse(JSON.stringify(json))
        expect(Result.getOrThrow(Operation.decodePayload(Odd, "many", written))).toEqual(payload)
      })
    )
  })

  it("may be absent", () => {
    const json = Result.getOrThrow(Operation.encodePayload(Odd, "nothing", undefined))
    expect(JSON.parse(JSON.stringify(json))).toBe(json)
    expect(Operation.decodePayload(Odd, "nothing", json)).toEqual(Result.succeed(undefined))
  })

  it("may be of a class", () => {
    expect(Operation.encodePayload(Odd, "keyed", { id: "a" })).toEqual(Result.succeed({ id: "a" }))
  })

  it("is refused when it does not fit, naming the procedure", () => {
    const failure = Operation.encodePayload(Ledger, "append", { order: 1 })
    expect(Result.getFailure(failure)).toMatchObject({
      value: {
        _tag: "InvalidPayload",
        contract: "Ledger",
        procedure: "append",
        message: expect.stringMatching(/^payload of Ledger\.append: .*string.*order/is)
      }
    })
    expect(Result.isFailure(Operation.decodePayload(Odd, "many", { at: "never" }))).toBe(true)
  })

  it("is refused when there is no such procedure", () => {
    const failure = Operation.decodePayload(Ledger, "refund", {})
    expect(Result.getFailure(failure)).toMatchObject({
      value: { message: "payload of Ledger.refund: Ledger has no such procedure" }
    })
  })
})

describe("an operation", () => {
  const payload = fc.record({ order: fc.string() })

  it("takes every declared error for a definite one, unless told otherwise", () => {
    expect(Operation.make(Ledger, "append", payload).isIndefinite(new Closed({ until: 1 }))).toBe(
      false
    )
  })

  it("asks its author which errors leave open whether it happened", () => {
    const operation = Operation.make(Ledger, "append", payload, {
      indefinite: (error) => error.until === 7
    })
    const answers = [7, 8].map((until) => operation.isIndefinite(new Closed({ until })))
    expect(answers).toEqual([true, false])
  })

  it("finds its own entries in a history, in order and with the types of its procedure", () => {
    const append = Operation.make(Ledger, "append", payload)
    const entry = (id: string, contract: string, procedure: string): HistoryEntry => ({
      id,
      client: "client-1",
      contract,
      procedure,
      payload: { order: id },
      intendedAt: 0,
      startedAt: 0,
      endedAt: 1,
      outcome: { _tag: "ok", value: 7 }
    })
    const history = [
      entry("o-1", "Ledger", "append"),
      entry("o-2", "Ledger", "follow"),
      entry("o-3", "Odd", "append"),
      entry("o-4", "Ledger", "append")
    ]
    const orders: ReadonlyArray<string> = Operation.entries(append, history).map(
      (found) => found.payload.order
    )
    expect(orders).toEqual(["o-1", "o-4"])
  })

  it("has a list as the answer of a stream, as clients collect it", () => {
    const follow = Operation.make(Ledger, "follow", fc.record({ from: fc.nat() }))
    const answered = ({ outcome }: Operation.Entry<RpcOf<typeof follow>>): ReadonlyArray<string> =>
      outcome?._tag === "ok" ? outcome.value : []
    expect(Operation.entries(follow, []).flatMap(answered)).toEqual([])
  })
})
