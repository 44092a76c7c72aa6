/** How far a broken twin is from the service it was made from. */
import { readFileSync } from "node:fs"

/** The code of a service, without what tells the reader about it and where things come from. */
const codeOf = (system: string, name: string): ReadonlyArray<string> => {
  const url = new URL(`../../systems/${system}/${name}.ts`, import.meta.url)
  const text = readFileSync(url, "utf8")
  const declaration = text.slice(text.search(/^export const \w+(?:: \w+)? = (?:Service|Effect)/mu))
  return declaration.split("\n").filter((line) => !line.trim().startsWith("//"))
}

/** How many lines lie between the first and the last that differ, in the longer of the two. */
export const changedLines = (system: string, service: string, twin: string): number => {
  const good = codeOf(system, service)
  const broken = codeOf(system, `broken/${twin}`)
  const shorter = Math.min(good.length, broken.length)
  let before = 0
  while (before < shorter && good[before] === broken[before]) before++
  let after = 0
  while (after < shorter - before && good.at(-1 - after) === broken.at(-1 - after)) after++
  return Math.max(good.length, broken.length) - before - after
}
