/**
 * The disk of a node: a tree of inodes with a page cache, what of it has reached the medium, and
 * what faults do to it. It outlives the incarnations of its node.
 *
 * Owns the state and its making. Names are DiskTree's business, durability DiskSync's, the loss of
 * power DiskCrash's, and what programs call DiskFileSystem's.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import type { Process } from "../kernel/Process.ts"
import { type Label, makeLabel, type Task } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import * as Inode from "./DiskInode.ts"
import { sectorBytes } from "./DiskSectors.ts"

/** What an operation does, as its causal key and its cost tell it. */
export type OperationKind = "look" | "read" | "write" | "change" | "sync"

/** What a change does, as its causal key tells it. */
export type ChangeKind = Inode.InodeChange["_tag"] | Inode.EntryChange["_tag"]

/** A disk. Mutable: the inner loop of everything that touches files. */
export interface Disk {
  readonly kernel: Kernel
  readonly process: Process
  readonly recorder: Recorder | undefined
  readonly capacitySectors: number
  /** The atlas promises that what was synced to this disk stays as it was. */
  readonly isProtected: boolean
  readonly labels: { readonly [Kind in OperationKind]: Label }
  readonly root: Inode.DirectoryInode
  /** Changes of names that no sync has made durable yet, in order. */
  entryChanges: Array<Inode.EntryChange>
  /** What has changes of its own that no sync has made durable yet. */
  readonly dirty: Set<Inode.Inode>
  /** What open files hold. */
  readonly opened: Set<Inode.Inode>
  /** Ends with every life of the node: files opened before are closed. */
  generation: number
  /** How many changes there have been. */
  sequence: number
  nextNumber: number
  /** Sectors of contents, and one for each inode but the root. */
  usedSectors: number
  /** Files that nothing has been read of since the page cache was lost. */
  coldFiles: number
  /** How much longer each operation takes, in microseconds. */
  extraMicros: number
  /** How many faults let every operation fail. */
  failing: number
  /** How many faults leave no space. */
  full: number
}

/** What a disk is made with. */
export interface Options {
  readonly kernel: Kernel
  readonly process: Process
  readonly recorder: Recorder | undefined
  readonly capacityBytes: number
  readonly isProtected: boolean
}

/** One operation under way: whose change it is, and what time the node's wall clock shows. */
export interface Act {
  readonly disk: Disk
  readonly task: Task
  readonly nowMillis: number
}

/** The type bits of a mode. */
export const typeBits = { File: 0o100000, Directory: 0o040000, SymbolicLink: 0o120000 } as const

const changeLabels: { readonly [Kind in ChangeKind]: Label } = {
  write: makeLabel("written"),
  truncate: makeLabel("truncated"),
  attributes: makeLabel("attributes"),
  create: makeLabel("created"),
  remove: makeLabel("removed"),
  rename: makeLabel("renamed")
}

const nothing = (): void => {}

/** The directory for temporary files. It is there from the beginning, as is the root. */
export const temporaryDirectory = "tmp"

/** Makes an empty disk. */
export const make = (options: Options): Disk => {
  const { kernel, process } = options
  const label = (kind: OperationKind): Label => makeLabel(`disk ${kind} ${process.name}`)
  const root = Inode.directory(1, attributesOf(0o755, 0), "/")
  const temporary = Inode.directory(2, attributesOf(0o1777, 0), "/tmp")
  root.links = 1
  temporary.links = 1
  temporary.parent = root
  root.cached.set(temporaryDirectory, temporary)
  root.durable.set(temporaryDirectory, temporary)
  return {
    kernel,
    process,
    recorder: options.recorder,
    // What every disk comes with takes no space of it.
    capacitySectors: Math.floor(options.capacityBytes / sectorBytes) + 1,
    isProtected: options.isProtected,
    labels: {
      look: label("look"),
      read: label("read"),
      write: label("write"),
      change: label("change"),
      sync: label("sync")
    },
    root,
    entryChanges: [],
    dirty: new Set(),
    opened: new Set(),
    generation: 0,
    sequence: 0,
    nextNumber: 3,
    usedSectors: 1,
    coldFiles: 0,
    extraMicros: 0,
    failing: 0,
    full: 0
  }
}

/** Attributes of something new: everything on a node belongs to root, as in a container. */
export const attributesOf = (mode: number, nowMillis: number): Inode.Attributes => ({
  mode,
  uid: 0,
  gid: 0,
  modifiedAt: nowMillis,
  accessedAt: nowMillis
})

/** How many sectors are free. */
export const freeSectors = (disk: Disk): number =>
  disk.full > 0 ? 0 : Math.max(0, disk.capacitySectors - disk.usedSectors)

/** The position and the key of a change that an operation makes. */
export const stamp = (
  { disk, task }: Act,
  kind: ChangeKind
): { readonly sequence: number; readonly task: Task } => ({
  sequence: ++disk.sequence,
  task: disk.kernel.prepare(task, changeLabels[kind], undefined, nothing, undefined)
})

/** Remembers a change of one inode until it is durable. */
export const addInodeChange = (disk: Disk, change: Inode.InodeChange): void => {
  change.inode.pending.push(change)
  disk.dirty.add(change.inode)
}

/** Gives back the space of what no entry names and no open file holds. */
export const releaseIfGone = (disk: Disk, inode: Inode.Inode): void => {
  if (inode.links > 0 || inode.opened > 0) return
  disk.usedSectors -= 1 + (inode._tag === "File" ? inode.cached.sectors.size : 0)
}

/** The node has stopped, and with it every open file; the page cache stays as it is. */
export const closeAll = (disk: Disk): void => {
  disk.generation++
  for (const inode of disk.opened) {
    inode.opened = 0
    releaseIfGone(disk, inode)
  }
  disk.opened.clear()
}

/** A path as recordings show it: without the slash that all of them begin with. */
export const shown = (path: string): string =>
  path.length > 1 && path.startsWith("/") ? path.slice(1) : path

/** Writes down what the disk did at the current task; call it only while recording. */
export const note = (disk: Disk, recorder: Recorder, what: string): void => {
  const task = disk.kernel.current()
  task.step = recorder.record({
    time: disk.kernel.now(),
    kind: "disk",
    node: disk.process.name,
    what,
    because: [task.step]
  })
}
