import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Kernel from "../../src/kernel/Kernel.ts"
import * as Process from "../../src/kernel/Process.ts"
import { makeLabel, type Task } from "../../src/kernel/Task.ts"
import { calm, type Entropy, fromSeed } from "../../src/turbulence/Entropy.ts"

const limits = { stepsMax: 10_000, stepsPerInstantMax: 1_000, operationsPerTaskMax: 5_000 }
const label = makeLabel("thing")

const makeKernel = (options: Partial<Kernel.Options> = {}): Kernel.Kernel =>
  Kernel.make({
    entropy: calm,
    limits,
    horizonMicros: 1_000_000,
    seed: 1,
    onChoice: undefined,
    afterTask: () => {},
    ...options
  })

/** A process that is alive. */
const makeProcess = (kernel: Kernel.Kernel, name = "node"): Process.Process => {
  const process = Process.make(kernel, name, 0)
  Process.start(process)
  return process
}

/** Schedules tasks that note their number when they run. */
const noting = (kernel: Kernel.Kernel, process: Process.Process | undefined) => {
  const ran: Array<string> = []
  const at = (time: number, name: string, then: () => void = () => {}): Task =>
    kernel.schedule(
      time,
      label,
      process,
      () => {
        ran.push(`${name}@${kernel.now()}`)
        then()
      },
      undefined
    )
  return { ran, at }
}

const ranked = (outcomes: Readonly<Record<number, number>>): Entropy => {
  let made = 0
  return { choose: (kind) => (kind === "rank" ? (outcomes[made++] ?? 0) : 0) }
}

describe("virtual time", () => {
  it("never goes back, and each task runs when it is due (tasks that schedule tasks)", () => {
    const delays = fc.array(fc.array(fc.integer({ min: -5, max: 50 }), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 20
    })
    fc.assert(
      fc.property(delays, fc.nat(), (delays, seed) => {
        const kernel = makeKernel({ entropy: fromSeed(seed, { rank: 0.5 }) })
        const process = makeProcess(kernel)
        const times: Array<number> = []
        const spawn = (index: number): void => {
          for (const delay of delays[index] ?? []) {
            const due = kernel.now() + delay
            const run = (): void => {
              // What is due in the past is due now.
              expect(kernel.now()).toBe(Math.max(due, times.at(-1) ?? 0, due))
              times.push(kernel.now())
              spawn(times.length)
            }
            kernel.schedule(due, label, process, run, undefined)
          }
        }
        spawn(0)
        expect(kernel.run()).toEqual({ _tag: "quiescent" })
        expect(times).toEqual([...times].sort((left, right) => left - right))
        expect(kernel.steps()).toBe(times.length)
      })
    )
  })

  it("ends at the horizon, with what is due exactly then still run", () => {
    const kernel = makeKernel({ horizonMicros: 100 })
    const { at, ran } = noting(kernel, undefined)
    at(100, "last")
    at(101, "late")
    expect(kernel.run()).toEqual({ _tag: "horizon" })
    expect(ran).toEqual(["last@100"])
    expect(kernel.now()).toBe(100)
  })

  it("does not run what is cancelled, also when it was about to", () => {
    const kernel = makeKernel()
    const { at, ran } = noting(kernel, undefined)
    const later = at(9, "later")
    const same = at(5, "same instant, before")
    at(5, "first", () => kernel.cancel(third))
    const third = at(5, "third")
    kernel.cancel(later)
    kernel.cancel(same)
    expect(kernel.run()).toEqual({ _tag: "quiescent" })
    expect(ran).toEqual(["first@5"])
    expect(kernel.now()).toBe(5)
  })

  it("ends at once when stopped, and after the instant when asked to finish", () => {
    const kernel = makeKernel()
    const { at, ran } = noting(kernel, undefined)
    at(5, "a", kernel.stop)
    at(5, "b")
    expect(kernel.run()).toEqual({ _tag: "stopped" })
    expect(ran).toEqual(["a@5"])
    const other = makeKernel()
    const of = noting(other, undefined)
    of.at(5, "a", other.finish)
    of.at(5, "b")
    of.at(6, "c")
    expect(other.run()).toEqual({ _tag: "stopped" })
    expect(of.ran).toEqual(["a@5", "b@5"])
    const last = makeKernel()
    noting(last, undefined).at(5, "a", last.finish)
    expect(last.run()).toEqual({ _tag: "quiescent" })
  })
})

describe("what is due at one instant", () => {
  it("becomes ready together: a rank puts one after all others of the instant", () => {
    const kernel = makeKernel({ entropy: ranked({ 0: 3, 1: 0, 2: 1 }) })
    const { at, ran } = noting(kernel, makeProcess(kernel))
    at(5, "a")
    at(5, "b")
    at(5, "c")
    at(6, "d")
    kernel.run()
    expect(ran).toEqual(["b@5", "c@5", "a@5", "d@6"])
  })

  it("comes before what it schedules for the same instant", () => {
    const kernel = makeKernel()
    const { at, ran } = noting(kernel, makeProcess(kernel))
    at(5, "a", () => void at(5, "child of a"))
    at(5, "b")
    kernel.run()
    expect(ran).toEqual(["a@5", "b@5", "child of a@5"])
  })
})

describe("a process", () => {
  it("runs nothing while it is paused, and all of it in order afterwards", () => {
    const kernel = makeKernel({ entropy: ranked({ 0: 2 }) })
    const process = makeProcess(kernel)
    const { at, ran } = noting(kernel, process)
    const world = noting(kernel, undefined)
    world.at(1, "pause", () => kernel.pause(process))
    world.at(50, "unpause", () => kernel.unpause(process))
    at(5, "a")
    at(10, "b")
    at(20, "c")
    at(60, "d")
    kernel.run()
    expect(ran).toEqual(["a@50", "b@50", "c@50", "d@60"])
    expect(world.ran).toEqual(["pause@1", "unpause@50"])
  })

  it("starts each step later by as much as it is slow, and keeps their order", () => {
    const kernel = makeKernel({ entropy: ranked({ 0: 7 }) })
    const process = makeProcess(kernel)
    const { at, ran } = noting(kernel, process)
    process.slowMicros = 30
    at(5, "a", () => void at(5, "child"))
    at(5, "b")
    at(8, "c", () => {
      process.slowMicros = 0
    })
    at(100, "d")
    kernel.run()
    // `a` was ranked after `b`, and stays there.
    expect(ran).toEqual(["b@35", "a@35", "c@38", "child@65", "d@100"])
  })

  it("drops what its last life had left, and does not wait for its timers", () => {
    const kernel = makeKernel()
    const process = makeProcess(kernel)
    const { at, ran } = noting(kernel, process)
    at(5, "before")
    at(900_000, "never")
    noting(kernel, undefined).at(10, "crash", () => {
      Process.kill(process)
      Process.start(process)
      at(20, "second life")
    })
    expect(kernel.run()).toEqual({ _tag: "quiescent" })
    expect(ran).toEqual(["before@5", "second life@20"])
    expect(kernel.now()).toBe(20)
  })

  it("drops what was parked when it dies while paused", () => {
    const kernel = makeKernel()
    const process = makeProcess(kernel)
    const { at, ran } = noting(kernel, process)
    const world = noting(kernel, undefined)
    world.at(1, "pause", () => kernel.pause(process))
    at(5, "parked")
    world.at(10, "crash", () => Process.kill(process))
    world.at(20, "unpause", () => kernel.unpause(process))
    expect(kernel.run()).toEqual({ _tag: "quiescent" })
    expect(ran).toEqual([])
  })

  it("draws the rank of each task once, however long it has to wait", () => {
    const asked: Array<string> = []
    const entropy: Entropy = {
      choose: (kind, high, low) => {
        if (kind === "rank") asked.push(`${high} ${low}`)
        return 0
      }
    }
    const kernel = makeKernel({ entropy })
    const process = makeProcess(kernel)
    process.slowMicros = 30
    const { at, ran } = noting(kernel, process)
    const world = noting(kernel, undefined)
    for (const time of [1, 2, 3, 40]) at(time, "task")
    world.at(2, "pause", () => kernel.pause(process))
    world.at(90, "unpause", () => kernel.unpause(process))
    kernel.run()
    expect(ran).toHaveLength(4)
    expect(asked).toHaveLength(4)
    expect(new Set(asked).size).toBe(4)
  })

  it("draws no choice for a task that has died", () => {
    const asked: Array<string> = []
    const entropy: Entropy = { choose: (kind) => (asked.push(kind), 0) }
    const kernel = makeKernel({ entropy })
    const process = makeProcess(kernel)
    noting(kernel, process).at(5, "dead")
    Process.kill(process)
    kernel.run()
    expect(asked).toEqual([])
  })
})

describe("a limit", () => {
  it("ends a flight of too many steps", () => {
    const kernel = makeKernel()
    const { at } = noting(kernel, makeProcess(kernel))
    const again = (): void => void at(kernel.now() + 1, "again", again)
    again()
    expect(kernel.run()).toEqual({ _tag: "limit", limit: "stepsMax", processName: "node" })
    expect(kernel.steps()).toBe(limits.stepsMax)
  })

  it("ends a flight in which time makes no progress, naming the process", () => {
    const kernel = makeKernel()
    const { at } = noting(kernel, makeProcess(kernel))
    const again = (): void => void at(kernel.now(), "again", again)
    at(3, "first", again)
    const end = kernel.run()
    expect(end).toEqual({ _tag: "limit", limit: "stepsPerInstantMax", processName: "node" })
    expect(kernel.now()).toBe(3)
  })

  it("counts steps anew at each instant", () => {
    const kernel = makeKernel()
    const { at } = noting(kernel, undefined)
    for (let step = 0; step < 2 * limits.stepsPerInstantMax; step++) at(1 + (step % 3), "x")
    expect(kernel.run()).toEqual({ _tag: "quiescent" })
  })
})

describe("the digest", () => {
  it("differs when anything differs that happened", () => {
    const digestOf = (work: (kernel: Kernel.Kernel) => void, entropy: Entropy = calm): number => {
      const kernel = makeKernel({ entropy })
      work(kernel)
      kernel.run()
      return kernel.digest()
    }
    const two = (kernel: Kernel.Kernel): void => {
      const { at } = noting(kernel, makeProcess(kernel))
      at(1, "a")
      at(2, "b")
    }
    const digests = [
      digestOf(two),
      digestOf((kernel) => void noting(kernel, undefined).at(1, "a")),
      digestOf((kernel) => void noting(kernel, undefined).at(2, "a")),
      digestOf((kernel) => kernel.note(1)),
      digestOf((kernel) => kernel.note(2)),
      digestOf(two, ranked({ 0: 1 })),
      digestOf(two, ranked({ 1: 1 }))
    ]
    expect(new Set(digests).size).toBe(digests.length)
    expect(digestOf(two)).toBe(digests[0])
    expect(Number.isSafeInteger(digests[0])).toBe(true)
  })
})

describe("an own draw", () => {
  it("is keyed by its task and its label, and moved by no other draw", () => {
    const drawn = (isDisturbed: boolean): ReadonlyArray<number> => {
      const kernel = makeKernel()
      const seen: Array<number> = []
      const [mine, other] = [makeLabel("mine"), makeLabel("other")]
      const { at } = noting(kernel, undefined)
      if (isDisturbed) kernel.schedule(1, other, undefined, () => void kernel.draw(mine), undefined)
      at(1, "a", () => {
        if (isDisturbed) kernel.draw(other)
        seen.push(kernel.draw(mine), kernel.draw(mine))
      })
      kernel.run()
      return seen
    }
    expect(drawn(true)).toEqual(drawn(false))
    expect(new Set(drawn(false)).size).toBe(2)
  })

  it("gives a program uniform numbers", () => {
    const kernel = makeKernel()
    const label = makeLabel("random")
    let ones = 0
    for (let draw = 0; draw < 4_000; draw++) if (kernel.draw(label) < 0) ones++
    expect(Math.abs(ones - 2_000)).toBeLessThan(200)
  })
})
