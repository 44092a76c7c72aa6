/** What stores do to the disk of a node, one step at a time. */
import { Effect, type FileSystem, type PlatformError } from "effect"

/** A step on the disk. */
export type Step<A = void> = Effect.Effect<A, PlatformError.PlatformError>

/** The steps there are. All paths are in one directory. */
export interface Volume {
  /** The names in the directory that begin so, in order. */
  readonly names: (prefix: string) => Step<ReadonlyArray<string>>
  /** The contents of a file; none when it is not there. */
  readonly read: (path: string) => Step<Uint8Array>
  readonly exists: (path: string) => Step<boolean>
  /** Makes a file, or empties it, and writes to it. */
  readonly write: (path: string, bytes: Uint8Array) => Step
  /** Writes over the beginning of a file, and cuts off what was longer. */
  readonly overwrite: (path: string, bytes: Uint8Array) => Step
  /** Writes behind the end of a file, which is made if need be. */
  readonly append: (path: string, bytes: Uint8Array) => Step
  /** The same with one call, which may write less than it was given, and tells how much. */
  readonly appendSome: (path: string, bytes: Uint8Array) => Step<number>
  readonly rename: (from: string, to: string) => Step
  readonly remove: (path: string) => Step
  /** Makes the contents of a file durable, not its name. */
  readonly sync: (path: string) => Step
  /** Makes all names durable. */
  readonly syncNames: Step
}

/** Takes steps on a file system. */
export const make = (files: FileSystem.FileSystem): Volume => {
  const use = <A>(
    path: string,
    flag: FileSystem.OpenFlag,
    step: (file: FileSystem.File) => Step<A>
  ): Step<A> => Effect.scoped(Effect.flatMap(files.open(path, { flag }), step))
  return {
    names: (prefix) =>
      Effect.map(files.readDirectory("/"), (names) =>
        names.filter((name) => name.startsWith(prefix))
      ),
    read: Effect.fnUntraced(function* (path) {
      return (yield* files.exists(path)) ? yield* files.readFile(path) : new Uint8Array()
    }),
    exists: files.exists,
    write: (path, bytes) => use(path, "w", (file) => file.writeAll(bytes)),
    overwrite: (path, bytes) =>
      Effect.flatMap(files.exists(path), (isThere) =>
        use(path, isThere ? "r+" : "w", (file) =>
          Effect.andThen(file.writeAll(bytes), file.truncate(bytes.length))
        )
      ),
    append: (path, bytes) => use(path, "a", (file) => file.writeAll(bytes)),
    appendSome: (path, bytes) => use(path, "a", (file) => file.write(bytes)),
    rename: files.rename,
    remove: (path) => files.remove(path, { force: true }),
    sync: (path) => use(path, "r", (file) => file.sync),
    syncNames: use("/", "r", (directory) => directory.sync)
  }
}
