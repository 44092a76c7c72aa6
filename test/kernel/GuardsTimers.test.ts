import nodeTimers, { setTimeout as importedTimeout } from "node:timers"
import timersPromises, { setTimeout as importedPromise } from "node:timers/promises"
import { promisify } from "node:util"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import * as Guards from "../../src/kernel/Guards.ts"
import * as FakeAloft from "./FakeAloft.ts"

let flight = FakeAloft.make()
let land = (): void => {}
beforeEach(() => {
  flight = FakeAloft.make()
  land = Guards.takeOff(flight.aloft)
})
afterEach(() => {
  land()
})

const passMillis = (millis: number): void => flight.pass(millis * 1000)

describe("the timers of a node", () => {
  it("ring on virtual time, in the order of their times and then of their calls", () => {
    const rung: Array<string> = []
    flight.on(() => {
      setTimeout(() => rung.push(`b at ${performance.now()}`), 20)
      setTimeout(() => rung.push(`a at ${performance.now()}`), 10)
      setTimeout((...given) => rung.push(`c ${given.join()}`), 20, 1, "two")
      setImmediate((given) => rung.push(`immediate ${given}`), 3)
    })
    passMillis(19)
    expect(rung).toEqual(["immediate 3", "a at 10"])
    passMillis(1)
    expect(rung).toEqual(["immediate 3", "a at 10", "b at 20", "c 1,two"])
  })

  it.each([undefined, 0, -5, Number.NaN, 2 ** 31, "nothing"])(
    "takes a millisecond where the delay is none of Node's (%s)",
    (delay) => {
      let rung = 0
      flight.on(() => nodeTimers.setTimeout(() => rung++, delay as number))
      flight.pass(999)
      expect(rung).toBe(0)
      flight.pass(1)
      expect(rung).toBe(1)
    }
  )

  it("never rings when it is cleared, by its object, its number or the number's text", () => {
    let rung = 0
    const ring = (): void => {
      rung++
    }
    flight.on(() => {
      clearTimeout(setTimeout(ring, 5))
      clearTimeout(Number(setTimeout(ring, 5)))
      clearTimeout(String(Number(setTimeout(ring, 5))))
      clearInterval(setInterval(ring, 5))
      clearImmediate(setImmediate(ring))
      setTimeout(ring, 5).close()
      const disposed = setTimeout(ring, 5)
      disposed[Symbol.dispose]()
      clearTimeout(undefined)
      clearTimeout(77)
    })
    passMillis(20)
    expect(rung).toBe(0)
    expect(flight.dueCount()).toBe(0)
  })

  it("repeats an interval until it is cleared, by its own callback too", () => {
    const rung: Array<number> = []
    flight.on(() => {
      const interval = setInterval(() => {
        rung.push(performance.now())
        if (rung.length === 3) clearInterval(interval)
      }, 10)
    })
    passMillis(100)
    expect(rung).toEqual([10, 20, 30])
  })

  it("goes on with an interval whose callback throws", () => {
    let rung = 0
    flight.on(() =>
      setInterval(() => {
        rung++
        throw new Error("a bug of the user's")
      }, 10)
    )
    expect(() => passMillis(10)).toThrow("a bug of the user's")
    expect(() => passMillis(10)).toThrow("a bug of the user's")
    expect(rung).toBe(2)
  })

  it("starts anew with refresh, while it runs and after it rang, but not once cleared", () => {
    const rung: Array<number> = []
    const timer = flight.on(() => setTimeout(() => rung.push(performance.now()), 10))
    passMillis(6)
    flight.on(() => timer.refresh())
    passMillis(9)
    expect(rung).toEqual([])
    passMillis(5)
    expect(rung).toEqual([16])
    flight.on(() => timer.refresh())
    passMillis(10)
    expect(rung).toEqual([16, 30])
    flight.on(() => {
      clearTimeout(timer)
      timer.refresh()
    })
    passMillis(50)
    expect(rung).toEqual([16, 30])
  })

  it("says whether it would hold the process, and answers itself", () => {
    flight.on(() => {
      const timer = setTimeout(() => {}, 10)
      expect(timer.hasRef()).toBe(true)
      expect(timer.unref()).toBe(timer)
      expect(timer.hasRef()).toBe(false)
      expect(timer.ref().hasRef()).toBe(true)
      expect(
        setImmediate(() => {})
          .unref()
          .hasRef()
      ).toBe(false)
    })
  })

  it("counts its numbers anew in each flight", () => {
    const numbers = (): ReadonlyArray<number> =>
      flight.on(() => [Number(setTimeout(() => {}, 1)), Number(setTimeout(() => {}, 1))])
    expect(numbers()).toEqual([1, 2])
    expect(numbers()).toEqual([3, 4])
    land()
    flight = FakeAloft.make()
    land = Guards.takeOff(flight.aloft)
    expect(numbers()).toEqual([1, 2])
  })

  it("refuses what is no function, as Node does", () => {
    expect(() => flight.on(() => setTimeout(5 as never, 1))).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_ARG_TYPE" })
    )
  })

  it("is the same function in every module, and was imported by name long before", () => {
    expect(nodeTimers.setTimeout).toBe(globalThis.setTimeout)
    let rung = 0
    flight.on(() => {
      importedTimeout(() => rung++, 5)
      nodeTimers.setTimeout(() => rung++, 5)
    })
    passMillis(5)
    expect(rung).toBe(2)
  })
})

/** Lets microtasks run as often as a chain of promises may need. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe("timers as promises", () => {
  it("settle on virtual time", async () => {
    const rung: Array<unknown> = []
    const keep = (given: unknown): void => {
      rung.push(given)
    }
    flight.on(() => {
      void importedPromise(10, "imported").then(keep)
      void timersPromises.setTimeout(20, "module").then(keep)
      void promisify(setTimeout)(30, "promisified").then(keep)
      void timersPromises.setImmediate("soon").then(keep)
      void timersPromises.scheduler.wait(40).then(() => keep("waited"))
      void timersPromises.scheduler.yield().then(() => keep("yielded"))
    })
    passMillis(9)
    await settle()
    expect(rung).toEqual(["soon", "yielded"])
    passMillis(31)
    await settle()
    expect(rung).toEqual(["soon", "yielded", "imported", "module", "promisified", "waited"])
    expect(flight.leaks).toEqual([])
  })

  it("are aborted by their signal, before and while they wait", async () => {
    const controller = new AbortController()
    const waiting = flight.on(() =>
      timersPromises.setTimeout(10, undefined, { signal: controller.signal })
    )
    controller.abort("enough")
    await expect(waiting).rejects.toMatchObject({ name: "AbortError", code: "ABORT_ERR" })
    const late = flight.on(() => timersPromises.setImmediate(1, { signal: controller.signal }))
    await expect(late).rejects.toMatchObject({ name: "AbortError", cause: "enough" })
    expect(flight.dueCount()).toBe(0)
  })

  it("tick as an interval, no tick lost", async () => {
    const ticked: Array<unknown> = []
    const ticks = flight.on(() => timersPromises.setInterval(10, "tick"))
    const first = flight.on(() => ticks[Symbol.asyncIterator]().next())
    await settle()
    passMillis(35)
    await first
    for (const _ of [1, 2]) ticked.push((await ticks[Symbol.asyncIterator]().next()).value)
    expect(ticked).toEqual(["tick", "tick"])
    await ticks[Symbol.asyncIterator]().return?.()
    expect(flight.dueCount()).toBe(0)
  })

  it("abort a signal after its time", () => {
    const signal = flight.on(() => AbortSignal.timeout(600_000))
    passMillis(599_999)
    expect(signal.aborted).toBe(false)
    passMillis(1)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ name: "TimeoutError" })
    expect(signal.reason).toBeInstanceOf(DOMException)
  })
})
