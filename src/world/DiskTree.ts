/**
 * Names on a disk: how a path is resolved, and how entries come, go and move.
 *
 * Everything here works on the page cache and leaves changes behind that are not durable yet. The
 * semantics are Linux's; a refusal is thrown as an `Errno`.
 */
import {
  type Act,
  addInodeChange,
  attributesOf,
  freeSectors,
  releaseIfGone,
  stamp
} from "./Disk.ts"
import type { Disk } from "./Disk.ts"
import { Errno, refuse, WrongArgument } from "./DiskErrno.ts"
import * as Inode from "./DiskInode.ts"

/** The longest name of an entry, in bytes of UTF-8. */
export const nameBytesMax = 255
/** The longest path, in bytes of UTF-8. */
export const pathBytesMax = 4_095
/** How many symbolic links one path may lead through. */
export const linksFollowedMax = 40

/** The permissions that new things do not get. */
const maskOfModes = 0o022

/** Where a path leads. */
export interface Place {
  readonly parent: Inode.DirectoryInode
  /** The name in the parent; `undefined` for the root, `.` and `..`. */
  readonly name: string | undefined
  readonly inode: Inode.Inode | undefined
  /** A slash follows the name: it can only be a directory's. */
  readonly isSlashed: boolean
}

/**
 * Whether a symbolic link at the end of a path is followed. `stay` follows it all the same when a
 * slash comes after it; `make`, for names that are to be made, never does.
 */
export type Follow = "follow" | "stay" | "make"

const encoder = new TextEncoder()
const bytesOf = (text: string): number =>
  text.length * 3 <= nameBytesMax ? text.length : encoder.encode(text).length

/** Finds where a path leads; all but its last name must be there. */
export const resolve = (disk: Disk, path: string, follow: Follow, syscall: string): Place => {
  if (path.includes("\u0000")) throw new WrongArgument({ description: "a path must have no NUL" })
  if (path === "") return refuse("ENOENT", syscall, path)
  if (bytesOf(path) > pathBytesMax) return refuse("ENAMETOOLONG", syscall, path)
  const isSlashed = path.endsWith("/")
  const names = path.split("/").reverse()
  let parent = disk.root
  let place: Place = { parent, name: undefined, inode: disk.root, isSlashed: false }
  let followed = 0
  while (names.length > 0) {
    const name = names.pop()
    if (name === undefined || name === "") continue
    const isLast = names.every((rest) => rest === "")
    if (name === "." || name === "..") {
      if (name === "..") parent = parent.parent ?? parent
      place = { parent, name: undefined, inode: parent, isSlashed: false }
      continue
    }
    if (bytesOf(name) > nameBytesMax) return refuse("ENAMETOOLONG", syscall, path)
    const inode = parent.cached.get(name)
    const isFollowed = !isLast || follow === "follow" || (isSlashed && follow === "stay")
    if (inode?._tag === "SymbolicLink" && isFollowed) {
      if (++followed > linksFollowedMax) return refuse("ELOOP", syscall, path)
      if (inode.target.startsWith("/")) parent = disk.root
      names.push(...inode.target.split("/").reverse())
      place = { parent, name: undefined, inode: parent, isSlashed: false }
      continue
    }
    place = { parent, name, inode, isSlashed }
    if (isLast) break
    if (inode === undefined) return refuse("ENOENT", syscall, path)
    if (inode._tag !== "Directory") return refuse("ENOTDIR", syscall, path)
    parent = inode
  }
  const { inode } = place
  if (isSlashed && follow !== "make" && inode !== undefined && inode._tag !== "Directory") {
    return refuse("ENOTDIR", syscall, path)
  }
  return place
}

/** Where a path leads; `undefined` when a directory on the way is not there. */
export const resolveIfAny = (disk: Disk, path: string, syscall: string): Place | undefined => {
  try {
    return resolve(disk, path, "stay", syscall)
  } catch (error) {
    if (error instanceof Errno && error.code === "ENOENT") return undefined
    throw error
  }
}

/** What a path names; refused when there is nothing. */
export const find = (disk: Disk, path: string, follow: Follow, syscall: string): Inode.Inode =>
  resolve(disk, path, follow, syscall).inode ?? refuse("ENOENT", syscall, path)

/** The directory that a path names. */
export const findDirectory = (disk: Disk, path: string, syscall: string): Inode.DirectoryInode => {
  const inode = find(disk, path, "follow", syscall)
  return inode._tag === "Directory" ? inode : refuse("ENOTDIR", syscall, path)
}

/** The absolute path of a directory's entry, without links, `.` or `..`. */
export const pathOf = (directory: Inode.DirectoryInode, name: string | undefined): string => {
  const names: Array<string> = name === undefined ? [] : [name]
  for (let at = directory; at.parent !== undefined; at = at.parent) {
    for (const [each, inode] of at.parent.cached) if (inode === at) names.push(each)
  }
  return `/${names.reverse().join("/")}`
}

/** Names of a directory in the order of their code units. */
export const namesOf = (directory: Inode.DirectoryInode): ReadonlyArray<string> =>
  [...directory.cached.keys()].sort()

/** Marks an inode as changed now. */
export const touch = (inode: Inode.Inode, nowMillis: number): void => {
  inode.attributes = { ...inode.attributes, modifiedAt: nowMillis }
}

const enter = (act: Act, place: Place, name: string, inode: Inode.Inode): void => {
  const { disk } = act
  place.parent.cached.set(name, inode)
  touch(place.parent, act.nowMillis)
  inode.links++
  disk.entryChanges.push({
    _tag: "create",
    ...stamp(act, "create"),
    directory: place.parent,
    name,
    inode
  })
}

const chargeInode = (disk: Disk, syscall: string, path: string): number => {
  if (freeSectors(disk) < 1) return refuse("ENOSPC", syscall, path)
  disk.usedSectors++
  return disk.nextNumber++
}

/** Makes an empty file where a path leads and nothing is. */
export const createFile = (
  act: Act,
  place: Place,
  path: string,
  mode: number,
  syscall: string
): Inode.FileInode => {
  const { name } = place
  if (name === undefined || place.isSlashed) return refuse("EISDIR", syscall, path)
  const number = chargeInode(act.disk, syscall, path)
  const attributes = attributesOf(mode & ~maskOfModes & 0o7777, act.nowMillis)
  const inode = Inode.file(number, attributes, path)
  enter(act, place, name, inode)
  return inode
}

/** Makes a directory. */
export const createDirectory = (
  act: Act,
  place: Place,
  path: string,
  mode: number,
  syscall: string
): Inode.DirectoryInode => {
  const { inode: there, name, parent } = place
  if (there !== undefined || name === undefined) return refuse("EEXIST", syscall, path)
  const number = chargeInode(act.disk, syscall, path)
  const attributes = attributesOf(mode & ~maskOfModes & 0o7777, act.nowMillis)
  const inode = Inode.directory(number, attributes, path)
  inode.parent = parent
  enter(act, place, name, inode)
  return inode
}

/** Makes a symbolic link. */
export const createLink = (act: Act, target: string, path: string): void => {
  if (target === "") return refuse("ENOENT", "symlink", path)
  const place = resolve(act.disk, path, "make", "symlink")
  const { inode: there, name } = place
  if (there !== undefined || name === undefined) return refuse("EEXIST", "symlink", path)
  if (place.isSlashed) return refuse("ENOENT", "symlink", path)
  const number = chargeInode(act.disk, "symlink", path)
  const attributes = attributesOf(0o777, act.nowMillis)
  enter(act, place, name, Inode.symbolicLink(number, attributes, path, target))
}

/** Gives what has a name another one. */
export const addName = (act: Act, existing: string, path: string): void => {
  const { disk } = act
  const inode = find(disk, existing, "stay", "link")
  const place = resolve(disk, path, "make", "link")
  if (place.inode !== undefined || place.name === undefined) refuse("EEXIST", "link", path)
  if (place.isSlashed) return refuse("ENOENT", "link", path)
  if (inode._tag === "Directory") return refuse("EPERM", "link", existing)
  enter(act, place, place.name ?? "", inode)
}

/** Takes an entry away; a directory must be empty. */
export const removeEntry = (act: Act, place: Place, path: string, syscall: string): void => {
  const { disk } = act
  const { inode, name, parent } = place
  if (inode === undefined) return refuse("ENOENT", syscall, path)
  if (name === undefined) return refuse(inode === disk.root ? "EBUSY" : "EINVAL", syscall, path)
  if (inode._tag === "Directory" && inode.cached.size > 0) {
    return refuse("ENOTEMPTY", syscall, path)
  }
  parent.cached.delete(name)
  touch(parent, act.nowMillis)
  const change = stamp(act, "remove")
  disk.entryChanges.push({ _tag: "remove", ...change, directory: parent, name, inode })
  inode.links--
  releaseIfGone(disk, inode)
}

/** Takes away what a path leads to, and everything below it. */
export const removeTree = (act: Act, place: Place, path: string): void => {
  const { inode } = place
  if (inode?._tag === "Directory") {
    if (place.name === undefined) return removeEntry(act, place, path, "rmdir")
    for (const name of namesOf(inode)) {
      const below = inode.cached.get(name)
      removeTree(act, { parent: inode, name, inode: below, isSlashed: false }, `${path}/${name}`)
    }
  }
  removeEntry(act, place, path, inode?._tag === "Directory" ? "rmdir" : "unlink")
}

/** Whether a directory is another one, or below it. */
const isWithin = (inside: Inode.DirectoryInode, outside: Inode.Inode): boolean => {
  for (let at: Inode.DirectoryInode | undefined = inside; at !== undefined; at = at.parent) {
    if (at === outside) return true
  }
  return false
}

/** Gives an entry another name, in another directory too, in place of what has that name. */
export const rename = (act: Act, oldPath: string, newPath: string): void => {
  const { disk } = act
  const from = resolve(disk, oldPath, "make", "rename")
  const to = resolve(disk, newPath, "make", "rename")
  const { inode } = from
  const replaced = to.inode
  if (from.name === undefined || to.name === undefined) return refuse("EBUSY", "rename", oldPath)
  if (inode === undefined) return refuse("ENOENT", "rename", oldPath)
  const isDirectory = inode._tag === "Directory"
  if ((from.isSlashed || to.isSlashed) && !isDirectory) {
    return refuse("ENOTDIR", "rename", newPath)
  }
  if (isDirectory && isWithin(to.parent, inode)) return refuse("EINVAL", "rename", newPath)
  if (replaced?._tag === "Directory" && isWithin(from.parent, replaced)) {
    return refuse("ENOTEMPTY", "rename", newPath)
  }
  if (replaced === inode) return
  if (replaced !== undefined) {
    if (isDirectory && replaced._tag !== "Directory") return refuse("ENOTDIR", "rename", newPath)
    if (!isDirectory && replaced._tag === "Directory") return refuse("EISDIR", "rename", newPath)
    if (replaced._tag === "Directory" && replaced.cached.size > 0) {
      return refuse("ENOTEMPTY", "rename", newPath)
    }
  }
  from.parent.cached.delete(from.name)
  to.parent.cached.set(to.name, inode)
  if (isDirectory) inode.parent = to.parent
  inode.called = newPath
  touch(from.parent, act.nowMillis)
  touch(to.parent, act.nowMillis)
  disk.entryChanges.push({
    _tag: "rename",
    ...stamp(act, "rename"),
    from: from.parent,
    fromName: from.name,
    to: to.parent,
    toName: to.name,
    inode,
    replaced
  })
  if (replaced !== undefined) {
    replaced.links--
    releaseIfGone(disk, replaced)
  }
}

/** Changes the attributes of an inode. */
export const setAttributes = (
  act: Act,
  inode: Inode.Inode,
  changed: Partial<Inode.Attributes>
): void => {
  inode.attributes = { ...inode.attributes, ...changed }
  const { attributes } = inode
  const change = stamp(act, "attributes")
  addInodeChange(act.disk, { _tag: "attributes", ...change, inode, attributes })
}
