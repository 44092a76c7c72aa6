/**
 * What is left of a disk after the power has failed: what was synced, and of the rest what happened
 * to have reached the medium, in any order, torn by the sector.
 *
 * In calm air none of the rest has. Whatever survives, the names form a tree again: a change that
 * does not fit the tree it comes to is lost as well (a file in a directory that is not there, a
 * directory removed while it still has entries).
 */
import { closeAll, type Disk, note, shown } from "./Disk.ts"
import type {
  DirectoryInode,
  EntryChange,
  FileInode,
  Inode,
  InodeChange,
  WriteChange
} from "./DiskInode.ts"
import { apply, copy } from "./DiskSectors.ts"
import { persist, persistEntry, persistTime } from "./DiskSync.ts"

/** In how many parts a write may be torn: the bits of the outcome of `survive`. */
const partsMax = 6

type Change = InodeChange | EntryChange
type Told = (what: string) => void

/** The power fails: the page cache and all open files are gone. */
export const crash = (disk: Disk): void => {
  const { kernel, recorder } = disk
  const tell: Told = recorder === undefined ? () => {} : (what) => note(disk, recorder, what)
  const changes: ReadonlyArray<Change> = [
    ...disk.entryChanges,
    ...[...disk.dirty].flatMap(({ pending }) => pending)
  ].sort((left, right) => left.sequence - right.sequence)
  const parents = parentsOf(disk.root)
  for (const change of changes) {
    const mask = kernel.choose("survive", change.task)
    if (change._tag === "write") tear(change, mask, tell)
    else if (mask === 0) tell(`lost ${textOf(change)}`)
    else if (keep(change, parents, disk.root)) tell(`kept ${textOf(change)}`)
    else tell(`lost ${textOf(change)}`)
  }
  closeAll(disk)
  for (const inode of disk.dirty) inode.pending = []
  disk.dirty.clear()
  disk.entryChanges = []
  reload(disk)
}

/** Some sixths of the sectors of a write have reached the medium. */
const tear = (change: WriteChange, mask: number, tell: Told): void => {
  const { inode, patch } = change
  const count = patch.sectors.length
  let kept = 0
  for (let index = 0; index < count; index++) {
    if (((mask >>> Math.floor((index * partsMax) / count)) & 1) === 0) continue
    apply(inode.durable, patch, index)
    kept++
  }
  if (kept > 0) persistTime(change)
  const what = `${change.bytes} B of ${shown(inode.called)}`
  if (kept === 0) tell(`lost ${what}`)
  else if (kept === count) tell(`kept ${what}`)
  else tell(`tore ${what}: kept ${kept} of ${count} sectors`)
}

/** Applies a change that survived, if it still fits. */
const keep = (
  change: Exclude<Change, WriteChange>,
  parents: Map<DirectoryInode, DirectoryInode>,
  root: DirectoryInode
): boolean => {
  if (change._tag === "truncate" || change._tag === "attributes") {
    persist(change)
    return true
  }
  if (!fits(change, parents, root)) return false
  persistEntry(change)
  const { inode } = change
  if (change._tag === "rename") {
    if (change.replaced?._tag === "Directory") parents.delete(change.replaced)
    if (inode._tag === "Directory") parents.set(inode, change.to)
  } else if (inode._tag === "Directory") {
    if (change._tag === "remove") parents.delete(inode)
    else parents.set(inode, change.directory)
  }
  return true
}

/** Whether a change can be made to the tree as far as it has been put together. */
const fits = (
  change: EntryChange,
  parents: ReadonlyMap<DirectoryInode, DirectoryInode>,
  root: DirectoryInode
): boolean => {
  const isThere = (directory: DirectoryInode): boolean =>
    directory === root || parents.has(directory)
  const isEmpty = (inode: Inode): boolean => inode._tag !== "Directory" || inode.durable.size === 0
  switch (change._tag) {
    case "create":
      return isThere(change.directory) && !change.directory.durable.has(change.name)
    case "remove":
      return (
        isThere(change.directory) &&
        change.directory.durable.get(change.name) === change.inode &&
        isEmpty(change.inode)
      )
    case "rename": {
      const { from, fromName, inode, replaced, to, toName } = change
      if (!isThere(from) || !isThere(to)) return false
      if (from.durable.get(fromName) !== inode) return false
      if (to.durable.get(toName) !== replaced) return false
      if (replaced !== undefined && !isEmpty(replaced)) return false
      for (let at: DirectoryInode | undefined = to; at !== undefined; at = parents.get(at)) {
        if (at === inode) return false
      }
      return true
    }
  }
}

/** The directories that can be reached on the medium, but the root, with what they are in. */
const parentsOf = (root: DirectoryInode): Map<DirectoryInode, DirectoryInode> => {
  const parents = new Map<DirectoryInode, DirectoryInode>()
  const visit = (directory: DirectoryInode): void => {
    for (const inode of directory.durable.values()) {
      if (inode._tag !== "Directory") continue
      parents.set(inode, directory)
      visit(inode)
    }
  }
  visit(root)
  return parents
}

/** Starts again from the medium: what no name leads to is gone. */
const reload = (disk: Disk): void => {
  const files = new Set<Inode>()
  const visit = (directory: DirectoryInode, path: string): void => {
    directory.cached = new Map(directory.durable)
    for (const [name, inode] of directory.durable) {
      if (!files.has(inode)) inode.links = 0
      files.add(inode)
      inode.links++
      inode.attributes = inode.durableAttributes
      inode.called = `${path}/${name}`
      if (inode._tag !== "Directory") continue
      inode.parent = directory
      visit(inode, inode.called)
    }
  }
  visit(disk.root, "")
  disk.root.attributes = disk.root.durableAttributes
  disk.usedSectors = 0
  disk.coldFiles = 0
  for (const inode of files) {
    disk.usedSectors++
    if (inode._tag === "File") reloadFile(disk, inode)
  }
}

const reloadFile = (disk: Disk, inode: FileInode): void => {
  inode.cached = copy(inode.durable)
  inode.isCold = inode.durable.size > 0
  if (inode.isCold) disk.coldFiles++
  disk.usedSectors += inode.cached.sectors.size
}

const nameOf = (directory: DirectoryInode, name: string): string =>
  directory.called === "/" ? name : `${shown(directory.called)}/${name}`

const textOf = (change: Exclude<Change, WriteChange>): string => {
  switch (change._tag) {
    case "create":
    case "remove":
      return `${change._tag} ${nameOf(change.directory, change.name)}`
    case "rename":
      return `rename ${nameOf(change.from, change.fromName)} → ${nameOf(change.to, change.toName)}`
    case "truncate":
      return `truncate ${shown(change.inode.called)} to ${change.size} B`
    case "attributes":
      return `attributes of ${shown(change.inode.called)}`
  }
}
