import { Cause, Context, Effect } from "effect"
import { RpcClientDefect, RpcClientError } from "effect/rpc/RpcClientError"
import { describe, expect, it } from "vitest"
import * as Contract from "../../src/system/Contract.ts"
import type * as Service from "../../src/system/Service.ts"
import { Closed, Ledger, Mail, Payments, ledger } from "./Fixture.ts"

const clientOf = (node: string): Context.Service.Shape<typeof Mail> => ({
  send: () => Effect.die(`${node} was called`)
})

describe("a contract", () => {
  it("is the key of its client", () => {
    const client = clientOf("mail")
    expect(Effect.runSync(Effect.provideContext(Mail, Context.make(Mail, client)))).toBe(client)
  })

  it("finds replicas through its directory", () => {
    const clients = new Map(["mail-1", "mail-2"].map((node) => [node, clientOf(node)]))
    const context = Context.make(Mail.directory, {
      addresses: [...clients.keys()],
      at: (node) => clients.get(node) ?? clientOf("nobody")
    })
    const [addresses, second] = Effect.runSync(
      Effect.provideContext(Effect.all([Mail.addresses, Mail.at("mail-2")]), context)
    )
    expect(addresses).toEqual(["mail-1", "mail-2"])
    expect(second).toBe(clients.get("mail-2"))
  })

  it("has keys of its own for client and directory", () => {
    const keys = [Ledger, Payments, Mail].flatMap((contract) => [
      contract.key,
      contract.directory.key
    ])
    expect(new Set(keys).size).toBe(6)
  })

  it("keeps its name and its procedures, streaming ones included", () => {
    expect(Ledger.contractName).toBe("Ledger")
    expect([...Ledger.group.requests.keys()]).toEqual(["append", "follow"])
  })

  it("hands handlers back as they are", () => {
    const handlers = { send: () => Effect.void }
    expect(Mail.of(handlers)).toBe(handlers)
  })
})

type Asked = Contract.Identity | Service.Ambient

describe("missingHandlers", () => {
  it("is empty for what a typed service builds", () => {
    const contract: Contract.Any = Mail
    // It asks for the contract alone, not for all else that a flight would have for it.
    const handlers = Effect.runSync(
      Effect.scoped(ledger.handlers).pipe(
        Effect.provideContext(Context.make(contract, undefined) as Context.Context<Asked>)
      )
    )
    expect(Contract.missingHandlers(Ledger, handlers)).toEqual([])
  })

  it.each([
    [undefined, ["append", "follow"]],
    [null, ["append", "follow"]],
    ["text", ["append", "follow"]],
    [{}, ["append", "follow"]],
    [{ follow: () => 1 }, ["append"]],
    [{ append: "no function", follow: () => 1 }, ["append"]],
    [Object.create({ append: () => 1, follow: () => 1 }), ["append", "follow"]]
  ])("names procedures without a function, in order (%j)", (handlers, missing) => {
    expect(Contract.missingHandlers(Ledger, handlers)).toEqual(missing)
  })
})

describe("isCallError", () => {
  const refused = new RpcClientError({
    reason: new RpcClientDefect({ message: "refused", cause: undefined })
  })

  it("tells failures of the way from errors of the procedure", () => {
    expect(Contract.isCallError(refused)).toBe(true)
    expect(Contract.isCallError(new Cause.TimeoutError())).toBe(true)
    for (const other of [new Closed({ until: 1 }), new Error("no"), undefined, null, "no"]) {
      expect(Contract.isCallError(other)).toBe(false)
    }
  })
})
