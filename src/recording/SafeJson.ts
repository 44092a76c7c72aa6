/**
 * JSON from untrusted files: parsed only after its depth is known, refused with dangerous keys.
 *
 * Owns the two dangers of JSON itself: nesting that overflows whoever walks it, and keys that
 * reach into prototypes. Whether the value means anything is for schemas to say.
 */
import { Predicate, Result } from "effect"
import { nestingDepthMax } from "./Limits.ts"
import type { RecordingProblem } from "./RecordingError.ts"

/** Deepest nesting of brackets in a JSON text, counted without recursion; strings are skipped. */
export const jsonDepth = (text: string): number => {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 0x5c) index++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return deepest
}

/**
 * The first key of a value that could reach into a prototype when someone merges the value into
 * another: `__proto__` anywhere, and `constructor` when what it holds has a `prototype`. A payload
 * may well have a harmless field called `constructor`. The value must not be deeper than allowed.
 */
export const forbiddenKey = (value: unknown): string | undefined => {
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = forbiddenKey(item)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!Predicate.isObject(value)) return undefined
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__") return key
    if (key === "constructor" && Predicate.isObject(item) && Object.hasOwn(item, "prototype")) {
      return "constructor.prototype"
    }
    const found = forbiddenKey(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Parses one line of a recording. The error says what is wrong at `line`. */
export const parseLine = (text: string, line: number): Result.Result<unknown, RecordingProblem> => {
  if (jsonDepth(text) > nestingDepthMax) {
    return Result.fail({ _tag: "TooDeep", line, depthMax: nestingDepthMax })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return Result.fail({ _tag: "Invalid", line, what: "it is not JSON" })
  }
  const key = forbiddenKey(value)
  if (key !== undefined) return Result.fail({ _tag: "ForbiddenKey", line, key })
  return Result.succeed(value)
}
