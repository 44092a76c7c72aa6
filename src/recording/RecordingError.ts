/**
 * Why a recording cannot be opened or written, as data, with one line for people.
 *
 * Owns the kinds of problems and their wording. Whoever finds a problem decides which it is.
 */
import { Data } from "effect"
import { visible } from "./VisibleText.ts"

/** What is wrong. Lines count from 1, the header is line 1. */
export type RecordingProblem =
  /** Not gzip at all, or its bytes were changed on the way. */
  | { readonly _tag: "Unreadable"; readonly what: string }
  /** The end is missing. */
  | { readonly _tag: "Truncated"; readonly what: string }
  /** Written by a release with another format. */
  | { readonly _tag: "UnknownVersion"; readonly found: string; readonly supported: number }
  /** A line that says what no recording can say. */
  | { readonly _tag: "Invalid"; readonly line: number; readonly what: string }
  /** A limit of Limits.ts is exceeded; `limit` is its name. */
  | { readonly _tag: "TooLarge"; readonly limit: string; readonly allowed: number }
  | { readonly _tag: "TooDeep"; readonly line: number; readonly depthMax: number }
  /** A key that could reach into the prototype of objects. */
  | { readonly _tag: "ForbiddenKey"; readonly line: number; readonly key: string }
  /** A path that is absolute or leaves the folder. */
  | { readonly _tag: "UnsafePath"; readonly line: number; readonly what: string }

const again = "fly again to record it anew"

/** The problem as people read it, with what to do about it. */
const explain = (problem: RecordingProblem): string => {
  switch (problem._tag) {
    case "Unreadable":
      return `not a readable recording: ${problem.what}; copy the file again or ${again}`
    case "Truncated":
      return `the recording is truncated: ${problem.what}; copy the file again or ${again}`
    case "UnknownVersion":
      return (
        `format version ${problem.found} is not supported, only ${problem.supported} is; ` +
        `use the release that wrote it or ${again}`
      )
    case "Invalid":
      return `line ${problem.line} is invalid: ${problem.what}; ${again}`
    case "TooLarge":
      return `the recording exceeds ${problem.limit} (${problem.allowed}); record a shorter flight`
    case "TooDeep":
      return (
        `line ${problem.line} nests deeper than nestingDepthMax (${problem.depthMax}); ` +
        "do not trust the file, or record flatter values"
      )
    case "ForbiddenKey":
      return `line ${problem.line} has the forbidden key "${problem.key}"; do not trust the file`
    case "UnsafePath":
      return `line ${problem.line}: ${problem.what}; do not trust the file`
  }
}

/** A recording that is refused. `file` is its name as the user gave it; `message` is one line. */
export class RecordingError extends Data.TaggedError("RecordingError")<{
  readonly file: string
  readonly problem: RecordingProblem
}> {
  override get message(): string {
    return visible(`${this.file}: ${explain(this.problem)}`)
  }
}
