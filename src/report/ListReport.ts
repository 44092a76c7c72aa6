/**
 * The JSON document of `list --json`, and the text of `list`.
 */
import { Schema } from "effect"
import { isBroken } from "../flight/Scenario.ts"
import { type AnyScenario, faceOf, isStress } from "../stress/StressScenario.ts"
import { visible } from "../recording/VisibleText.ts"
import { padEnd, widthOf } from "./EventWords.ts"

/** The version of the document that this release prints. */
export const formatVersion = 1

/** The document. */
export const ListReport = Schema.Struct({
  formatVersion: Schema.Literal(formatVersion),
  scenarios: Schema.Array(
    Schema.Struct({
      id: Schema.NonEmptyString,
      kind: Schema.Literals(["wind-tunnel", "breaking-point", "envelope"]),
      system: Schema.String,
      title: Schema.String,
      /** The file it is in, relative to the project, with the line when known. */
      source: Schema.String,
      /** How many runs a batch has when nobody says otherwise; null for what is searched. */
      runs: Schema.NullOr(Schema.Int),
      /** A broken twin: `fly` skips it unless asked for it. */
      broken: Schema.Boolean
    })
  )
})

/** See the schema of the same name. */
export type ListReport = typeof ListReport.Type

/** The file and line a scenario is declared at: the file is where it was found. */
export const placeOf = (scenario: AnyScenario): string => {
  const { file } = scenario
  const { source } = faceOf(scenario)
  const line = /:(\d+)$/.exec(source ?? "")?.[1]
  const isThere = line !== undefined && source?.slice(0, -line.length - 1).endsWith(file)
  return isThere ? `${file}:${line}` : file
}

/** The document for these scenarios. */
export const listReport = (scenarios: ReadonlyArray<AnyScenario>): ListReport => ({
  formatVersion,
  scenarios: scenarios.map((scenario) => ({
    id: scenario.id,
    kind: faceOf(scenario).kind,
    system: faceOf(scenario).system,
    title: faceOf(scenario).name,
    source: placeOf(scenario),
    runs: isStress(scenario) ? null : scenario.tunnel.runs,
    broken: isBroken(scenario.id)
  }))
})

/** One line for each scenario: id, kind, system, place. */
export const listText = (scenarios: ReadonlyArray<AnyScenario>): string => {
  const rows = scenarios.map((scenario) => [
    visible(scenario.id),
    faceOf(scenario).kind,
    visible(faceOf(scenario).system),
    visible(placeOf(scenario))
  ])
  const widths = [0, 1, 2].map((column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? "")), 0)
  )
  return rows
    .map((row) => row.map((text, column) => padEnd(text, widths[column] ?? 0)).join("  "))
    .join("\n")
}
