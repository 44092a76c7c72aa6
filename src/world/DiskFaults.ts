/**
 * What a fault does to a disk from its start until it heals. Several may act at once: each is
 * counted.
 */
import type { Fault } from "../turbulence/Fault.ts"
import type { Disk } from "./Disk.ts"

/** A fault that acts on a disk. */
export type DiskFault = Extract<Fault, { readonly _tag: "SlowDisk" | "FailingDisk" | "FullDisk" }>

/** Lets a fault act; returns what heals it. */
export const begin = (disk: Disk, fault: DiskFault): (() => void) => {
  change(disk, fault, 1)
  return () => change(disk, fault, -1)
}

/** Whether a fault still acts on a disk. */
export const isHurt = (disk: Disk): boolean =>
  disk.extraMicros !== 0 || disk.failing !== 0 || disk.full !== 0

const change = (disk: Disk, fault: DiskFault, sign: number): void => {
  switch (fault._tag) {
    case "SlowDisk":
      disk.extraMicros += sign * fault.extraMs * 1_000
      return
    case "FailingDisk":
      disk.failing += sign
      return
    case "FullDisk":
      disk.full += sign
  }
}
