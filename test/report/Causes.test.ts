import { describe, expect, it } from "vitest"
import type { Event } from "../../src/recording/Event.ts"
import { fromEvents } from "../../src/recording/RecordingReader.ts"
import { causesOf } from "../../src/report/Causes.ts"
import { storyHeader } from "../tui/Story.ts"

const event = (step: number, because: ReadonlyArray<number>, rest: Partial<Event>): Event => ({
  step,
  time: step,
  kind: "log",
  what: `event ${step}`,
  because,
  ...rest
})

const lost = { key: "00000000000001", path: "a", kind: "lose", outcome: 1 } as const

/** Two operations race for the ledger; an answer is lost; the mail has nothing to do with it. */
const events = [
  event(0, [], { kind: "up", node: "ledger", state: { balance: 0 } }),
  event(1, [], { node: "client-1", kind: "operation" }),
  event(2, [], { node: "client-2", kind: "operation" }),
  event(3, [], { node: "client-3", kind: "operation" }),
  event(4, [2], { node: "ledger", kind: "deliver" }),
  event(5, [3], { node: "mail", state: { sent: 1 } }),
  event(6, [3], { node: "mail", kind: "lost", deviations: [lost] }),
  event(7, [4], { node: "ledger", kind: "send", state: { balance: 5 } }),
  event(8, [1], { node: "ledger", state: { balance: 3 } }),
  event(9, [8], { kind: "check" }),
  event(10, [6], { node: "ledger", state: { balance: 9 }, deviations: [lost] })
]

const failure = {
  property: "p",
  subject: "s",
  expected: "e",
  actual: "a",
  signature: "0badf00d",
  step: 9
}

const causes = (needed: typeof storyHeader.needed): ReadonlyArray<number> =>
  causesOf(fromEvents({ ...storyHeader, failure, needed }, events))

describe("the causes of a failure", () => {
  it("are its ancestors, as long as it is not shrunk", () => {
    expect(causes([])).toEqual([1, 8, 9])
  })

  it("are also what else was needed once it is: deviations, and who raced for the state", () => {
    expect(causes([{ what: "lose" }])).toEqual([1, 2, 3, 4, 6, 8, 9])
  })

  it("are so too where nothing unusual is needed, and the flight got shorter", () => {
    const cause = { ...storyHeader.cause, deviations: [] }
    const header = { ...storyHeader, failure, needed: [], cause }
    expect(causesOf(fromEvents(header, events))).toEqual([1, 2, 3, 4, 6, 8, 9])
    expect(causesOf(fromEvents({ ...header, eventsBefore: 11 }, events))).toEqual([1, 8, 9])
  })
})
