/**
 * Writing files as a whole: whoever reads one meets all of it or none.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, Predicate } from "effect"
import { type CommandError, wrong } from "./CommandError.ts"

/** Why a file could not be read or written, half a sentence. */
export const reasonOf = (thrown: unknown): string => {
  const code = Predicate.hasProperty(thrown, "code") ? String(thrown.code) : String(thrown)
  const known: Readonly<Record<string, string>> = {
    EACCES: "it may not be read or written",
    EPERM: "it may not be read or written",
    EISDIR: "it is a folder",
    ENOSPC: "the disk is full",
    EROFS: "the disk is read-only"
  }
  return Object.hasOwn(known, code) ? (known[code] ?? code) : code
}

/** Writes a file as a whole or not at all. Its path is relative to the project. */
export const writeWhole = (
  root: string,
  file: string,
  content: Uint8Array | string
): Effect.Effect<void, CommandError> =>
  Effect.suspend(() => {
    const path = join(root, file)
    const part = `${path}.${process.pid}.part`
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(part, content)
      renameSync(part, path)
      return Effect.void
    } catch (thrown) {
      rmSync(part, { force: true })
      const advice = "make room for it, or fly with --record none"
      return Effect.fail(wrong(`${file}: it cannot be written: ${reasonOf(thrown)}; ${advice}`))
    }
  })
