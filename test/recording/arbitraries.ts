/**
 * Recordings for tests: a realistic one of any length, and generated ones of every shape.
 *
 * Owns no assertions. The sample is a pure function of its length, so tests may quote it.
 */
import fc from "fast-check"
import { type Event, eventKinds } from "../../src/recording/Event.ts"
import { digest } from "../../src/recording/Digest.ts"
import { formatVersion, type Header, type Operation } from "../../src/recording/Header.ts"
import { isSafePath } from "../../src/recording/SafePath.ts"
import { type Deviation, kindNames } from "../../src/turbulence/ChoicePoint.ts"

/** A header with its events, as a flight hands them over. */
export interface Flown {
  readonly header: Header
  readonly events: ReadonlyArray<Event>
}

const clients = ["client-1", "client-2", "client-3"]
const source = (file: string, line: number): string => `systems/checkout/${file}.ts:${line}`

const deviation: Deviation = {
  key: "00000000000f17",
  path: "client-1 › charge o-17 › gateway>ledger › reply 1",
  kind: "delay",
  outcome: 2_000_000
}

const sampleHeader = (events: ReadonlyArray<Event>, operations: number): Header => ({
  formatVersion,
  downforce: "0.1.0",
  commit: "a1b2c3d",
  scenario: "checkout/no-double-charge",
  title: "no double charge",
  source: "simulations/checkout.ts:41",
  system: "checkout",
  nodes: [
    { name: "gateway", role: "service" },
    { name: "ledger", role: "service" },
    { name: "mail", role: "fake" },
    ...clients.map((name) => ({ name, role: "client" as const }))
  ],
  runIndex: 37,
  cause: {
    seed: "5eed41c7",
    workload: Array.from({ length: operations }, (_, index): Operation => ({
      id: `o-${index}`,
      client: clients[index % clients.length] ?? "client-1",
      atMs: index * 5,
      contract: "Gateway",
      procedure: "charge",
      payload: { order: `o-${index}`, amount: 100 + index }
    })),
    faults: [{ _tag: "Crash", id: "f-1", atMs: 2, durationMs: 40, node: "mail" }],
    deviations: [deviation]
  },
  failure: {
    property: "no double charge",
    subject: "charges of an order",
    expected: "charges(o-0) ≤ 1",
    actual: "2",
    signature: "0badf00d",
    step: Math.max(0, events.length - 1)
  },
  eventsBefore: events.length * 5,
  events: events.length,
  simulatedMicros: events.at(-1)?.time ?? 0,
  digest: digest(events),
  twin: { change: "delay 0.9s", firstDifference: Math.min(7, Math.max(0, events.length - 1)) },
  needed: [{ what: "delay of the ledger's reply", atLeast: "1s" }]
})

/** Steps of one round of the sample: an operation, its messages, and its result. */
const roundSteps = 9

/**
 * A charge that goes from a client through the gateway to the ledger and back, again and again:
 * sends and delivers with message numbers, causes, state, a lost reply and a retry in each tenth
 * round, a crash and its end, and a violated property at the very end.
 */
export const sampleEvents = (count: number): ReadonlyArray<Event> => {
  const events: Array<Event> = []
  for (let step = 0; step < count - 1; step++) events.push(sampleEvent(step))
  const step = count - 1
  if (count > 0) {
    events.push({
      step,
      time: step * 350,
      kind: "check",
      what: "no double charge: charges(o-0) is 2",
      because: step > 0 ? [step - 1, Math.max(0, step - roundSteps)].filter(isFirst) : []
    })
  }
  return events
}

const isFirst = (item: number, index: number, all: ReadonlyArray<number>): boolean =>
  all.indexOf(item) === index

const sampleEvent = (step: number): Event => {
  const round = Math.floor(step / roundSteps)
  const place = step % roundSteps
  const order = `o-${round % 500}`
  const client = clients[round % clients.length] ?? "client-1"
  const message = round * 3
  const at = { step, time: step * 350 }
  const because = [step - 1]
  const value = { order, amount: 100 + (round % 500) }
  const isSlow = round % 10 === 0
  switch (place) {
    case 0:
      return { ...at, kind: "operation", node: client, what: `charge ${order}`, because: [], value }
    case 1:
      return {
        ...at,
        kind: "send",
        node: client,
        peer: "gateway",
        what: `charge ${order}`,
        because,
        message,
        source: source("client", 12),
        value
      }
    case 2:
      return {
        ...at,
        kind: "deliver",
        node: "gateway",
        peer: client,
        what: `charge ${order}`,
        because,
        message,
        source: source("gateway", 31),
        state: { inFlight: (round % 7) + 1 }
      }
    case 3:
      return {
        ...at,
        kind: "send",
        node: "gateway",
        peer: "ledger",
        what: `append ${order}`,
        because,
        message: message + 1,
        source: source("gateway", 84),
        value
      }
    case 4:
      return {
        ...at,
        kind: "deliver",
        node: "ledger",
        peer: "gateway",
        what: `append ${order}`,
        because,
        message: message + 1,
        state: { [`charges[${order}]`]: Math.floor(round / 500) + 1, entries: round + 1 }
      }
    case 5:
      return {
        ...at,
        kind: "send",
        node: "ledger",
        peer: "gateway",
        what: `ack lsn ${round}`,
        because,
        message: message + 2,
        ...(isSlow ? { deviations: [deviation] } : {})
      }
    case 6:
      if (round % 10 === 3) {
        return {
          ...at,
          kind: "fault",
          node: "mail",
          what: "crash mail for 40ms",
          because: [],
          state: { outbox: null }
        }
      }
      return isSlow
        ? {
            ...at,
            kind: "lost",
            node: "gateway",
            peer: "ledger",
            what: `ack lsn ${round}`,
            because,
            message: message + 2
          }
        : {
            ...at,
            kind: "deliver",
            node: "gateway",
            peer: "ledger",
            what: `ack lsn ${round}`,
            because,
            message: message + 2,
            state: { inFlight: round % 7 }
          }
    case 7:
      return {
        ...at,
        kind: "timer",
        node: "gateway",
        what: isSlow ? "timeout after 1s" : "poll",
        because: [step - 1, step - 4],
        source: source("gateway", 90)
      }
    default:
      return {
        ...at,
        kind: "result",
        node: client,
        what: `charge ${order}: ok`,
        because: [step - 2],
        value: { lsn: round, mail: "queued" },
        state: { done: round + 1 }
      }
  }
}

/** A realistic recording with so many events; see `sampleEvents`. */
export const sampleFlown = (count: number): Flown => {
  const events = sampleEvents(count)
  return { header: sampleHeader(events, Math.min(50, Math.ceil(count / roundSteps))), events }
}

/** JSON as it survives being written: no -0, which JSON writes as 0, and no dangerous key. */
export const jsonArbitrary: fc.Arbitrary<fc.JsonValue> = fc
  .jsonValue({ maxDepth: 3, noUnicodeString: false })
  .map((value): fc.JsonValue => JSON.parse(JSON.stringify(value)))
  .filter((value) => !JSON.stringify(value).includes("__proto__"))

const textArbitrary = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("charge o-17", "\u001b[31mred\u001b[0m", "a\u202eb", "🏎️", '"\\\n\t', "\ud800")
)
const nameArbitrary = fc
  .oneof(
    fc.constantFrom("client-1", "gateway", "ledger", "10", "2"),
    fc.string({ unit: "grapheme-composite", minLength: 1, maxLength: 6 })
  )
  .filter((name) => name !== "__proto__")

const sourceArbitrary = fc.oneof(
  fc.constantFrom("a.ts:1", "systems/checkout/gateway.ts:84", "ä/ö.ts", "ab:1:2", "a..b/c.ts"),
  fc.string({ minLength: 1, maxLength: 12 }).filter(isSafePath)
)

const deviationArbitrary: fc.Arbitrary<Deviation> = fc.record({
  key: fc.stringMatching(/^[0-9a-f]{14}$/),
  path: textArbitrary,
  kind: fc.constantFrom(...kindNames),
  outcome: fc.integer({ min: 0, max: 10_000_000 })
})

/** Few values, so that probes are often set to what they were, or taken away. */
const probeValueArbitrary = fc.oneof(fc.constantFrom(0, 1, null), jsonArbitrary)

/** Everything of an event but where it stands; causes are drawn as distances backwards. */
const looseEventArbitrary = fc.record(
  {
    pause: fc.oneof(fc.nat(1_000), fc.nat(2 ** 40)),
    kind: fc.constantFrom(...eventKinds),
    node: nameArbitrary,
    peer: nameArbitrary,
    what: textArbitrary,
    back: fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
    message: fc.oneof(fc.nat(20), fc.maxSafeNat()),
    source: sourceArbitrary,
    value: jsonArbitrary,
    state: fc.dictionary(nameArbitrary, probeValueArbitrary, { maxKeys: 3 }),
    deviations: fc.array(deviationArbitrary, { maxLength: 2 })
  },
  { requiredKeys: ["pause", "kind", "what", "back"] }
)

/** Streams of events that obey every law of a recording. */
export const eventsArbitrary = (maxLength = 30): fc.Arbitrary<ReadonlyArray<Event>> =>
  fc.array(looseEventArbitrary, { maxLength }).map((loose) => {
    let time = 0
    return loose.map(({ back, pause, state, ...rest }, step): Event => {
      time += pause
      const because = back.filter((distance) => distance <= step).map((distance) => step - distance)
      // Sound: `record` leaves optional keys out, it never makes them undefined.
      return {
        ...rest,
        // Dictionaries come without a prototype; JSON knows only plain objects.
        ...(state !== undefined && rest.node !== undefined ? { state: { ...state } } : {}),
        step,
        time,
        because: because.sort((left, right) => right - left)
      } as Event
    })
  })

/** Headers with their events. */
export const flownArbitrary = (eventsMax = 30): fc.Arbitrary<Flown> =>
  fc
    .tuple(eventsArbitrary(eventsMax), fc.nat(5), fc.boolean(), textArbitrary)
    .map(([events, operations, fails, title]) => {
      const { failure, twin, eventsBefore, ...header } = sampleHeader(events, operations)
      const isFailing = fails && events.length > 0
      return {
        header: {
          ...header,
          title,
          ...(isFailing && failure !== undefined && twin !== undefined ? { failure, twin } : {}),
          ...(eventsBefore === undefined ? {} : { eventsBefore })
        },
        events
      }
    })
