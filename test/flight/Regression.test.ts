/**
 * Regressions outlive changes to the system: what was added changes nothing that was there, and
 * what is gone is named.
 *
 * A log line is an operation of the runtime that its task does not count. It leaves every flight
 * as it was, with one exception that is left out here: put between an operation and the plain code
 * that follows it, in a task preempted at just that place, the plain code runs after the
 * preemption.
 */
import { Effect, Result, Schema, Stream } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  Always,
  Contract,
  Operation,
  Probe,
  Service,
  System,
  Use,
  WindTunnel,
  Workload
} from "downforce"
import * as Record from "../../src/flight/Record.ts"
import * as Regression from "../../src/flight/Regression.ts"
import * as Replay from "../../src/flight/Replay.ts"
import type { Event } from "../../src/recording/Event.ts"
import type { Recording } from "../../src/recording/Recording.ts"
import { drawn, flySeed, placed } from "./Fly.ts"

class Till extends Contract.make<Till>()(
  "Till",
  RpcGroup.make(Rpc.make("pay", { payload: { cents: Schema.Int }, success: Schema.Int }))
) {}

class Books extends Contract.make<Books>()(
  "Books",
  RpcGroup.make(Rpc.make("enter", { payload: { cents: Schema.Int }, success: Schema.Int }))
) {}

class Weather extends Contract.make<Weather>()(
  "Weather",
  RpcGroup.make(Rpc.make("now", { success: Schema.Int, stream: true }))
) {}

const Sum = Probe.make("sum", Schema.Struct({ sum: Schema.Int, entered: Schema.Int }))

/** What may be added to the shop, or be changed about it. */
interface Change {
  readonly logs?: number
  readonly level?: "Info" | "Debug"
  readonly neighbour?: boolean
  readonly books?: string
  readonly procedure?: boolean
}

/** A till and its books, which lose an entry when preempted between reading and writing. */
const shop = (change: Change = {}): WindTunnel.WindTunnel => {
  const log = (text: string) =>
    change.level === "Debug" ? Effect.logDebug(text) : Effect.log(text, { cents: 1n })
  const lines = change.logs ?? 0
  const till = Service.make("till", {
    provides: Till,
    uses: { books: Use.make(Books, { timeout: "1 second", retry: { times: 2 } }) },
    handlers: Effect.gen(function* () {
      const books = yield* Books
      return Till.of({
        pay: ({ cents }) =>
          Effect.gen(function* () {
            if (lines > 0) yield* log("paying")
            const entered = yield* books.enter({ cents })
            if (lines > 1) yield* log("paid")
            return entered
          }).pipe(Effect.catch(() => Effect.succeed(-1)))
      })
    })
  })
  const books = Service.make(change.books ?? "books", {
    provides: Books,
    handlers: Effect.gen(function* () {
      let sum = 0
      let entered = 0
      yield* Sum.expose(() => ({ sum, entered }))
      return Books.of({
        enter: Effect.fnUntraced(function* ({ cents }) {
          const before = sum
          for (let step = 0; step < 20; step++) {
            if (step < lines) yield* log("entering")
            yield* Effect.sync(() => step)
          }
          sum = before + cents
          entered += cents
          return sum
        })
      })
    })
  })
  const weather = Service.make("weather", {
    provides: Weather,
    uses: { till: Use.make(Till) },
    handlers: Effect.gen(function* () {
      yield* Effect.sleep("7 millis").pipe(Effect.forever, Effect.forkScoped)
      return Weather.of({ now: () => Stream.make(1) })
    })
  })
  return WindTunnel.make("the books add up", {
    system: System.make("shop", {
      services: change.neighbour === true ? [weather, till, books] : [till, books]
    }),
    workload: Workload.make({
      clients: 3,
      operations: 8,
      operation: Operation.make(Till, "pay", fc.record({ cents: fc.integer({ min: 1, max: 9 }) })),
      over: "20 millis"
    }),
    horizon: "10 minutes",
    properties: [
      Always.make("the sum is what was entered", (view) =>
        [...view.read(Sum).values()].every(({ entered, sum }) => sum === entered)
      )
    ]
  })
}

const provenance = { runIndex: 0, commit: undefined, version: "0" }

/** Failing runs of the shop, recorded. */
const failing: ReadonlyArray<Record.Recorded> = Array.from({ length: 300 }, (_, seed) => seed)
  .filter((seed) => flySeed(shop(), seed).violation !== undefined)
  .slice(0, 8)
  .map((seed) => Effect.runSync(Record.ofDrawn(placed(shop()), drawn(shop(), seed), provenance)))

const savedOf = ({ header }: Record.Recorded): Regression.SavedRegression => {
  const regression = Regression.fromHeader(header)
  if (regression === undefined) throw new Error("the recording has no failure")
  return { file: Regression.fileOf(regression), regression }
}

const recordingOf = (recorded: Record.Recorded): Pick<Recording, "header" | "event"> => ({
  header: recorded.header,
  event: (step) => {
    const event = recorded.events[step]
    if (event === undefined) throw new RangeError(`no step ${step}`)
    return event
  }
})

/**
 * What events say when steps and message numbers are left out: these are positions in the
 * recording, and a line or a node more shifts them.
 */
const storyOf = (events: ReadonlyArray<Event>, strangers: ReadonlyArray<string> = []) =>
  events
    .filter(({ kind, node }) => kind !== "log" && !strangers.includes(node ?? ""))
    .map(({ because: _because, message: _message, step: _step, ...event }) => event)

describe("a saved regression", () => {
  it("is there to be tested", () => {
    expect(failing.length).toBeGreaterThan(4)
    expect(failing.some(({ header }) => header.cause.deviations.length > 0)).toBe(true)
  })

  it("fails again, with the same events", () => {
    for (const recorded of failing) {
      const again = Effect.runSync(Regression.fly(placed(shop()), savedOf(recorded), provenance))
      expect(again.outcome.outcome).toBe("violated")
      expect(again.recorded.events).toEqual(recorded.events)
      expect(Replay.compare(recordingOf(recorded), again.recorded, placed(shop()))).toEqual({
        _tag: "exact"
      })
    }
  })

  it.each<[string, Change]>([
    ["one log line", { logs: 1 }],
    ["two log lines", { logs: 2 }],
    ["20 log lines", { logs: 20 }],
    ["lines on a level that is not shown", { logs: 3, level: "Debug" }],
    ["an unrelated service", { neighbour: true }],
    ["an unrelated service and logs", { neighbour: true, logs: 5 }]
  ])("replays exactly when %s was added", (_, change) => {
    for (const recorded of failing) {
      const again = Effect.runSync(
        Regression.fly(placed(shop(change)), savedOf(recorded), provenance)
      )
      expect(again.outcome).toMatchObject({ outcome: "violated" })
      expect(again.recorded.unreached).toEqual([])
      expect(storyOf(again.recorded.events, ["weather"])).toEqual(storyOf(recorded.events))
      expect(again.recorded.header.failure).toMatchObject({
        signature: recorded.header.failure?.signature,
        actual: recorded.header.failure?.actual
      })
      const logged = again.recorded.events.some(({ kind }) => kind === "log")
      expect(logged).toBe(change.logs !== undefined)
    }
  })

  it("is stale when a node was renamed, naming the choice point", () => {
    for (const recorded of failing) {
      const names = JSON.stringify([recorded.header.cause.faults, recorded.header.cause.deviations])
      if (!names.includes("books")) continue
      const scenario = placed(shop({ books: "ledger" }))
      const again = Effect.runSync(Regression.fly(scenario, savedOf(recorded), provenance))
      expect(again.outcome.outcome).toBe("stale")
      expect(again.verdict).toBe("unknown")
      expect(again.outcome.reason).toMatch(
        /^(choice point .*books.*: shop|fault f-\d: the system) has no node books$/
      )
      const replayed = Effect.runSync(Replay.refly(scenario, recorded.header))
      expect(Replay.compare(recordingOf(recorded), replayed, scenario)).toMatchObject({
        _tag: "differs",
        choicePoint: again.outcome.reason
      })
    }
  })

  it("is stale when it calls what the workload no longer has", () => {
    const [recorded] = failing
    if (recorded === undefined) throw new Error("nothing fails")
    const saved = savedOf(recorded)
    const [first, ...rest] = saved.regression.cause.workload
    if (first === undefined) throw new Error("it has no operation")
    const cause = {
      ...saved.regression.cause,
      workload: [{ ...first, procedure: "refund" }, ...rest]
    }
    const changed = { ...saved, regression: { ...saved.regression, cause } }
    const again = Effect.runSync(Regression.fly(placed(shop()), changed, provenance))
    expect(again.outcome).toMatchObject({
      outcome: "stale",
      reason: `operation ${first.id}: the workload has no Till.refund`
    })
  })

  it("holds when the bug is fixed, and says which choice point it no longer comes to", () => {
    const reasons: Array<string> = []
    for (const recorded of failing) {
      const { workload } = recorded.header.cause
      const saved = savedOf(recorded)
      // With its operations gone, nothing fails and nothing they caused is met.
      const cause = { ...saved.regression.cause, workload: workload.slice(0, 0) }
      const emptied = { ...saved, regression: { ...saved.regression, cause } }
      const again = Effect.runSync(Regression.fly(placed(shop()), emptied, provenance))
      expect(again.outcome.outcome).toBe("holds")
      if (again.outcome.reason !== undefined) reasons.push(again.outcome.reason)
    }
    expect(reasons[0]).toMatch(/^it no longer comes to choice point /)
  })

  it("is no pass when its flight ends at a limit", () => {
    const [recorded] = failing
    if (recorded === undefined) throw new Error("nothing fails")
    const limited = { ...shop(), limits: { ...shop().limits, stepsMax: 5 } }
    const again = Effect.runSync(Regression.fly(placed(limited), savedOf(recorded), provenance))
    expect(again.outcome).toMatchObject({ outcome: "stale", reason: "stepsMax reached: 5 steps" })
    expect(again.verdict).toBe("unknown")
  })

  it("reads back as it was written", () => {
    for (const recorded of failing) {
      const saved = savedOf(recorded)
      const text = Regression.encode(saved.regression)
      const read = Result.getOrThrow(Regression.decode(text, saved.file))
      expect(read).toEqual(saved)
      expect(Regression.encode(read.regression)).toBe(text)
    }
  })
})

describe("a replay", () => {
  it("stops at the first event that differs, naming the choice point or the event", () => {
    const [recorded] = failing
    if (recorded === undefined) throw new Error("nothing fails")
    const scenario = placed(shop())
    const again = Effect.runSync(Replay.refly(scenario, recorded.header))
    const withDeviation = recorded.events.findIndex(({ deviations }) => deviations !== undefined)
    for (const step of [0, withDeviation, recorded.events.length - 1]) {
      const changed = recordingOf({
        ...recorded,
        events: recorded.events.map((event) =>
          event.step === step ? { ...event, what: "something else" } : event
        )
      })
      const check = Replay.compare(changed, again, scenario)
      expect(check).toMatchObject({ _tag: "differs", step })
      const deviation = recorded.events[step]?.deviations?.[0]
      if (check._tag !== "differs") return
      if (deviation === undefined) expect(check.choicePoint).toContain("something else")
      else expect(check.choicePoint).toBe(`${deviation.path} (${deviation.kind})`)
    }
  })
})
