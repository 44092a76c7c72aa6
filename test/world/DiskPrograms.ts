/** Random programs of file system calls, and what they see, in a form that can be compared. */
import { Effect, Exit, FileSystem, Option, PlatformError, Scope, Stream } from "effect"
import * as fc from "fast-check"

/** A call. Paths are relative to the folder of the program; slots hold open files. */
export type Command =
  | {
      readonly call: "access" | "exists" | "stat" | "lstat" | "readLink" | "realPath"
      readonly path: string
    }
  | { readonly call: "list"; readonly path: string; readonly isRecursive: boolean }
  | { readonly call: "readFile"; readonly path: string }
  | {
      readonly call: "writeFile"
      readonly path: string
      readonly size: number
      readonly flag: FileSystem.OpenFlag
    }
  | { readonly call: "makeDirectory"; readonly path: string; readonly isRecursive: boolean }
  | {
      readonly call: "remove"
      readonly path: string
      readonly isRecursive: boolean
      readonly isForced: boolean
    }
  | { readonly call: "rename" | "link" | "copyFile"; readonly path: string; readonly to: string }
  | {
      readonly call: "copy"
      readonly path: string
      readonly to: string
      readonly isForced: boolean
    }
  | { readonly call: "symlink"; readonly target: string; readonly path: string }
  | { readonly call: "truncate"; readonly path: string; readonly size: number }
  | { readonly call: "chmod"; readonly path: string; readonly mode: number }
  | { readonly call: "utimes"; readonly path: string; readonly seconds: number }
  | { readonly call: "glob"; readonly pattern: string }
  | { readonly call: "stream"; readonly path: string; readonly size: number }
  | {
      readonly call: "open"
      readonly slot: number
      readonly path: string
      readonly flag: FileSystem.OpenFlag
      readonly noFollow: boolean
    }
  | {
      readonly call: "read" | "readAlloc" | "write" | "writeAll" | "cut"
      readonly slot: number
      readonly size: number
    }
  | {
      readonly call: "readAt"
      readonly slot: number
      readonly size: number
      readonly position: number
    }
  | {
      readonly call: "seek"
      readonly slot: number
      readonly offset: number
      readonly from: FileSystem.SeekMode
    }
  | { readonly call: "sync" | "close" | "fstat"; readonly slot: number }

const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "c/a")
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("a/", "d/", "d/.", "d/..", "./a", "d/../b", "x/../a", "c/", ".")
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "no/a", "d/e/f/g", `${"n".repeat(256)}`, "a/b", "d//a")
  }
)
/** Where two paths meet, which is looked at first is told by neither: only one may be odd. */
const place = fc.constantFrom("a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "d/", "no/a")
const target = fc.constantFrom("a", "b", "d", "d/e", "nowhere", "c", "./d", "d/../a")
const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2_000 }))
const slot = fc.integer({ min: 0, max: 1 })
const flag = fc.constantFrom<FileSystem.OpenFlag>(
  "r",
  "r+",
  "w",
  "wx",
  "w+",
  "wx+",
  "a",
  "ax",
  "a+",
  "ax+"
)
const boolean = fc.boolean()

/** A random call. Modes leave the owner everything: not everybody runs tests as root. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    call: fc.constantFrom("access", "exists", "stat", "lstat", "readLink", "realPath"),
    path
  }),
  fc.record({ call: fc.constant("list"), path, isRecursive: boolean }),
  fc.record({ call: fc.constant("readFile"), path }),
  { weight: 4, arbitrary: fc.record({ call: fc.constant("writeFile"), path, size, flag }) },
  {
    weight: 3,
    arbitrary: fc.record({ call: fc.constant("makeDirectory"), path, isRecursive: boolean })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant("remove"),
      path,
      isRecursive: boolean,
      isForced: boolean
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      call: fc.constantFrom("rename", "link", "copyFile"),
      path: place,
      to: place
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({ call: fc.constant("copy"), path: place, to: place, isForced: boolean })
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constant("symlink"), target, path }) },
  fc.record({
    call: fc.constant("truncate"),
    path,
    size: fc.oneof(size, fc.constantFrom(-5, 1.5))
  }),
  fc.record({
    call: fc.constant("chmod"),
    path,
    mode: fc.constantFrom(0o600, 0o644, 0o755, 0o700, 0o777, -1, 0.5)
  }),
  fc.record({
    call: fc.constant("utimes"),
    path,
    seconds: fc.constantFrom(0, 1, 1_000_000, Number.NaN)
  }),
  fc.record({
    call: fc.constant("glob"),
    pattern: fc.constantFrom("*", "**", "d/*", "**/a", "d/**/b", "[ab]", "nowhere/*")
  }),
  fc.record({ call: fc.constant("stream"), path, size: fc.constantFrom(1, 100, 512) }),
  {
    weight: 4,
    arbitrary: fc.record({ call: fc.constant("open"), slot, path, flag, noFollow: boolean })
  },
  {
    weight: 6,
    arbitrary: fc.record({
      call: fc.constantFrom("read", "readAlloc", "write", "writeAll", "cut"),
      slot,
      size
    })
  },
  fc.record({
    call: fc.constant("readAt"),
    slot,
    size,
    position: fc.integer({ min: -1, max: 2_000 })
  }),
  fc.record({
    call: fc.constant("seek"),
    slot,
    offset: fc.integer({ min: -100, max: 1_500 }),
    from: fc.constantFrom("start", "current")
  }),
  { weight: 2, arbitrary: fc.record({ call: fc.constantFrom("sync", "close", "fstat"), slot }) }
)

/** Bytes that tell where they were written and by which call. */
export const bytesOf = (length: number, mark: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (mark * 31 + index * 7 + 1) % 256)

const modeOf = (info: FileSystem.File.Info): string =>
  info.type === "SymbolicLink" ? "" : (info.mode & 0o7777).toString(8)

const infoOf = (info: FileSystem.File.Info): string =>
  info.type === "File"
    ? `File ${info.size} ${modeOf(info)} ${Option.getOrElse(info.nlink, () => 0n)}`
    : `${info.type} ${modeOf(info)}`

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16)).join(" ")

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

const errorOf = (error: unknown): string => {
  if (!(error instanceof PlatformError.PlatformError)) return `a stranger: ${String(error)}`
  const { reason } = error
  return `${reason.method} ${reason._tag} ${reason._tag === "BadArgument" ? "" : codeOf(reason.cause)}`
}

interface Slot {
  readonly file: FileSystem.File
  readonly scope: Scope.Closeable
}

const inFile = (
  command: Extract<Command, { readonly slot: number }>,
  slots: Array<Slot | undefined>,
  mark: number
) => {
  const open = slots[command.slot]
  if (open === undefined) return Effect.succeed("nothing open")
  const { file } = open
  switch (command.call) {
    case "read": {
      const buffer = new Uint8Array(command.size)
      return Effect.map(file.read(buffer), (count) => `${count}: ${hex(buffer.subarray(0, count))}`)
    }
    case "readAt": {
      const buffer = new Uint8Array(command.size)
      const position = BigInt(command.position)
      return Effect.map(file.read(buffer, { position }), (count) => hex(buffer.subarray(0, count)))
    }
    case "readAlloc":
      return Effect.map(file.readAlloc(command.size), (bytes) =>
        Option.isNone(bytes) ? "end" : hex(bytes.value)
      )
    case "write":
      return Effect.map(file.write(bytesOf(command.size, mark)), String)
    case "writeAll":
      return Effect.map(file.writeAll(bytesOf(command.size, mark)), () => "written")
    case "cut":
      return Effect.map(file.truncate(command.size), () => "cut")
    case "seek":
      return Effect.map(file.seek(BigInt(command.offset), command.from), String)
    case "sync":
      return Effect.map(file.sync, () => "synced")
    case "fstat":
      return Effect.map(file.stat, infoOf)
    case "close":
      slots[command.slot] = undefined
      return Effect.map(Scope.close(open.scope, Exit.void), () => "closed")
    case "open":
      return Effect.succeed("open")
  }
}

const streamed = (fs: FileSystem.FileSystem, path: string, chunkSize: number) =>
  Effect.map(Stream.runCollect(fs.stream(path, { chunkSize })), (parts) => parts.map(hex).join("|"))

/** Node removes what a directory cannot be copied over; the simulated disk leaves it alone. */
const copied = (fs: FileSystem.FileSystem, from: string, to: string) =>
  Effect.gen(function* () {
    const isDirectory = yield* fs.stat(from).pipe(
      Effect.map(({ type }) => type === "Directory"),
      Effect.orElseSucceed(() => false)
    )
    const isThere = yield* fs.lstat(to).pipe(
      Effect.as(true),
      Effect.orElseSucceed(() => false)
    )
    if (isDirectory && isThere) return "not asked"
    yield* fs.copyFile(from, to)
    return "copied"
  })

/** Node looks at both ends at once: when it can look at neither, it says so of any one. */
const copiedTree = (fs: FileSystem.FileSystem, from: string, to: string, overwrite: boolean) =>
  Effect.gen(function* () {
    const canLook = yield* fs.lstat(to).pipe(
      Effect.as(true),
      Effect.catch(({ reason }) => Effect.succeed(reason._tag === "NotFound"))
    )
    if (!canLook) return "not asked"
    yield* fs.copy(from, to, { overwrite })
    return "copied"
  })

const sorted = (names: ReadonlyArray<string>): string => [...names].sort().join(" ")

const byPath = (
  fs: FileSystem.FileSystem,
  base: string,
  command: Exclude<Command, { readonly slot: number }>,
  mark: number
): Effect.Effect<string, unknown> => {
  const at = (path: string): string => (path === "" ? "" : `${base}/${path}`)
  switch (command.call) {
    case "access":
      return Effect.as(fs.access(at(command.path)), "accessible")
    case "exists":
      return Effect.map(fs.exists(at(command.path)), String)
    case "stat":
      return Effect.map(fs.stat(at(command.path)), infoOf)
    case "lstat":
      return Effect.map(fs.lstat(at(command.path)), infoOf)
    case "readLink":
      return fs.readLink(at(command.path))
    case "realPath":
      return fs.realPath(`${base}/${command.path}`)
    case "list":
      return Effect.map(
        fs.readDirectory(at(command.path), { recursive: command.isRecursive }),
        sorted
      )
    case "readFile":
      return Effect.map(fs.readFile(at(command.path)), hex)
    case "writeFile":
      return Effect.as(
        fs.writeFile(at(command.path), bytesOf(command.size, mark), { flag: command.flag }),
        "written"
      )
    case "makeDirectory":
      return Effect.as(
        fs.makeDirectory(at(command.path), { recursive: command.isRecursive }),
        "made"
      )
    case "remove":
      // Node empties what it then cannot remove; the simulated disk leaves it alone.
      if (command.path.endsWith("..")) return Effect.succeed("not asked")
      return Effect.as(
        fs.remove(at(command.path), { recursive: command.isRecursive, force: command.isForced }),
        "removed"
      )
    case "rename":
      return Effect.as(fs.rename(at(command.path), at(command.to)), "renamed")
    case "link":
      return Effect.as(fs.link(at(command.path), at(command.to)), "linked")
    case "copyFile":
      return copied(fs, at(command.path), at(command.to))
    case "copy":
      return copiedTree(fs, at(command.path), at(command.to), command.isForced)
    case "symlink":
      return Effect.as(fs.symlink(command.target, at(command.path)), "linked")
    case "truncate":
      return Effect.as(fs.truncate(at(command.path), command.size), "truncated")
    case "chmod":
      return Effect.as(fs.chmod(at(command.path), command.mode), "changed")
    case "utimes":
      return Effect.flatMap(fs.utimes(at(command.path), command.seconds, command.seconds), () =>
        Effect.map(fs.stat(at(command.path)), ({ mtime }) =>
          Option.match(mtime, { onNone: () => "", onSome: (date) => date.toISOString() })
        )
      )
    case "glob":
      return Effect.map(fs.glob(command.pattern, { root: base }), sorted)
    case "stream":
      return streamed(fs, at(command.path), command.size)
  }
}

const perform = (
  fs: FileSystem.FileSystem,
  base: string,
  command: Command,
  slots: Array<Slot | undefined>,
  mark: number
): Effect.Effect<string, unknown> => {
  if (!("slot" in command)) return byPath(fs, base, command, mark)
  if (command.call !== "open") return inFile(command, slots, mark)
  const { flag, noFollow, slot } = command
  if (slots[slot] !== undefined) return Effect.succeed("still open")
  const scope = Scope.makeUnsafe()
  const opened = fs.open(command.path === "" ? "" : `${base}/${command.path}`, { flag, noFollow })
  return Effect.map(Scope.provide(opened, scope), (file) => {
    slots[slot] = { file, scope }
    return "opened"
  })
}

/** Everything below a folder: a line for each entry, with contents. */
export const treeOf = (
  base: string
): Effect.Effect<ReadonlyArray<string>, unknown, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const lines: Array<string> = []
    const visit = (path: string): Effect.Effect<void, unknown> =>
      Effect.gen(function* () {
        const names = yield* fs.readDirectory(path)
        for (const name of [...names].sort()) {
          const at = `${path}/${name}`
          const info = yield* fs.lstat(at)
          const line = `${at} ${infoOf(info)}`
          if (info.type === "File") lines.push(`${line} ${hex(yield* fs.readFile(at))}`)
          else if (info.type === "SymbolicLink") lines.push(`${line} → ${yield* fs.readLink(at)}`)
          else {
            lines.push(line)
            yield* visit(at)
          }
        }
      })
    yield* visit(base)
    return lines.map((line) => line.replaceAll(base, "…"))
  })

/** Runs a program in a folder: what each call came to, then the tree it leaves. */
export const interpret = (
  base: string,
  program: ReadonlyArray<Command>
): Effect.Effect<ReadonlyArray<string>, unknown, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const slots: Array<Slot | undefined> = []
    const seen: Array<string> = []
    for (const [index, command] of program.entries()) {
      const result = yield* perform(fs, base, command, slots, index).pipe(
        Effect.catch((error) => Effect.succeed(`! ${errorOf(error)}`))
      )
      seen.push(`${JSON.stringify(command)}: ${result.replaceAll(base, "…")}`)
    }
    for (const open of slots) if (open !== undefined) yield* Scope.close(open.scope, Exit.void)
    return [...seen, ...(yield* treeOf(base))]
  })
