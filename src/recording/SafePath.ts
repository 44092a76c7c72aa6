/**
 * Paths inside the project: the only paths that a recording or a regression may name.
 *
 * Owns the rule. Does not touch a file system: a path that is safe may still not exist, and a
 * symbolic link inside the folder is the business of whoever opens it.
 */
import { pathLengthMax } from "./Limits.ts"

/** Why a path is refused, or `undefined` when it stays inside the folder it is relative to. */
export const pathProblem = (path: string): string | undefined => {
  if (path.length === 0) return "is empty"
  if (path.length > pathLengthMax) return `is longer than ${pathLengthMax} characters`
  if (/\p{Cc}/u.test(path)) return "contains a control character"
  if (path.includes("\\")) return "contains a backslash"
  if (path.startsWith("/")) return "is absolute"
  if (path.startsWith("~")) return "starts in a home folder"
  if (/^[a-z]:/i.test(path)) return "names a drive"
  if (path.includes("://")) return "is an address"
  if (path.split("/").includes("..")) return "leaves the folder"
  return undefined
}

/** The problem of a path with its name in front, short enough for one line. */
export const pathComplaint = (name: string, path: string): string | undefined => {
  const problem = pathProblem(path)
  return problem === undefined ? undefined : `${name} "${path.slice(0, 80)}" ${problem}`
}

/**
 * Whether a path is relative, uses forward slashes and stays inside its folder. A trailing
 * `:line` or `:line:column` belongs to the path.
 */
export const isSafePath = (path: string): boolean => pathProblem(path) === undefined
