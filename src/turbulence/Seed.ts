/**
 * Seeds and the mixing of numbers: everything a run draws comes from here, and from a key.
 *
 * Owns the arithmetic (32-bit integer mixing, no floats) and the text form of a seed. Owns no
 * meaning: which keys exist is the kernel's business, what an outcome does is the world's.
 *
 * The mixing function is the finaliser of MurmurHash3 (Appleby, 2011): every input bit flips
 * every output bit with a probability near one half.
 */

/** Mixes two 32-bit integers into one; order matters. */
export const mix = (left: number, right: number): number => {
  let hash = Math.imul(left ^ 0x9e3779b9, 0x85ebca6b) ^ right
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** A 32-bit hash of a text (FNV-1a over UTF-16 code units, then mixed). */
export const hashText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return mix(hash, text.length)
}

/**
 * The seed of run `runIndex` of a batch. Run 0 has the base seed itself, so that flying a run's
 * own seed flies exactly that run.
 */
export const ofRun = (base: number, runIndex: number): number =>
  runIndex === 0 ? base >>> 0 : mix(base, runIndex) >>> 0

/** A seed as eight lowercase hexadecimal digits. */
export const toText = (seed: number): string => (seed >>> 0).toString(16).padStart(8, "0")

/** Reads a seed: up to eight hexadecimal digits; `undefined` when the text is anything else. */
export const fromText = (text: string): number | undefined =>
  /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined
