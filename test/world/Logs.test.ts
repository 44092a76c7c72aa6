/** What services log goes to the recording, and costs a flight nothing. */
import { Effect } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ask, eventsOf, flyWith, scripted } from "../flight/Fly.ts"
import { type BackHandlers, pair, plainBack } from "../flight/toys.ts"

/** A back that does 60 small things, of several sorts, and logs before some of them. */
const logging = (logsBefore: ReadonlyArray<number>, level: "Debug" | "Info" = "Info") =>
  Effect.succeed<BackHandlers>({
    ...plainBack,
    echo: ({ text }) =>
      Effect.gen(function* () {
        for (let index = 0; index < 60; index++) {
          if (logsBefore.includes(index)) {
            yield* level === "Info" ? Effect.log("at", index) : Effect.logDebug("at", index)
          }
          if (index % 3 === 0) yield* Effect.sync(() => index)
          else if (index % 3 === 1) yield* Effect.sync(() => index).pipe(Effect.map(String))
          else yield* Effect.sync(() => index).pipe(Effect.as(1), Effect.map(String), Effect.asVoid)
        }
        return text
      })
  })

/** The handler's task is the third that may be preempted: after the operation and the front's. */
const digestOf = (back: ReturnType<typeof logging>, cede: number): number =>
  flyWith(pair({ back }), {
    operations: [ask("o-1", 10), ask("o-2", 10, "o-2", 2)],
    entropy: scripted({ cede: Object.fromEntries([4, 5, 6, 7].map((task) => [task, cede])) })
  }).digest

describe("a log line", () => {
  it("moves no preemption, wherever it is put and whatever its level (positions, counts)", () => {
    const positions = fc.uniqueArray(fc.nat(59), { maxLength: 12 })
    const level = fc.constantFrom("Debug" as const, "Info" as const)
    const differ = new Set<number>()
    fc.assert(
      fc.property(positions, level, fc.integer({ min: 1, max: 64 }), (logs, level, cede) => {
        const silent = digestOf(logging([]), cede)
        differ.add(silent)
        expect(digestOf(logging(logs, level), cede)).toBe(silent)
      }),
      { numRuns: 150 }
    )
    // The preemptions are really there.
    expect(differ.size).toBeGreaterThan(20)
  })

  it("is in the recording, with its level and what has no JSON told as text", () => {
    const circle: Record<string, unknown> = { big: 10n }
    const texts = (what: unknown): ReadonlyArray<string> => {
      const back = Effect.succeed<BackHandlers>({
        ...plainBack,
        echo: ({ text }) => Effect.as(Effect.logWarning("seen", what), text)
      })
      const flown = flyWith(pair({ back }), { operations: [ask("o-1", 10)], isRecorded: true })
      return eventsOf(flown).flatMap(({ kind, what }) => (kind === "log" ? [what] : []))
    }
    expect(texts(circle)).toEqual(['warn: seen {"big":"10"}'])
    circle["self"] = circle
    expect(texts(circle)).toEqual(["warn: seen [object]"])
    expect(texts(undefined)).toEqual(["warn: seen undefined"])
  })
})
