/**
 * What is ready to run at this instant: a first-come-first-served line for each rank.
 *
 * Lower ranks run first. A rank is a task's own draw, never an index into the list, so the order
 * of two tasks does not depend on a third. Plain mutable code: this is the inner loop.
 */
import type { Task } from "./Task.ts"

/** A line of ready tasks. */
export interface ReadyList {
  readonly isEmpty: () => boolean
  readonly push: (task: Task, rank: number) => void
  readonly shift: () => Task | undefined
}

interface Line {
  tasks: Array<Task>
  head: number
}

/** Makes an empty list with ranks from 0 to `rankMax`; higher ranks count as `rankMax`. */
export const make = (rankMax: number): ReadyList => {
  const lines: Array<Line> = Array.from({ length: rankMax + 1 }, () => ({ tasks: [], head: 0 }))
  let size = 0
  return {
    isEmpty: () => size === 0,
    push: (task, rank) => {
      lines[Math.min(rank, rankMax)]?.tasks.push(task)
      size++
    },
    shift: () => {
      if (size === 0) return undefined
      for (const line of lines) {
        if (line.head >= line.tasks.length) continue
        const task = line.tasks[line.head++]
        if (line.head === line.tasks.length) {
          line.tasks.length = 0
          line.head = 0
        }
        size--
        return task
      }
      return undefined
    }
  }
}
