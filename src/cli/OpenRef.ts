/**
 * From what the user typed to an opened recording, and from a recording to flights of its cause.
 */
import { Effect, Result } from "effect"
import type { ReplayCheck } from "../flight/FlightService.ts"
import * as Record from "../flight/Record.ts"
import * as Regression from "../flight/Regression.ts"
import { compare, refly } from "../flight/Replay.ts"
import type { Recording } from "../recording/Recording.ts"
import { fromEvents } from "../recording/RecordingReader.ts"
import { CommandError } from "./CommandError.ts"
import { exitCodes } from "./ExitCode.ts"
import * as Recordings from "./Recordings.ts"
import { byId } from "./Selection.ts"
import { versionOf } from "./Version.ts"

/** A recording that was asked for. */
export interface Opened {
  readonly recording: Recording
  /** Set when it was flown just now from a saved regression: the name of its file. */
  readonly regression: string | undefined
}

/** Opens what `ref` names. A regression holds no events: it is flown. */
export const openRef = Effect.fnUntraced(function* (
  root: string,
  ref: string
): Effect.fn.Return<Opened, CommandError> {
  const found = yield* Recordings.find(root, ref)
  if (found._tag === "Recording") return { recording: found.recording, regression: undefined }
  const { file, regression } = found.saved
  const scenario = yield* byId(root, regression.scenario)
  const provenance = { runIndex: 0, commit: undefined, version: versionOf() }
  const recorded = yield* Record.ofCause(scenario, regression.cause, provenance)
  const stranger = Regression.strangerOf(scenario, recorded)
  if (stranger !== undefined) {
    return yield* new CommandError({
      exitCode: exitCodes.notDeterministic,
      problem: `${file}: ${stranger}; delete it, or give the system back what it names`
    })
  }
  return { recording: fromEvents(recorded.header, recorded.events), regression: file }
})

/**
 * Flies the cause of a recording with today's code and compares. The scenario is looked up by its
 * id among the files of this project: no path that the recording names is followed.
 */
export const verify = Effect.fnUntraced(function* (
  root: string,
  recording: Recording
): Effect.fn.Return<ReplayCheck> {
  const scenario = yield* Effect.result(byId(root, recording.header.scenario))
  if (Result.isFailure(scenario)) {
    return { _tag: "unavailable", reason: scenario.failure.message }
  }
  const again = yield* refly(scenario.success, recording.header)
  return compare(recording, again, scenario.success)
})
