/**
 * Writes down, after each task, what changed in the probes of its node, and what would be lost
 * otherwise: deviations that belong to no event.
 */
import { Schema } from "effect"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Task } from "../kernel/Task.ts"
import type { Probe } from "../property/Probe.ts"
import type { Recorder } from "../recording/Recorder.ts"
import { outcomeText } from "../turbulence/ChoicePoint.ts"
import type { Node } from "../world/Node.ts"
import type { World } from "../world/World.ts"

const encoders = new WeakMap<Probe<unknown>, (value: unknown) => Schema.Json>()

const encoderOf = (probe: Probe<unknown>): ((value: unknown) => Schema.Json) => {
  let encoder = encoders.get(probe)
  if (encoder === undefined) {
    const encode = Schema.encodeUnknownSync(Schema.toCodecJson(probe.schema))
    // A JSON codec encodes to JSON.
    encoder = (value) => encode(value) as Schema.Json
    encoders.set(probe, encoder)
  }
  return encoder
}

/**
 * The value of a probe as JSON. A probe that throws, or whose value does not fit its schema, is
 * written down as such: a recorded flight must not end differently from one that is not.
 */
const valueOf = (probe: Probe<unknown>, read: () => unknown): Schema.Json => {
  try {
    return encoderOf(probe)(read())
  } catch (thrown) {
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return `cannot be read: ${what.replaceAll(/\s+/g, " ")}`
  }
}

interface Change {
  readonly probe: string
  readonly value: Schema.Json
}

/** What differs from what was last written down about a node; remembers it as written. */
const changesOf = (node: Node): ReadonlyArray<Change> => {
  const changes: Array<Change> = []
  for (const [probe, read] of node.probes) {
    const value = valueOf(probe, read)
    const text = JSON.stringify(value)
    if (node.recorded.get(probe.name) === text) continue
    node.recorded.set(probe.name, text)
    changes.push({ probe: probe.name, value })
  }
  if (node.probes.size === 0) {
    for (const probe of node.recorded.keys()) changes.push({ probe, value: null })
    node.recorded.clear()
  }
  return changes
}

/** Called after every task of a recorded flight. `node` is the task's own, if it has one. */
export const recordState = (
  recorder: Recorder,
  kernel: Kernel,
  world: World,
  task: Task,
  node: Node | undefined
): void => {
  const [loose] = recorder.looseDeviations()
  if (loose !== undefined) {
    task.step = recorder.record({
      time: kernel.now(),
      kind: "held",
      node: node?.name,
      what: `${loose.kind} ${outcomeText(loose.kind, loose.outcome)}`,
      because: [task.step]
    })
  }
  // A task of the world itself (a fault) may have taken probes away anywhere.
  const nodes = node === undefined ? world.nodes : [node]
  for (const each of nodes) {
    if (each.probes.size === 0 && each.recorded.size === 0) continue
    const changes = changesOf(each)
    if (changes.length === 0) continue
    let step = recorder.firstStepOf(each.name)
    if (step === undefined) {
      step = recorder.record({
        time: kernel.now(),
        kind: "task",
        node: each.name,
        what: "runs on",
        because: [task.step]
      })
      task.step = step
    }
    for (const { probe, value } of changes) recorder.noteState(step, probe, value)
  }
  recorder.endTask()
}
