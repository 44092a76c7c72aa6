/**
 * Opening a recording and stepping through it, in wall time, as someone who waits for it sees it.
 *
 * The recordings are those of a real flight of the toy system, repeated end to end until they have
 * as many events as they should. Opening is from the bytes of the file to the answer to the first
 * question: inflate, judge every line, index. A step is what the replay asks for when it shows one:
 * the event, its causes, the other end of its message, what changed and the state after it; half of
 * the steps are the next ones, half are anywhere.
 */
import { Result } from "effect"
import type { Event } from "../src/recording/Event.ts"
import { formatVersion, type Header } from "../src/recording/Header.ts"
import type { Recording } from "../src/recording/Recording.ts"
import * as RecordingReader from "../src/recording/RecordingReader.ts"
import * as RecordingWriter from "../src/recording/RecordingWriter.ts"
import { type Figure, judge } from "./Figure.ts"
import { median, millisOf, percentile95 } from "./Rounds.ts"
import { flightOf } from "./Toy.ts"

const operations = 2_000
const large = 1_000_000
const small = 100_000
const opens = 3
const steps = 2_000

const header: Header = {
  formatVersion,
  downforce: "0.0.0",
  scenario: "toy/a-flight-to-measure",
  title: "a flight to measure",
  system: "toy",
  nodes: [
    { name: "gateway", role: "service" },
    { name: "ledger", role: "service" },
    { name: "client-1", role: "client" },
    { name: "client-2", role: "client" },
    { name: "client-3", role: "client" }
  ],
  runIndex: 0,
  cause: { seed: "00000001", workload: [], faults: [], deviations: [] },
  events: 0,
  simulatedMicros: 0,
  digest: "00000000000000",
  needed: []
}

/** The events of a flight, again and again, each time later and with messages of their own. */
const repeated = (flight: ReadonlyArray<Event>, count: number): ReadonlyArray<Event> => {
  const length = flight.length
  const duration = (flight[length - 1]?.time ?? 0) + 1
  return Array.from({ length: count }, (_, step): Event => {
    const turn = Math.floor(step / length)
    const event = flight[step % length]
    if (event === undefined) throw new Error("the flight has no events")
    return {
      ...event,
      step,
      time: event.time + turn * duration,
      because: event.because.map((cause) => cause + turn * length),
      ...(event.message === undefined ? {} : { message: event.message + turn * length })
    }
  })
}

const fileOf = (flight: ReadonlyArray<Event>, count: number): Uint8Array => {
  const events = repeated(flight, count)
  return RecordingWriter.encode({ ...header, events: count }, events)
}

const open = (file: Uint8Array): Recording => {
  const recording = Result.getOrThrow(RecordingReader.open(file, "a recording to measure"))
  recording.stateAfter(recording.violation)
  return recording
}

/** Steps to look at: each second one follows the one before it. */
const stepsThrough = (count: number): ReadonlyArray<number> =>
  Array.from({ length: steps }, (_, index) => {
    const anywhere = Math.imul((index >> 1) + 1, 0x9e3779b1) >>> 0
    return Math.min(count - 1, (anywhere % count) + (index & 1))
  })

const look = (recording: Recording, step: number): void => {
  recording.event(step)
  recording.causes(step)
  recording.otherEnd(step)
  recording.changes(step)
  recording.stateAfter(step)
}

/** Measures opening and stepping. */
export const measure = async (): Promise<ReadonlyArray<Figure>> => {
  const flight = flightOf(operations)(true).recorder?.events() ?? []
  const smallFile = fileOf(flight, small)
  const largeFile = fileOf(flight, large)
  const smallMillis = await millisOf(opens, () => open(smallFile))
  const largeMillis = await millisOf(opens, () => open(largeFile))
  const recording = open(largeFile)
  const stepMillis: Array<number> = []
  for (const step of stepsThrough(large)) {
    stepMillis.push(...(await millisOf(1, () => look(recording, step))))
  }
  return [
    judge("opening 100,000 events", median(smallMillis), "ms", "at most", 1_000),
    judge("opening 1,000,000 events", median(largeMillis), "ms", "at most", 2_000),
    judge("a step among 1,000,000, 95th percentile", percentile95(stepMillis), "ms", "at most", 30)
  ]
}
