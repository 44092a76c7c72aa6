/**
 * The scenarios of a project: files under `simulations/`, what they export, and their ids.
 *
 * Owns which files count and which exports are scenarios. Choosing among them is Selection's.
 */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Effect, Predicate, Result } from "effect"
import { kebabCase } from "../flight/Scenario.ts"
import type { WindTunnel } from "../flight/WindTunnel.ts"
import type { BreakingPoint } from "../stress/BreakingPoint.ts"
import type { Envelope } from "../stress/Envelope.ts"
import type { AnyScenario } from "../stress/StressScenario.ts"
import { type CommandError, wrong } from "./CommandError.ts"
import { load } from "./ScenarioLoader.ts"

/** The folder of scenarios in a project. */
export const scenarioFolder = "simulations"

/** The most folders a scenario may lie in, one inside the other. */
export const folderDepthMax = 32

const scenarioFile = /(?<!\.d)\.(?:tsx?|mjs|js)$/

/**
 * All files that may hold scenarios, relative to the project, sorted by code units. Folders whose
 * name begins with a dot and `node_modules` are left out, and links are not followed.
 */
export const find = (root: string): ReadonlyArray<string> => {
  const files: Array<string> = []
  const walk = (folder: string, depth: number): void => {
    if (depth > folderDepthMax) return
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && entry.name !== "node_modules") walk(path, depth + 1)
      } else if (entry.isFile() && scenarioFile.test(entry.name)) files.push(path)
    }
  }
  try {
    walk(scenarioFolder, 0)
  } catch (thrown) {
    if (Predicate.hasProperty(thrown, "code") && thrown.code === "ENOENT") return []
    throw thrown
  }
  return files.sort()
}

/** What the ids of a file's scenarios begin with: `checkout/broken`. */
export const stemOf = (file: string): string =>
  file.slice(scenarioFolder.length + 1).replace(scenarioFile, "")

/** Loads a file and gives its scenarios in the order of their exports. */
export const scenariosOf = Effect.fnUntraced(function* (
  root: string,
  file: string
): Effect.fn.Return<ReadonlyArray<AnyScenario>, CommandError> {
  const loaded = yield* Effect.promise(() => load(join(root, file), root))
  if (Result.isFailure(loaded)) {
    const { what, where } = loaded.failure
    const place = where === undefined ? file : where.startsWith(`${file}:`) ? where : file
    const other = where === undefined || place === where ? "" : ` at ${where}`
    return yield* wrong(`${place}: ${what}${other}; correct the file`)
  }
  const scenarios = scenariosIn(file, loaded.success)
  return Result.isSuccess(scenarios) ? scenarios.success : yield* wrong(scenarios.failure)
})

/** What the exports of a file are; the failure is one line. */
export const scenariosIn = (
  file: string,
  exports: Readonly<Record<string, unknown>>
): Result.Result<ReadonlyArray<AnyScenario>, string> => {
  try {
    return judge(file, exports)
  } catch (thrown) {
    // Exports may be anything, such as objects with getters that throw.
    return Result.fail(`${file}: its exports cannot be read: ${String(thrown)}; correct the file`)
  }
}

const judge = (
  file: string,
  exports: Readonly<Record<string, unknown>>
): Result.Result<ReadonlyArray<AnyScenario>, string> => {
  const declared = new Set<Declared>()
  // The namespace of a module lists its exports by name, in the order of their code units.
  for (const [name, value] of Object.entries(exports)) {
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    const found = values.filter(isDeclared)
    const isForScenarios = name === "default" || found.length > 0
    if (isForScenarios && found.length < values.length) {
      const stranger = values.find((each) => !isDeclared(each))
      const which = name === "default" ? "its default export" : `its export ${name}`
      const what = Array.isArray(value) ? `contains ${kindOf(stranger)}` : `is ${kindOf(stranger)}`
      return Result.fail(
        `${file}: ${which} ${what}; export what ${makers} returns, or an array of them`
      )
    }
    for (const each of found) declared.add(each)
  }
  if (declared.size === 0) {
    return Result.fail(
      `${file}: it exports no scenario; export what ${makers} returns, or move the file out of` +
        ` ${scenarioFolder}/`
    )
  }
  const scenarios = [...declared].sort(byLine).map((each): AnyScenario => {
    const id = `${stemOf(file)}/${kebabCase(each.name)}`
    return each.kind === "wind-tunnel" ? { id, file, tunnel: each } : { id, file, stress: each }
  })
  const twice = doubleOf(scenarios)
  return twice === undefined ? Result.succeed(scenarios) : Result.fail(twice)
}

/** What a file may export. */
type Declared = WindTunnel | BreakingPoint | Envelope

const makers = "WindTunnel.make, BreakingPoint.make or Envelope.make"

/** In order of declaration; those whose line is not known keep the order of their exports. */
const byLine = (one: Declared, other: Declared): number => lineOf(one) - lineOf(other)

const lineOf = ({ source }: Declared): number => Number(/:(\d+)$/.exec(source ?? "")?.[1] ?? 0)

/** Two scenarios with the same id, as one line; `undefined` when all differ. */
export const doubleOf = (scenarios: ReadonlyArray<AnyScenario>): string | undefined => {
  const seen = new Map<string, AnyScenario>()
  for (const scenario of scenarios) {
    const other = seen.get(scenario.id)
    if (other !== undefined) {
      const also = other.file === scenario.file ? "" : ` (the other is in ${other.file})`
      return `${scenario.file}: two scenarios have the id ${scenario.id}${also}; rename one of them`
    }
    seen.set(scenario.id, scenario)
  }
  return undefined
}

/** Told by its shape: a scenario may come from another copy of the package. */
const isDeclared = (value: unknown): value is Declared => {
  if (!Predicate.isObject(value) || !Predicate.isString(value["name"])) return false
  switch (value["kind"]) {
    case "wind-tunnel":
      return (
        Predicate.isObject(value["system"]) &&
        Predicate.isObject(value["workload"]) &&
        Array.isArray(value["properties"])
      )
    case "breaking-point":
    case "envelope":
      return Predicate.isFunction(value["trialAt"]) && Array.isArray(value["levels"])
    default:
      return false
  }
}

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return "an array"
  if (Predicate.isFunction(value)) return "a function"
  if (Predicate.isObject(value)) return "an object that is no scenario"
  return `a ${typeof value}`
}
