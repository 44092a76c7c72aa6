/**
 * A bare machine to measure on: a kernel with processes, without a system, a workload or a judge.
 */
import { Context } from "effect"
import * as Kernel from "../src/kernel/Kernel.ts"
import * as Process from "../src/kernel/Process.ts"
import type { Recorder } from "../src/recording/Recorder.ts"
import { calm } from "../src/turbulence/Entropy.ts"
import * as Ambient from "../src/world/Ambient.ts"
import type { Node } from "../src/world/Node.ts"

const never = Number.MAX_SAFE_INTEGER

/** Makes a kernel in calm air, without limits that could end the measurement. */
export const makeKernel = (recorder: Recorder | undefined): Kernel.Kernel =>
  Kernel.make({
    entropy: calm,
    limits: { stepsMax: never, stepsPerInstantMax: never, operationsPerTaskMax: never },
    horizonMicros: never,
    seed: 1,
    onChoice: recorder === undefined ? undefined : () => {},
    afterTask: () => recorder?.endTask()
  })

/** Makes a node that is up, with everything that surrounds the code of a node in a flight. */
export const makeNode = (
  kernel: Kernel.Kernel,
  name: string,
  index: number,
  recorder: Recorder | undefined
): Node => {
  const node: Node = {
    name,
    role: "client",
    process: Process.make(kernel, name, index),
    service: undefined,
    disk: undefined,
    context: Context.empty(),
    scope: undefined,
    means: undefined,
    env: {},
    host: undefined,
    http: undefined,
    probes: new Map(),
    recorded: new Map()
  }
  Process.start(node.process)
  node.context = Ambient.make(kernel, node, recorder, { onDefect: () => {} })
  return node
}
