/** Where in the user's code a scenario is declared. */

/**
 * The place that called `callee`, as `path:line`; `undefined` when the runtime does not tell. The
 * path is absolute, as the loader knew the file: making it relative is for whoever prints it.
 */
export const declaredAt = (
  callee: (...parameters: ReadonlyArray<never>) => unknown
): string | undefined => {
  const holder: { stack?: string } = {}
  // V8 leaves out every frame above the caller of `callee`.
  Error.captureStackTrace(holder, callee)
  const frame = holder.stack?.split("\n").find((line) => /^\s+at /.test(line))
  return frame === undefined ? undefined : placeOf(frame)
}

/** The place named by a line of a stack trace: `at name (file:///a/b.ts:41:7)`. */
export const placeOf = (frame: string): string | undefined => {
  const match = /(?:\(|at (?:async )?)(?<path>[^()]+):(?<line>\d+):\d+\)?$/.exec(frame.trim())
  const { path, line } = match?.groups ?? {}
  if (path === undefined || line === undefined) return undefined
  return `${withoutScheme(path)}:${line}`
}

const withoutScheme = (path: string): string => {
  if (!path.startsWith("file://")) return path
  try {
    return decodeURIComponent(new URL(path).pathname)
  } catch {
    // A path with a stray % is not encoded, or not a URL: better shown as it is than not at all.
    return path.slice("file://".length)
  }
}
