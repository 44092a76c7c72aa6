/** The life of a node: how it starts, stops, dies, hangs, spins, and what others see of that. */
import { Effect, Schema } from "effect"
import { describe, expect, it } from "vitest"
import {
  Always,
  Fake,
  Operation,
  Probe,
  Service,
  System,
  Use,
  WindTunnel,
  Workload
} from "downforce"
import * as fc from "fast-check"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { ask, eventsOf, flyWith, outcomes, type Setting } from "../flight/Fly.ts"
import {
  Back,
  type BackHandlers,
  Front,
  type PairOptions,
  pair,
  plainBack
} from "../flight/toys.ts"

const fly = (options: PairOptions, setting: Partial<Setting> = {}) =>
  flyWith(pair(options), { operations: [ask("o-1", 10)], ...setting })

const fault = (tag: "Crash" | "Restart" | "Pause", atMs: number, durationMs: number): Fault => ({
  _tag: tag,
  id: `${tag} at ${atMs}`,
  atMs,
  durationMs,
  node: "back"
})

/** A back that writes down what becomes of it, and takes its time to answer and to stop. */
const diary = (notes: Array<string>, stopMillis = 0, answerMillis = 0) =>
  Effect.gen(function* () {
    const time = Effect.clockWith((clock) =>
      Effect.succeed(clock.currentTimeMillisUnsafe() - 1_893_456_000_000)
    )
    const note = (text: string) => Effect.map(time, (now) => void notes.push(`${text}@${now}`))
    yield* note("start")
    yield* Effect.addFinalizer((exit) =>
      note(`finalizing ${exit._tag}`).pipe(
        Effect.andThen(Effect.sleep(stopMillis)),
        Effect.andThen(note("finalized"))
      )
    )
    yield* Effect.sleep("1 hour").pipe(Effect.andThen(note("an hour later")), Effect.forkScoped)
    return {
      ...plainBack,
      echo: ({ text }) =>
        Effect.sleep(answerMillis).pipe(
          Effect.as(text),
          Effect.onInterrupt(() => note("interrupted"))
        )
    } satisfies BackHandlers
  })

describe("a crash", () => {
  it("runs no finalizer, drops every timer, and a restart builds the service anew", () => {
    const notes: Array<string> = []
    const flown = fly({ back: diary(notes, 5, 1_000) }, { faults: [fault("Crash", 50, 100)] })
    expect(notes).toEqual(["start@0", "start@150"])
    expect(outcomes(flown)).toEqual({ "o-1": "! SocketReadError" })
    expect(flown.violation).toBeUndefined()
  })

  it("loses what only memory held", () => {
    const Seen = Probe.make("seen", Schema.Int)
    const lives: Array<number> = []
    const back = Effect.gen(function* () {
      let seen = 0
      yield* Seen.expose(() => seen)
      return {
        ...plainBack,
        echo: ({ text }) => Effect.sync(() => (lives.push(++seen), text))
      } satisfies BackHandlers
    })
    const operations = [ask("o-1", 10), ask("o-2", 20), ask("o-3", 500)]
    const properties = [
      Always.make("a dead node shows nothing", (view) =>
        [...view.read(Seen).keys()].every((name) => view.nodes.includes(name))
      )
    ]
    const flown = fly({ back, properties }, { operations, faults: [fault("Crash", 50, 100)] })
    expect(flown.violation).toBeUndefined()
    expect(lives).toEqual([1, 2, 1])
  })

  it("leaves the next flight in the same process as it is alone", () => {
    const digest = () => fly({ back: diary([]) }).digest
    const alone = digest()
    fly({ back: diary([], 5, 1_000) }, { faults: [fault("Crash", 50, 100)] })
    expect(() =>
      fly({
        back: Effect.sync(() => {
          throw new Error("on purpose")
        })
      })
    ).not.toThrow()
    expect(digest()).toBe(alone)
  })
})

describe("a graceful stop", () => {
  it("closes the scope: handlers are interrupted, then finalizers run", () => {
    const notes: Array<string> = []
    const options = { back: diary(notes, 5, 1_000) }
    const flown = fly(options, { faults: [fault("Restart", 50, 100)] })
    expect(notes).toEqual([
      "start@0",
      "interrupted@50",
      "finalizing Success@50",
      "finalized@55",
      "start@150"
    ])
    expect(outcomes(flown)["o-1"]).toMatch(/^info/)
    expect(flown.violation).toBeUndefined()
  })

  it("refuses new calls while it lasts, and starts late when it outlasts its fault", () => {
    const notes: Array<string> = []
    const flown = fly(
      { back: diary(notes, 300) },
      { operations: [ask("o-1", 100), ask("o-2", 400)], faults: [fault("Restart", 50, 100)] }
    )
    expect(outcomes(flown)).toEqual({ "o-1": "! SocketOpenError", "o-2": "o-2" })
    expect(notes).toEqual(["start@0", "finalizing Success@50", "finalized@350", "start@350"])
  })

  it("may ask for the client of a replica for the first time while it lasts", () => {
    const answers: Array<string> = []
    const front = (_: unknown, text: string) =>
      Effect.gen(function* () {
        yield* Effect.sleep("1 second")
        return text
      }).pipe(
        Effect.onInterrupt(() =>
          Effect.flatMap(Back.at("back-2"), (back) => back.echo({ text: "late" })).pipe(
            Effect.map((answer) => void answers.push(answer)),
            Effect.ignore
          )
        )
      )
    const restart = { ...fault("Restart", 50, 100), node: "front" }
    const flown = fly({ front, replicas: 2 }, { faults: [restart] })
    expect(flown.violation).toBeUndefined()
    expect(answers).toEqual(["late"])
  })

  it("kills what does not stop within its grace of ten seconds", () => {
    const notes: Array<string> = []
    const flown = fly({ back: diary(notes, 60_000) }, { faults: [fault("Restart", 50, 100)] })
    expect(notes).toEqual(["start@0", "finalizing Success@50", "start@10050"])
    expect(flown.violation).toBeUndefined()
  })

  it("is cut short by a crash, and not by a second stop", () => {
    const notes: Array<string> = []
    const faults = [fault("Restart", 50, 100), fault("Crash", 100, 200)]
    fly({ back: diary(notes, 5_000) }, { faults })
    expect(notes).toEqual(["start@0", "finalizing Success@50", "start@300"])
    const again: Array<string> = []
    const stops = [fault("Restart", 50, 10), fault("Restart", 100, 700)]
    fly({ back: diary(again, 400) }, { faults: stops })
    expect(again).toEqual(["start@0", "finalizing Success@50", "finalized@450", "start@800"])
  })
})

describe("a pause", () => {
  it("freezes timers and handlers, and lets them go on where they were", () => {
    const notes: Array<string> = []
    const flown = fly({ back: diary(notes, 0, 30) }, { faults: [fault("Pause", 20, 500)] })
    expect(notes).toEqual(["start@0"])
    expect(flown.history[0]?.endedAt).toBe(521_000)
  })

  it("holds back a crashed node's next start", () => {
    const notes: Array<string> = []
    const faults = [fault("Pause", 20, 500), fault("Crash", 50, 100)]
    fly({ back: diary(notes) }, { faults })
    expect(notes).toEqual(["start@0", "start@520"])
  })
})

describe("a service that does not come up", () => {
  const names = (options: PairOptions) => {
    const flown = fly(options)
    return { flown, violation: flown.violation }
  }

  it("is no pass when its build hangs: the flight says which (unknown)", () => {
    const { flown } = names({ back: Effect.never })
    expect(flown.violation).toBeUndefined()
    expect(flown.unknown).toContain("never came up: back")
    expect(flown.history).toEqual([])
  })

  it.each([
    ["fails", Effect.fail("no disk"), "no disk"],
    ["dies", Effect.die(new Error("no memory")), "Error: no memory"],
    [
      "throws",
      Effect.sync((): BackHandlers => {
        throw new TypeError("no idea")
      }),
      "TypeError: no idea"
    ],
    // A handler is missing, which only a system from dynamic data can have.
    ["has no handlers", Effect.succeed({} as BackHandlers), "Error: back has no handler for echo"]
  ])("is a defect when its build %s", (_, back, text) => {
    const { violation } = names({ back })
    expect(violation?.property).toBe("no defect")
    expect(violation?.counterexample.subject).toMatch(/^back (fails to start|dies)$/)
    expect(violation?.counterexample.actual).toContain(text)
  })
})

describe("a handler", () => {
  const echoing = (echo: BackHandlers["echo"]) => Effect.succeed({ ...plainBack, echo })

  it("that dies is a defect of its service, whoever catches what it answers", () => {
    const back = echoing(() => Effect.die(new Error("bug")))
    const front: PairOptions["front"] = (client, text) =>
      client.echo({ text }).pipe(Effect.catchDefect(() => Effect.succeed("caught")))
    const { violation } = fly({ back, front })
    expect(violation?.counterexample).toMatchObject({ subject: "back dies", actual: "Error: bug" })
    expect(violation?.where).toBe("back")
  })

  it("that never ends, and cannot be interrupted, is a deadlock that says so", () => {
    const never = Effect.uninterruptible(Effect.never)
    const { violation } = fly({ back: echoing(() => never), use: { timeout: "Infinity" } })
    expect(violation?.property).toBe("no deadlock")
    expect(violation?.counterexample.subject).toBe("front → back echo")
    expect(violation?.counterexample.actual).toMatch(/: back handles echo and never ends$/)
  })

  it.each([
    ["a loop that gives way", Effect.forever(Effect.void), "stepsPerInstantMax"],
    [
      "a loop that does not",
      Effect.forever(Effect.void, { disableYield: true }),
      "operationsPerTaskMax"
    ],
    [
      "a loop of its own",
      Effect.whileLoop({ while: () => true, body: () => Effect.sync(() => {}), step: () => {} }),
      "operationsPerTaskMax"
    ]
  ])("that spins is a livelock naming its node (%s)", (_, spin, limit) => {
    const limits = { stepsPerInstantMax: 5_000, operationsPerTaskMax: 50_000 }
    const { violation } = fly({
      back: echoing(() => Effect.as(spin, "never")),
      replicas: 2,
      limits
    })
    expect(violation?.property).toBe("no livelock")
    expect(violation?.counterexample.subject).toBe("back makes no progress")
    expect(violation?.counterexample.actual).toMatch(new RegExp(`^${limit} reached by back-[12]$`))
  })

  it("that ticks for ever ends the flight at a limit, which is unknown", () => {
    const back = Effect.gen(function* () {
      yield* Effect.sleep("1 millis").pipe(Effect.forever, Effect.forkScoped)
      return plainBack
    })
    const flown = fly({ back, limits: { stepsMax: 3_000 } }, { operations: [ask("o-1", 9_000)] })
    expect(flown.violation).toBeUndefined()
    expect(flown.unknown).toEqual(["stepsMax reached: 3000 steps"])
    expect(flown.steps).toBe(3_000)
  })
})

describe("the code of properties and probes", () => {
  it("is an author's error when a check throws", () => {
    const properties = [
      Always.make("throws", () => {
        throw new Error("wrong check")
      })
    ]
    const flown = fly({ properties })
    expect(flown.violation).toBeUndefined()
    expect(flown.threw?.message).toBe('the check of property "throws" threw Error: wrong check')
  })

  const Broken = Probe.make("broken", Schema.Int)
  const broken = (read: () => number) =>
    Effect.gen(function* () {
      yield* Broken.expose(read)
      return plainBack
    })
  const throwing = (): number => {
    throw new Error("no state")
  }

  it("is an author's error when a property reads a probe that throws", () => {
    const properties = [Always.make("reads", (view) => view.read(Broken).size >= 0)]
    expect(fly({ back: broken(throwing), properties }).threw?.message).toMatch(/Error: no state/)
  })

  it.each([
    ["throws", throwing, /cannot be read: Error: no state/],
    ["does not fit its schema", () => 0.5, /cannot be read: .*integer/i]
  ])("does not end a recorded flight otherwise when a probe %s", (_, read, text) => {
    const setting = { operations: [ask("o-1", 10)] }
    const plain = flyWith(pair({ back: broken(read) }), setting)
    const recorded = flyWith(pair({ back: broken(read) }), { ...setting, isRecorded: true })
    expect(recorded.digest).toBe(plain.digest)
    const states = eventsOf(recorded).flatMap(({ state }) => Object.values(state ?? {}))
    expect(states).toEqual([expect.stringMatching(text)])
  })
})

describe("a node with a fake's role", () => {
  it("flies like a service and is told apart in the system", () => {
    const front = Service.make("front", {
      provides: Front,
      uses: { back: Use.make(Back) },
      handlers: Effect.gen(function* () {
        const back = yield* Back
        return Front.of({ ask: ({ text }) => Effect.orDie(back.echo({ text })) })
      })
    })
    const fake = Fake.make("back", { provides: Back, handlers: Effect.succeed(plainBack) })
    const system = System.make("faked", { services: [front], fakes: [fake] })
    const operation = Operation.make(Front, "ask", fc.record({ text: fc.string() }))
    const tunnel = WindTunnel.make("with a fake", {
      system,
      workload: Workload.make({ clients: 1, operations: 1, operation }),
      properties: []
    })
    const flown = flyWith(tunnel, { operations: [ask("o-1", 10)] })
    expect(outcomes(flown)).toEqual({ "o-1": "o-1" })
    expect(system.nodes.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "front service",
      "back fake"
    ])
  })
})
