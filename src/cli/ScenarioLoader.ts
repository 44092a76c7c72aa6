/**
 * Loads a file of a user's and says what is wrong with it in one line.
 *
 * Owns the TypeScript loader, which is installed once and without a namespace, so that `downforce`
 * is the same module for the file and for the command. What the file exports is judged by
 * ScenarioFiles.
 */
import { pathToFileURL } from "node:url"
import { Predicate, Result } from "effect"
import { placeOf } from "../flight/Declared.ts"

let installed: Promise<void> | undefined

/** Installs the loader; imports of `.ts` and `.tsx` work from then on, in this thread. */
const install = (): Promise<void> => {
  installed ??= (async () => {
    const [esm, cjs] = await Promise.all([import("tsx/esm/api"), import("tsx/cjs/api")])
    esm.register()
    cjs.register()
  })()
  return installed
}

/** A file that does not load: what is wrong, on one line, and where, relative to the project. */
export interface LoadProblem {
  readonly what: string
  /** `path:line` inside the project, when known. */
  readonly where: string | undefined
}

/** The file that is being loaded, for whoever has to explain that the process ended. */
let loading: string | undefined

/** The file that is being loaded right now, as it was named. */
export const fileLoading = (): string | undefined => loading

/** Imports a file. `path` is absolute; `root` is the project, which is left out of messages. */
export const load = async (
  path: string,
  root: string
): Promise<Result.Result<Readonly<Record<string, unknown>>, LoadProblem>> => {
  await install()
  loading = path
  try {
    // The namespace of a module is an object.
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
    return Result.succeed(module)
  } catch (thrown) {
    return Result.fail(explain(thrown, root))
  } finally {
    loading = undefined
  }
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
  const stack = relative(thrown.stack ?? "", root).split("\n")
  if (thrown instanceof SyntaxError) {
    // Node puts the place of a syntax error on the first line of the stack.
    const where = /^(?<where>\S+:\d+)$/.exec(stack[0] ?? "")?.groups?.["where"]
    return { what: `it does not compile: ${message}`, where }
  }
  const frame = stack.find((line) => /^\s+at /.test(line) && !/node_modules|node:/.test(line))
  const code = Predicate.hasProperty(thrown, "code") ? thrown.code : undefined
  const isMissing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND"
  const name = thrown.name === "Error" || isMissing ? "" : `${thrown.name}: `
  return {
    what: isMissing ? `it does not load: ${message}` : `it threw ${name}${message}`,
    where: isMissing || frame === undefined ? undefined : placeOf(frame)
  }
}
