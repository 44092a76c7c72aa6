/**
 * The release of this package, as its manifest says.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import * as Predicate from "effect/Predicate"

/** The release: `0.1.0`. Read from `package.json`, which lies beside source and build alike. */
export const versionOf = (): string => {
  const path = createRequire(import.meta.url).resolve("downforce/package.json")
  const manifest: unknown = JSON.parse(readFileSync(path, "utf8"))
  const version = Predicate.hasProperty(manifest, "version") ? manifest.version : undefined
  return Predicate.isString(version) ? version : "0.0.0"
}
