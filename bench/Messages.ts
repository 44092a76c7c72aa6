/**
 * Network messages: 100 pairs of nodes play ping-pong over the simulated network.
 *
 * A message is what the network carries below RPC: it has a causal key, is asked for every choice
 * (loss, reset, reordering, delay, duplication, rank), waits for its link's latency in the queue
 * and arrives as a task of its receiver. One end of each pair is an Effect fiber that waits for
 * every answer, the other answers from its host at once. Nothing is encoded: that is part of the
 * figure for RPC. The bare loop passes as many numbers through the same EventQueue.
 */
import { Effect } from "effect"
import * as EventQueue from "../src/kernel/EventQueue.ts"
import { makeLabel } from "../src/kernel/Task.ts"
import * as Recorder from "../src/recording/Recorder.ts"
import type { Call } from "../src/world/Call.ts"
import * as Link from "../src/world/Link.ts"
import * as Network from "../src/world/Network.ts"
import type { Node } from "../src/world/Node.ts"
import type { WireCodec } from "../src/world/Wire.ts"
import { type Figure, judge } from "./Figure.ts"
import { makeKernel, makeNode } from "./Machine.ts"
import { interleave } from "./Rounds.ts"

const pairs = 100
const callsEach = 250
const rounds = 7

const plain = { encode: () => null, decode: () => null }
const codec: WireCodec = {
  isStream: false,
  payload: plain,
  success: plain,
  element: plain,
  error: plain
}
const reply = { _tag: "Exit", run: 0, sequence: 0, exit: { _tag: "Success", value: 1 } } as const

/** Flies `nodes` nodes of which each calls its neighbour, and gives the messages carried. */
export const pingPong = (nodes: number, calls: number, isRecorded: boolean): number => {
  const recorder = isRecorded ? Recorder.make() : undefined
  const kernel = makeKernel(recorder)
  const network = Network.make(kernel, Link.make(), recorder)
  let id = 0
  const ask = (from: Node, to: Node): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      const call: Call = {
        id: id++,
        contract: "Table",
        procedure: "ping",
        codec,
        caller: from.process,
        callee: to.process,
        timeoutMicros: undefined,
        startedAt: kernel.now(),
        within: undefined,
        stream: undefined,
        connection: undefined,
        answer: () => resume(Effect.void),
        request: undefined,
        requestStep: -1,
        timeout: undefined,
        hasLostMessage: false,
        arrival: "none",
        isSilent: false,
        isCut: false
      }
      network.begin(call, { _tag: "Request", payload: 1 })
    })
  const player = Effect.fnUntraced(function* (from: Node, to: Node) {
    for (let call = 0; call < calls; call++) yield* ask(from, to)
  })
  const label = makeLabel("begin")
  const all = Array.from({ length: nodes }, (_, index) =>
    makeNode(kernel, `node-${index + 1}`, index, recorder)
  )
  for (const [index, from] of all.entries()) {
    network.listen(from.process, { receive: (call) => network.send(call, reply) })
    const to = all[index ^ 1]
    // Each second node calls the one before it, which only answers.
    if (index % 2 === 0 || to === undefined) continue
    const run = (): void => void Effect.runForkWith(from.context)(player(from, to))
    kernel.schedule(index, label, from.process, run, undefined)
  }
  kernel.run()
  return calls * Math.floor(nodes / 2) * 2
}

const bareLoop = (): number => {
  const queue = EventQueue.make<{ readonly time: number; readonly sequence: number }>()
  let sequence = 0
  for (; sequence < pairs; sequence++) queue.push({ time: sequence, sequence })
  const last = pairs * callsEach * 2
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
    if (sequence >= last) continue
    queue.push({ time: event.time + Link.latencyMicrosDefault, sequence: sequence++ })
  }
  return last
}

/** Measures network messages, and what recording them costs. */
export const measure = async (): Promise<ReadonlyArray<Figure>> => {
  const { bare, messages, recorded } = await interleave(
    {
      messages: () => pingPong(pairs * 2, callsEach, false),
      recorded: () => pingPong(pairs * 2, callsEach, true),
      bare: bareLoop
    },
    rounds
  )
  return [
    judge("network messages", messages, "messages/s", "at least", 400_000, { "bare loop": bare }),
    judge("network messages, slower when recorded", messages / recorded, "times", "at most", 2.5)
  ]
}
