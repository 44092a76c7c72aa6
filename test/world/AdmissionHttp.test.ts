/** Slots for calls that come by HTTP: the file server of a relay has them, its front asks. */
import { Effect, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"
import { describe, expect, it } from "vitest"
import { Fault } from "downforce"
import type * as Capacity from "../../src/system/Capacity.ts"
import { type Asked, identified } from "../../src/turbulence/AskedFault.ts"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import type * as Flight from "../../src/flight/Flight.ts"
import * as Resources from "../../src/world/Resources.ts"
import { ask, flyWith, outcomes, type Setting } from "../flight/Fly.ts"
import { Files, nameOf, type Noticed, relay, type RelayOptions } from "./HttpToys.ts"

/** What a flight came to, and what is still taken at the file server. */
interface Relayed {
  readonly said: string
  readonly taken: number
  readonly waiting: number
  readonly noticed: ReadonlyArray<string>
}

const fly = (
  front: RelayOptions["front"],
  capacity: Capacity.Options,
  faults: ReadonlyArray<Asked> = [],
  setting: Partial<Setting> = {},
  options: Partial<RelayOptions> = {}
): Relayed => {
  const noticed: Noticed = { lines: [] }
  let aloft: Flight.Flying | undefined
  const flown = flyWith(relay({ front, capacity, noticed, ...options }), {
    operations: [ask("o-1", 10, "a")],
    faults: identified(faults),
    onTakeOff: (flying) => (aloft = flying),
    ...setting
  })
  expect(flown.violation).toBeUndefined()
  const resources = aloft && Resources.read(aloft.world, aloft.links, aloft.kernel.now())
  const slots = resources?.find(({ kind }) => kind === "slots")
  return {
    said: outcomes(flown)["o-1"] ?? "",
    taken: slots?.inUse ?? -1,
    waiting: slots?.waiting ?? -1,
    noticed: noticed.lines
  }
}

type Read = (response: HttpClientResponse.HttpClientResponse) => Effect.Effect<unknown, unknown>

const whole: Read = (response) => response.text

/** Gets paths all at once, and says after how many seconds each was there. */
const getAll =
  (paths: ReadonlyArray<string>, read: Read = whole): RelayOptions["front"] =>
  () =>
    Effect.gen(function* () {
      const files = yield* Files
      const clock = yield* Effect.clockWith(Effect.succeed)
      const from = clock.currentTimeMillisUnsafe()
      const seconds = () => `${Math.round((clock.currentTimeMillisUnsafe() - from) / 1_000)}s`
      const all = yield* Effect.forEach(
        paths,
        (path) =>
          Effect.flatMap(files.get(path), read).pipe(
            Effect.map(seconds),
            Effect.catch((error) => Effect.succeed(`${seconds()} ${nameOf(error)}`))
          ),
        { concurrency: "unbounded" }
      )
      return all.join(", ")
    })

describe("the slots of a node that serves HTTP", () => {
  it.each([
    [1, "5s, 10s, 15s"],
    [2, "5s, 5s, 10s"],
    [3, "5s, 5s, 5s"]
  ])("let it answer %i requests at once, the others in order", (slots, said) => {
    const paths = ["/slow", "/slow", "/slow"]
    expect(fly(getAll(paths), { slots }, [], {}, { use: { timeout: "1 minute" } })).toMatchObject({
      said,
      taken: 0,
      waiting: 0
    })
  })

  it("refuse the connection of whoever would be one too many in the queue", () => {
    const { said, taken } = fly(getAll(["/slow", "/text", "/text"]), { slots: 1, queueMax: 1 })
    expect(said).toBe(
      "5s, 5s, 0s HttpClientError TransportError Error: connect ECONNREFUSED files ECONNREFUSED"
    )
    expect(taken).toBe(0)
  })

  it("hold a response until its last part is gone", () => {
    // Twenty ticks, one each 100 ms.
    const { said, noticed } = fly(getAll(["/ticks/20", "/text"]), { slots: 1 })
    expect(said).toBe("2s, 2s")
    expect(noticed.at(-1)).toBe("ticks Success")
  })

  it("come back from a reader that leaves", () => {
    const first: Read = (response) => Stream.runHead(response.stream)
    const { said, taken, noticed } = fly(
      () =>
        Effect.gen(function* () {
          const files = yield* Files
          yield* Effect.flatMap(files.get("/ticks/1000"), first)
          return yield* Effect.flatMap(files.get("/text"), (response) => response.text)
        }),
      { slots: 1 }
    )
    expect(said).toBe("hello")
    expect(noticed.at(-1)).toBe("ticks Failure")
    expect(taken).toBe(0)
  })

  it("let who has given up leave the queue, and are free of who gave up inside", () => {
    const hasty = (path: string) =>
      Effect.flatMap(Files, (files) => files.get(path)).pipe(
        Effect.flatMap(whole),
        Effect.timeout("1 second"),
        Effect.catch((error) => Effect.succeed(nameOf(error)))
      )
    const behind: RelayOptions["front"] = (text) =>
      Effect.all([getAll(["/slow"])(text), hasty("/slow"), hasty("/ticks/1")], {
        concurrency: "unbounded"
      }).pipe(Effect.map((all) => all.join(", ")))
    expect(fly(behind, { slots: 1 })).toEqual({
      said: "5s, TimeoutError, TimeoutError",
      taken: 0,
      waiting: 0,
      noticed: []
    })
    const inside = Effect.andThen(hasty("/slow"), getAll(["/text"])("a"))
    expect(fly(() => inside, { slots: 1 })).toEqual({
      said: "0s",
      taken: 0,
      waiting: 0,
      noticed: ["slow interrupted"]
    })
  })

  it("come back from a response whose source broke", () => {
    const { said, taken } = fly(getAll(["/broken", "/text"]), { slots: 1 })
    expect(said).toBe("0s HttpClientError DecodeError Error: read ECONNRESET ECONNRESET, 0s")
    expect(taken).toBe(0)
  })

  it("are all free in the next life of the node", () => {
    const crash = [Fault.crash("files", { at: "1 second", lasting: "1 second" })]
    const twice: RelayOptions["front"] = (text) =>
      Effect.gen(function* () {
        yield* getAll(["/slow", "/slow"])(text)
        yield* Effect.sleep("2 seconds")
        return yield* getAll(["/text"])(text)
      })
    expect(fly(twice, { slots: 1 }, crash)).toMatchObject({ said: "0s", taken: 0, waiting: 0 })
  })

  it("come back under turbulence, all of them (seeds)", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const entropy = fromSeed(seed, { rank: 0.4, cede: 0.4, hold: 0.3, reset: 0.1, truncate: 0.2 })
      const paths = ["/slow", "/ticks/3", "/text", "/large", "/ticks/2"]
      const { taken, waiting } = fly(
        getAll(paths),
        { slots: 2, queueMax: 2 },
        [],
        { entropy, seed },
        { use: { timeout: "6 seconds" } }
      )
      expect([seed, taken, waiting]).toEqual([seed, 0, 0])
    }
  })
})
