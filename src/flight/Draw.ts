/**
 * What a run flies, drawn from its seed: operations, fault plan and the source of outcomes.
 *
 * Each part is drawn from a stream of its own, so that a run is the same alone as in its batch,
 * and so that what is taken away while shrinking leaves the rest as it was.
 */
import { Data, Result } from "effect"
import type * as fc from "fast-check"
import type * as Header from "../recording/Header.ts"
import * as Entropy from "../turbulence/Entropy.ts"
import * as FaultPlan from "../turbulence/FaultPlan.ts"
import * as Generate from "../turbulence/Generate.ts"
import * as Swarm from "../turbulence/Swarm.ts"
import type * as Operation from "./Operation.ts"
import type { WindTunnel } from "./WindTunnel.ts"
import * as Workload from "./Workload.ts"

/** An operation that fast-check can still shrink. */
export interface DrawnOperation {
  /** From 0, in its phase. */
  readonly index: number
  readonly operation: Header.Operation
  readonly drawn: Generate.Drawn<Workload.Element>
  readonly arbitrary: fc.Arbitrary<Workload.Element>
}

/** What one run flies. */
export interface DrawnRun {
  readonly seed: number
  readonly operations: ReadonlyArray<DrawnOperation>
  readonly faults: ReadonlyArray<FaultPlan.DrawnFault>
  readonly entropy: Entropy.Entropy
}

const targetsByTunnel = new WeakMap<WindTunnel, FaultPlan.Targets>()

/** Nodes and links of a scenario that faults may act on, in order of declaration. */
export const targetsOf = (tunnel: WindTunnel): FaultPlan.Targets => {
  const known = targetsByTunnel.get(tunnel)
  if (known !== undefined) return known
  const { system, workload } = tunnel
  const clients = Array.from({ length: workload.clients }, (_, index) => Workload.clientName(index))
  const links: Array<{ readonly from: string; readonly to: string }> = []
  const seen = new Set<string>()
  const connect = (from: string, to: string): void => {
    if (from === to || seen.has(`${from}>${to}`)) return
    seen.add(`${from}>${to}`)
    links.push({ from, to })
  }
  const edge = (from: string, contract: string): void => {
    for (const to of system.providers.get(contract) ?? []) {
      connect(from, to)
      connect(to, from)
    }
  }
  for (const node of system.nodes) {
    for (const use of node.service.uses) edge(node.name, use.contract.contractName)
  }
  for (const client of clients) {
    for (const { operation } of workload.choices) edge(client, operation.contract.contractName)
  }
  const { spared } = tunnel.turbulence
  const nodes = system.nodes.map((node) => node.name)
  const harmed = nodes.filter((name) => !spared.includes(name))
  const disks = system.nodes
    .filter(({ name, service }) => service.disk !== undefined && harmed.includes(name))
    .map(({ name }) => name)
  const targets = { nodes, harmed, disks, links, clients }
  targetsByTunnel.set(tunnel, targets)
  return targets
}

/** The code of an arbitrary in a workload failed: its author's error. */
export class ArbitraryThrew extends Data.TaggedError("ArbitraryThrew")<{
  readonly operation: string
  readonly thrown: unknown
}> {
  override get message(): string {
    const { thrown } = this
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return `the arbitrary that draws operation ${this.operation} of the workload threw ${what}`
  }
}

/** Why a run cannot be drawn: the workload itself is wrong. */
export type DrawError = Operation.InvalidPayload | ArbitraryThrew

/** Draws an operation from a stream of its own. */
const drawOperation = (
  workload: Workload.Workload,
  seed: number,
  index: number,
  arbitrary: fc.Arbitrary<Workload.Element>,
  phase: Header.Operation["phase"]
): Result.Result<DrawnOperation, DrawError> =>
  Result.gen(function* () {
    const isLater = phase === "liveness"
    const stream = `${isLater ? "liveness operation" : "operation"} ${index + 1}`
    const drawn = yield* Result.try({
      try: () => Generate.draw(arbitrary, seed, stream),
      catch: (thrown) => {
        const operation = `${isLater ? "l" : "o"}-${index + 1}`
        return new ArbitraryThrew({ operation, thrown })
      }
    })
    const operation = yield* Workload.toRecorded(workload, index, drawn.value, phase)
    return { index, operation, drawn, arbitrary }
  })

/** Draws a run. Fails when the workload's own arbitraries do, or do not fit their procedures. */
export const drawRun = (tunnel: WindTunnel, seed: number): Result.Result<DrawnRun, DrawError> => {
  const { turbulence, workload } = tunnel
  const operations: Array<DrawnOperation> = []
  for (let index = 0; index < workload.operations; index++) {
    const drawn = drawOperation(workload, seed, index, workload.element, undefined)
    if (Result.isFailure(drawn)) return Result.fail(drawn.failure)
    operations.push(drawn.success)
  }
  for (const [index, element] of (tunnel.liveness?.elements ?? []).entries()) {
    const drawn = drawOperation(workload, seed, index, element, "liveness")
    if (Result.isFailure(drawn)) return Result.fail(drawn.failure)
    operations.push(drawn.success)
  }
  const faults = FaultPlan.drawPlan(seed, targetsOf(tunnel), {
    kinds: turbulence.faults,
    faultsMax: turbulence.faultsMax,
    overMs: Math.floor(workload.overMicros / 1000)
  })
  const rates = turbulence.rates ?? Swarm.rates(seed, turbulence.kinds)
  const entropy = Entropy.fromSeed(seed, rates)
  return Result.succeed({ seed, operations, faults, entropy })
}
