/**
 * Reports of breaking points on disk: the page and the document of each, and what earlier commits
 * came to.
 *
 * `.downforce/reports/` is ignored by version control. Of each scenario the page and the document
 * are written over; a few figures are kept for each commit, so that a change can be told.
 */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { Effect, Option, Schema } from "effect"
import type { Change } from "../report/StressSaved.ts"
import type { BreakingResult } from "../stress/StressResult.ts"
import type { CommandError } from "./CommandError.ts"
import { writeWhole } from "./WholeFile.ts"

/** Where reports are kept, relative to the project. */
export const reportFolder = ".downforce/reports"

/** How many commits are remembered of each scenario; the oldest go. */
export const commitsMax = 50

const Figures = Schema.Struct({
  commit: Schema.String,
  breaking: Schema.NullOr(
    Schema.Struct({ load: Schema.Finite, low: Schema.Finite, high: Schema.Finite })
  ),
  demonstrated: Schema.NullOr(Schema.Finite)
})

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Figures))

/** The page of a scenario. */
export const pageOf = (id: string): string => `${reportFolder}/${id}.html`

/** The document of a scenario. */
export const documentOf = (id: string): string => `${reportFolder}/${id}.json`

const historyOf = (id: string): string => `${reportFolder}/commits/${id}`

/** The files of commits, the newest first; of equal age by name. */
const commitFiles = (root: string, id: string): ReadonlyArray<string> => {
  const folder = join(root, historyOf(id))
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }))
      .sort((one, other) => other.at - one.at || (one.name < other.name ? -1 : 1))
      .map(({ name }) => join(folder, name))
  } catch {
    return []
  }
}

const figuresIn = (path: string): typeof Figures.Type | undefined => {
  try {
    return Option.getOrUndefined(decode(readFileSync(path, "utf8")))
  } catch {
    return undefined
  }
}

/** What the latest other commit came to; `undefined` when none is known. */
export const changeSince = (
  root: string,
  id: string,
  commit: string | undefined
): Change | undefined => {
  for (const path of commitFiles(root, id)) {
    const figures = figuresIn(path)
    if (figures === undefined || figures.commit === commit) continue
    const { breaking, commit: other, demonstrated } = figures
    return {
      commit: other,
      breaking: breaking ?? undefined,
      demonstrated: demonstrated ?? undefined
    }
  }
  return undefined
}

/** Remembers what a commit came to, and forgets the oldest. */
export const remember = Effect.fnUntraced(function* (
  root: string,
  { estimate, id }: BreakingResult,
  commit: string | undefined
): Effect.fn.Return<void, CommandError> {
  if (commit === undefined) return
  const { breaking, demonstrated } = estimate
  const figures: typeof Figures.Type = {
    commit,
    breaking:
      breaking === undefined
        ? null
        : { load: breaking.load, low: breaking.interval.low, high: breaking.interval.high },
    demonstrated: demonstrated?.load ?? null
  }
  yield* writeWhole(root, `${historyOf(id)}/${commit}.json`, `${JSON.stringify(figures)}\n`)
  for (const path of commitFiles(root, id).slice(commitsMax)) rmSync(path, { force: true })
})
