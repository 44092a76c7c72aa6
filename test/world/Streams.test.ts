/**
 * Streaming calls: what a consumer sees when the connection works, and when it does not.
 *
 * An element that is lost leaves a gap, and the consumer waits behind it: it never sees later
 * elements in its place, never one twice, and never an end that comes too early.
 */
import { Effect, Stream } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChoiceKind } from "../../src/turbulence/ChoicePoint.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { ask, eventsOf, flyWith, outcomes, type Script, scripted } from "../flight/Fly.ts"
import { type BackHandlers, errorName, type PairOptions, pair, plainBack } from "../flight/toys.ts"

/** Collects what arrives, and says how it ended: `1,2,3 end` or `1 TimeoutError`. */
const collect: PairOptions["front"] = (back, text) => {
  const seen: Array<number> = []
  return back.count({ upTo: Number(text) }).pipe(
    Stream.runForEach((element) => Effect.sync(() => seen.push(element))),
    Effect.map(() => `${seen.join()} end`),
    Effect.catch((error) => Effect.succeed(`${seen.join()} ${errorName(error)}`))
  )
}

const fly = (
  options: PairOptions,
  script: Script = {},
  faults: ReadonlyArray<Fault> = [],
  isRecorded = false
) =>
  flyWith(pair({ front: collect, use: { timeout: "1 second" }, ...options }), {
    operations: [ask("o-1", 10, "3")],
    entropy: scripted(script),
    faults,
    isRecorded
  })

const seen = (options: PairOptions, script: Script = {}, faults: ReadonlyArray<Fault> = []) =>
  outcomes(fly(options, script, faults))["o-1"]

/** Counts slowly, and notes when it was interrupted. */
const slowBack = (interrupted: Array<string>) =>
  Effect.succeed<BackHandlers>({
    ...plainBack,
    count: ({ upTo }) =>
      Stream.range(1, upTo).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sleep("100 millis")),
        Stream.ensuring(Effect.sync(() => void interrupted.push("done")))
      )
  })

const crash = { _tag: "Crash", id: "f-1", atMs: 250, durationMs: 500, node: "back" } as const

// Messages in the order in which they are sent: 0 ask, 1 count, then 2 + 2n element n + 1 and
// 3 + 2n its acknowledgement; with three elements 8 is the end and 9 the answer to the client.
describe("a streaming call", () => {
  it("hands over all elements in order, and then the end", () => {
    expect(seen({})).toBe("1,2,3 end")
  })

  it("sends the next element only when the last one has been taken in", () => {
    const texts = eventsOf(fly({}, {}, [], true))
      .filter(({ kind, node }) => kind === "send" && (node === "back" || node === "front"))
      .map(({ what }) => what)
    expect(texts).toEqual([
      "count 3",
      "next 1",
      "ack count",
      "next 2",
      "ack count",
      "next 3",
      "ack count",
      "reply",
      "reply 1,2,3 end"
    ])
  })

  it.each([
    [2, "TimeoutError", " TimeoutError"],
    [4, "TimeoutError", "1 TimeoutError"],
    [5, "TimeoutError", "1,2 TimeoutError"],
    [8, "TimeoutError", "1,2,3 TimeoutError"]
  ])("ends in a timeout after what came before the lost message %i (%s)", (message, _, text) => {
    expect(seen({}, { lose: { [message]: 1 } })).toBe(text)
  })

  it("interrupts the handler whose element was lost when the consumer gives up", () => {
    const interrupted: Array<string> = []
    const script = { lose: { 4: 1 } }
    expect(seen({ back: slowBack(interrupted) }, script)).toBe("1 TimeoutError")
    expect(interrupted).toEqual(["done"])
  })

  it("waits for ever for a lost element on an edge without a timeout, and is reported", () => {
    const options: PairOptions = { use: { timeout: "Infinity" }, timeout: "10 minutes" }
    // The client gives up after ten minutes; who waits for ever is the front, in the background.
    const front: PairOptions["front"] = (back, text) =>
      Effect.as(Effect.forkDetach(collect(back, text)), "follows")
    const { violation } = fly({ ...options, front }, { lose: { 5: 1 } })
    expect(violation?.property).toBe("no deadlock")
    expect(violation?.counterexample.actual).toMatch(/front waits for back count .*was lost/)
  })

  it("may stay open for ever when nothing was lost", () => {
    const back = Effect.succeed<BackHandlers>({ ...plainBack, count: () => Stream.never })
    const front: PairOptions["front"] = (client, text) =>
      Effect.as(Effect.forkDetach(collect(client, text)), "follows")
    const flown = fly({ back, front, use: { timeout: "Infinity" } })
    expect(flown.violation).toBeUndefined()
    expect(flown.unknown).toEqual([])
  })

  it("breaks in the middle when the callee crashes", () => {
    expect(seen({ back: slowBack([]) }, {}, [crash])).toBe("1,2 SocketReadError")
    expect(seen({ back: slowBack([]) }, { silent: { 0: 1 } }, [crash])).toBe("1,2 TimeoutError")
  })

  it("breaks in the middle when an element is reset, and the handler is interrupted", () => {
    const interrupted: Array<string> = []
    // Resets are drawn for all messages but acknowledgements: 0 ask, 1 count, 2 and 3 elements.
    const script = { reset: { 3: 1 } }
    expect(seen({ back: slowBack(interrupted) }, script)).toBe("1 SocketReadError")
    expect(interrupted).toEqual(["done"])
  })

  it("tells the consumer that the callee stops gracefully, and never that it did not begin", () => {
    const stop = { ...crash, _tag: "Restart" } as const
    const text = seen({ back: slowBack([]) }, {}, [stop])
    expect(text).toMatch(/^1,2 |^info/)
    expect(text).not.toMatch(/SocketOpenError/)
  })

  it("hands over one run only when its request arrives twice", () => {
    let runs = 0
    const interrupted: Array<string> = []
    const back = Effect.gen(function* () {
      const slow = yield* slowBack(interrupted)
      return {
        ...slow,
        count: (payload, options) => {
          runs++
          return slow.count(payload, options)
        }
      } satisfies BackHandlers
    })
    expect(seen({ back }, { duplicate: { 1: 30_000 } })).toBe("1,2,3 end")
    expect(runs).toBe(2)
    expect(interrupted).toEqual(["done", "done"])
  })

  it("hands over each element once when it arrives twice", () => {
    expect(seen({}, { duplicate: { 2: 400, 3: 5_000 } })).toBe("1,2,3 end")
  })

  it("holds back an end that overtakes an element", () => {
    // The acknowledgement of the last element is what lets the end go, so nothing overtakes it;
    // a second copy of an element that arrives late must not count for another one either.
    expect(seen({}, { reorder: { 6: 40_000 } })).toBe("1,2,3 end")
    expect(seen({}, { duplicate: { 2: 1_700 }, reorder: { 4: 3_000 } })).toBe("1,2,3 end")
  })

  it("interrupts the handler when the consumer has enough", () => {
    const interrupted: Array<string> = []
    const front: PairOptions["front"] = (back, text) =>
      back.count({ upTo: Number(text) }).pipe(
        Stream.take(1),
        Stream.runCollect,
        Effect.map((taken) => taken.join())
      )
    expect(seen({ front, back: slowBack(interrupted) })).toBe("1")
    expect(interrupted).toEqual(["done"])
  })

  it("shows a prefix of what was sent, whole if it ends well (seeds)", () => {
    const kinds: ReadonlyArray<ChoiceKind> = ["lose", "duplicate", "reorder", "delay", "reset"]
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 6 }), (seed, upTo) => {
        const rates = Object.fromEntries(kinds.map((kind) => [kind, 0.15]))
        const flown = flyWith(pair({ front: collect, use: { timeout: "1 minute" } }), {
          operations: [ask("o-1", 10, String(upTo))],
          entropy: fromSeed(seed, { ...rates, cede: 0.2, hold: 0.5, rank: 0.5 })
        })
        expect(flown.violation).toBeUndefined()
        const text = outcomes(flown)["o-1"] ?? ""
        const whole = Array.from({ length: upTo }, (_, index) => index + 1).join()
        const [elements = "", ending] = text.split(" ")
        if (text.startsWith("info") || text === "fail") return
        if (ending === "end") expect(elements).toBe(whole)
        else expect(whole.startsWith(elements)).toBe(true)
      }),
      { numRuns: 150 }
    )
  })
})
