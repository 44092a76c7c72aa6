/**
 * What a disk consists of: files, directories and symbolic links, each as the page cache has it and
 * as the medium has it, and the changes on their way from one to the other.
 *
 * Owns the shapes. What changes them is DiskTree's and DiskFile's business, what makes a change
 * durable Durability's.
 */
import type { Task } from "../kernel/Task.ts"
import { empty, type Image, type Patch } from "./DiskSectors.ts"

/** What a file system remembers of a file besides its contents. Times are milliseconds. */
export interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly modifiedAt: number
  readonly accessedAt: number
}

/** Everything that has a number of its own. */
interface Base {
  readonly number: number
  readonly bornAt: number
  attributes: Attributes
  durableAttributes: Attributes
  /** How many entries name it; a directory's own `.` and `..` not counted. */
  links: number
  /** How many open files hold it: it lives on while they do. */
  opened: number
  /** What it was last called, for people. */
  called: string
  /** Changes of it that no sync has made durable yet, in order. */
  pending: Array<InodeChange>
}

/** A file. */
export interface FileInode extends Base {
  readonly _tag: "File"
  cached: Image
  durable: Image
  /** Nothing of it has been read since the page cache was lost. */
  isCold: boolean
}

/** A directory. Its entries keep the order in which they were made. */
export interface DirectoryInode extends Base {
  readonly _tag: "Directory"
  cached: Map<string, Inode>
  durable: Map<string, Inode>
  parent: DirectoryInode | undefined
}

/** A symbolic link. Its target never changes and is as durable as its entry. */
export interface LinkInode extends Base {
  readonly _tag: "SymbolicLink"
  readonly target: string
}

/** A file, a directory or a symbolic link. */
export type Inode = FileInode | DirectoryInode | LinkInode

/** A change that is in the page cache and may or may not reach the medium before a crash. */
interface ChangeBase {
  /** The position among all changes of the disk. */
  readonly sequence: number
  /** Its causal key: what becomes of it is drawn here. */
  readonly task: Task
}

/** Bytes were written. */
export interface WriteChange extends ChangeBase {
  readonly _tag: "write"
  readonly inode: FileInode
  readonly bytes: number
  readonly patch: Patch
  readonly modifiedAt: number
}

/** A change of one inode, made durable by syncing it. */
export type InodeChange =
  | WriteChange
  | (ChangeBase & {
      readonly _tag: "truncate"
      readonly inode: FileInode
      readonly size: number
      readonly modifiedAt: number
    })
  | (ChangeBase & {
      readonly _tag: "attributes"
      readonly inode: Inode
      readonly attributes: Attributes
    })

/** A change of the names of things, made durable by syncing the directory. */
export type EntryChange =
  | (ChangeBase & {
      readonly _tag: "create" | "remove"
      readonly directory: DirectoryInode
      readonly name: string
      readonly inode: Inode
    })
  | (ChangeBase & {
      readonly _tag: "rename"
      readonly from: DirectoryInode
      readonly fromName: string
      readonly to: DirectoryInode
      readonly toName: string
      readonly inode: Inode
      /** What had the new name before. */
      readonly replaced: Inode | undefined
    })

const base = (number: number, attributes: Attributes, called: string): Base => ({
  number,
  bornAt: attributes.modifiedAt,
  attributes,
  durableAttributes: attributes,
  links: 0,
  opened: 0,
  called,
  pending: []
})

/** An empty file that no entry names yet. */
export const file = (number: number, attributes: Attributes, called: string): FileInode => ({
  _tag: "File",
  ...base(number, attributes, called),
  cached: empty(),
  durable: empty(),
  isCold: false
})

/** An empty directory that no entry names yet. */
export const directory = (
  number: number,
  attributes: Attributes,
  called: string
): DirectoryInode => ({
  _tag: "Directory",
  ...base(number, attributes, called),
  cached: new Map(),
  durable: new Map(),
  parent: undefined
})

/** A symbolic link that no entry names yet. */
export const symbolicLink = (
  number: number,
  attributes: Attributes,
  called: string,
  target: string
): LinkInode => ({ _tag: "SymbolicLink", ...base(number, attributes, called), target })
