/**
 * Where in the user's own code an error comes from.
 */
import { fileURLToPath } from "node:url"
import { placeOf } from "../flight/Declared.ts"

/** Where this package's own code lies: it is not the user's, also when the project is its own. */
const ours = fileURLToPath(new URL("../../", import.meta.url))

/** The innermost `path:line` of an error inside a project, relative to it; else `undefined`. */
export const placeInProject = (error: Error, root: string): string | undefined => {
  for (const frame of (error.stack ?? "").split("\n")) {
    if (!/^\s+at /.test(frame)) continue
    const place = placeOf(frame)
    const isOurs = place === undefined || place.startsWith(ours) || /[/]node_modules[/]/.test(place)
    if (!isOurs && place.startsWith(`${root}/`)) return place.slice(root.length + 1)
  }
  return undefined
}
