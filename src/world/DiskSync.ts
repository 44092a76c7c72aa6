/**
 * How changes become durable: a sync of a file writes its bytes and attributes back, a sync of a
 * directory its entries, and neither the other's.
 *
 * Names are kept by a journal: a rename is durable as a whole or not at all, and no sync leaves a
 * tree on the medium that never was one. So a change takes along what it builds on.
 */
import type { Disk } from "./Disk.ts"
import type { DirectoryInode, EntryChange, Inode, InodeChange, WriteChange } from "./DiskInode.ts"
import { apply, sectorBytes, truncate } from "./DiskSectors.ts"

/** Makes the changes of an inode up to a position durable. */
export const syncInode = (disk: Disk, inode: Inode, sequenceMax: number): void => {
  const later: Array<InodeChange> = []
  for (const change of inode.pending) {
    if (change.sequence > sequenceMax) later.push(change)
    else if (change._tag === "write") writeBack(disk, change)
    else persist(change)
  }
  keepPending(disk, inode, later)
}

/**
 * A sync of a file has failed: its dirty pages are marked clean, so that no later sync writes them,
 * as ext4 does (Rebello et al., 2020). The page cache still shows them. The journal tries again:
 * entries, lengths and attributes are not dropped.
 */
export const dropPages = (disk: Disk, inode: Inode, sequenceMax: number): void =>
  keepPending(
    disk,
    inode,
    inode.pending.filter(({ _tag, sequence }) => _tag !== "write" || sequence > sequenceMax)
  )

const keepPending = (disk: Disk, inode: Inode, pending: Array<InodeChange>): void => {
  inode.pending = pending
  if (pending.length === 0) disk.dirty.delete(inode)
}

/** Applies a change that is no write to the medium. */
export const persist = (change: Exclude<InodeChange, WriteChange>): void => {
  if (change._tag === "attributes") {
    change.inode.durableAttributes = change.attributes
    return
  }
  truncate(change.inode.durable, change.size)
  persistTime(change)
}

/** The medium learns when a file was last modified. */
export const persistTime = (
  change: Extract<InodeChange, { readonly modifiedAt: number }>
): void => {
  const { inode, modifiedAt } = change
  inode.durableAttributes = { ...inode.durableAttributes, modifiedAt }
}

/** Writes a write back, all of it; a medium that nothing protects may do it wrong. */
const writeBack = (disk: Disk, change: WriteChange): void => {
  const { inode, patch, task } = change
  const { kernel } = disk
  const count = patch.sectors.length
  const misdirected = disk.isProtected || count === 0 ? 0 : kernel.choose("misdirect", task)
  const flipped = disk.isProtected || count === 0 ? 0 : kernel.choose("flip", task)
  // Which of its sectors: by the key, so that it is the same however many others are written.
  const hit = (task.low >>> 0) % Math.max(1, count)
  for (let index = 0; index < count; index++) {
    if (misdirected === 0 || index !== hit) apply(inode.durable, patch, index)
  }
  inode.durable.size = Math.max(inode.durable.size, patch.size)
  persistTime(change)
  if (misdirected > 0) misplace(change, hit, misdirected)
  if (flipped > 0) flip(change, hit, flipped - 1)
}

/** A sector lands behind its place, which keeps what it had; past the end it overwrites nothing. */
const misplace = (change: WriteChange, index: number, sectors: number): void => {
  const { durable } = change.inode
  const number = change.patch.first + index + sectors
  const sector = change.patch.sectors[index]
  if (sector === undefined || number * sectorBytes >= durable.size) return
  durable.sectors.set(number, sector)
}

/** Turns over a bit of what the file uses of a sector. */
const flip = (change: WriteChange, index: number, bit: number): void => {
  const { durable } = change.inode
  const number = change.patch.first + index
  const sector = durable.sectors.get(number)
  const used = Math.min(sectorBytes, durable.size - number * sectorBytes)
  if (sector === undefined || used <= 0) return
  const at = bit % (used * 8)
  const rotten = sector.slice()
  rotten[at >>> 3] = (rotten[at >>> 3] ?? 0) ^ (1 << (at & 7))
  durable.sectors.set(number, rotten)
}

/** Makes the entries of a directory durable that were made up to a position. */
export const syncEntries = (disk: Disk, directory: DirectoryInode, sequenceMax: number): void => {
  const needed = neededBy(disk.entryChanges, directory, sequenceMax)
  disk.entryChanges = disk.entryChanges.filter((change) => {
    if (needed.has(change)) persistEntry(change)
    return !needed.has(change)
  })
}

/** Applies a change of names to the medium. */
export const persistEntry = (change: EntryChange): void => {
  switch (change._tag) {
    case "create":
      change.directory.durable.set(change.name, change.inode)
      return
    case "remove":
      change.directory.durable.delete(change.name)
      return
    case "rename":
      change.from.durable.delete(change.fromName)
      change.to.durable.set(change.toName, change.inode)
  }
}

/** The changes of a directory, and all earlier ones that they build on. */
const neededBy = (
  changes: ReadonlyArray<EntryChange>,
  directory: DirectoryInode,
  sequenceMax: number
): ReadonlySet<EntryChange> => {
  const needed = new Set<EntryChange>()
  const names = new Map<DirectoryInode, Set<string>>()
  // Directories that a needed change takes away: what was in them must have left before.
  const emptied = new Set<Inode>()
  // Something moves to another directory, which must be there, and not below itself.
  let hasMove = false
  // What was changed after the sync began is needed only for what it builds on: never.
  let isLate = false

  const has = (within: DirectoryInode, name: string): boolean =>
    (within === directory && !isLate) ||
    emptied.has(within) ||
    names.get(within)?.has(name) === true
  const add = (within: DirectoryInode, name: string): void => {
    const known = names.get(within)
    if (known === undefined) names.set(within, new Set([name]))
    else known.add(name)
  }
  for (const change of [...changes].reverse()) {
    isLate = change.sequence > sequenceMax
    if (change._tag === "rename") {
      const { from, fromName, inode, replaced, to, toName } = change
      const isMoved = hasMove && inode._tag === "Directory"
      if (!isMoved && !has(from, fromName) && !has(to, toName)) continue
      add(from, fromName)
      add(to, toName)
      if (replaced?._tag === "Directory") emptied.add(replaced)
      if (from !== to) hasMove = true
    } else {
      const { directory: within, inode, name } = change
      const isMade = hasMove && change._tag === "create" && inode._tag === "Directory"
      if (!isMade && !has(within, name)) continue
      add(within, name)
      if (change._tag === "remove" && inode._tag === "Directory") emptied.add(inode)
    }
    needed.add(change)
  }
  return needed
}
