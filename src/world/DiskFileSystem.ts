/**
 * Effect's `FileSystem` over the disk of a node.
 *
 * Each method does what the same method does on Linux through `@effect/platform-node`; a test holds
 * the two together. Every process runs as root, as in a container: permissions are kept, not
 * enforced. Times of access change only when they are set. `watch` is not simulated.
 */
import { Effect, FileSystem, type PlatformError, Stream } from "effect"
import { makeLabel } from "../kernel/Task.ts"
import { type Act, type Disk, type OperationKind, shown, temporaryDirectory } from "./Disk.ts"
import * as Copy from "./DiskCopy.ts"
import { refuse, WrongArgument } from "./DiskErrno.ts"
import * as File from "./DiskFile.ts"
import type { Inode } from "./DiskInode.ts"
import * as Operation from "./DiskOperation.ts"
import * as Tree from "./DiskTree.ts"
import { posixPath } from "./NodePath.ts"

type Failing<A> = Effect.Effect<A, PlatformError.PlatformError>

const temporaryLabel = makeLabel("temporary name")
const temporaryLetters = "abcdefghijklmnopqrstuvwxyz0123456789"
const temporaryLength = 6

/** One operation with a path. */
const on =
  (disk: Disk, kind: OperationKind, method: string, syscall: string) =>
  <A>(path: string, run: (act: Act) => A, told?: (result: A) => string): Failing<A> =>
    Operation.make(disk, {
      kind,
      method,
      syscall,
      path,
      run,
      ...(told === undefined ? {} : { told })
    })

const wholeNumber = (name: string, value: number): number => {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value
  throw new WrongArgument({ description: `${name} is ${value}; allowed are 0 to ${0xffff_ffff}` })
}

/** A time as a program gives it: a date, or seconds since 1970. */
const millisOf = (time: Date | number): number => {
  const millis = typeof time === "number" ? time * 1_000 : time.getTime()
  if (Number.isFinite(millis)) return Math.trunc(millis)
  throw new WrongArgument({ description: "a time must be a date or a number of seconds" })
}

const entriesBelow = (disk: Disk, path: string, below: string): ReadonlyArray<string> => {
  const directory = Tree.findDirectory(disk, path, "scandir")
  return Tree.namesOf(directory).flatMap((name) => {
    const relative = below === "" ? name : `${below}/${name}`
    const inner = `${path}/${name}`
    return isDirectory(disk, inner)
      ? [relative, ...entriesBelow(disk, inner, relative)]
      : [relative]
  })
}

const isDirectory = (disk: Disk, path: string): boolean => peek(disk, path)?._tag === "Directory"

/** What a path names, if it names anything. */
const peek = (disk: Disk, path: string): Inode | undefined => {
  try {
    return Tree.resolve(disk, path, "follow", "stat").inode
  } catch {
    return undefined
  }
}

/** What only looks. */
const looks = (disk: Disk) => {
  const look = <A>(method: string, syscall: string, path: string, run: () => A): Failing<A> =>
    on(disk, "look", method, syscall)(path, run)
  const statOf = (method: "stat" | "lstat", follow: Tree.Follow) => (path: string) =>
    look(method, method, path, () => File.infoOf(Tree.find(disk, path, follow, method)))
  return {
    access: (path) =>
      look("access", "access", path, () => void Tree.find(disk, path, "follow", "access")),
    stat: statOf("stat", "follow"),
    lstat: statOf("lstat", "stay"),
    readDirectory: (path, options) =>
      look("readDirectory", "scandir", path, () =>
        options?.recursive === true
          ? [...entriesBelow(disk, path, "")]
          : [...Tree.namesOf(Tree.findDirectory(disk, path, "scandir"))]
      ),
    readDirectoryEntries: (path) =>
      look("readDirectoryEntries", "scandir", path, () => {
        const { cached } = Tree.findDirectory(disk, path, "scandir")
        return [...cached]
          .map(([name, { _tag }]) => ({ name, type: _tag }))
          .sort((left, right) => (left.name < right.name ? -1 : 1))
      }),
    readLink: (path) =>
      look("readLink", "readlink", path, () => {
        const inode = Tree.find(disk, path, "stay", "readlink")
        return inode._tag === "SymbolicLink" ? inode.target : refuse("EINVAL", "readlink", path)
      }),
    realPath: (path) =>
      look("realPath", "lstat", path, () => {
        // Node makes the path absolute first, by its letters.
        const place = Tree.resolve(disk, posixPath.resolve(path), "follow", "lstat")
        if (place.inode === undefined) return refuse("ENOENT", "lstat", path)
        return Tree.pathOf(place.parent, place.name)
      })
  } satisfies Partial<FileSystem.FileSystem>
}

/** What changes names. */
const names = (disk: Disk) => {
  const change =
    (method: string, syscall: string) =>
    (path: string, run: (act: Act) => void, told: () => string): Failing<void> =>
      on(disk, "change", method, syscall)(path, run, told)
  return {
    copy: (from, to, options) =>
      change("copy", "cp")(
        from,
        (act) => Copy.copy(act, from, to, options ?? {}),
        () => `copy ${shown(from)} → ${shown(to)}`
      ),
    copyFile: (from, to) =>
      change("copyFile", "copyfile")(
        from,
        (act) => Copy.copyFile(act, from, to),
        () => `copy ${shown(from)} → ${shown(to)}`
      ),
    link: (from, to) =>
      change("link", "link")(
        from,
        (act) => Tree.addName(act, from, to),
        () => `link ${shown(to)} to ${shown(from)}`
      ),
    symlink: (target, path) =>
      change("symlink", "symlink")(
        target,
        (act) => Tree.createLink(act, target, path),
        () => `link ${shown(path)} to ${target}`
      ),
    makeDirectory: (path, options) =>
      change("makeDirectory", "mkdir")(
        path,
        (act) => {
          const mode = wholeNumber("a mode", options?.mode ?? 0o777)
          if (options?.recursive === true) return Copy.makeParents(act, path, "mkdir", mode)
          const place = Tree.resolve(disk, path, "make", "mkdir")
          Tree.createDirectory(act, place, path, mode, "mkdir")
        },
        () => `make directory ${shown(path)}`
      ),
    rename: (from, to) =>
      change("rename", "rename")(
        from,
        (act) => Tree.rename(act, from, to),
        () => `rename ${shown(from)} → ${shown(to)}`
      ),
    remove: remover(disk, "remove")
  } satisfies Partial<FileSystem.FileSystem>
}

const remover =
  (disk: Disk, method: string): FileSystem.FileSystem["remove"] =>
  (path, options) =>
    on(
      disk,
      "change",
      method,
      "rm"
    )(
      path,
      (act) => {
        // As Node's `rm` does, which looks before it removes.
        if (path === "" && options?.force === true) return
        const place = Tree.resolveIfAny(disk, path, "lstat")
        if (place?.inode === undefined) {
          return options?.force === true ? undefined : refuse("ENOENT", "lstat", path)
        }
        if (place.inode._tag === "Directory" && options?.recursive !== true) {
          return refuse("ERR_FS_EISDIR", "rm", path)
        }
        Tree.removeTree(act, place, path)
      },
      () => `remove ${shown(path)}`
    )

/** What changes attributes and lengths. */
const attributes = (disk: Disk) => {
  const change =
    (method: string, syscall: string) =>
    (path: string, changed: () => Parameters<typeof Tree.setAttributes>[2]): Failing<void> =>
      on(
        disk,
        "change",
        method,
        syscall
      )(
        path,
        (act) => {
          const next = changed()
          Tree.setAttributes(act, Tree.find(disk, path, "follow", syscall), next)
        },
        () => `${syscall} ${shown(path)}`
      )
  return {
    chmod: (path, mode) =>
      change("chmod", "chmod")(path, () => ({ mode: wholeNumber("a mode", mode) & 0o7777 })),
    chown: (path, uid, gid) =>
      change("chown", "chown")(path, () => ({
        uid: wholeNumber("a user", uid),
        gid: wholeNumber("a group", gid)
      })),
    utimes: (path, accessed, modified) =>
      change("utime", "utime")(path, () => ({
        accessedAt: millisOf(accessed),
        modifiedAt: millisOf(modified)
      })),
    truncate: (path, length) =>
      on(
        disk,
        "write",
        "truncate",
        "open"
      )(
        path,
        (act) => {
          const size = File.lengthOf(length)
          const inode = Tree.find(disk, path, "follow", "open")
          if (inode._tag !== "File") return refuse("EISDIR", "open", path)
          File.cut(act, inode, size)
        },
        () => `truncate ${shown(path)} to ${length ?? 0} B`
      )
  } satisfies Partial<FileSystem.FileSystem>
}

const opener =
  (disk: Disk, method: string) =>
  (path: string, options: File.OpenOptions | undefined): Failing<File.Handle> =>
    Operation.make(disk, {
      kind: options?.flag === undefined || options.flag === "r" ? "look" : "change",
      method,
      syscall: "open",
      path,
      run: (act) => File.open(act, path, options)
    })

/** What reads and writes. */
const contents = (disk: Disk) => {
  const opened = opener(disk, "open")
  const openedToWrite = opener(disk, "writeFile")

  const writeRest = (handle: File.Handle, bytes: Uint8Array): Failing<void> =>
    Effect.flatMap(
      on(
        disk,
        "write",
        "writeFile",
        "write"
      )(
        handle.path,
        (act) => File.writeAt(act, handle, handle.isAppending ? undefined : 0, bytes),
        (count) => `write ${shown(handle.path)} ${count} B`
      ),
      // What did not fit at once fits no better now: the file has what did, as on a real disk.
      (count) => (count < bytes.length ? noSpace(handle.path) : Effect.void)
    )

  const noSpace = (path: string): Failing<never> =>
    on(disk, "write", "writeFile", "write")(path, () => refuse("ENOSPC", "write", path))

  return {
    open: (path, options) =>
      Effect.acquireRelease(opened(path, options), (handle) =>
        Effect.sync(() => File.close(disk, handle))
      ).pipe(Effect.map((handle) => File.toFile(disk, handle))),
    readFile: (path) =>
      Operation.make(disk, {
        kind: "read",
        method: "readFile",
        syscall: "read",
        path,
        run: (act) => {
          const handle = File.open(act, path, { flag: "r" })
          try {
            const { inode } = handle
            const bytes = new Uint8Array(inode._tag === "File" ? inode.cached.size : 1)
            File.readAt(disk, handle, 0, bytes)
            return bytes
          } finally {
            File.close(disk, handle)
          }
        },
        reads: () => peek(disk, path)
      }),
    // Two operations, as on a real disk: others may see the file when it is there and empty.
    writeFile: (path, data, options) =>
      Effect.acquireUseRelease(
        openedToWrite(path, { ...options, flag: options?.flag ?? "w" }),
        (handle) => writeRest(handle, data),
        (handle) => Effect.sync(() => File.close(disk, handle))
      )
  } satisfies Partial<FileSystem.FileSystem>
}

/** A name that nothing has yet, keyed by whoever asks for it. */
const temporaryName = (act: Act): string => {
  let name = ""
  for (let length = 0; length < temporaryLength; length++) {
    const draw = act.disk.kernel.draw(temporaryLabel, act.task) >>> 0
    name += temporaryLetters[draw % temporaryLetters.length] ?? ""
  }
  return name
}

type TemporaryOptions = Parameters<FileSystem.FileSystem["makeTempFile"]>[0]

/** What makes things under names of its own, and may take them away again. */
const temporaries = (disk: Disk) => {
  const directory =
    (method: string) =>
    (options: TemporaryOptions): Failing<string> => {
      const within = options?.directory ?? `/${temporaryDirectory}`
      const prefix = options?.prefix ?? ""
      return on(
        disk,
        "change",
        method,
        "mkdtemp"
      )(
        within,
        (act) => {
          let path: string
          do {
            const name = `${prefix}${temporaryName(act)}`
            path =
              prefix === ""
                ? `${posixPath.join(within, ".")}/${name}`
                : posixPath.join(within, name)
          } while (peek(disk, path) !== undefined)
          const place = Tree.resolve(disk, path, "stay", "mkdtemp")
          Tree.createDirectory(act, place, path, 0o700, "mkdtemp")
          return path
        },
        (path) => `make directory ${shown(path)}`
      )
    }

  const file =
    (method: string) =>
    (options: TemporaryOptions): Failing<string> =>
      Effect.flatMap(directory(method)(options), (within) =>
        on(
          disk,
          "change",
          method,
          "open"
        )(
          within,
          (act) => {
            const path = posixPath.join(within, `${temporaryName(act)}${options?.suffix ?? ""}`)
            File.close(disk, File.open(act, path, { flag: "w" }))
            return path
          },
          (path) => `make file ${shown(path)}`
        )
      )

  const removed = (method: string, path: string): Effect.Effect<void> =>
    Effect.orDie(remover(disk, method)(path, { recursive: true, force: true }))
  const scopedDirectory = "makeTempDirectoryScoped"
  const scopedFile = "makeTempFileScoped"
  return {
    makeTempDirectory: directory("makeTempDirectory"),
    makeTempDirectoryScoped: (options) =>
      Effect.acquireRelease(directory(scopedDirectory)(options), (path) =>
        removed(scopedDirectory, path)
      ),
    makeTempFile: file("makeTempFile"),
    makeTempFileScoped: (options) =>
      Effect.acquireRelease(file(scopedFile)(options), (path) =>
        removed(scopedFile, posixPath.dirname(path))
      )
  } satisfies Partial<FileSystem.FileSystem>
}

/** Makes the file system of a disk. */
export const make = (disk: Disk): FileSystem.FileSystem =>
  FileSystem.make({
    ...looks(disk),
    ...names(disk),
    ...attributes(disk),
    ...contents(disk),
    ...temporaries(disk),
    watch: () => Stream.die(new Error("FileSystem.watch is not simulated"))
  })
