/**
 * The first line of a recording, written and checked.
 *
 * Owns what the schema of the header cannot say: limits, paths, and numbers that must fit each
 * other. An unknown version is told apart from damage before anything else is judged.
 */
import { Predicate, Result, Schema } from "effect"
import { formatVersion, Header } from "./Header.ts"
import { eventsMax, nodesMax } from "./Limits.ts"
import type { RecordingProblem } from "./RecordingError.ts"
import { parseLine } from "./SafeJson.ts"
import { pathComplaint } from "./SafePath.ts"

/** The line number of the header. */
const line = 1

const decode = Schema.decodeUnknownResult(Header, { onExcessProperty: "error" })

const invalid = (what: string): RecordingProblem => ({ _tag: "Invalid", line, what })

/** What a schema complains about, on one line of bounded length. */
export const complaint = (error: { readonly message: string }): string =>
  error.message.replace(/\s+/g, " ").slice(0, 200)

const limitProblem = (header: Header): RecordingProblem | undefined => {
  if (header.events > eventsMax) return { _tag: "TooLarge", limit: "eventsMax", allowed: eventsMax }
  if (header.nodes.length > nodesMax) {
    return { _tag: "TooLarge", limit: "nodesMax", allowed: nodesMax }
  }
  return undefined
}

const pathsProblem = (header: Header): RecordingProblem | undefined => {
  for (const key of ["scenario", "source"] as const) {
    const path = header[key]
    const what = path === undefined ? undefined : pathComplaint(key, path)
    if (what !== undefined) return { _tag: "UnsafePath", line, what }
  }
  return undefined
}

const lawProblem = (header: Header): RecordingProblem | undefined => {
  const names = new Set(header.nodes.map(({ name }) => name))
  if (names.size !== header.nodes.length) return invalid("two nodes have the same name")
  const { events, failure, twin } = header
  if (failure !== undefined && failure.step >= events) {
    return invalid(`the failure is at step ${failure.step} of ${events} events`)
  }
  if (twin !== undefined && twin.firstDifference > events) {
    return invalid(`the twin differs at step ${twin.firstDifference} of ${events} events`)
  }
  return undefined
}

/** Decodes and checks a header line. */
export const decodeHeader = (text: string): Result.Result<Header, RecordingProblem> =>
  Result.gen(function* () {
    const value = yield* parseLine(text, line)
    if (!Predicate.isObject(value) || !("formatVersion" in value)) {
      return yield* Result.fail(invalid("it is not the header of a recording"))
    }
    const found = value["formatVersion"]
    if (found !== formatVersion) {
      const shown = String(JSON.stringify(found)).slice(0, 20)
      const problem = { _tag: "UnknownVersion", found: shown, supported: formatVersion } as const
      return yield* Result.fail<RecordingProblem>(problem)
    }
    const header = yield* Result.mapError(decode(value), (error) => invalid(complaint(error)))
    const problem = limitProblem(header) ?? pathsProblem(header) ?? lawProblem(header)
    return problem === undefined ? header : yield* Result.fail(problem)
  })
