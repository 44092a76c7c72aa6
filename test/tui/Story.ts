/**
 * A recording that reads like the one drawn in the user guide: a reply is held up, the gateway
 * retries with a new key, and a customer is charged twice.
 *
 * Small, told by hand, and fixed: golden frames are drawn from it.
 */
import type { Event } from "../../src/recording/Event.ts"
import { formatVersion, type Header } from "../../src/recording/Header.ts"
import type { Recording } from "../../src/recording/Recording.ts"
import { fromEvents } from "../../src/recording/RecordingReader.ts"

type Draft = Omit<Event, "step">

const at = (
  seconds: number,
  kind: Event["kind"],
  what: string,
  because: ReadonlyArray<number>,
  rest: Partial<Omit<Event, "step" | "time" | "kind" | "what" | "because">> = {}
): Draft => ({ time: Math.round(seconds * 1_000_000), kind, what, because, ...rest })

const held = {
  key: "0000000000002a",
  path: "client-1 › charge o-17 › gateway>payments › reply 1",
  kind: "delay",
  outcome: 2_000_000
} as const

const entry = (lsn: number): Record<string, string | number> => ({ id: "o-17", lsn })

const drafts: ReadonlyArray<Draft> = [
  at(0, "start", "incarnation 1", [], { node: "gateway" }),
  at(0, "start", "incarnation 1", [], { node: "payments" }),
  at(0, "start", "incarnation 1", [], { node: "ledger" }),
  at(0.001, "up", "ready", [0], { node: "gateway", state: { inFlight: 0 } }),
  at(0.001, "up", "ready", [1], { node: "payments", state: { seenKeys: [] } }),
  at(0.002, "up", "ready", [2], { node: "ledger", state: { entries: [], charges: {} } }),
  at(2.1, "operation", "charge o-17", [], {
    node: "client-1",
    value: { order: "o-17", amount: 5 }
  }),
  at(2.1, "send", "charge o-17", [6], { node: "client-1", peer: "gateway", message: 0 }),
  at(2.12, "deliver", "charge o-17", [7], {
    node: "gateway",
    peer: "client-1",
    message: 0,
    source: "gateway.ts:61",
    state: { inFlight: 1 }
  }),
  at(2.12, "send", "charge o-17 key 9f", [8], {
    node: "gateway",
    peer: "payments",
    message: 1,
    source: "gateway.ts:70"
  }),
  at(2.13, "deliver", "charge o-17 key 9f", [9], {
    node: "payments",
    peer: "gateway",
    message: 1,
    state: { seenKeys: ["9f"] }
  }),
  at(2.14, "send", "append o-17", [10], { node: "payments", peer: "ledger", message: 2 }),
  at(2.141, "deliver", "append o-17", [11], { node: "ledger", peer: "payments", message: 2 }),
  at(2.141, "log", "commit lsn 7", [12], {
    node: "ledger",
    source: "ledger.ts:33",
    state: { entries: [entry(7)], charges: { "o-17": 1 } }
  }),
  at(2.142, "send", "ack lsn 7", [13], {
    node: "ledger",
    peer: "payments",
    message: 3,
    deviations: [held]
  }),
  at(3.12, "timer", "timeout after 1s", [9, 14], { node: "gateway", source: "gateway.ts:82" }),
  at(3.12, "log", "retry with a new key c2", [15], { node: "gateway", source: "gateway.ts:84" }),
  at(3.121, "send", "charge o-17 key c2", [16], { node: "gateway", peer: "payments", message: 4 }),
  at(3.131, "deliver", "charge o-17 key c2", [17], {
    node: "payments",
    peer: "gateway",
    message: 4,
    source: "payments.ts:19",
    state: { seenKeys: ["9f", "c2"] }
  }),
  at(3.14, "send", "append o-17", [18], { node: "payments", peer: "ledger", message: 5 }),
  at(3.15, "deliver", "append o-17", [19], { node: "ledger", peer: "payments", message: 5 }),
  at(3.175, "log", "commit lsn 8", [20, 13], {
    node: "ledger",
    source: "ledger.ts:33",
    state: { entries: [entry(7), entry(8)], charges: { "o-17": 2 } }
  }),
  at(3.214, "check", "no double charge", [21, 13]),
  at(4.142, "deliver", "ack lsn 7", [14], { node: "payments", peer: "ledger", message: 3 }),
  at(4.2, "send", "ack lsn 8", [21], { node: "ledger", peer: "payments", message: 6 })
]

/** The events of the story. */
export const storyEvents: ReadonlyArray<Event> = drafts.map((draft, step) => ({ step, ...draft }))

/** The header of the story. */
export const storyHeader: Header = {
  formatVersion,
  downforce: "0.1.0",
  commit: "a1b2c3d4e5f6",
  scenario: "checkout/no-double-charge",
  title: "no double charge",
  source: "simulations/checkout.ts:41",
  system: "checkout",
  nodes: [
    { name: "gateway", role: "service" },
    { name: "payments", role: "service" },
    { name: "ledger", role: "service" },
    { name: "mail", role: "fake" },
    { name: "client-1", role: "client" }
  ],
  runIndex: 37,
  cause: {
    seed: "5eed41c7",
    workload: [
      {
        id: "o-17",
        client: "client-1",
        atMs: 2100,
        contract: "Gateway",
        procedure: "charge",
        payload: { order: "o-17", amount: 5 }
      }
    ],
    faults: [],
    deviations: [held]
  },
  failure: {
    property: "no double charge",
    subject: "charges of an order",
    expected: "charges(o-17) ≤ 1",
    actual: "2",
    signature: "0badf00d",
    step: 22
  },
  eventsBefore: 212,
  events: storyEvents.length,
  simulatedMicros: 4_200_000,
  digest: "00000000000000",
  twin: { change: "delay 0.9s instead of 2s", firstDifference: 15 },
  needed: [{ what: "delay", atLeast: "1s" }]
}

/** The story as an opened recording. */
export const story: Recording = fromEvents(storyHeader, storyEvents)
