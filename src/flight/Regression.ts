/**
 * Saved regressions: the cause of a failure in a small JSON file that is committed and flown first.
 *
 * Owns the file's shape and name, and whether a regression still means something to a system that
 * has changed since. Files are read and written by the commands.
 */
import { Data, Effect, Result, Schema } from "effect"
import { Cause, Failure, type Header } from "../recording/Header.ts"
import { RecordingError } from "../recording/RecordingError.ts"
import { parseLine } from "../recording/SafeJson.ts"
import { pathComplaint } from "../recording/SafePath.ts"
import type { Deviation } from "../turbulence/ChoicePoint.ts"
import type { BatchVerdict, RegressionOutcome } from "./BatchResult.ts"
import * as Record from "./Record.ts"
import type { Scenario } from "./Scenario.ts"
import * as Unasked from "./Unasked.ts"

/** The version of the file that this release writes and reads. */
export const regressionVersion = 1

/** What a regression file holds. */
export const Regression = Schema.Struct({
  regressionVersion: Schema.Literal(regressionVersion),
  /** The id of the scenario it is flown with. */
  scenario: Schema.NonEmptyString,
  cause: Cause,
  /** What it failed with when it was saved. */
  failure: Failure
})

/** See the schema of the same name. */
export type Regression = typeof Regression.Type

/** A regression with the name of its file. */
export interface SavedRegression {
  readonly file: string
  readonly regression: Regression
}

/** A regression file that cannot be used; the message is one line and says what to do. */
export class RegressionError extends Data.TaggedError("RegressionError")<{
  readonly file: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.file}: ${this.reason}; delete it, or restore it from version control`
  }
}

/** The regression of a recorded failure; `undefined` when the recording is not of a failure. */
export const fromHeader = (header: Header): Regression | undefined =>
  header.failure === undefined
    ? undefined
    : {
        regressionVersion,
        scenario: header.scenario,
        cause: header.cause,
        failure: header.failure
      }

/** The name of the file a regression belongs in, relative to the project. */
export const fileOf = (regression: Regression): string =>
  `regressions/${regression.scenario}-${regression.cause.seed}.json`

/** The text of a regression file: stable, indented, with a newline at its end. */
export const encode = (regression: Regression): string =>
  `${JSON.stringify(regression, undefined, 2)}\n`

const decodeUnknown = Schema.decodeUnknownResult(Regression)

/** Reads the text of a regression file, which may come from anybody. */
export const decode = (
  text: string,
  file: string
): Result.Result<SavedRegression, RegressionError | RecordingError> => {
  const fail = (reason: string) => Result.fail(new RegressionError({ file, reason }))
  const json = parseLine(text, 1)
  if (Result.isFailure(json)) {
    return Result.fail(new RecordingError({ file, problem: json.failure }))
  }
  const decoded = decodeUnknown(json.success)
  if (Result.isFailure(decoded)) {
    const first = String(decoded.failure.message).split("\n").join(" ")
    return fail(`it is not a regression of version ${regressionVersion}: ${first}`)
  }
  const complaint = pathComplaint("scenario", decoded.success.scenario)
  if (complaint !== undefined) return fail(complaint)
  return Result.succeed({ file, regression: decoded.success })
}

/** Words that begin a part of a path and are followed by the name of a node. */
const nodeWords = new Set(["timer", "task", "resume", "start", "random", "node"])

/** The nodes that a readable path names. */
export const nodesInPath = (path: string): ReadonlyArray<string> =>
  path.split(" › ").flatMap((part) => {
    const [first = "", second = ""] = part.split(" ")
    if (first.includes(">")) return first.split(">")
    return nodeWords.has(first) ? [second] : []
  })

/** The first choice point of a cause that names what the scenario does not have, and why. */
export const strangerOf = (scenario: Scenario, flown: Record.Recorded): string | undefined => {
  const [stranger] = flown.flown.strangers
  if (stranger !== undefined) return `${stranger.where}: ${stranger.reason}`
  const names = new Set(flown.header.nodes.map(({ name }) => name))
  for (const deviation of flown.unreached) {
    const unknown = nodesInPath(deviation.path).find((name) => !names.has(name))
    if (unknown !== undefined) {
      const system = scenario.tunnel.system.name
      return `choice point ${deviation.path} (${deviation.kind}): ${system} has no node ${unknown}`
    }
  }
  return undefined
}

const unreachedText = (unreached: ReadonlyArray<Deviation>): string | undefined => {
  const [first] = unreached
  if (first === undefined) return undefined
  const more = unreached.length > 1 ? ` and ${unreached.length - 1} more` : ""
  return `it no longer comes to choice point ${first.path} (${first.kind})${more}`
}

/** A regression that was flown again. */
export interface Reflown {
  readonly outcome: RegressionOutcome
  readonly verdict: BatchVerdict
  readonly recorded: Record.Recorded
}

/**
 * Flies a saved regression. Stale: it says nothing any more, because it names what is gone, or
 * because its flight did not come to a verdict.
 */
export const fly = Effect.fnUntraced(function* (
  scenario: Scenario,
  saved: SavedRegression,
  provenance: Record.Provenance
): Effect.fn.Return<Reflown> {
  const recorded = yield* Record.ofCause(scenario, saved.regression.cause, provenance)
  const { file } = saved
  const stranger = strangerOf(scenario, recorded)
  if (stranger !== undefined) {
    return { outcome: { file, outcome: "stale", reason: stranger }, verdict: "unknown", recorded }
  }
  if (recorded.flown.violation !== undefined) {
    return {
      outcome: { file, outcome: "violated", reason: undefined },
      verdict: "violated",
      recorded
    }
  }
  const [leak] = recorded.flown.leaks
  const inconclusive =
    leak === undefined
      ? (recorded.flown.threw?.message ?? recorded.flown.unknown[0])
      : Unasked.leakText(leak)
  if (inconclusive !== undefined) {
    return {
      outcome: { file, outcome: "stale", reason: inconclusive },
      verdict: "unknown",
      recorded
    }
  }
  const reason = unreachedText(recorded.unreached)
  return { outcome: { file, outcome: "holds", reason }, verdict: "holds", recorded }
})
