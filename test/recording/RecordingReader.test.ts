import { Result } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Event } from "../../src/recording/Event.ts"
import { checkpointEventsMin } from "../../src/recording/Limits.ts"
import type { Recording, State } from "../../src/recording/Recording.ts"
import { fromEvents, open } from "../../src/recording/RecordingReader.ts"
import { encode } from "../../src/recording/RecordingWriter.ts"
import { type Flown, flownArbitrary, sampleFlown } from "./arbitraries.ts"

const opened = ({ events, header }: Flown): Recording =>
  Result.getOrThrow(open(encode(header, events), "sample"))

const both = (flown: Flown): ReadonlyArray<Recording> => [
  opened(flown),
  fromEvents(flown.header, flown.events)
]

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** The state after a step, from the definition: every event from the start, no checkpoints. */
const plainState = (
  events: ReadonlyArray<Event>,
  step: number
): Map<string, Map<string, unknown>> => {
  const flat = new Map<string, Map<string, unknown>>()
  for (const { node, state } of events.slice(0, step + 1)) {
    for (const [probe, value] of Object.entries(state ?? {})) {
      if (!flat.has(node ?? "")) flat.set(node ?? "", new Map())
      if (value === null) flat.get(node ?? "")?.delete(probe)
      else flat.get(node ?? "")?.set(probe, value)
    }
  }
  return new Map([...flat].filter(([, probes]) => probes.size > 0))
}

/** All ancestors, from the definition. */
const plainChain = (events: ReadonlyArray<Event>, step: number): ReadonlyArray<number> => {
  const reached = new Set<number>()
  const visit = (current: number): void => {
    if (reached.has(current)) return
    reached.add(current)
    events[current]?.because.forEach(visit)
  }
  visit(step)
  return [...reached].sort((left, right) => left - right)
}

const isSorted = (state: State): boolean =>
  [state, ...state.values()].every((names) =>
    [...names.keys()].every(
      (name, index, all) => index === 0 || byText(all[index - 1] ?? "", name) < 0
    )
  )

describe("a recording", () => {
  it("comes back from its file as it was written", () => {
    fc.assert(
      fc.property(flownArbitrary(), (flown) => {
        const recording = opened(flown)
        expect(recording.header).toEqual(flown.header)
        expect(flown.events.map((_, step) => recording.event(step))).toEqual(flown.events)
      }),
      { numRuns: 300 }
    )
  })

  it("answers the same from a file, from memory, and as defined", () => {
    fc.assert(
      fc.property(flownArbitrary(), (flown) => {
        const { events } = flown
        for (const recording of both(flown)) {
          for (let step = events.length - 1; step >= 0; step--) {
            expect(recording.causes(step)).toEqual(events[step]?.because)
            expect(recording.causalChain(step)).toEqual(plainChain(events, step))
            expect(recording.stateAfter(step)).toEqual(plainState(events, step))
            expect(isSorted(recording.stateAfter(step))).toBe(true)
          }
        }
      }),
      { numRuns: 200 }
    )
  })

  it("has changes that lead from the state before to the state after", () => {
    fc.assert(
      fc.property(flownArbitrary(), (flown) => {
        for (const recording of both(flown)) {
          flown.events.forEach((_, step) => {
            const before = step === 0 ? new Map() : recording.stateAfter(step - 1)
            const after = recording.stateAfter(step)
            for (const change of recording.changes(step)) {
              expect(change.before).toEqual(before.get(change.node)?.get(change.probe))
              expect(change.after).toEqual(after.get(change.node)?.get(change.probe))
              expect(change.after).not.toEqual(change.before)
            }
            const names = recording.changes(step).map(({ probe }) => probe)
            expect(names).toEqual([...names].sort(byText))
            if (names.length === 0) expect(after).toEqual(before)
          })
        }
      }),
      { numRuns: 100 }
    )
  })

  it("has no change where a probe is set to what it was, or was gone before", () => {
    const { header } = sampleFlown(1)
    const states: ReadonlyArray<NonNullable<Event["state"]>> = [
      { list: [1, { a: 2 }], other: 0, never: null },
      { list: [1, { a: 2 }], other: 1 },
      { list: null, other: 1 },
      { list: null }
    ]
    const events = states.map((state, step): Event => ({
      step,
      time: 0,
      kind: "log",
      node: "n",
      what: "",
      because: [],
      state
    }))
    for (const recording of both({ header: { ...header, events: 4 }, events })) {
      expect([0, 1, 2, 3].map(recording.changes)).toEqual([
        [
          { node: "n", probe: "list", after: [1, { a: 2 }] },
          { node: "n", probe: "other", after: 0 }
        ],
        [{ node: "n", probe: "other", before: 0, after: 1 }],
        [{ node: "n", probe: "list", before: [1, { a: 2 }] }],
        []
      ])
    }
  })

  it("finds the other end of messages that have one", () => {
    fc.assert(
      fc.property(flownArbitrary(), (flown) => {
        for (const recording of both(flown)) {
          flown.events.forEach(({ message }, step) => {
            const all = flown.events.filter(
              (event) => message !== undefined && event.message === message
            )
            const [first, second] = all.map((event) => event.step)
            expect(recording.otherEnd(step)).toBe(step === first ? second : first)
          })
        }
      }),
      { numRuns: 200 }
    )
  })

  it("answers the same across checkpoints, in any order of asking (events=3500)", () => {
    const flown = sampleFlown(3 * checkpointEventsMin + 500)
    const steps = [3_499, 0, 999, 1_000, 1_001, 998, 2_000, 1_999, 3_000, 2_999, 3_001, 3_002, 12]
    for (const recording of both(flown)) {
      for (const step of steps) {
        expect(recording.stateAfter(step)).toEqual(plainState(flown.events, step))
      }
    }
  })

  it("violates at the step of the failure, else at the last", () => {
    const { events, header } = sampleFlown(30)
    const { failure: _, ...calm } = header
    expect(fromEvents(header, events).violation).toBe(29)
    expect(
      fromEvents({ ...header, failure: { ...(header.failure ?? never()), step: 7 } }, events)
        .violation
    ).toBe(7)
    expect(fromEvents(calm, events.slice(0, 12)).violation).toBe(11)
    expect(fromEvents(calm, []).violation).toBe(0)
  })

  it("throws a RangeError for a step that it does not have", () => {
    for (const recording of both(sampleFlown(5))) {
      for (const step of [-1, 5, 1.5, Number.NaN]) {
        expect(() => recording.event(step)).toThrow(RangeError)
        expect(() => recording.stateAfter(step)).toThrow(RangeError)
        expect(() => recording.causalChain(step)).toThrow(RangeError)
      }
    }
  })

  it("hands out states that nobody else can change", () => {
    const [recording] = both(sampleFlown(40))
    const state = recording?.stateAfter(20)
    const copy = structuredClone(state)
    recording?.stateAfter(39)
    expect(state).toEqual(copy)
  })
})

const never = (): never => {
  throw new Error("the sample has a failure")
}
