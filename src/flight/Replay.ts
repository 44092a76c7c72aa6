/**
 * Replay: flies the cause of a recording with today's code and says where the two part.
 */
import type { Effect } from "effect"
import { firstDifference } from "../recording/Difference.ts"
import type { Event } from "../recording/Event.ts"
import type { Header } from "../recording/Header.ts"
import type { Recording } from "../recording/Recording.ts"
import type { ReplayCheck } from "./FlightService.ts"
import * as Record from "./Record.ts"
import * as Regression from "./Regression.ts"
import type { Scenario } from "./Scenario.ts"

/** Flies the cause of a recording once more. */
export const refly = (scenario: Scenario, header: Header): Effect.Effect<Record.Recorded> =>
  Record.ofCause(scenario, header.cause, {
    runIndex: header.runIndex,
    commit: header.commit,
    version: header.downforce
  })

/** An event as a choice point: where it stands in the causal order, as people read it. */
const choicePointOf = (event: Event | undefined): string => {
  if (event === undefined) return "the end of the flight"
  const [deviation] = event.deviations ?? []
  if (deviation !== undefined) return `${deviation.path} (${deviation.kind})`
  const place = event.node === undefined ? "" : ` on ${event.node}`
  return `${event.kind} ${event.what}${place}`
}

/** Compares a recording with a flight of the same cause. */
export const compare = (
  recording: Pick<Recording, "header" | "event">,
  again: Record.Recorded,
  scenario: Scenario
): ReplayCheck => {
  const stranger = Regression.strangerOf(scenario, again)
  const step = firstDifference(recording, again.events)
  if (stranger !== undefined) {
    return { _tag: "differs", step: step ?? 0, choicePoint: stranger }
  }
  if (step !== undefined) {
    const recorded = step < recording.header.events ? recording.event(step) : undefined
    return { _tag: "differs", step, choicePoint: choicePointOf(recorded) }
  }
  const [unreached] = again.unreached
  if (unreached !== undefined) {
    const choicePoint = `${unreached.path} (${unreached.kind})`
    return { _tag: "differs", step: recording.header.events, choicePoint }
  }
  return { _tag: "exact" }
}
