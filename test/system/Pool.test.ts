/** Pools outside of a flight: a semaphore of the process, in production code. */
import { Deferred, Effect, Exit, Fiber, type Scheduler } from "effect"
import { describe, expect, it } from "vitest"
import * as Pool from "../../src/system/Pool.ts"

/** What takes slots of a pool: each is begun when told, and goes when told. */
const takers = (pool: Pool.Pool<Pool.PoolFull>) => {
  const inside: Array<string> = []
  const gates = new Map<string, Deferred.Deferred<string, string>>()
  const fibers = new Map<string, Fiber.Fiber<string, Pool.PoolFull | string>>()
  const fiber = (name: string) => {
    const found = fibers.get(name)
    if (found === undefined) throw new Error(`${name} has not begun`)
    return found
  }
  return {
    /** Who holds a slot now. */
    inside: () => [...inside],
    begin: (name: string) => {
      const gate = Deferred.makeUnsafe<string, string>()
      gates.set(name, gate)
      const held = Effect.suspend(() => {
        inside.push(name)
        return Effect.ensuring(
          Deferred.await(gate),
          Effect.sync(() => void inside.splice(inside.indexOf(name), 1))
        )
      })
      fibers.set(name, Effect.runFork(pool.withSlot(held)))
    },
    end: async (name: string, how: Effect.Effect<string, string> = Effect.succeed(name)) => {
      const gate = gates.get(name)
      if (gate !== undefined) Deferred.doneUnsafe(gate, how)
      await Effect.runPromise(Fiber.await(fiber(name)))
      await settled()
    },
    interrupt: async (name: string) => {
      await Effect.runPromise(Fiber.interrupt(fiber(name)))
      await settled()
    },
    exit: (name: string) => Effect.runPromise(Fiber.await(fiber(name)))
  }
}

/** Lets whoever was woken go on. */
const settled = () => Effect.runPromise(Effect.yieldNow)

// A pool with a bound may fail; one without is tested by the same takers.
const unbounded = (slots: number): Pool.Pool<Pool.PoolFull> => Pool.make("p", { slots })

describe("a pool outside of a flight", () => {
  it("lets as many in as it has slots, and the others in their order", async () => {
    const { begin, end, inside } = takers(unbounded(2))
    for (const name of ["a", "b", "c", "d"]) begin(name)
    expect(inside()).toEqual(["a", "b"])
    await end("b")
    expect(inside()).toEqual(["a", "c"])
    await end("a")
    expect(inside()).toEqual(["c", "d"])
  })

  it("hands on what the effect comes to, and gives the slot back however it ends", async () => {
    const { begin, end, exit, inside } = takers(unbounded(1))
    for (const name of ["ok", "failing", "dying", "last"]) begin(name)
    await end("ok")
    await end("failing", Effect.fail("no"))
    await end("dying", Effect.die("bug"))
    expect(inside()).toEqual(["last"])
    expect(await exit("ok")).toEqual(Exit.succeed("ok"))
    expect(await exit("failing")).toEqual(Exit.fail("no"))
    expect(await exit("dying")).toEqual(Exit.die("bug"))
  })

  it("gives back the slot of who is interrupted, and the place in line of who waits", async () => {
    const { begin, inside, interrupt } = takers(Pool.make("p", { slots: 1, queueMax: 2 }))
    for (const name of ["a", "b", "c"]) begin(name)
    await interrupt("b")
    begin("d")
    await interrupt("a")
    expect(inside()).toEqual(["c"])
    await interrupt("c")
    expect(inside()).toEqual(["d"])
  })

  it("fails by name when its queue is full, and only then", async () => {
    const { begin, end, exit, inside } = takers(Pool.make("desk", { slots: 1, queueMax: 1 }))
    for (const name of ["a", "b", "c"]) begin(name)
    expect(await exit("c")).toEqual(Exit.fail(new Pool.PoolFull({ pool: "desk", queueMax: 1 })))
    expect(new Pool.PoolFull({ pool: "desk", queueMax: 1 }).message).toBe(
      "pool desk is full and 1 wait already"
    )
    await end("a")
    begin("d")
    expect(inside()).toEqual(["b"])
    await end("b")
    expect(inside()).toEqual(["d"])
  })

  it("refuses at once whoever would have to wait where nobody may", async () => {
    const { begin, end, exit, inside } = takers(Pool.make("desk", { slots: 2, queueMax: 0 }))
    for (const name of ["a", "b", "c"]) begin(name)
    expect(inside()).toEqual(["a", "b"])
    expect(Exit.isFailure(await exit("c"))).toBe(true)
    await end("a")
    begin("d")
    expect(inside()).toEqual(["b", "d"])
  })

  it("counts right whenever somebody is interrupted on the way in or out (every step)", () => {
    let interrupted = 0
    for (let steps = 0; steps < 60; steps++) {
      const pool = Pool.make("desk", { slots: 1, queueMax: 0 })
      const queue: Array<() => void> = []
      const drain = () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) next()
      }
      // Gives way after each single operation of the pool, and goes on when told.
      const scheduler: Scheduler.Scheduler = {
        executionMode: "async",
        shouldYield: (fiber) => fiber.currentOpCount >= 3,
        makeDispatcher: () => ({ scheduleTask: (task) => void queue.push(task), flush: drain })
      }
      const fiber = Effect.runFork(pool.withSlot(Effect.as(Effect.void, "out")), { scheduler })
      for (let step = 0; step < steps; step++) queue.shift()?.()
      fiber.interruptUnsafe()
      drain()
      const exit = fiber.pollUnsafe()
      expect(exit).toBeDefined()
      if (exit !== undefined && Exit.isFailure(exit)) interrupted++
      expect([steps, Effect.runSync(pool.withSlot(Effect.succeed("in")))]).toEqual([steps, "in"])
    }
    expect(interrupted).toBeGreaterThan(10)
    expect(interrupted).toBeLessThan(60)
  })

  it("belongs to the process: two pools of one name do not know each other", () => {
    const one = takers(unbounded(1))
    const other = takers(unbounded(1))
    one.begin("a")
    other.begin("b")
    expect([one.inside(), other.inside()]).toEqual([["a"], ["b"]])
  })
})
