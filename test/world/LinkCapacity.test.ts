/**
 * What an edge says of the network between its ends: latency and bandwidth, each way.
 *
 * In flights the front of a pair asks its back over the edge; clients ask the front over links of
 * the usual half a millisecond.
 */
import { Effect } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Contract, Fault, Service, System, Use } from "downforce"
import { type Asked, identified } from "../../src/turbulence/AskedFault.ts"
import * as Link from "../../src/world/Link.ts"
import * as Resources from "../../src/world/Resources.ts"
import type * as Flight from "../../src/flight/Flight.ts"
import { ask, eventsOf, flyWith, outcomes, type Script, scripted } from "../flight/Fly.ts"
import { pair } from "../flight/toys.ts"
import { Files, largeBytes, relay } from "./HttpToys.ts"

/** Texts that clients send at a time (ms), each from a client of its own. */
type Texts = ReadonlyArray<readonly [atMs: number, text: string]>

const fly = (
  use: Use.Options,
  texts: Texts,
  faults: ReadonlyArray<Asked> = [],
  script: Script = {}
) => {
  const tunnel = pair({
    use: { timeout: "10 minutes", ...use },
    clients: 20,
    timeout: "10 minutes"
  })
  return flyWith(tunnel, {
    operations: texts.map(([atMs, text], at) => ask(`o-${at + 1}`, atMs - 0.5, text, at + 1)),
    faults: identified(faults),
    entropy: scripted(script),
    isRecorded: true
  })
}

/** When messages arrive at a node from another, in milliseconds. */
const arrivals = (flown: Flight.Flown, from: string, to: string) =>
  eventsOf(flown)
    .filter(({ kind, node, peer }) => kind === "deliver" && node === to && peer === from)
    .map(({ time }) => time / 1_000)

const there = (use: Use.Options, texts: Texts) => arrivals(fly(use, texts), "front", "back")
const back = (use: Use.Options, texts: Texts) => arrivals(fly(use, texts), "back", "front")

/** How many bytes a request of a text is: `{"text":"..."}`. */
const requestBytes = (text: string) => 11 + text.length

describe("the latency of an edge", () => {
  it("is what a message takes each way, on this edge alone", () => {
    const use = { latency: "20 millis" } as const
    expect(there(use, [[1, "a"]])).toEqual([21])
    expect(back(use, [[1, "a"]])).toEqual([41])
    const [entry] = fly(use, [[1, "a"]]).history
    expect((entry?.endedAt ?? 0) - (entry?.startedAt ?? 0)).toBe(41_000)
  })

  it("may be none at all", () => {
    expect(there({ latency: 0 }, [[1, "a"]])).toEqual([1])
  })

  it("is half a millisecond when nothing is said", () => {
    expect(there({}, [[1, "a"]])).toEqual([1.5])
    expect(there({ bandwidth: 1e12 }, [[1, "a"]])).toEqual([1.501])
  })

  it("grows by what faults add", () => {
    const slow = [Fault.slowLink("front", "back", "30 millis", { lasting: "1 second" })]
    const flown = fly({ latency: "20 millis" }, [[1, "a"]], slow)
    expect(arrivals(flown, "front", "back")).toEqual([51])
    expect(arrivals(flown, "back", "front")).toEqual([71])
  })
})

describe("the bandwidth of an edge", () => {
  // A thousand bytes a second: each byte is a millisecond on the link.
  const narrow = { bandwidth: 1_000, latency: "5 millis" } as const

  it("makes a message take as long as its payload as JSON needs, each way", () => {
    expect(there(narrow, [[1, "abc"]])).toEqual([1 + 14 + 5])
    // The answer is `"abc"`.
    expect(back(narrow, [[1, "abc"]])).toEqual([20 + 5 + 5])
  })

  it("counts bytes, not characters", () => {
    expect(there(narrow, [[1, "é"]])).toEqual([1 + 13 + 5])
    expect(there(narrow, [[1, "😀"]])).toEqual([1 + 15 + 5])
  })

  it("sends one message after the other, in order", () => {
    expect(
      there(narrow, [
        [1, "a"],
        [1, "bb"],
        [2, "c"],
        [90, "d"]
      ])
    ).toEqual([1 + 12 + 5, 1 + 12 + 13 + 5, 1 + 12 + 13 + 12 + 5, 90 + 12 + 5])
  })

  it("is the same for any texts as by hand (model)", () => {
    const text = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(30))
    const settings = fc.record({ bandwidth: fc.integer({ min: 50, max: 5_000 }) })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), settings, (drawn, use) => {
        const texts = drawn
          .toSorted(([one], [other]) => one - other)
          .map(([atMs, length]) => [atMs, "x".repeat(length)] as const)
        let busyUntil = 0
        const expected = texts.map(([atMs, text]) => {
          const micros = Math.ceil((requestBytes(text) * 1_000_000) / use.bandwidth)
          busyUntil = Math.max(busyUntil, atMs * 1_000) + micros
          return (busyUntil + Link.latencyMicrosDefault) / 1_000
        })
        expect(there(use, texts)).toEqual(expected)
      }),
      { numRuns: 30 }
    )
  })

  it("is not used up by a message that is lost", () => {
    // Messages in their order: 0 and 1 from clients, then those of the edge.
    const flown = fly(
      narrow,
      [
        [1, "a"],
        [1, "bb"]
      ],
      [],
      { lose: { 2: 1 } }
    )
    // Ten minutes later the front gives up, and says so.
    expect(arrivals(flown, "front", "back").slice(0, 1)).toEqual([1 + 13 + 5])
  })

  it("is used by what is straggling as by any other, and others may overtake it", () => {
    const flown = fly(
      narrow,
      [
        [1, "a"],
        [1, "bb"]
      ],
      [],
      { reorder: { 2: 50_000 } }
    )
    expect(arrivals(flown, "front", "back")).toEqual([1 + 12 + 13 + 5, 1 + 12 + 5 + 50])
  })

  it("is each replica's own", () => {
    const tunnel = pair({ use: { ...narrow, timeout: "10 minutes" }, clients: 20, replicas: 2 })
    const flown = flyWith(tunnel, {
      operations: Array.from({ length: 8 }, (_, at) => ask(`o-${at}`, 0.5, "a", at + 1)),
      isRecorded: true
    })
    for (const name of ["back-1", "back-2"]) {
      const times = arrivals(flown, "front", name)
      expect(times).toEqual(times.map((_, at) => 1 + 12 * (at + 1) + 5))
      expect(times.length).toBeGreaterThan(0)
    }
  })

  it("carries the bodies of HTTP, both ways", () => {
    const seconds = (use: Use.Options) => {
      const flown = flyWith(
        relay({
          use: { timeout: "10 minutes", ...use },
          front: () =>
            Effect.gen(function* () {
              const files = yield* Files
              const body = yield* Effect.flatMap(files.get("/large"), (got) => got.arrayBuffer)
              return `${body.byteLength}`
            })
        }),
        { operations: [ask("o-1", 0, "a")] }
      )
      expect(outcomes(flown)["o-1"]).toBe(`${largeBytes}`)
      const [entry] = flown.history
      return ((entry?.endedAt ?? 0) - (entry?.startedAt ?? 0)) / 1_000_000
    }
    expect(seconds({})).toBeLessThan(0.1)
    // Some bytes go the other way: the request and what acknowledges parts.
    expect(seconds({ bandwidth: 15_000 })).toBeGreaterThan(10)
    expect(seconds({ bandwidth: 15_000 })).toBeLessThan(10.1)
  })

  it("shows while it is used, and how much is still to be sent", () => {
    const looks: Array<ReadonlyArray<unknown>> = []
    const onTakeOff = ({ kernel, links, world }: Flight.Flying): void => {
      for (const atMs of [1, 5, 30]) {
        const look = () => {
          const found = Resources.read(world, links, kernel.now())
          looks.push(
            ...found.map(({ inUse, kind, name, node, waiting }) => [
              node,
              kind,
              name,
              inUse,
              waiting
            ])
          )
        }
        const label = { text: "look", high: 1, low: atMs }
        kernel.scheduleUnder(kernel.root, atMs * 1_000 + 1, label, undefined, look, undefined)
      }
    }
    const tunnel = pair({ use: { bandwidth: 1_000 }, clients: 2 })
    flyWith(tunnel, { operations: [ask("o-1", 0.5, "a", 1)], onTakeOff })
    expect(looks).toEqual([
      ["front", "link", "back", 1, 0.011999],
      ["front", "link", "back", 1, 0.007999],
      ["front", "link", "back", 0, 0],
      ["back", "link", "front", 0, 0]
    ])
  })
})

class Left extends Contract.make<Left>()("Left", RpcGroup.make(Rpc.make("ping"))) {}
class Right extends Contract.make<Right>()("Right", RpcGroup.make(Rpc.make("ping"))) {}

describe("the links of a system", () => {
  const left = (use?: Use.Options) =>
    Service.make("left", {
      provides: Left,
      uses: { other: Use.make(Right, use ?? {}) },
      handlers: Effect.succeed(Left.of({ ping: () => Effect.void }))
    })
  const right = (use?: Use.Options) =>
    Service.make("right", {
      provides: Right,
      uses: { other: Use.make(Left, use ?? {}) },
      handlers: Effect.succeed(Right.of({ ping: () => Effect.void }))
    })

  const linkOf = (system: System.System, from: string, to: string) => {
    const { bytesPerSecond, latencyMicros } = Link.make(system).between(from, to)
    return [latencyMicros, bytesPerSecond]
  }

  it("are as their edge says, both ways", () => {
    const system = System.make("s", {
      services: [left({ latency: "7 millis", bandwidth: 9 }), Service.replicas(right(), 2)]
    })
    expect(linkOf(system, "left", "right-2")).toEqual([7_000, 9])
    expect(linkOf(system, "right-1", "left")).toEqual([7_000, 9])
    expect(linkOf(system, "client-1", "left")).toEqual([500, undefined])
    expect(linkOf(system, "right-1", "right-2")).toEqual([500, undefined])
  })

  it("are as their own edge says where there is one each way, in whatever order", () => {
    const here = left({ latency: "7 millis" })
    const there = right({ latency: "3 millis", bandwidth: 9 })
    for (const services of [[here, there] as const, [there, here] as const]) {
      const system = System.make("s", { services })
      expect(linkOf(system, "left", "right")).toEqual([7_000, undefined])
      expect(linkOf(system, "right", "left")).toEqual([3_000, 9])
    }
  })

  it("are listed once, in the order of their first use, the bounded ones apart", () => {
    const links = Link.make(System.make("s", { services: [left({ bandwidth: 9 }), right()] }))
    links.between("client-1", "left")
    links.between("right", "left")
    links.between("client-1", "left")
    const names = (list: ReadonlyArray<Link.Link>) => list.map(({ from, to }) => `${from}>${to}`)
    expect(names(links.all())).toEqual(["client-1>left", "right>left"])
    expect(names(links.bounded())).toEqual(["right>left"])
  })
})
