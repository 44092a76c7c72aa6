/**
 * Where in the user's code a fiber is, as far as Effect knows: the frame of the innermost
 * `Effect.fn` or span. Asked only while recording: reading a stack is slow.
 */
import type { Fiber } from "effect"

const framePattern = /(?:\(|at |^)(?:file:\/\/)?([^\s()]+?):(\d+)(?::\d+)?\)?$/

/** The file and line of one line of a stack, `payments.ts:84`; only the file's own name is kept. */
export const frameOf = (line: string): string | undefined => {
  const match = framePattern.exec(line.trim())
  const file = match?.[1]
  if (file === undefined || file.includes("node_modules") || file.startsWith("node:")) {
    return undefined
  }
  return `${file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1)}:${match?.[2]}`
}

/** The place in the user's code, when the fiber carries one. */
export const sourceOf = (fiber: Fiber.Fiber<unknown, unknown> | undefined): string | undefined => {
  const stack = fiber?.cache.stackFrame?.stack()
  if (stack === undefined) return undefined
  for (const line of stack.split("\n")) {
    const frame = frameOf(line)
    if (frame !== undefined) return frame
  }
  return undefined
}
