/**
 * Copies of files and trees, as Node's `fs.copyFile` and `fs.cp` make them.
 */
import type { Act } from "./Disk.ts"
import { refuse } from "./DiskErrno.ts"
import * as File from "./DiskFile.ts"
import type { Inode } from "./DiskInode.ts"
import {
  createDirectory,
  createLink,
  find,
  namesOf,
  removeEntry,
  resolve,
  resolveIfAny,
  setAttributes
} from "./DiskTree.ts"
import { posixPath } from "./NodePath.ts"

/** How a tree is copied. */
export interface CopyOptions {
  readonly overwrite?: boolean | undefined
  readonly preserveTimestamps?: boolean | undefined
}

/** The bytes that are copied at a time. */
const chunkBytes = 65_536

/** Copies the contents and the mode of a file; what is there already is replaced. */
export const copyFile = (act: Act, fromPath: string, toPath: string): void => {
  const { disk } = act
  const inode = find(disk, fromPath, "follow", "copyfile")
  const there = resolve(disk, toPath, "follow", "copyfile").inode
  if (inode._tag !== "File") return refuse("EISDIR", "copyfile", fromPath)
  if (there === inode) return
  const from = File.open(act, fromPath, { flag: "r" })
  const to = File.open(act, toPath, { flag: "w", mode: inode.attributes.mode })
  try {
    for (let at = 0; at < inode.cached.size;) {
      const chunk = new Uint8Array(Math.min(chunkBytes, inode.cached.size - at))
      File.readAt(disk, from, at, chunk)
      const written = File.writeAt(act, to, at, chunk)
      at += written
    }
  } finally {
    File.close(disk, from)
    File.close(disk, to)
  }
  setAttributes(act, to.inode, { mode: inode.attributes.mode })
}

const lookUp = (act: Act, path: string): Inode | undefined =>
  resolve(act.disk, path, "stay", "lstat").inode

const isBelow = (inside: string, outside: string): boolean => {
  const from = posixPath.resolve(outside)
  const at = posixPath.resolve(inside)
  return at === from || at.startsWith(from === "/" ? from : `${from}/`)
}

/** What `cp` refuses to copy where. */
const check = (source: Inode, target: Inode | undefined, from: string, to: string): void => {
  const isDirectory = source._tag === "Directory"
  if (target === source) return refuse("ERR_FS_CP_EINVAL", "cp", to)
  if (target !== undefined && isDirectory && target._tag !== "Directory") {
    return refuse("ERR_FS_CP_DIR_TO_NON_DIR", "cp", to)
  }
  if (target?._tag === "Directory" && !isDirectory) {
    return refuse("ERR_FS_CP_NON_DIR_TO_DIR", "cp", to)
  }
  if (isDirectory && isBelow(to, from)) return refuse("ERR_FS_CP_EINVAL", "cp", to)
}

/** Copies a file, a link or a whole tree. */
export const copy = (act: Act, from: string, to: string, options: CopyOptions): void => {
  const source = lookUp(act, from) ?? refuse("ENOENT", "lstat", from)
  const target = resolveIfAny(act.disk, to, "lstat")?.inode
  check(source, target, from, to)
  makeParents(act, posixPath.dirname(posixPath.resolve(to)), "mkdir")
  copyOver(act, source, target, from, to, options)
}

const copyOver = (
  act: Act,
  source: Inode,
  target: Inode | undefined,
  from: string,
  to: string,
  options: CopyOptions
): void => {
  switch (source._tag) {
    case "File": {
      if (target !== undefined) {
        if (options.overwrite !== true) return
        removeEntry(act, resolve(act.disk, to, "stay", "unlink"), to, "unlink")
      }
      copyFile(act, from, to)
      if (options.preserveTimestamps !== true) return
      const { accessedAt, modifiedAt } = source.attributes
      setAttributes(act, find(act.disk, to, "follow", "utimes"), { accessedAt, modifiedAt })
      return
    }
    case "SymbolicLink":
      return copyLink(act, source.target, target, from, to)
    case "Directory": {
      const { attributes } = source
      if (target === undefined) {
        createDirectory(act, resolve(act.disk, to, "stay", "mkdir"), to, 0o777, "mkdir")
      }
      for (const name of namesOf(source)) {
        const below = source.cached.get(name)
        const fromBelow = posixPath.join(from, name)
        const toBelow = posixPath.join(to, name)
        const there = lookUp(act, toBelow)
        if (below === undefined) continue
        check(below, there, fromBelow, toBelow)
        copyOver(act, below, there, fromBelow, toBelow, options)
      }
      if (target !== undefined) return
      setAttributes(act, find(act.disk, to, "follow", "chmod"), { mode: attributes.mode })
    }
  }
}

const copyLink = (
  act: Act,
  written: string,
  target: Inode | undefined,
  from: string,
  to: string
): void => {
  const leadsTo = posixPath.resolve(posixPath.dirname(from), written)
  if (target === undefined) return createLink(act, leadsTo, to)
  if (target._tag !== "SymbolicLink") return refuse("EEXIST", "symlink", to)
  const ledTo = posixPath.resolve(posixPath.dirname(to), target.target)
  if (isBelow(ledTo, leadsTo)) return refuse("ERR_FS_CP_EINVAL", "cp", to)
  const end = find(act.disk, from, "follow", "stat")
  if (end._tag === "Directory" && isBelow(leadsTo, ledTo)) {
    return refuse("ERR_FS_CP_EINVAL", "cp", to)
  }
  removeEntry(act, resolve(act.disk, to, "stay", "unlink"), to, "unlink")
  createLink(act, leadsTo, to)
}

/** Makes a directory and all above it that are not there. */
export const makeParents = (act: Act, path: string, syscall: string, mode = 0o777): void => {
  const place = missingOr(act, path)
  if (place === "missing") {
    makeParents(act, posixPath.dirname(path), syscall, mode)
    return makeParents(act, path, syscall, mode)
  }
  const { inode } = place
  if (inode === undefined) {
    createDirectory(act, place, path, mode, syscall)
    return
  }
  const end = inode._tag === "SymbolicLink" ? find(act.disk, path, "follow", syscall) : inode
  if (end._tag !== "Directory") return refuse("EEXIST", syscall, path)
}

/** Where a path leads, or that a directory above it is not there. */
const missingOr = (act: Act, path: string): ReturnType<typeof resolve> | "missing" => {
  const above = posixPath.dirname(path)
  if (above === path || path === "") return resolve(act.disk, path, "make", "mkdir")
  const parent = aboveOf(act, above)
  if (parent === undefined) return "missing"
  return resolve(act.disk, path, "make", "mkdir")
}

const aboveOf = (act: Act, path: string): Inode | undefined => {
  const names = path.split("/").filter((name) => name !== "" && name !== ".")
  const start = path.startsWith("/") ? "/" : "."
  for (let count = 1; count <= names.length; count++) {
    const prefix = `${start}/${names.slice(0, count).join("/")}`
    const { inode } = resolve(act.disk, prefix, "follow", "mkdir")
    if (inode === undefined) {
      // A link that leads nowhere is in the way; nothing at all is not.
      const link = resolve(act.disk, prefix, "stay", "mkdir").inode
      return link === undefined ? undefined : refuse("ENOTDIR", "mkdir", path)
    }
    if (inode._tag !== "Directory") return refuse("ENOTDIR", "mkdir", path)
  }
  return act.disk.root
}
