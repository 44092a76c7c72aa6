/**
 * What the world does to the clocks of nodes: how far each is off from the beginning, and what the
 * faults of clocks do to it. What a clock then shows is NodeClock's business.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import * as NodeClock from "../kernel/NodeClock.ts"
import { makeLabel } from "../kernel/Task.ts"
import type { Recorder } from "../recording/Recorder.ts"
import type { Fault } from "../turbulence/Fault.ts"
import type { Node } from "./Node.ts"

/** A fault of a clock. */
export type ClockFault = Extract<
  Fault,
  { readonly _tag: "ClockJump" | "ClockDrift" | "ClockFreeze" }
>

const nothing = (): void => {}

/** Writes down what the clock of a node shows now that it has changed. */
const tell = (kernel: Kernel, node: Node, recorder: Recorder | undefined): void => {
  if (recorder === undefined) return
  const task = kernel.current()
  const step = recorder.record({
    time: kernel.now(),
    kind: "clock",
    node: node.name,
    what: NodeClock.toText(node.process.clock),
    because: [task.step]
  })
  // The root has no step: everything that is not caused by anything else would be caused by it.
  if (task !== kernel.root) task.step = step
}

/** Draws how far the clocks of these nodes are off from the beginning. Clients' are right. */
export const skew = (
  kernel: Kernel,
  nodes: ReadonlyArray<Node>,
  recorder: Recorder | undefined
): void => {
  for (const node of nodes) {
    if (node.role === "client") continue
    const label = makeLabel(`clock ${node.name}`)
    const task = kernel.prepare(kernel.root, label, undefined, nothing, undefined)
    const ahead = kernel.choose("ahead", task)
    const behind = kernel.choose("behind", task)
    if (ahead === 0 && behind === 0) continue
    NodeClock.setOffset(node.process.clock, ahead - behind)
    tell(kernel, node, recorder)
  }
  // What the first task changes is not changed by this.
  recorder?.endTask()
}

/** Lets a fault change a clock; returns what changes it back. */
const change = (clock: NodeClock.NodeClock, fault: ClockFault): (() => void) => {
  switch (fault._tag) {
    case "ClockJump":
      NodeClock.jump(clock, fault.byMs * 1000)
      return () => NodeClock.jump(clock, -fault.byMs * 1000)
    case "ClockDrift":
      NodeClock.drift(clock, fault.ppm)
      return () => NodeClock.drift(clock, -fault.ppm)
    case "ClockFreeze":
      NodeClock.freeze(clock)
      return () => NodeClock.thaw(clock)
  }
}

/** Begins a fault of the clock of a node; returns what heals it. */
export const disturb = (
  kernel: Kernel,
  node: Node,
  fault: ClockFault,
  recorder: Recorder | undefined
): (() => void) => {
  const undo = change(node.process.clock, fault)
  tell(kernel, node, recorder)
  return () => {
    undo()
    tell(kernel, node, recorder)
  }
}
