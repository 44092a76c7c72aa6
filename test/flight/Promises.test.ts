/** Promises in services: they move, belong to their node, and die with it. */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { ask, eventsOf, flyTurning, flyWith, outcomes, type Setting } from "./Fly.ts"
import { type BackHandlers, type PairOptions, pair, plainBack } from "./toys.ts"

const echoing = (echo: (text: string) => Promise<string>): NonNullable<PairOptions["back"]> =>
  Effect.succeed({
    ...plainBack,
    echo: ({ text }) => Effect.promise(() => echo(text))
  } satisfies BackHandlers)

const fly = (options: PairOptions, setting: Partial<Setting> = {}) =>
  flyTurning(pair(options), { operations: [ask("o-1", 10)], ...setting })

const sleep = (millis: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, millis))

const crash = (atMs: number, durationMs: number): Fault => ({
  _tag: "Crash",
  id: "f-1",
  atMs,
  durationMs,
  node: "back"
})

describe("a flight of pure Effect code", () => {
  it("costs no turn of the thread, recorded or not", () => {
    for (const isRecorded of [false, true]) {
      const flown = flyWith(pair({}), {
        operations: Array.from({ length: 20 }, (_, index) => ask(`o-${index}`, index)),
        isRecorded
      })
      expect(flown.turns).toBe(0)
    }
  })
})

describe("a promise", () => {
  it("is awaited before virtual time goes on, through any number of steps", async () => {
    const back = echoing(async (text) => {
      let sum = 0
      for (let step = 0; step < 100; step++) sum += await Promise.resolve(1)
      return `${text} ${sum}`
    })
    const flown = await fly({ back })
    expect(outcomes(flown)["o-1"]).toBe("o-1 100")
    expect(flown.turns).toBeGreaterThan(0)
    // Half a millisecond each way on two links, and no time for the promises.
    expect(flown.history[0]?.endedAt).toBe(12_000)
  })

  it("belongs to the node that made it, and dies with it", async () => {
    const notes: Array<string> = []
    const back = echoing(async (text) => {
      notes.push("begins")
      await sleep(100)
      notes.push("goes on")
      return text
    })
    const flown = await fly({ back }, { faults: [crash(50, 10)] })
    expect(notes).toEqual(["begins"])
    expect(outcomes(flown)["o-1"]).toBe("! SocketReadError")
  })

  it("that is due when its node dies does nothing to anybody", async () => {
    const notes: Array<string> = []
    let release = (): void => {}
    const back = Effect.sync((): BackHandlers => {
      void sleep(1_000).then(() => notes.push("late timer"))
      return {
        ...plainBack,
        echo: ({ text }) =>
          Effect.promise(async () => {
            await new Promise<void>((resolve) => {
              release = resolve
            })
            notes.push("goes on")
            await sleep(1)
            notes.push("after its node's death")
            return text
          })
      }
    })
    const flown = await fly({ back }, { faults: [crash(50, 10)] })
    release()
    await new Promise((resolve) => void setImmediate(resolve))
    expect(outcomes(flown)["o-1"]).toBe("! SocketReadError")
    expect(notes).not.toContain("after its node's death")
  })

  it("that nothing will settle is reported with its line, never a hang", async () => {
    const back = echoing(() => new Promise(() => {}))
    const flown = await fly({ back, use: { timeout: "Infinity" } }, { isRecorded: true })
    expect(flown.violation).toBeUndefined()
    expect(flown.leaks).toMatchObject([{ call: "new Promise", nodeName: "back" }])
    expect(flown.leaks[0]?.source).toMatch(/^Promises\.test\.ts:\d+$/)
  })

  it("whose rejection nobody handles is a defect of its node", async () => {
    const back = echoing((text) => {
      void Promise.reject(new Error("nobody listens"))
      return Promise.resolve(text)
    })
    const flown = await fly({ back })
    expect(flown.violation?.property).toBe("no defect")
    expect(flown.violation?.counterexample.actual).toMatch(/nobody listens/)
  })

  it("flies the same with the same seed, recorded or not", async () => {
    const back = echoing(async (text) => {
      const parts = await Promise.all([1, 2, 3].map(async (part) => (await sleep(part), part)))
      return `${text} ${parts.join("")} ${Math.random()}`
    })
    const first = await fly({ back })
    const again = await fly({ back })
    const recorded = await fly({ back }, { isRecorded: true })
    expect(again.digest).toBe(first.digest)
    expect(recorded.digest).toBe(first.digest)
    expect(outcomes(again)).toEqual(outcomes(first))
    const timers = eventsOf(recorded).filter(({ what }) => what.startsWith("timer after"))
    expect(timers.map(({ what }) => what)).toEqual([
      "timer after 1ms",
      "timer after 2ms",
      "timer after 3ms"
    ])
  })

  it("keeps what it causes when other operations are taken away", async () => {
    const back = echoing(async (text) => {
      await sleep(5)
      return `${text} ${Math.random()}`
    })
    const both = await fly({ back }, { operations: [ask("o-1", 10), ask("o-2", 11, "o-2", 2)] })
    const one = await fly({ back }, { operations: [ask("o-2", 11, "o-2", 2)] })
    expect(outcomes(one)["o-2"]).toBe(outcomes(both)["o-2"])
  })
})

describe("what never gives way", () => {
  it.each<readonly [string, () => Promise<string>]>([
    [
      "ticks that tick",
      () =>
        new Promise(() => {
          const tick = (): void => process.nextTick(tick)
          tick()
        })
    ],
    [
      "ticks and promises in turn",
      () =>
        new Promise(() => {
          const tick = (): void => void Promise.resolve().then(() => process.nextTick(tick))
          tick()
        })
    ]
  ])("is a livelock of its node (%s)", async (_, echo) => {
    const limits = { stepsPerInstantMax: 2_000 }
    const flown = await fly({ back: echoing(echo), limits })
    expect(flown.violation?.property).toBe("no livelock")
    expect(flown.violation?.counterexample.subject).toBe("back makes no progress")
  })
})

describe("two flights on one thread", () => {
  it("wait for each other", async () => {
    const back = echoing(async (text) => {
      await sleep(5)
      return `${text} ${Date.now()}`
    })
    const flown = await Promise.all([fly({ back }), fly({ back }), fly({ back })])
    expect(new Set(flown.map(({ digest }) => digest)).size).toBe(1)
  })
})
