/**
 * `trace`: questions to a recording, answered as text for pipes.
 */
import { Effect } from "effect"
import type { Recording } from "../recording/Recording.ts"
import { messagesMermaid, messagesText } from "../report/Messages.ts"
import * as Text from "../report/TraceText.ts"
import { type CommandError, wrong } from "./CommandError.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import { openRef } from "./OpenRef.ts"
import { data, dataLook, keepDataApart } from "./Streams.ts"

type Answer = Effect.Effect<ExitCode, CommandError>

/** Opens the recording, looks at the steps that were asked for, and prints the answer. */
const answer = (
  root: string,
  ref: string,
  steps: ReadonlyArray<number>,
  text: (recording: Recording) => string
): Answer =>
  Effect.gen(function* () {
    keepDataApart()
    const { recording } = yield* openRef(root, ref)
    const { events } = recording.header
    const outside = steps.find((step) => step >= events)
    if (outside !== undefined) {
      return yield* wrong(
        events === 0
          ? `${ref}: the recording has no events`
          : `${ref}: there is no event ${outside}; steps go from 0 to ${events - 1}`
      )
    }
    data(text(recording))
    return exitCodes.holds
  })

/** What was flown, what failed, what it needs. */
export const summary = (root: string, ref: string): Answer =>
  answer(root, ref, [], Text.summaryText)

/** How many events are turned into text at a time: a long recording is no single string. */
const eventsAtOnce = 10_000

/** All events, one line each. */
export const events = (root: string, ref: string): Answer =>
  answer(root, ref, [], (recording) => {
    const count = recording.header.events
    const { columns } = dataLook()
    for (let from = 0; from < count - eventsAtOnce; from += eventsAtOnce) {
      data(Text.stepsText(recording, stepsFrom(from, from + eventsAtOnce), columns))
    }
    const last = Math.max(0, Math.ceil(count / eventsAtOnce) - 1) * eventsAtOnce
    return Text.stepsText(recording, stepsFrom(last, count), columns)
  })

const stepsFrom = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from }, (_, at) => from + at)

/** Everything about one event. */
export const event = (root: string, step: number, ref: string): Answer =>
  answer(root, ref, [step], (recording) => Text.eventText(recording, step))

/** The state after an event. */
export const state = (root: string, step: number, ref: string): Answer =>
  answer(root, ref, [step], (recording) => Text.stateText(recording, step))

/** What caused an event. */
export const why = (root: string, step: number, ref: string): Answer =>
  answer(root, ref, [step], (recording) =>
    Text.stepsText(recording, recording.causalChain(step), dataLook().columns)
  )

/** What of the state differs between two events. */
export const diff = (root: string, from: number, to: number, ref: string): Answer =>
  answer(root, ref, [from, to], (recording) => Text.stateDifferenceText(recording, from, to))

/** Every message, as text or as a diagram. */
export const messages = (root: string, ref: string, mermaid: boolean): Answer =>
  answer(root, ref, [], mermaid ? messagesMermaid : messagesText)
