/**
 * Loads a file of a user's and says what is wrong with it in one line.
 *
 * Owns the TypeScript loader, which is installed once and without a namespace, so that `downforce`
 * is the same module for the file and for the command. What the file exports is judged by
 * ScenarioFiles.
 */
import { register } from "node:module"
import { pathToFileURL } from "node:url"
import { Predicate, Result } from "effect"
import * as Guards from "../kernel/Guards.ts"
import * as Loading from "./Loading.ts"
import { placeInProject } from "./UserPlace.ts"

let installed: Promise<void> | undefined

/** Installs the loader; imports of `.ts` and `.tsx` work from then on, in this thread. */
const install = (): Promise<void> => {
  installed ??= (async () => {
    const typescript = await import("tsx/esm/api")
    // Hooks that are registered first are asked last: this one answers the loader's questions.
    register(new URL("./TypeScriptHooks.js", import.meta.url))
    typescript.register()
    // What users' code captures while it is loaded has to be what flights can stand in for.
    Loading.atEnd(Guards.install())
  })()
  return installed
}

/** A file that does not load: what is wrong, on one line, and where, relative to the project. */
export interface LoadProblem {
  readonly what: string
  /** `path:line` inside the project, when known. */
  readonly where: string | undefined
}

/** Imports a file. `path` is absolute; `root` is the project, which is left out of messages. */
export const load = async (
  path: string,
  root: string
): Promise<Result.Result<Readonly<Record<string, unknown>>, LoadProblem>> => {
  await install()
  const done = Loading.begin(path.slice(root.length + 1))
  try {
    // The namespace of a module is an object.
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
    return Result.succeed(unwrapped(module))
  } catch (thrown) {
    return Result.fail(explain(thrown, root))
  } finally {
    done()
  }
}

/**
 * In a project of CommonJS a file compiled from `export` arrives as the default export of itself.
 */
const unwrapped = (
  module: Readonly<Record<string, unknown>>
): Readonly<Record<string, unknown>> => {
  const inner = module["default"]
  return Predicate.isObject(inner) && Reflect.get(inner, "__esModule") === true
    ? (inner as Readonly<Record<string, unknown>>) // The check says that it is an object.
    : module
}

/** Takes the project's own path out of a text, so that paths in it are relative. */
const relative = (text: string, root: string): string =>
  text.replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, "")

/** A line of the compiler: `path:line:column: ERROR: what`. */
const compilerLine = /^(?<path>.*?):(?<line>\d+):\d+: ERROR: (?<what>.*)$/m

const explain = (thrown: unknown, root: string): LoadProblem => {
  if (!(thrown instanceof Error)) {
    const what = Predicate.hasProperty(thrown, "message") ? String(thrown.message) : String(thrown)
    return { what: `it threw ${relative(what, root)}`, where: undefined }
  }
  const message = relative(thrown.message, root)
  const compiler = compilerLine.exec(message)?.groups
  if (compiler !== undefined) {
    return {
      what: `it does not compile: ${compiler["what"] ?? message}`,
      where: `${compiler["path"]}:${compiler["line"]}`
    }
  }
  if (thrown instanceof SyntaxError) {
    // Node puts the place of a syntax error on the first line of the stack.
    const first = relative((thrown.stack ?? "").split("\n")[0] ?? "", root)
    const where = /^\S+:\d+$/.test(first) ? first : undefined
    return { what: `it does not compile: ${message}`, where }
  }
  if (isInvalid(thrown)) return { what: message, where: placeInProject(thrown, root) }
  const code = Predicate.hasProperty(thrown, "code") ? thrown.code : undefined
  const isMissing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND"
  const name = thrown.name === "Error" || isMissing ? "" : `${thrown.name}: `
  return {
    what: isMissing ? `it does not load: ${message}` : `it threw ${name}${message}`,
    where: isMissing ? undefined : placeInProject(thrown, root)
  }
}

/** What `make` throws when a declaration is wrong: its message says all there is to say. */
const isInvalid = (thrown: Error): boolean =>
  Predicate.isTagged(thrown, "InvalidScenario") || Predicate.isTagged(thrown, "InvalidSystem")
