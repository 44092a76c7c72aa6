/**
 * A task: one thing that happens at one instant, with its causal key.
 *
 * The key is a fixed-size mix of (parent's key, label, ordinal): what was caused, by what, and the
 * how-manieth of its kind under that cause. It contains no global position, so taking one
 * operation out of a workload takes out its own subtree and moves nothing else.
 */
import { hashText, mix } from "../turbulence/Seed.ts"
import type { Process } from "./Process.ts"

/** A kind and an entity, `timer ledger`, interned so that the inner loop compares references. */
export interface Label {
  readonly text: string
  readonly high: number
  readonly low: number
}

/** Makes a label; equal texts give equal keys. */
export const makeLabel = (text: string): Label => ({
  text,
  high: hashText(text),
  low: hashText(`${text}\u0000`)
})

/** Something that will happen, is happening or has happened. Mutable: the kernel's inner loop. */
export interface Task {
  time: number
  sequence: number
  /** The two halves of the causal key. */
  readonly high: number
  readonly low: number
  readonly label: Label
  readonly ordinal: number
  /** The task that caused this one; kept only while recording. */
  readonly parent: Task | undefined
  /** The process it runs on; `undefined` for the world itself. */
  readonly process: Process | undefined
  /** The life of the process it belongs to: a crash ends it. */
  readonly incarnation: number
  readonly run: (task: Task) => void
  /** What `run` works on; its type is known to whoever made both. */
  payload: unknown
  cancelled: boolean
  /** A slow process has already made it wait. */
  stretched: boolean
  /** The recorded step this task is part of or was caused by; -1 when there is none. */
  step: number
  /**
   * The task whose children this one's children are: itself, or, when it is the rest of a task that
   * was taken off the processor, that task. So preempting a task changes no key of what it causes.
   */
  origin: Task | undefined
  /** For the rest of a task that was taken off: after how many operations it is again; 0 never. */
  cedeAfter: number
  /** How many children of each label it has: a short list, or a map when there are many labels. */
  children: Array<{ readonly label: Label; count: number }> | Map<string, number> | undefined
}

const rootLabel = makeLabel("root")

/** What everything is caused by that nothing else causes. */
export const makeRoot = (): Task => ({
  time: 0,
  sequence: -1,
  high: 0x5bd1e995,
  low: 0x1b873593,
  label: rootLabel,
  ordinal: 0,
  parent: undefined,
  process: undefined,
  incarnation: 0,
  run: () => {},
  payload: undefined,
  cancelled: false,
  stretched: false,
  step: -1,
  origin: undefined,
  cedeAfter: 0,
  children: undefined
})

/** How many labels are looked for one by one before a map is made. */
const labelsInList = 8

/**
 * The next ordinal for a label under a task. Labels are told apart by their text, not by reference:
 * two clients of one contract each make the label of their calls, and under one task these must not
 * come to the same key.
 */
export const nextOrdinal = (task: Task, label: Label): number => {
  const { children } = task
  if (children === undefined) {
    task.children = [{ label, count: 1 }]
    return 0
  }
  if (children instanceof Map) {
    const count = children.get(label.text) ?? 0
    children.set(label.text, count + 1)
    return count
  }
  for (const entry of children) {
    const known = entry.label
    if (known === label || (known.low === label.low && known.text === label.text)) {
      return entry.count++
    }
  }
  if (children.length < labelsInList) {
    children.push({ label, count: 1 })
  } else {
    task.children = new Map(children.map((entry) => [entry.label.text, entry.count]))
    task.children.set(label.text, 1)
  }
  return 0
}

/** The high half of a child's key. */
export const childHigh = (task: Task, label: Label, ordinal: number): number =>
  mix(mix(task.high, label.high), ordinal)

/** The low half of a child's key. */
export const childLow = (task: Task, label: Label, ordinal: number): number =>
  mix(mix(task.low, label.low), ordinal ^ 0x2545f491)

/** How many labels of a long path are kept from its beginning and from its end. */
const pathHeadMax = 3
const pathTailMax = 12

/**
 * The readable key: labels from the root, joined by ` › `. A label that repeats along the chain is
 * written once, `timer ledger ×57`; an ordinal above 0 follows its label, `send a>b 2`. The middle
 * of a long path is left out: the key itself, not its path, is what identifies a choice point.
 */
export const pathOf = (task: Task): string => {
  const parts: Array<string> = []
  let last = ""
  let repeats = 1
  const flush = (): void => {
    if (last !== "") parts.push(repeats > 1 ? `${last} ×${repeats}` : last)
  }
  for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
    const part = at.ordinal === 0 ? at.label.text : `${at.label.text} ${at.ordinal + 1}`
    if (part === last) {
      repeats++
    } else {
      flush()
      last = part
      repeats = 1
    }
  }
  flush()
  parts.reverse()
  if (parts.length > pathHeadMax + pathTailMax) {
    const left = parts.length - pathHeadMax - pathTailMax
    parts.splice(pathHeadMax, left, `… ${left} more …`)
  }
  return parts.join(" › ")
}
