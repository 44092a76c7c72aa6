/**
 * How people name scenarios: an id, the beginning of one, or a pattern with stars.
 *
 * Pure: knows ids, no files. `*` stands for any characters but a slash. A pattern matches an id
 * when it matches all of it or all of it up to a slash: `checkout`, `*\/broken`, `checkout/no-*`.
 */

/** Whether an id is what the pattern names. */
export const matches = (pattern: string, id: string): boolean => {
  const wanted = segmentsOf(pattern)
  const found = id.split("/")
  return wanted.length <= found.length && wanted.every((each, at) => fits(each, found[at] ?? ""))
}

/** Whether a file with this stem (`checkout/broken`) may hold a scenario that the pattern names. */
export const mayHold = (pattern: string, stem: string): boolean => {
  const wanted = segmentsOf(pattern)
  const found = stem.split("/")
  // A scenario has one segment more than its file.
  if (wanted.length > found.length + 1) return false
  return found.every((segment, at) => at >= wanted.length || fits(wanted[at] ?? "", segment))
}

/** Whether a pattern asks for broken twins, which otherwise are left out. */
export const asksForBroken = (pattern: string): boolean => segmentsOf(pattern).includes("broken")

const segmentsOf = (pattern: string): ReadonlyArray<string> =>
  pattern.replace(/\/+$/, "").split("/")

/** Whether a segment fits a segment of a pattern: its parts between stars come in order. */
const fits = (wanted: string, segment: string): boolean => {
  const parts = wanted.split("*")
  const first = parts[0] ?? ""
  if (parts.length === 1) return wanted === segment
  const last = parts.at(-1) ?? ""
  if (!segment.startsWith(first) || segment.length < first.length + last.length) return false
  if (!segment.endsWith(last)) return false
  const end = segment.length - last.length
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const next = segment.indexOf(part, at)
    if (next < 0 || next + part.length > end) return false
    at = next + part.length
  }
  return true
}

/** How many near matches are shown. */
export const nearMax = 3

/** The names nearest to what was asked for, nearest first; none when none is near. */
export const near = (wanted: string, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names
    .map((name) => ({ name, distance: distanceTo(wanted, name) }))
    .filter(({ distance }) => distance <= Math.max(2, Math.ceil(wanted.length / 3)))
    .sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1))
    .slice(0, nearMax)
    .map(({ name }) => name)

/** To a name, or to a part of it that people may take for the whole. */
const distanceTo = (wanted: string, name: string): number => {
  const parts = name.split("/")
  const tails = parts.map((_, at) => parts.slice(at).join("/"))
  const heads = parts.map((_, at) => parts.slice(0, at + 1).join("/"))
  return Math.min(
    ...[...tails, ...heads].map((part) =>
      part.startsWith(wanted) ? 0 : part.includes(wanted) ? 1 : editDistance(wanted, part)
    )
  )
}

/** Insertions, deletions and replacements that turn one text into the other (Levenshtein). */
const editDistance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let at = 1; at <= left.length; at++) {
    const next = [at]
    for (let other = 1; other <= right.length; other++) {
      const replaced = (row[other - 1] ?? 0) + (left[at - 1] === right[other - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[other] ?? 0) + 1, (next[other - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
