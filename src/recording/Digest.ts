/**
 * One short hash of all events of a flight: equal flights have equal digests, everywhere.
 *
 * Owns what is hashed (the events as canonical JSON, nothing else: no wall time, no path of this
 * machine) and how. Part of the recording format: a change here is a new format version.
 */
import type { Event } from "./Event.ts"

/** JSON with sorted keys, without keys that are undefined: equal values, equal text. */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  const parts: Array<string> = []
  for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (item !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(item)}`)
  }
  return `{${parts.join(",")}}`
}

/** A digest under way, for flights that do not keep their events. */
export interface RunningDigest {
  readonly add: (event: Event) => void
  /** The digest of the events so far: 14 lowercase hexadecimal digits, of which 53 bits vary. */
  readonly text: () => string
}

/** Starts a digest. The hash is cyrb53 (bryc, public domain) over UTF-16 code units. */
export const startDigest = (): RunningDigest => {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  return {
    add: (event) => {
      const line = `${canonicalJson(event)}\n`
      for (let index = 0; index < line.length; index++) {
        const code = line.charCodeAt(index)
        high = Math.imul(high ^ code, 0x9e3779b1)
        low = Math.imul(low ^ code, 0x5f356495)
      }
    },
    text: () => {
      let left = Math.imul(high ^ (high >>> 16), 0x85ebca6b)
      left ^= Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
      let right = Math.imul(low ^ (low >>> 16), 0x85ebca6b)
      right ^= Math.imul(left ^ (left >>> 13), 0xc2b2ae35)
      const number = 0x1_0000_0000 * (right & 0x1f_ffff) + (left >>> 0)
      return number.toString(16).padStart(14, "0")
    }
  }
}

/** The digest of all events of a flight. */
export const digest = (events: Iterable<Event>): string => {
  const running = startDigest()
  for (const event of events) running.add(event)
  return running.text()
}
