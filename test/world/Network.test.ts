import { Effect, Stream } from "effect"
import { describe, expect, it } from "vitest"
import type { Fault } from "../../src/turbulence/Fault.ts"
import {
  ask,
  eventsOf,
  flyWith,
  outcomes,
  type Script,
  scripted,
  type Setting
} from "../flight/Fly.ts"
import { Back, type BackHandlers, type PairOptions, pair, plainBack } from "../flight/toys.ts"

/** Flies a pair with the given questions. */
const fly = (options: PairOptions, setting: Partial<Setting> = {}) =>
  flyWith(pair(options), { operations: [ask("o-1", 10)], ...setting })

/** What became of the only question, under scripted turbulence. */
const answer = (options: PairOptions, script: Script = {}, faults: ReadonlyArray<Fault> = []) => {
  const flown = fly(options, { entropy: scripted(script), faults })
  expect(flown.violation).toBeUndefined()
  return outcomes(flown)["o-1"]
}

/** How long the only question took, in microseconds. */
const took = (options: PairOptions, script: Script = {}, faults: ReadonlyArray<Fault> = []) => {
  const [entry] = fly(options, { entropy: scripted(script), faults }).history
  return (entry?.endedAt ?? Number.NaN) - (entry?.startedAt ?? Number.NaN)
}

/** A back that counts how often it is asked, in this process: handlers run in it. */
const counting = () => {
  const asked: Array<string> = []
  const back = Effect.succeed<BackHandlers>({
    ...plainBack,
    echo: ({ text }) => Effect.sync(() => (asked.push(text), text))
  })
  return { asked, back }
}

const partition = (
  shape: "complete" | "partial" | "one-way" | "bridge",
  left: string,
  right: string
) =>
  ({
    _tag: "Partition",
    id: "f-1",
    atMs: 0,
    durationMs: 5_000,
    shape,
    left: [left],
    right: [right]
  }) as const satisfies Fault

const crash = (atMs: number, durationMs = 1_000) =>
  ({ _tag: "Crash", id: "f-1", atMs, durationMs, node: "back" }) as const satisfies Fault

// The order in which messages are sent: 0 client to front, 1 front to back, 2 back to front,
// 3 front to client. Scripts count choices of a kind in this order.
describe("the network", () => {
  it("takes the nominal latency of half a millisecond for each hop in calm air", () => {
    expect(took({})).toBe(2_000)
    expect(answer({})).toBe("o-1")
  })

  it("takes longer by as much as is drawn", () => {
    expect(took({}, { delay: { 1: 7_000 } })).toBe(9_000)
    expect(took({}, { reorder: { 2: 3_000 } })).toBe(5_000)
    const slow = { _tag: "SlowLink", id: "f-1", atMs: 0, durationMs: 99, from: "back" } as const
    expect(took({}, {}, [{ ...slow, to: "front", extraMs: 4 }])).toBe(6_000)
  })

  it.each([1, 2])("ends a call in a timeout when its message %i is lost", (message) => {
    const { asked, back } = counting()
    const options = { back, use: { timeout: "3 seconds" } } as const
    expect(answer(options, { lose: { [message]: 1 } })).toBe("! TimeoutError")
    expect(asked).toEqual(message === 1 ? [] : ["o-1"])
    expect(took(options, { lose: { [message]: 1 } })).toBe(3_001_000)
  })

  it("runs the handler twice when the request is duplicated, and answers once", () => {
    const { asked, back } = counting()
    expect(answer({ back }, { duplicate: { 1: 40 } })).toBe("o-1")
    expect(asked).toEqual(["o-1", "o-1"])
  })

  it("ignores the second copy of a reply", () => {
    expect(answer({}, { duplicate: { 2: 40 } })).toBe("o-1")
  })

  it("keeps a link in order when a message is delayed, whatever the ranks", () => {
    const { asked, back } = counting()
    const operations = [ask("o-1", 10, "first", 1), ask("o-2", 11, "second", 2)]
    // The second request must wait behind the first; a rank tries to let it pass all the same.
    for (const rank of [0, 1, 7]) {
      asked.length = 0
      const entropy = scripted({ delay: { 1: 50_000 }, rank: Object.fromEntries(range(40, rank)) })
      flyWith(pair({ back }), { operations, entropy })
      expect(asked).toEqual(["first", "second"])
    }
    const varied = scripted({ delay: { 1: 50_000 }, rank: { 3: 7, 4: 7, 5: 7, 6: 7, 7: 0 } })
    asked.length = 0
    flyWith(pair({ back }), { operations, entropy: varied })
    expect(asked).toEqual(["first", "second"])
  })

  it("lets later messages overtake one that is reordered", () => {
    const { asked, back } = counting()
    const operations = [ask("o-1", 10, "first", 1), ask("o-2", 11, "second", 2)]
    flyWith(pair({ back }), { operations, entropy: scripted({ reorder: { 1: 50_000 } }) })
    expect(asked).toEqual(["second", "first"])
  })

  it("refuses a call to a node that is down, as definitely not happened", () => {
    expect(answer({}, {}, [crash(5)])).toBe("! SocketOpenError")
    const refusedLink = { _tag: "RefusedLink", id: "f-1", atMs: 0, durationMs: 99 } as const
    expect(answer({}, {}, [{ ...refusedLink, from: "front", to: "back" }])).toBe(
      "! SocketOpenError"
    )
  })

  it("resets a call whose message is cut off, before or after it was handled", () => {
    const { asked, back } = counting()
    expect(answer({ back }, { reset: { 1: 1 } })).toBe("! SocketReadError")
    expect(asked).toEqual([])
    expect(answer({ back }, { reset: { 2: 1 } })).toBe("! SocketReadError")
    expect(asked).toEqual(["o-1"])
  })

  const sleepy = Effect.succeed<BackHandlers>({
    ...plainBack,
    echo: ({ text }) => Effect.as(Effect.sleep("100 millis"), text)
  })

  it("resets a call to a node that crashes, or leaves it to its timeout (silent)", () => {
    expect(answer({ back: sleepy }, {}, [crash(50)])).toBe("! SocketReadError")
    expect(took({ back: sleepy }, {}, [crash(50)])).toBe(41_000)
    expect(answer({ back: sleepy }, { silent: { 0: 1 } }, [crash(50)])).toBe("! TimeoutError")
  })

  it("does not carry the news of a crash across a partition", () => {
    const cut = { ...partition("one-way", "back", "front"), id: "f-2" }
    const faults = [crash(50), { ...cut, atMs: 40, durationMs: 30_000 }]
    expect(answer({ back: sleepy }, {}, faults)).toBe("! TimeoutError")
  })

  it("does not take a copy of a request for a refusal of what was handled", () => {
    // The request is handled and answered slowly; its copy arrives while the back is stopping.
    const back = Effect.gen(function* () {
      yield* Effect.addFinalizer(() => Effect.sleep("3 seconds"))
      return {
        ...plainBack,
        echo: ({ text }) => Effect.uninterruptible(Effect.as(Effect.sleep("100 millis"), text))
      } satisfies BackHandlers
    })
    const stop = { _tag: "Restart", id: "f-1", atMs: 40, durationMs: 9_000, node: "back" } as const
    expect(answer({ back }, { duplicate: { 1: 60_000 } }, [stop])).toBe("info: interrupted")
  })

  it.each([
    ["complete", "front", "back", "! TimeoutError"],
    ["partial", "front", "back", "! TimeoutError"],
    ["one-way", "front", "back", "! TimeoutError"],
    ["one-way", "back", "front", "! TimeoutError"],
    ["partial", "client-2", "back", "o-1"],
    ["bridge", "client-1", "back", "o-1"]
  ] as const)("carries nothing across a partition (%s, %s and %s)", (shape, left, right, got) => {
    expect(answer({ use: { timeout: "1 second" } }, {}, [partition(shape, left, right)])).toBe(got)
  })

  it("lets a request through a one-way partition of the other direction", () => {
    const { asked, back } = counting()
    answer({ back, use: { timeout: "1 second" } }, {}, [partition("one-way", "back", "front")])
    expect(asked).toEqual(["o-1"])
    asked.length = 0
    answer({ back, use: { timeout: "1 second" } }, {}, [partition("one-way", "front", "back")])
    expect(asked).toEqual([])
  })

  it("works again when the partition has healed", () => {
    const faults = [{ ...partition("complete", "front", "back"), durationMs: 5 }]
    expect(answer({}, {}, faults)).toBe("o-1")
  })

  it("cancels the handler when its caller is interrupted or runs out of time", () => {
    const cancelled: Array<string> = []
    const back = Effect.succeed<BackHandlers>({
      ...plainBack,
      echo: ({ text }) =>
        Effect.never.pipe(Effect.onInterrupt(() => Effect.sync(() => void cancelled.push(text))))
    })
    expect(answer({ back, use: { timeout: "1 second" } })).toBe("! TimeoutError")
    expect(cancelled).toEqual(["o-1"])
    const front: PairOptions["front"] = (client, text) =>
      client.echo({ text }).pipe(
        Effect.timeoutOrElse({
          duration: "20 millis",
          orElse: () => Effect.succeed("gave up")
        })
      )
    expect(answer({ back, front })).toBe("gave up")
    expect(cancelled).toEqual(["o-1", "o-1"])
  })

  it("cancels every run of a handler whose request arrived twice", () => {
    const cancelled: Array<string> = []
    const back = Effect.succeed<BackHandlers>({
      ...plainBack,
      echo: ({ text }) =>
        Effect.never.pipe(Effect.onInterrupt(() => Effect.sync(() => void cancelled.push(text))))
    })
    answer({ back, use: { timeout: "1 second" } }, { duplicate: { 1: 500 } })
    expect(cancelled).toEqual(["o-1", "o-1"])
  })

  it("cancels the handler when its caller crashes, unless nobody hears of it", () => {
    let cancelled = 0
    const back = Effect.succeed<BackHandlers>({
      ...plainBack,
      echo: () => Effect.never.pipe(Effect.onInterrupt(() => Effect.sync(() => void cancelled++)))
    })
    const faults = [{ ...crash(50), node: "front" }]
    const setting = { operations: [ask("o-1", 10)], faults }
    flyWith(pair({ back }), setting)
    expect(cancelled).toBe(1)
    // The first choice is about the client's call, the second about the front's own.
    flyWith(pair({ back }), { ...setting, entropy: scripted({ silent: { 0: 1, 1: 1 } }) })
    expect(cancelled).toBe(1)
  })

  it("never hands over a reference: what one side changes, the other does not see", () => {
    const kept: Array<Array<string>> = []
    const back = Effect.succeed<BackHandlers>({
      ...plainBack,
      list: ({ items }) =>
        Effect.sync(() => {
          // A handler that changes its payload, against its type, as JavaScript lets it.
          const mine = items as Array<string>
          mine.push("changed by the back")
          kept.push(mine)
          return mine
        })
    })
    const front: PairOptions["front"] = (client, text) =>
      Effect.gen(function* () {
        const sent = [text]
        const got = yield* client.list({ items: sent })
        sent.push("changed by the front")
        kept[0]?.push("changed later")
        return `${sent.join()} / ${got.join()}`
      })
    expect(answer({ back, front })).toBe("o-1,changed by the front / o-1,changed by the back")
  })

  it("reports a payload that does not fit its schema as a defect of the caller", () => {
    const front: PairOptions["front"] = (client) => client.echo({ text: 7 as unknown as string })
    const { violation } = fly({ front })
    expect(violation?.property).toBe("no defect")
    expect(violation?.counterexample.subject).toBe("front dies")
    expect(violation?.counterexample.actual).toMatch(
      /the payload of Back.echo does not fit its schema: Expected string at \["text"\]/
    )
  })

  it("reports a result that does not fit its schema as a defect of the callee", () => {
    const wrong = Effect.succeed<BackHandlers>({
      ...plainBack,
      echo: () => Effect.succeed(7 as unknown as string),
      count: () => Stream.make("one" as unknown as number)
    })
    const echoed = fly({ back: wrong }).violation
    expect(echoed?.counterexample.subject).toBe("back dies")
    expect(echoed?.counterexample.actual).toMatch(/the result does not fit its schema: .*string/)
    const front: PairOptions["front"] = (client) =>
      Stream.runCollect(client.count({ upTo: 1 })).pipe(Effect.map(String))
    const streamed = fly({ back: wrong, front }).violation
    expect(streamed?.counterexample.subject).toBe("back dies")
    expect(streamed?.counterexample.actual).toMatch(/an element of the stream does not fit/)
  })

  it("says in the recording what travelled, from where to where and why", () => {
    const flown = fly({}, { isRecorded: true, entropy: scripted({ lose: { 2: 1 } }) })
    const texts = eventsOf(flown)
      .filter(({ kind }) => kind !== "start" && kind !== "up")
      .map(({ kind, node, peer, time, what }) => `${time} ${kind} ${node} ${peer ?? ""} ${what}`)
    expect(texts).toMatchInlineSnapshot(`
      [
        "10000 operation client-1  ask o-1 o-1",
        "10000 send client-1 front ask o-1",
        "10500 deliver front client-1 ask o-1",
        "10500 send front back echo o-1",
        "11000 deliver back front echo o-1",
        "11000 lost back front reply o-1",
        "10010500 timer front back timeout after 10s: echo",
        "10010500 send front back cancel echo",
        "10010500 send front client-1 reply ! TimeoutError",
        "10011000 deliver back front cancel echo",
        "10011000 deliver client-1 front reply ! TimeoutError",
        "10011000 result client-1  ask o-1: ok ! TimeoutError",
      ]
    `)
  })

  it("calls one replica in particular, and tells calls made at one instant apart", () => {
    const names: Array<string> = []
    const back = Effect.gen(function* () {
      const name = `built ${names.push("")}`
      return { ...plainBack, echo: ({ text }) => Effect.succeed(`${text} ${name}`) } as BackHandlers
    })
    const front: PairOptions["front"] = (_, text) =>
      Effect.gen(function* () {
        const addresses = yield* Back.addresses
        const all = yield* Effect.forEach(
          addresses,
          (address) => Effect.flatMap(Back.at(address), (replica) => replica.echo({ text })),
          { concurrency: "unbounded" }
        )
        return `${addresses.join()}: ${all.join()}`
      })
    expect(answer({ back, front, replicas: 3 })).toBe(
      "back-1,back-2,back-3: o-1 built 1,o-1 built 2,o-1 built 3"
    )
  })

  it("dies when asked for a client of a node that does not provide the contract", () => {
    const front: PairOptions["front"] = (_, text) =>
      Effect.flatMap(Back.at("front"), (client) => client.echo({ text }))
    expect(fly({ front }).violation?.counterexample.actual).toMatch(/front does not provide Back/)
  })

  it("spreads calls over replicas by the run's seed", () => {
    const used = new Set<string>()
    for (let seed = 1; seed <= 20; seed++) {
      const flown = fly({ replicas: 2 }, { seed, isRecorded: true })
      for (const { kind, node } of eventsOf(flown)) if (kind === "deliver" && node) used.add(node)
    }
    expect([...used].sort()).toEqual(["back-1", "back-2", "client-1", "front"])
  })
})

/** `[0, value], [1, value], ...` up to a length. */
const range = (length: number, value: number): ReadonlyArray<readonly [number, number]> =>
  Array.from({ length }, (_, index) => [index, value] as const)
