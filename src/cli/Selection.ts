/**
 * Which scenarios a command is about: from patterns, ids and paths to loaded scenarios.
 *
 * Owns how much is loaded: only files that may hold what was asked for, so that a broken file
 * elsewhere hinders nobody.
 */
import { relative, resolve, sep } from "node:path"
import { Effect, Result } from "effect"
import { isBroken, type Scenario } from "../flight/Scenario.ts"
import { type AnyScenario, isStress, parsePointId, pointOf } from "../stress/StressScenario.ts"
import { type CommandError, nothingMatched, wrong } from "./CommandError.ts"
import * as Files from "./ScenarioFiles.ts"
import * as Pattern from "./ScenarioPattern.ts"

/** What a pattern means: scenarios by id, or all of one file. */
type Wanted =
  | { readonly _tag: "Ids"; readonly pattern: string }
  | { readonly _tag: "File"; readonly file: string }

/**
 * The scenarios that the patterns name, in order of their files. Without patterns: all but the
 * broken twins. With patterns broken twins are left out too, unless nothing else matches or the
 * pattern asks for them by an id, a file or the word `broken`.
 */
export const select = Effect.fnUntraced(function* (
  root: string,
  patterns: ReadonlyArray<string>,
  broken: "skipped" | "included"
): Effect.fn.Return<ReadonlyArray<AnyScenario>, CommandError> {
  const files = Files.find(root)
  if (files.length === 0) {
    return yield* nothingMatched(
      `there is no scenario: ${Files.scenarioFolder}/ has no .ts, .tsx, .js or .mjs file;` +
        " add one, or change to the folder of your project"
    )
  }
  const wanted: Array<Wanted> = []
  for (const pattern of patterns) wanted.push(yield* understand(root, pattern, files))
  const isNeeded = (file: string): boolean =>
    wanted.length === 0 || wanted.some((each) => mayHold(each, file))
  const all: Array<AnyScenario> = []
  for (const file of files.filter(isNeeded)) all.push(...(yield* Files.scenariosOf(root, file)))
  const twice = Files.doubleOf(all)
  if (twice !== undefined) return yield* wrong(twice)
  const chosen = new Set<AnyScenario>()
  for (const each of wanted) {
    const found = chosenBy(each, all, broken)
    if (found.length === 0) return yield* unmatched(root, each, files)
    for (const scenario of found) chosen.add(scenario)
  }
  if (wanted.length > 0) return all.filter((scenario) => chosen.has(scenario))
  const whole = broken === "included" ? all : all.filter(({ id }) => !isBroken(id))
  return whole.length > 0
    ? whole
    : yield* nothingMatched("all scenarios are broken twins; name one to fly it")
})

/** The scenario with exactly this id, from the one file that can hold it. */
export const anyById = Effect.fnUntraced(function* (
  root: string,
  id: string
): Effect.fn.Return<AnyScenario, CommandError> {
  for (const file of Files.find(root)) {
    if (!id.startsWith(`${Files.stemOf(file)}/`)) continue
    if (id.slice(Files.stemOf(file).length + 1).includes("/")) continue
    const found = (yield* Files.scenariosOf(root, file)).find((scenario) => scenario.id === id)
    if (found !== undefined) return found
  }
  return yield* nothingMatched(`${id}: there is no scenario with this id under simulations/`)
})

/** The same for one that flies as it is: a wind tunnel, or a point of what is searched. */
export const byId = Effect.fnUntraced(function* (
  root: string,
  id: string
): Effect.fn.Return<Scenario, CommandError> {
  const point = parsePointId(id)
  const scenario = yield* anyById(root, point?.id ?? id)
  if (!isStress(scenario)) {
    if (point === undefined) return scenario
    return yield* nothingMatched(`${id}: ${scenario.id} is a wind tunnel, and has no points`)
  }
  if (point === undefined) {
    return yield* nothingMatched(`${id}: it is searched; name a point of it, such as ${id}@10`)
  }
  const made = pointOf(scenario, point.setting)
  return Result.isSuccess(made) ? made.success : yield* wrong(made.failure.message)
})

const understand = Effect.fnUntraced(function* (
  root: string,
  pattern: string,
  files: ReadonlyArray<string>
): Effect.fn.Return<Wanted, CommandError> {
  if (pattern.trim() === "") return yield* wrong("a pattern is empty; name a scenario or a file")
  const path = relative(root, resolve(root, pattern)).split(sep).join("/")
  if (files.includes(path)) return { _tag: "File", file: path }
  if (path === Files.scenarioFolder) return { _tag: "Ids", pattern: "*" }
  if (path.startsWith(`${Files.scenarioFolder}/`) && !/\.(?:tsx?|mjs|js)$/.test(path)) {
    return { _tag: "Ids", pattern: path.slice(Files.scenarioFolder.length + 1) }
  }
  if (/\.(?:tsx?|mjs|js|cjs|mts|cts|json)$/.test(pattern)) {
    const near = Pattern.near(path, files)
    return yield* nothingMatched(
      `${pattern}: there is no such file of scenarios under ${Files.scenarioFolder}/${did(near)}`
    )
  }
  return { _tag: "Ids", pattern }
})

const mayHold = (wanted: Wanted, file: string): boolean =>
  wanted._tag === "File"
    ? wanted.file === file
    : Pattern.mayHold(wanted.pattern, Files.stemOf(file))

const chosenBy = (
  wanted: Wanted,
  all: ReadonlyArray<AnyScenario>,
  broken: "skipped" | "included"
): ReadonlyArray<AnyScenario> => {
  if (wanted._tag === "File") return all.filter(({ file }) => file === wanted.file)
  const found = all.filter(({ id }) => Pattern.matches(wanted.pattern, id))
  if (broken === "included" || Pattern.asksForBroken(wanted.pattern)) return found
  const sound = found.filter(({ id }) => !isBroken(id))
  return sound.length > 0 ? sound : found
}

/** Nothing matched: what is near, from all files that load. */
const unmatched = Effect.fnUntraced(function* (
  root: string,
  wanted: Wanted,
  files: ReadonlyArray<string>
): Effect.fn.Return<never, CommandError> {
  const name = wanted._tag === "File" ? wanted.file : wanted.pattern
  const ids: Array<string> = []
  for (const file of files) {
    const scenarios = yield* Effect.orElseSucceed(
      Files.scenariosOf(root, file),
      (): ReadonlyArray<AnyScenario> => []
    )
    for (const { id } of scenarios) ids.push(id)
  }
  return yield* nothingMatched(`${name}: no scenario matches${did(Pattern.near(name, ids))}`)
})

/** What to do when nothing matched. */
const did = (near: ReadonlyArray<string>): string =>
  near.length === 0
    ? "; `downforce list` shows all there are"
    : `; did you mean ${near.join(" or ")}?`
