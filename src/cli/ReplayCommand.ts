/**
 * `replay`: steps through a recording on a terminal, or tells it as text, and flies it again.
 */
import { Effect } from "effect"
import type { FlightService, ReplayCheck } from "../flight/FlightService.ts"
import type { Recording } from "../recording/Recording.ts"
import { visible } from "../recording/VisibleText.ts"
import type { CommandError } from "./CommandError.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import { type Opened, openRef, verify } from "./OpenRef.ts"
import { withTerminal } from "./Screen.ts"
import { data, dataLook, isInteractive, keepDataApart, message } from "./Streams.ts"

/** How today's code flew the recording, as one line. */
export const checkText = (check: ReplayCheck): string => {
  switch (check._tag) {
    case "exact":
      return "replay exact"
    case "differs": {
      const point = visible(check.choicePoint)
      return point.startsWith("choice point ")
        ? `replay differs at step ${check.step}: ${point}`
        : `replay differs at step ${check.step}: choice point ${point}`
    }
    case "unavailable":
      return `replay not checked: ${visible(check.reason)}`
  }
}

const codeOf = (check: ReplayCheck | undefined): ExitCode => {
  if (check?._tag === "differs") return exitCodes.notDeterministic
  return check?._tag === "unavailable" ? exitCodes.inconclusive : exitCodes.holds
}

/** Opens a recording; the exit code says whether today's code flies it the same way. */
export const replay = Effect.fnUntraced(function* (
  root: string,
  ref: string,
  ascii: boolean
): Effect.fn.Return<ExitCode, CommandError> {
  const isScreen = isInteractive()
  if (!isScreen) keepDataApart()
  const opened = yield* openRef(root, ref)
  return isScreen ? yield* onScreen(root, opened.recording, ascii) : yield* asText(root, opened)
})

const asText = Effect.fnUntraced(function* (
  root: string,
  { recording, regression }: Opened
): Effect.fn.Return<ExitCode> {
  const { plainReplay } = yield* Effect.promise(() => import("../../tui/PlainReplay.ts"))
  data(plainReplay(recording))
  if (regression !== undefined) {
    const outcome = recording.header.failure === undefined ? "no longer fails" : "still fails"
    data(`regression ${visible(regression)} ${outcome}`)
    return exitCodes.holds
  }
  const check = yield* verify(root, recording)
  data(checkText(check))
  return codeOf(check)
})

const onScreen = Effect.fnUntraced(function* (
  root: string,
  recording: Recording,
  ascii: boolean
): Effect.fn.Return<ExitCode> {
  let check: ReplayCheck | undefined
  const flights: FlightService = {
    verify: async (asked) => {
      check = await Effect.runPromise(verify(root, asked))
      return check
    }
  }
  const { openReplay } = yield* Effect.promise(() => import("../../tui/openReplay.ts"))
  const { color } = dataLook()
  const end = yield* Effect.promise(() =>
    withTerminal(() => openReplay(recording, { flights, ascii, color }))
  )
  if (check !== undefined && check._tag !== "exact") message(checkText(check))
  return end === "interrupted" ? exitCodes.interrupted : codeOf(check)
})
