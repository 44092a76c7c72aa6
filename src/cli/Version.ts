/**
 * The release of this package, as its manifest says.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import * as Predicate from "effect/Predicate"

/** The manifest, `package.json`, which lies beside source and build alike. */
const manifest = (): unknown =>
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve("downforce/package.json"), "utf8"))

/** The release: `0.1.0`. */
export const versionOf = (): string => {
  const found = manifest()
  const version = Predicate.hasProperty(found, "version") ? found.version : undefined
  return Predicate.isString(version) ? version : "0.0.0"
}

/** Where bugs are reported, when the manifest says so. */
export const issuesOf = (): string | undefined => {
  const found = manifest()
  const bugs = Predicate.hasProperty(found, "bugs") ? found.bugs : undefined
  const url = Predicate.hasProperty(bugs, "url") ? bugs.url : bugs
  return Predicate.isString(url) ? url : undefined
}
