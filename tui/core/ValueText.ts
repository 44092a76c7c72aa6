/**
 * JSON values of a recording as short text, and how two of them differ.
 *
 * Owns the notation (`{id: o-17, lsn: 8}`) and the comparison. Both stop at named limits: values
 * come from files that nobody vouches for.
 */
import type { Schema } from "effect"

type Json = Schema.Json

/** Longest text of one value before it is cut. */
export const valueLengthMax = 400
/** Deepest path along which two values are compared; below it they are shown whole. */
export const diffDepthMax = 5
/** Most differences told of one value. */
export const differencesMax = 60

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isArray = (value: Json | undefined): value is ReadonlyArray<Json> => Array.isArray(value)

/** Texts that need no quotes: nobody takes them for a number, a constant or punctuation. */
const bare = /^[\p{L}_][^\s,:{}[\]"'\u0000-\u001f]*$/u
const constants = new Set(["true", "false", "null"])

const quoted = (text: string): string => {
  const cut = text.length > valueLengthMax ? text.slice(0, valueLengthMax) : text
  return bare.test(cut) && !constants.has(cut) ? cut : JSON.stringify(cut)
}

/** A value on one line, cut after `valueLengthMax` characters. */
export const valueText = (value: Json): string => {
  let text = ""
  const write = (part: Json): void => {
    if (text.length > valueLengthMax) return
    if (typeof part === "string") text += quoted(part)
    else if (isArray(part)) {
      text += "["
      for (const [index, element] of part.entries()) {
        if (text.length > valueLengthMax) break
        if (index > 0) text += ", "
        write(element)
      }
      text += "]"
    } else if (isObject(part)) {
      text += "{"
      let first = true
      for (const key in part) {
        if (text.length > valueLengthMax) break
        const element = part[key]
        if (element === undefined) continue
        text += `${first ? "" : ", "}${quoted(key)}: `
        first = false
        write(element)
      }
      text += "}"
    } else text += String(part)
  }
  write(value)
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text
}

/** Whether a value fits better into `before → after` than onto lines of its own. */
export const isScalar = (value: Json | undefined): boolean =>
  value === undefined || (!isArray(value) && !isObject(value))

/** One difference between two values; `before` or `after` is absent when there was or is none. */
export interface Difference {
  /** Where in the value: `[o-17].lsn`, empty for all of it. */
  readonly path: string
  readonly before?: Json
  readonly after?: Json
}

const isEqual = (left: Json | undefined, right: Json | undefined): boolean => {
  if (left === right) return true
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((part, index) => isEqual(part, right[index]))
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
    )
  }
  return false
}

const own = (object: { readonly [key: string]: Json }, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

const keyPath = (key: string): string =>
  bare.test(key) && !/[.-]/.test(key) ? `.${key}` : `[${key}]`

const difference = (
  path: string,
  before: Json | undefined,
  after: Json | undefined
): Difference => ({
  path,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after })
})

const compareArrays = (
  before: ReadonlyArray<Json>,
  after: ReadonlyArray<Json>,
  path: string,
  depth: number,
  into: Array<Difference>
): void => {
  const shortest = Math.min(before.length, after.length)
  let start = 0
  while (start < shortest && isEqual(before[start], after[start])) start++
  let same = 0
  while (
    same < shortest - start &&
    isEqual(before[before.length - 1 - same], after[after.length - 1 - same])
  ) {
    same++
  }
  const gone = before.slice(start, before.length - same)
  const come = after.slice(start, after.length - same)
  if (gone.length === come.length) {
    for (const [index, part] of gone.entries()) {
      compare(part, come[index], `${path}[${start + index}]`, depth + 1, into)
    }
    return
  }
  for (const [index, part] of gone.entries()) {
    if (into.length > differencesMax) return
    into.push(difference(`${path}[${start + index}]`, part, undefined))
  }
  for (const [index, part] of come.entries()) {
    if (into.length > differencesMax) return
    into.push(difference(`${path}[${start + index}]`, undefined, part))
  }
}

const compare = (
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  depth: number,
  into: Array<Difference>
): void => {
  if (into.length > differencesMax || isEqual(before, after)) return
  if (depth < diffDepthMax && isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(own(before, key), own(after, key), `${path}${keyPath(key)}`, depth + 1, into)
    }
  } else if (depth < diffDepthMax && isArray(before) && isArray(after)) {
    compareArrays(before, after, path, depth, into)
  } else {
    into.push(difference(path, before, after))
  }
}

/** Where two values differ, from the outside in; one more than `differencesMax` when cut. */
export const differences = (
  before: Json | undefined,
  after: Json | undefined
): ReadonlyArray<Difference> => {
  const found: Array<Difference> = []
  compare(before, after, "", 0, found)
  return found
}
