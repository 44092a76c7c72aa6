/** Files that are there as a whole or not at all, and stay. */
import { Effect, type FileSystem } from "effect"

/** Where services keep their files: the volume that belongs to the node. */
export const directory = "/"

/** Makes the names in the directory durable. */
export const syncDirectory = Effect.fnUntraced(function* (files: FileSystem.FileSystem) {
  const opened = yield* files.open(directory)
  yield* opened.sync
}, Effect.scoped)

/** Writes bytes to a file and has them synced. */
const write = Effect.fnUntraced(function* (
  files: FileSystem.FileSystem,
  path: string,
  bytes: Uint8Array
) {
  const file = yield* files.open(path, { flag: "w" })
  yield* file.writeAll(bytes)
  yield* file.sync
}, Effect.scoped)

/**
 * Gives a file new contents. Whenever it is cut short, the file has the old contents or the new
 * ones; when it succeeds, it keeps the new ones.
 */
export const replace = Effect.fnUntraced(function* (
  files: FileSystem.FileSystem,
  path: string,
  bytes: Uint8Array
) {
  const temporary = `${path}.new`
  yield* write(files, temporary, bytes)
  yield* files.rename(temporary, path)
  yield* syncDirectory(files)
})
