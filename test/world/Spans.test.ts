/** Traced spans: in the recording when they end, with identifiers that are the same every time. */
import { Clock, Effect, Schema, Tracer } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Probe } from "downforce"
import { fromSeed } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"
import { attributesCharactersMax } from "../../src/world/Spans.ts"
import { ask, eventsOf, flyWith, outcomes } from "../flight/Fly.ts"
import { type BackHandlers, pair, plainBack, Refused } from "../flight/toys.ts"

const spansOf = (
  echo: (text: string) => Effect.Effect<string, Refused>,
  faults: ReadonlyArray<Fault> = []
) => {
  const back = Effect.succeed<BackHandlers>({ ...plainBack, echo: ({ text }) => echo(text) })
  const flown = flyWith(pair({ back }), { operations: [ask("o-1", 10)], faults, isRecorded: true })
  const events = eventsOf(flown)
  return { events, spans: events.flatMap(({ kind, what }) => (kind === "span" ? [what] : [])) }
}

describe("a span", () => {
  it("is in the recording when it ends: name, length, outcome, attributes", () => {
    const charge = Effect.fn("charge")(function* (order: string) {
      yield* Effect.annotateCurrentSpan("order", order)
      yield* Effect.sleep("3 millis")
      return yield* Effect.succeed(order).pipe(
        Effect.withSpan("write", { attributes: { bytes: 12n, to: { disk: 1 } } })
      )
    })
    const { events, spans } = spansOf(charge)
    expect(spans).toEqual(['write 0µs ok bytes=12 to={"disk":1}', "charge 3ms ok order=o-1"])
    const last = events.findLast(({ kind }) => kind === "span")
    expect(last).toMatchObject({ time: 14_000, node: "back" })
    expect(events[last?.because[0] ?? -1]).toMatchObject({ kind: "timer", what: "slept 3ms" })
  })

  it("tells how it failed, died or was interrupted", () => {
    const refused = (text: string) => Effect.fail(new Refused({ why: text }))
    const one = (effect: Effect.Effect<unknown, unknown>) =>
      spansOf((text) => effect.pipe(Effect.withSpan("work"), Effect.exit, Effect.as(text))).spans
    expect(one(refused("no"))).toEqual(["work 0µs fail Refused"])
    expect(one(Effect.fail("no"))).toEqual(["work 0µs fail no"])
    expect(one(Effect.die(new RangeError("far")))).toEqual(["work 0µs died: RangeError"])
    expect(one(Effect.timeoutOption(Effect.never.pipe(Effect.withSpan("wait")), 5))).toEqual([
      "wait 5ms interrupted",
      "work 5ms ok"
    ])
    expect(one(Effect.never.pipe(Effect.withSpan("lost"), Effect.timeoutOption(90)))).toEqual([
      "lost 90ms interrupted",
      "work 90ms ok"
    ])
  })

  it("is cut where its attributes are long, and left out where it is not sampled", () => {
    const long = { text: "x".repeat(500) }
    const [what = ""] = spansOf((text) =>
      Effect.succeed(text).pipe(Effect.withSpan("long", { attributes: long }))
    ).spans
    expect(what).toBe(`long 0µs ok text=${"x".repeat(attributesCharactersMax - 6)}…`)
    const unsampled = spansOf((text) =>
      Effect.succeed(text).pipe(Effect.withSpan("not sampled", { sampled: false }))
    )
    expect(unsampled.spans).toEqual([])
    const untraced = spansOf((text) =>
      Effect.succeed(text).pipe(Effect.withSpan("untraced"), Effect.withTracerEnabled(false))
    )
    expect(untraced.spans).toEqual([])
  })

  it("has its true length although the clock of its node jumps", () => {
    const jump: Fault = {
      _tag: "ClockJump",
      id: "f-1",
      atMs: 12,
      durationMs: 100,
      node: "back",
      byMs: -5_000
    }
    const work = (text: string) =>
      Effect.sleep("3 millis").pipe(Effect.as(text), Effect.withSpan("work"))
    expect(spansOf(work, [jump]).spans).toEqual(["work 3ms ok"])
  })

  it("takes no change of state that is another event's", () => {
    const Count = Probe.make("count", Schema.Int)
    const back = Effect.gen(function* () {
      let count = 0
      yield* Count.expose(() => count)
      const work = Effect.sync(() => void count++).pipe(Effect.withSpan("work"))
      const echo: BackHandlers["echo"] = ({ text }) =>
        Effect.forkChild(work).pipe(Effect.andThen(Effect.sleep("1 millis")), Effect.as(text))
      return { ...plainBack, echo }
    })
    const flown = flyWith(pair({ back }), { operations: [ask("o-1", 10)], isRecorded: true })
    const events = eventsOf(flown)
    expect(events.filter(({ kind }) => kind === "span")).toMatchObject([{ what: "work 0µs ok" }])
    const changes = events.filter(({ state }) => state !== undefined)
    expect(changes.map(({ kind, state }) => `${kind} ${state?.["count"]}`)).toEqual([
      "start 0",
      "task 1"
    ])
  })

  it("is named by the log lines within it, with their annotations and log spans", () => {
    const { events } = spansOf((text) =>
      Effect.gen(function* () {
        yield* Effect.sleep("2 millis")
        yield* Effect.logInfo("paid", { cents: 5 })
        return text
      }).pipe(
        Effect.withLogSpan("charging"),
        Effect.annotateLogs({ order: text, tries: 2 }),
        Effect.withSpan("charge")
      )
    )
    const lines = events.flatMap(({ kind, what }) => (kind === "log" ? [what] : []))
    expect(lines).toEqual(['info: paid {"cents":5} order=o-1 tries=2 charging=2ms span=charge'])
  })
})

/** Answers with the identifiers of its spans: a trace of its own, with a child, and another. */
const identified = pair({
  front: (back, text) =>
    Effect.gen(function* () {
      const outer = yield* Effect.currentSpan
      const inner = yield* Effect.currentSpan.pipe(Effect.withSpan("inner"))
      const other = yield* Effect.currentSpan.pipe(Effect.withSpan("other", { root: true }))
      yield* Effect.log("traced", outer.traceId)
      yield* back.echo({ text: inner.spanId }).pipe(Effect.ignore)
      return [outer, inner, other].map(({ spanId, traceId }) => `${traceId} ${spanId}`).join(", ")
    }).pipe(Effect.withSpan("outer", { attributes: { text } }))
})

describe("the identifiers of spans", () => {
  const operations = [ask("o-1", 10), ask("o-2", 10, "o-2", 2), ask("o-3", 30)]

  it("are as long as they should be, all mixed, and no two alike", () => {
    const flown = flyWith(identified, { operations })
    const pairs = Object.values(outcomes(flown)).flatMap((text) => text.split(", "))
    expect(pairs).toHaveLength(9)
    for (const each of pairs) expect(each).toMatch(/^[0-9a-f]{32} [0-9a-f]{16}$/)
    expect(new Set(pairs.map((each) => each.slice(33))).size).toBe(9)
    // Of the three spans of each answer, the first two are of one trace.
    const traces = [...new Set(pairs.map((each) => each.slice(0, 32)))]
    expect(traces).toHaveLength(6)
    for (const part of [0, 8, 16, 24]) {
      expect(new Set(traces.map((trace) => trace.slice(part, part + 8))).size).toBe(6)
    }
  })

  it("are the same in every flight, recorded or not (seeds)", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const setting = { operations, seed }
        const fly = (isRecorded: boolean) => {
          const entropy = fromSeed(seed, { cede: 0.3, delay: 0.2, lose: 0.1 })
          return flyWith(identified, { ...setting, entropy, isRecorded })
        }
        const flown = fly(false)
        const recorded = fly(true)
        expect(flown.violation).toBeUndefined()
        expect(recorded.digest).toBe(flown.digest)
        expect(outcomes(recorded)).toEqual(outcomes(flown))
        const spans = eventsOf(recorded).filter(({ kind }) => kind === "span")
        expect(spans.length).toBeGreaterThan(0)
        expect(spans.filter(({ deviations }) => deviations !== undefined)).toEqual([])
      }),
      { numRuns: 30 }
    )
  })

  it("do not change when another operation is taken away", () => {
    const all = outcomes(flyWith(identified, { operations }))
    const fewer = outcomes(flyWith(identified, { operations: operations.slice(1) }))
    expect(fewer).toEqual({ "o-2": all["o-2"], "o-3": all["o-3"] })
  })
})

describe("a service with a tracer of its own", () => {
  it("keeps it", () => {
    const ended: Array<string> = []
    const own = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        ended.push(options.name)
        return span
      }
    })
    const { spans } = spansOf((text) =>
      Clock.currentTimeMillis.pipe(Effect.as(text), Effect.withSpan("own"), Effect.withTracer(own))
    )
    expect(ended).toEqual(["own"])
    expect(spans).toEqual([])
  })
})
