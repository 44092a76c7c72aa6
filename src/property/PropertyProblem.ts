/**
 * What can be wrong with the properties of a scenario before anything flies.
 *
 * Author errors as data: all that is wrong is listed, not the first.
 */
import type { Property } from "./Property.ts"

/** Something wrong with the properties of a scenario. */
export type PropertyProblem =
  /** Results, signatures and saved regressions go by name, so a name is used once. */
  | { readonly _tag: "DuplicateName"; readonly name: string; readonly times: number }
  /** The property at this index has a blank name. */
  | { readonly _tag: "BlankName"; readonly index: number }
  /** The bound of an Eventually is endless, negative or unreadable: it could not be judged. */
  | { readonly _tag: "UnusableBound"; readonly name: string; readonly withinMicros: number }

/** All that is wrong, in order of declaration; empty when nothing is. */
export const problems = (properties: ReadonlyArray<Property>): ReadonlyArray<PropertyProblem> => {
  const timesByName = new Map<string, number>()
  for (const { name } of properties) timesByName.set(name, (timesByName.get(name) ?? 0) + 1)
  const found: Array<PropertyProblem> = []
  properties.forEach((property, index) => {
    const { name } = property
    const times = timesByName.get(name) ?? 0
    // Each repeated name is reported once, where it stands first.
    timesByName.delete(name)
    if (name.trim() === "") found.push({ _tag: "BlankName", index })
    else if (times > 1) found.push({ _tag: "DuplicateName", name, times })
    if (property._tag === "Eventually") {
      const { withinMicros } = property
      if (!(withinMicros >= 0 && Number.isFinite(withinMicros))) {
        found.push({ _tag: "UnusableBound", name, withinMicros })
      }
    }
  })
  return found
}

/** A problem as people read it. */
export const problemText = (problem: PropertyProblem): string => {
  switch (problem._tag) {
    case "DuplicateName":
      return `${problem.times} properties are called "${problem.name}"; give each its own name`
    case "BlankName":
      return `property ${problem.index + 1} has no name`
    case "UnusableBound":
      return `"${problem.name}" ${boundText(problem.withinMicros)}; give it one like "30 seconds"`
  }
}

const boundText = (micros: number): string => {
  if (Number.isNaN(micros)) return "has a bound that cannot be read"
  return micros < 0 ? "has a bound below zero" : "has an endless bound and could never fail"
}
