/**
 * Open files: a cursor on an inode, as `FileSystem.File` has it.
 *
 * A file that is open lives on when its last name is gone, and ends with the life of its node.
 */
import { ByteSize, DateTime, Effect, FileSystem, Option, type PlatformError } from "effect"
import {
  type Act,
  addInodeChange,
  type Disk,
  freeSectors,
  releaseIfGone,
  shown,
  stamp,
  typeBits
} from "./Disk.ts"
import { badArgument, refuse, WrongArgument } from "./DiskErrno.ts"
import type { DirectoryInode, FileInode, Inode } from "./DiskInode.ts"
import * as Operation from "./DiskOperation.ts"
import { added, read, sectorBytes, truncate, write } from "./DiskSectors.ts"
import * as Sync from "./DiskSync.ts"
import { createFile, resolve, touch } from "./DiskTree.ts"

/** The largest position in a file: 16 TiB, as on ext4. */
export const fileBytesMax = 17_592_186_044_416

/** What a path is opened with. */
export interface OpenOptions {
  readonly flag?: FileSystem.OpenFlag | undefined
  readonly mode?: number | undefined
  readonly noFollow?: boolean | undefined
}

/** An open file. */
export interface Handle {
  readonly inode: Inode
  readonly path: string
  readonly generation: number
  readonly isReadable: boolean
  readonly isWritable: boolean
  readonly isAppending: boolean
  isOpen: boolean
}

/** Opens what a path leads to, and makes or empties it if the flag says so. */
export const open = (act: Act, path: string, options: OpenOptions | undefined): Handle => {
  const { disk } = act
  const flag = options?.flag ?? "r"
  const isWritable = flag !== "r"
  const isExclusive = flag.includes("x")
  if (!flag.startsWith("r") && path.endsWith("/")) {
    resolve(disk, path, "make", "open")
    return refuse("EISDIR", "open", path)
  }
  const follow = isExclusive || options?.noFollow === true ? "stay" : "follow"
  const place = resolve(disk, path, follow, "open")
  let { inode } = place
  if (inode !== undefined && isExclusive) return refuse("EEXIST", "open", path)
  if (inode?._tag === "SymbolicLink") return refuse("ELOOP", "open", path)
  if (inode === undefined) {
    if (flag.startsWith("r")) return refuse("ENOENT", "open", path)
    inode = createFile(act, place, path, options?.mode ?? 0o666, "open")
  }
  if (inode._tag === "Directory" && isWritable) return refuse("EISDIR", "open", path)
  if (flag.startsWith("w") && inode._tag === "File" && inode.cached.size > 0) cut(act, inode, 0)
  inode.opened++
  disk.opened.add(inode)
  return {
    inode,
    path,
    generation: disk.generation,
    isReadable: flag === "r" || flag.includes("+"),
    isWritable,
    isAppending: flag.startsWith("a"),
    isOpen: true
  }
}

/** Closes an open file. */
export const close = (disk: Disk, handle: Handle): void => {
  if (!handle.isOpen || handle.generation !== disk.generation) return
  handle.isOpen = false
  const { inode } = handle
  if (--inode.opened > 0) return
  disk.opened.delete(inode)
  releaseIfGone(disk, inode)
}

const usable = (disk: Disk, handle: Handle, syscall: string): Inode =>
  handle.isOpen && handle.generation === disk.generation
    ? handle.inode
    : refuse("EBADF", syscall, handle.path)

/** Cuts a file off, or lets it grow by a hole. */
export const cut = (act: Act, inode: FileInode, size: number): void => {
  const { disk, nowMillis } = act
  const before = inode.cached.sectors.size
  truncate(inode.cached, size)
  disk.usedSectors += inode.cached.sectors.size - before
  touch(inode, nowMillis)
  const change = stamp(act, "truncate")
  addInodeChange(disk, { _tag: "truncate", ...change, inode, size, modifiedAt: nowMillis })
}

/** How much of a write fits in the free space. */
const fitting = (disk: Disk, inode: FileInode, position: number, length: number): number => {
  const free = freeSectors(disk)
  if (added(inode.cached, position, length) <= free) return length
  let count = 0
  for (let used = 0; count < length;) {
    const sector = Math.floor((position + count) / sectorBytes)
    if (!inode.cached.sectors.has(sector) && ++used > free) break
    count = Math.min(length, (sector + 1) * sectorBytes - position)
  }
  return count
}

/** Writes bytes at a position, as many as fit; how many that were. */
export const writeAt = (
  act: Act,
  handle: Handle,
  cursor: number | undefined,
  bytes: Uint8Array
): number => {
  const { disk, nowMillis } = act
  const inode = usable(disk, handle, "write")
  if (!handle.isWritable || inode._tag !== "File") return refuse("EBADF", "write", handle.path)
  if (bytes.length === 0) return 0
  const position = cursor ?? inode.cached.size
  if (position + bytes.length > fileBytesMax) return refuse("EFBIG", "write", handle.path)
  const count = fitting(disk, inode, position, bytes.length)
  if (count === 0) return refuse("ENOSPC", "write", handle.path)
  const before = inode.cached.sectors.size
  const patch = write(inode.cached, position, bytes.subarray(0, count))
  disk.usedSectors += inode.cached.sectors.size - before
  touch(inode, nowMillis)
  const change = stamp(act, "write")
  addInodeChange(disk, {
    _tag: "write",
    ...change,
    inode,
    bytes: count,
    patch,
    modifiedAt: nowMillis
  })
  return count
}

/** Reads from a position; how much there was. */
export const readAt = (disk: Disk, handle: Handle, position: number, into: Uint8Array): number => {
  const inode = usable(disk, handle, "read")
  if (into.length === 0) return 0
  if (!handle.isReadable) return refuse("EBADF", "read", handle.path)
  if (inode._tag !== "File") return refuse("EISDIR", "read", handle.path)
  return read(inode.cached, position, into)
}

/** A length as a program gives it: below 0 counts as 0. */
export const lengthOf = (length: number | undefined): number => {
  if (length !== undefined && !Number.isInteger(length)) {
    throw new WrongArgument({ description: `a length must be an integer, not ${length}` })
  }
  return Math.max(0, length ?? 0)
}

const blockBytes = 4_096

/** What `stat` tells. */
export const infoOf = (inode: Inode): FileSystem.File.Info => {
  const { attributes } = inode
  const date = (millis: number): Option.Option<Date> =>
    Option.some(DateTime.toDateUtc(DateTime.makeUnsafe(millis)))
  const size = inode._tag === "File" ? inode.cached.size : sizeOfOther(inode)
  const sectors = inode._tag === "File" ? inode.cached.sectors.size : 0
  return {
    type: inode._tag,
    mtime: date(attributes.modifiedAt),
    atime: date(attributes.accessedAt),
    birthtime: date(inode.bornAt),
    dev: 1n,
    ino: Option.some(BigInt(inode.number)),
    mode: typeBits[inode._tag] | attributes.mode,
    nlink: Option.some(BigInt(linksOf(inode))),
    uid: Option.some(attributes.uid),
    gid: Option.some(attributes.gid),
    rdev: Option.some(0n),
    size: ByteSize.bytes(BigInt(size)),
    blksize: Option.some(ByteSize.bytes(BigInt(blockBytes))),
    blocks: Option.some(BigInt(sectors))
  }
}

const sizeOfOther = (inode: Exclude<Inode, FileInode>): number =>
  inode._tag === "Directory" ? blockBytes : new TextEncoder().encode(inode.target).length

/** A directory is also named by its own `.` and by the `..` of those in it. */
const linksOf = (inode: Inode): number => {
  if (inode._tag !== "Directory") return inode.links
  const below = [...inode.cached.values()].filter(({ _tag }) => _tag === "Directory")
  return inode.links + 1 + below.length
}

/** A sync of whatever is open: of a file its contents, of a directory its entries. */
const syncOf = (disk: Disk, handle: Handle) =>
  Operation.make(disk, {
    kind: "sync",
    method: "sync",
    syscall: "fsync",
    path: handle.path,
    run: (_, begunAt) => {
      const inode: Inode | DirectoryInode = usable(disk, handle, "fsync")
      if (inode._tag === "Directory") Sync.syncEntries(disk, inode, begunAt)
      Sync.syncInode(disk, inode, begunAt)
    },
    onFailedSync: (begunAt) => Sync.dropPages(disk, handle.inode, begunAt),
    told: () => `sync ${shown(handle.path)}`
  })

type Failing<A> = Effect.Effect<A, PlatformError.PlatformError>

/** The `File` of a handle; each has a cursor of its own. */
export const toFile = (disk: Disk, handle: Handle): FileSystem.File => {
  const { inode, path } = handle
  let cursor = 0n

  const beforeStart = (method: string): Failing<never> =>
    Effect.fail(badArgument(method, "a position must not be before the start of the file"))

  const readInto = (method: string, at: bigint, into: Uint8Array): Failing<number> =>
    Operation.make(disk, {
      kind: "read",
      method,
      syscall: "read",
      path,
      run: () => readAt(disk, handle, Number(at), into),
      reads: () => inode
    })

  const readNext = (
    method: string,
    into: Uint8Array,
    options: FileSystem.File.ReadOptions | undefined
  ): Failing<number> => {
    const at = options?.position
    if (at !== undefined) return at < 0n ? beforeStart(method) : readInto(method, at, into)
    const from = cursor
    return Effect.map(readInto(method, from, into), (count) => {
      cursor = from + BigInt(count)
      return count
    })
  }

  const writeNext = (method: string, bytes: Uint8Array): Failing<number> => {
    const from = cursor
    if (!handle.isAppending && from > BigInt(Number.MAX_SAFE_INTEGER)) {
      return Effect.fail(badArgument(method, `a position of ${from} is out of range`))
    }
    return Operation.make(disk, {
      kind: "write",
      method,
      syscall: "write",
      path,
      run: (act) => {
        const count = writeAt(act, handle, handle.isAppending ? undefined : Number(from), bytes)
        if (!handle.isAppending) cursor = from + BigInt(count)
        return count
      },
      told: (count) => `write ${shown(path)} ${count} B`
    })
  }

  /** What does not fit at once is asked for again: then it is refused. */
  const writeRest = (bytes: Uint8Array): Failing<void> =>
    Effect.suspend(() =>
      Effect.flatMap(writeNext("writeAll", bytes), (count) =>
        count < bytes.length ? writeRest(bytes.subarray(count)) : Effect.void
      )
    )

  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: Operation.make(disk, {
      kind: "look",
      method: "stat",
      syscall: "fstat",
      path,
      run: () => infoOf(usable(disk, handle, "fstat"))
    }),
    seek: (offset, from) =>
      Effect.suspend(() => {
        const position = from === "start" ? offset : cursor + offset
        if (position < 0n) return beforeStart("seek")
        cursor = position
        return Effect.succeed(position)
      }),
    sync: syncOf(disk, handle),
    read: (buffer, options) => Effect.suspend(() => readNext("read", buffer, options)),
    readAlloc: (size, options) =>
      Effect.suspend(() => {
        if (!Number.isInteger(size) || size < 0) {
          return Effect.fail(badArgument("readAlloc", "a size must be an integer of 0 or more"))
        }
        const buffer = new Uint8Array(size)
        return Effect.map(readNext("readAlloc", buffer, options), (count) =>
          count === 0 ? Option.none() : Option.some(buffer.subarray(0, count))
        )
      }),
    truncate: (length) =>
      Operation.make(disk, {
        kind: "write",
        method: "truncate",
        syscall: "ftruncate",
        path,
        run: (act) => {
          const size = lengthOf(length)
          const cutting = usable(disk, handle, "ftruncate")
          if (!handle.isWritable || cutting._tag !== "File") {
            return refuse("EINVAL", "ftruncate", path)
          }
          cut(act, cutting, size)
          const end = BigInt(length ?? 0)
          if (!handle.isAppending && cursor > end) cursor = end
        },
        told: () => `truncate ${shown(path)} to ${length ?? 0} B`
      }),
    write: (buffer) => Effect.suspend(() => writeNext("write", buffer)),
    writeAll: (buffer) => (buffer.length === 0 ? Effect.void : writeRest(buffer))
  }
}
