/**
 * Where in the user's code a call comes from, read from a stack: slow, so asked for leaks only.
 */

/** How many frames are read: frameworks nest deeply, and only the nearest of the user's matter. */
const framesMax = 100

const framePattern = /(?:\(|at (?:async )?|^)(?:file:\/\/)?([^\s()]+?):(\d+)(?::\d+)?\)?$/u

const slashed = (path: string): string => path.replaceAll("\\", "/").replace(/\?.*$/u, "")

/** The folder that holds our own modules: `src/`, or `dist/src/` of the installed package. */
const ownFolder = slashed(import.meta.url)
  .replace(/^file:\/\//u, "")
  .replace(/kernel\/[^/]*$/u, "")

/** One line of a stack as a person names it; `undefined` for the engine, Effect and ourselves. */
const placeOf = (
  line: string
): { readonly name: string; readonly isPackage: boolean } | undefined => {
  const match = framePattern.exec(line.trim())
  if (match?.[1] === undefined) return undefined
  const file = slashed(match[1])
  const isOurs = file.startsWith(ownFolder)
  if (isOurs || !file.includes("/") || file.startsWith("node:")) return undefined
  const parts = file.split("node_modules/")
  const inPackage = parts.length > 1 ? parts.at(-1) : undefined
  if (inPackage === undefined) {
    return { name: `${file.slice(file.lastIndexOf("/") + 1)}:${match[2]}`, isPackage: false }
  }
  if (/^(effect|@effect\/[^/]+)\//u.test(inPackage)) return undefined
  return { name: `${inPackage}:${match[2]}`, isPackage: true }
}

/**
 * The nearest frame of a stack that is neither the engine's, Effect's nor our own, such as
 * `payments.ts:84`. One inside a package is followed by the user's own that led there, when there
 * is one: `openai/client.mjs:210 from payments.ts:84`.
 */
export const sourceInStack = (stack: string): string | undefined => {
  let nearest: string | undefined
  for (const line of stack.split("\n")) {
    const place = placeOf(line)
    if (place === undefined) continue
    const { isPackage, name } = place
    if (!isPackage) return nearest === undefined ? name : `${nearest} from ${name}`
    nearest ??= place.name
  }
  return nearest
}

/** The engine's own frames between what the stack was asked about and the code that called it. */
export const engineFramesIn = (stack: string): ReadonlyArray<string> => {
  const lines = stack
    .split("\n")
    .slice(1)
    .filter((line) => !line.includes(ownFolder))
  const caller = lines.findIndex((line) => !line.includes("node:"))
  return caller < 0 ? lines : lines.slice(0, caller)
}

/** The stack of the code that is running now. Flights run with a stack limit of 0. */
export const stackOfCall = (): string => {
  const limitBefore = Error.stackTraceLimit
  Error.stackTraceLimit = framesMax
  try {
    return new Error("asked for its stack").stack ?? ""
  } finally {
    Error.stackTraceLimit = limitBefore
  }
}

/** Where the code that is running now was called from. */
export const sourceOfCall = (): string | undefined => sourceInStack(stackOfCall())
