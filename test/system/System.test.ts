import * as fc from "fast-check"
import { Effect, Result } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { describe, expect, it } from "vitest"
import * as Contract from "../../src/system/Contract.ts"
import * as Fake from "../../src/system/Fake.ts"
import * as Service from "../../src/system/Service.ts"
import * as System from "../../src/system/System.ts"
import * as Use from "../../src/system/Use.ts"
import { Ledger, Mail, Payments, auditor, ledger, mail, payments } from "./Fixture.ts"

const problemsOf = (
  services: ReadonlyArray<Service.Any>,
  fakes: ReadonlyArray<Service.Any> = [],
  name = "checkout"
): ReadonlyArray<string> =>
  Result.match(System.check(name, { services, fakes }), {
    onSuccess: () => [],
    onFailure: (error) => error.problems
  })

/** A worker: it can be given any name without providing or needing anything. */
const worker = (name: string, replicas = 1): Service.Any =>
  Service.replicas(Service.make(name, { handlers: Effect.void }), replicas)

describe("a system", () => {
  const checkout = System.make("checkout", {
    services: [Service.replicas(payments, 2), ledger, auditor],
    fakes: [mail]
  })

  it("has a node per replica, services before fakes, in order of declaration", () => {
    expect(checkout.nodes.map(({ name, role }) => [name, role])).toEqual([
      ["payments-1", "service"],
      ["payments-2", "service"],
      ["ledger", "service"],
      ["auditor", "service"],
      ["mail", "fake"]
    ])
    expect(checkout.services.map(({ name }) => name)).toEqual([
      "payments",
      "ledger",
      "auditor",
      "mail"
    ])
  })

  it("knows which nodes provide each contract", () => {
    expect([...checkout.providers]).toEqual([
      ["Payments", ["payments-1", "payments-2"]],
      ["Ledger", ["ledger"]],
      ["Mail", ["mail"]]
    ])
  })

  it("may have services that use their own contract", () => {
    const peer = Service.make("peer", {
      provides: Mail,
      uses: { peers: Use.make(Mail) },
      handlers: Effect.succeed(Mail.of({ send: () => Effect.void }))
    })
    expect(problemsOf([Service.replicas(peer, 3)])).toEqual([])
  })

  it("throws the typed error that `check` returns", () => {
    const thrown = Result.getFailure(Result.try(() => System.make("", { services: [] })))
    expect(thrown).toMatchObject({
      value: {
        _tag: "InvalidSystem",
        system: "",
        problems: ["the name of the system is empty", "the system has no services"]
      }
    })
  })

  it("lists all that is wrong, one line each", () => {
    const { services } = { services: [worker("a b"), worker("c", 0), worker("c", 2.5), auditor] }
    const failure = Result.getFailure(System.check("x/y", { services }))
    expect(failure).toMatchObject({
      value: {
        message: [
          'system "x/y" cannot be flown:',
          '- the name "x/y" is not allowed: use letters and digits, joined by single . _ or -,' +
            " beginning with a letter",
          '- the name "a b" is not allowed: use letters and digits, joined by single . _ or -,' +
            " beginning with a letter",
          '- "c" has 0 replicas; allowed are 1 to 1000',
          '- "c" has 2.5 replicas; allowed are 1 to 1000',
          '- there are two services named "c"',
          '- "auditor" uses Ledger, which no service provides'
        ].join("\n")
      }
    })
  })
})

describe("what is refused", () => {
  class OtherLedger extends Contract.make<OtherLedger>()(
    "Ledger",
    RpcGroup.make(Rpc.make("drop"))
  ) {}

  it("two services of one name, as services or as a fake", () => {
    expect(problemsOf([worker("a"), worker("a")])).toEqual(['there are two services named "a"'])
    expect(problemsOf([worker("a")], [Fake.make("a", { handlers: Effect.void })])).toEqual([
      'there are two services named "a"'
    ])
  })

  it("says which services have the same host, however it is written", () => {
    const at = (name: string, ...hosts: ReadonlyArray<string>): Service.Any =>
      Service.make(name, { hosts, handlers: Effect.void })
    expect(problemsOf([at("a", "api.example.com"), at("b", "api.example.com")])).toEqual([
      '"a" and "b" both have the host "api.example.com"'
    ])
    expect(problemsOf([worker("Pay", 2), at("b", "pay-2")])).toEqual([
      '"Pay" and "b" both have the host "pay-2"'
    ])
    expect(problemsOf([at("a", "a", "api.example.com"), at("b")])).toEqual([])
  })

  it("two nodes of one name", () => {
    expect(problemsOf([worker("a", 2), worker("a-2")])).toEqual([
      '"a" and "a-2" both have a node named "a-2"'
    ])
  })

  it("nodes named like clients", () => {
    const clash = (name: string) => `the node "${name}" is named like a client of the workload`
    expect(problemsOf([worker("client", 2)])).toEqual([clash("client-1"), clash("client-2")])
    expect(problemsOf([worker("client-7")])).toEqual([clash("client-7")])
    expect(problemsOf([worker("client"), worker("client-x")])).toEqual([])
  })

  it("a contract provided by two services", () => {
    const second = Fake.make("second", {
      provides: Mail,
      handlers: Effect.succeed(Mail.of({ send: () => Effect.void }))
    })
    expect(problemsOf([mail], [second])).toEqual(['Mail is provided by "mail" and by "second"'])
  })

  it("a contract that is used and provided by none", () => {
    expect(problemsOf([payments])).toEqual([
      '"payments" uses Ledger, which no service provides',
      '"payments" uses Mail, which no service provides'
    ])
  })

  it("a contract of another class with the same name", () => {
    const user = Service.make("user", {
      uses: { ledger: Use.make(OtherLedger) },
      handlers: Effect.void
    })
    expect(problemsOf([ledger, user])).toEqual([
      'the contract Ledger of "user" is another class than the one of the same name declared' +
        " before it"
    ])
  })

  it("a contract used twice by one service", () => {
    const twice = Service.make("twice", {
      uses: { a: Use.make(Ledger), b: Use.make(Ledger, { timeout: "2 seconds" }) },
      handlers: Effect.void
    })
    expect(problemsOf([ledger, twice])).toEqual([
      '"twice" uses Ledger twice; one edge has one policy'
    ])
  })

  it("replicas out of range", () => {
    for (const replicas of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_001]) {
      expect(problemsOf([worker("a", replicas)])).toEqual([
        `"a" has ${replicas} replicas; allowed are 1 to 1000`
      ])
    }
  })

  it("more nodes than a system may have", () => {
    const many = Array.from({ length: 11 }, (_, index) => worker(`w${index}x`, 1_000))
    expect(problemsOf(many)).toEqual(["the system has 11000 nodes; allowed are 10000"])
  })

  it("policies out of range, all of them, naming the edge", () => {
    const user = Service.make("user", {
      uses: {
        ledger: Use.make(Ledger, {
          timeout: 0,
          retry: { times: 101, delay: -1 },
          concurrency: 0
        })
      },
      handlers: Effect.void
    })
    expect(problemsOf([ledger, user])).toEqual([
      '"user" uses Ledger: timeout is 0; allowed are 1 microsecond to 1 day, or "Infinity"',
      '"user" uses Ledger: retry.delay is -1; allowed are 0 to 1 day',
      '"user" uses Ledger: retry.times is 101; allowed are 0 to 100',
      '"user" uses Ledger: concurrency is 0; allowed are 1 to 100000'
    ])
  })

  it("names that would break paths, ids or terminals", () => {
    const bad = ["", " ", "a/b", "../a", "a..b", "a>b", "a›b", "-a", "a-", "1a", "a\u001b[2J", "ä"]
    for (const name of bad) expect(problemsOf([worker(name)])).toHaveLength(1)
    expect(problemsOf([worker("a".repeat(65))])).toEqual([
      `the name "${"a".repeat(65)}" has 65 characters; allowed are 64`
    ])
    for (const name of ["a", "A1", "payments-2x", "api.example.com", "snake_case"]) {
      expect(problemsOf([worker(name)])).toEqual([])
    }
  })

  it("a control character in a message: names are shown escaped", () => {
    expect(problemsOf([worker("a\u001b[2J")]).join("")).toContain(String.raw`a\u001b[2J`)
  })
})

describe("laws", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[b-m][a-z]{0,5}$/), { minLength: 1 })

  it("a system of well-named services is accepted, with as many nodes as replicas", () => {
    const graph = names.chain((list) =>
      fc.tuple(...list.map((name) => fc.tuple(fc.constant(name), fc.integer({ min: 1, max: 9 }))))
    )
    fc.assert(
      fc.property(graph, (services) => {
        const checked = System.check("any", {
          services: services.map(([name, replicas]) => worker(name, replicas))
        })
        const { nodes } = Result.getOrThrow(checked)
        expect(nodes).toHaveLength(services.reduce((sum, [, replicas]) => sum + replicas, 0))
        expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length)
      })
    )
  })

  it("a system is accepted if and only if the names of its services and nodes are sound", () => {
    const anyName = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom("a", "a-1", "a-2", "client", "client-1")
    )
    const anyService = fc.record({ name: anyName, replicas: fc.integer({ min: -1, max: 3 }) })
    fc.assert(
      fc.property(fc.array(anyService, { maxLength: 4 }), (list) => {
        const services = list.map(({ name, replicas }) => worker(name, replicas))
        const nodes = services.flatMap(({ name, replicas }) =>
          replicas > 1 ? [`${name}-1`, `${name}-2`, `${name}-3`].slice(0, replicas) : [name]
        )
        const isSound =
          nodes.length > 0 &&
          new Set(nodes).size === nodes.length &&
          new Set(list.map(({ name }) => name)).size === list.length &&
          list.every(({ replicas }) => replicas > 0) &&
          list.every(({ name }) => /^[a-z](?:[a-z0-9]|[._-](?=[a-z0-9]))*$/i.test(name)) &&
          nodes.every((name) => !/^client-\d+$/.test(name))
        expect(problemsOf(services).length === 0).toBe(isSound)
      })
    )
  })

  it("a used contract is provided or reported, whatever is left out", () => {
    const parts = [payments, ledger, mail, auditor] as const
    fc.assert(
      fc.property(fc.subarray([...parts], { minLength: 1 }), (services) => {
        const provided = services.map((service) => service.provides?.contractName)
        const missing = services.flatMap((service) =>
          service.uses
            .filter(({ contract }) => !provided.includes(contract.contractName))
            .map(
              ({ contract }) =>
                `"${service.name}" uses ${contract.contractName}, which no service provides`
            )
        )
        expect(problemsOf(services)).toEqual(missing)
      })
    )
  })
})

describe("a service", () => {
  it("keeps its edges in order of declaration", () => {
    expect(payments.uses.map(({ contract }) => contract)).toEqual([Ledger, Mail])
    expect(payments.provides).toBe(Payments)
    expect(auditor.provides).toBeUndefined()
  })

  it("is a fake when it was declared as one", () => {
    expect([mail.role, ledger.role]).toEqual(["fake", "service"])
  })

  it("is left as it was by `replicas`", () => {
    const three = Service.replicas(ledger, 3)
    expect([three.replicas, ledger.replicas]).toEqual([3, 1])
  })
})
