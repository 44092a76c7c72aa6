/**
 * `list`: the scenarios of a project, broken twins included.
 */
import { Effect } from "effect"
import type { AnyScenario } from "../stress/StressScenario.ts"
import { listReport, listText } from "../report/ListReport.ts"
import type { CommandError } from "./CommandError.ts"
import { type ExitCode, exitCodes } from "./ExitCode.ts"
import { select } from "./Selection.ts"
import { data, keepDataApart } from "./Streams.ts"

/** Lists what the patterns name, or everything. */
export const list = Effect.fnUntraced(function* (
  root: string,
  patterns: ReadonlyArray<string>,
  json: boolean
): Effect.fn.Return<ExitCode, CommandError> {
  keepDataApart()
  return printList(yield* select(root, patterns, "included"), json)
})

/** Prints scenarios as text or as JSON. */
export const printList = (scenarios: ReadonlyArray<AnyScenario>, json: boolean): ExitCode => {
  data(json ? JSON.stringify(listReport(scenarios), undefined, 2) : listText(scenarios))
  return exitCodes.holds
}
