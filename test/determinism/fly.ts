/**
 * Flies toy systems and prints what came of it as JSON: for each flight the digest of the kernel,
 * the digest of its events, and a hash of the bytes of its recording.
 *
 * Run by `Determinism.test.ts` in other processes, threads, zones, languages, years and releases of
 * Node. With the argument `thread` it flies in a worker thread.
 */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { isMainThread, Worker } from "node:worker_threads"
import * as Record from "../../src/flight/Record.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import * as RecordingWriter from "../../src/recording/RecordingWriter.ts"
import { drawn, placed } from "../flight/Fly.ts"
import { counter, curious, mesh, planted, styles } from "../flight/toys.ts"
import { recordProbe } from "../../src/stress/RecordProbe.ts"
import { port } from "./port.ts"
import { queue } from "./queue.ts"

/** What came of one flight. */
export interface Line {
  readonly flight: string
  readonly kernel: number
  readonly events: string
  readonly bytes: string
}

const lineOf = async (name: string, tunnel: WindTunnel, seed: number): Promise<Line> => {
  const provenance = { runIndex: 0, commit: undefined, version: "0.0.0" }
  const flying = Record.ofDrawn(placed(tunnel), drawn(tunnel, seed), provenance)
  return told(`${name} ${seed}`, await Effect.runPromise(flying))
}

/** Records the probe of a breaking point at a load. */
const probed = async (load: number, seed: number): Promise<Line> => {
  const provenance = { runIndex: 0, commit: undefined, version: "0.0.0" }
  const scenario = { id: "queue/queue", file: "simulations/queue.ts", stress: queue }
  const flying = recordProbe(scenario, { x: load }, seed, provenance)
  return told(`queue@${load} ${seed}`, await Effect.runPromise(flying))
}

const told = (flight: string, recorded: Record.Recorded): Line => {
  const bytes = RecordingWriter.encode(recorded.header, recorded.events)
  return {
    flight,
    kernel: recorded.flown.digest,
    events: recorded.header.digest,
    bytes: createHash("sha256").update(bytes).digest("hex")
  }
}

/** Flies everything. */
export const flyAll = async (): Promise<ReadonlyArray<Line>> => {
  const seeds = [1, 2, 3, 42]
  const meshes = styles.map(
    (style) => [style, mesh({ style, clients: 3, operations: 8, replicas: 2 })] as const
  )
  const vault = planted({ operations: 2, faults: 1, deviations: 1 })
  const tunnels = [
    ...meshes,
    ["counter", counter],
    ["curious", curious],
    ["vault", vault],
    ["port", port]
  ] as const
  const lines: Array<Line> = []
  for (const [name, tunnel] of tunnels) {
    for (const seed of seeds) lines.push(await lineOf(name, tunnel, seed))
  }
  for (const load of [30, 90]) {
    for (const seed of seeds) lines.push(await probed(load, seed))
  }
  return lines
}

/** What this program prints. */
export interface Report {
  readonly node: string
  readonly zone: string
  readonly year: number
  readonly lines: ReadonlyArray<Line>
}

const report = (lines: ReadonlyArray<Line>): Report => ({
  node: process.version,
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  year: new (Reflect.get(globalThis, "Date") as DateConstructor)().getFullYear(),
  lines
})

const file = fileURLToPath(import.meta.url)

/** A thread has no loader of its own: it is given one before it loads this file. */
const threadCode = `
  import("tsx/esm/api").then(({ register }) => {
    register()
    return import(${JSON.stringify(import.meta.url)})
  })
`

const print = async (): Promise<void> => {
  process.stdout.write(JSON.stringify(report(await flyAll())))
}

if (!isMainThread) void print()
else if (process.argv[1] === file) {
  if (process.argv[2] === "thread") {
    const worker = new Worker(threadCode, { eval: true })
    worker.on("error", (error) => process.stderr.write(String(error)))
  } else void print()
}
