/**
 * A desk under load: one service that clients ask, with as much capacity, and as busy, as a test
 * says. Written against the public entry, as users write theirs.
 */
import { Effect, Random, Result, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"
import {
  type Arrivals,
  BreakingPoint,
  Contract,
  Level,
  Load,
  Operation,
  Probe,
  Service,
  System,
  type Trigger,
  Work
} from "downforce"
import type { Recorded } from "../../src/flight/Record.ts"
import * as Record from "../../src/flight/Record.ts"
import * as Guards from "../../src/kernel/Guards.ts"
import type * as Capacity from "../../src/system/Capacity.ts"
import * as FlyProbe from "../../src/stress/FlyProbe.ts"
import * as RecordProbe from "../../src/stress/RecordProbe.ts"
import * as Stressed from "../../src/stress/Stressed.ts"
import { pointOf, type StressScenario } from "../../src/stress/StressScenario.ts"
import type * as Trial from "../../src/stress/Trial.ts"

// Around all flights of a file: each would put them in place again.
Guards.install()

/** What clients ask a desk for. */
export class Desk extends Contract.make<Desk>()(
  "Desk",
  RpcGroup.make(
    Rpc.make("serve", { payload: { n: Schema.Int }, success: Schema.Int, error: Schema.String }),
    Rpc.make("flush")
  )
) {}

/** The operations of a desk. */
export const serve = Operation.make(Desk, "serve", fc.record({ n: fc.nat(9) }))
export const flush = Operation.make(Desk, "flush", fc.constant(undefined))

/** A number that a desk shows. */
export const Shown = Probe.make("shown", Schema.Number)

/** Work of exponential lengths with a mean in milliseconds: what makes a queue an M/M/1. */
export const exponential = (meanMillis: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (uniform) => Work.spend(-Math.log(1 - uniform) * meanMillis))

/** What makes a desk and its load. */
export interface DeskOptions extends Partial<Omit<Trial.Options<Desk, Desk>, "system" | "load">> {
  readonly arrivals: Arrivals.Arrivals
  readonly capacity?: Capacity.Options
  /** What serving takes. By default exponential work of 10 milliseconds on average. */
  readonly serve?: (n: number) => Effect.Effect<unknown, string>
  /** Run while the desk is built; `show` sets the number that it shows. */
  readonly build?: (show: (value: number) => void) => Effect.Effect<unknown, unknown>
  readonly flush?: (show: (value: number) => void) => Effect.Effect<unknown>
  readonly replicas?: number
  readonly load?: Partial<Omit<Load.Options<typeof serve>, "operation" | "arrivals">>
  readonly levels?: ReadonlyArray<Level.Level>
  readonly triggers?: ReadonlyArray<Trigger.Trigger>
}

const systemOf = ({ build, capacity, flush, replicas, serve }: DeskOptions) => {
  const desk = Service.make("desk", {
    provides: Desk,
    capacity: capacity ?? { cores: 1 },
    handlers: Effect.gen(function* () {
      let shown = 0
      const show = (value: number) => void (shown = value)
      yield* Shown.expose(() => shown)
      if (build !== undefined) yield* build(show)
      return Desk.of({
        serve: ({ n }) => Effect.as(serve?.(n) ?? exponential(10), n),
        flush: () => Effect.asVoid(flush?.(show) ?? Effect.void)
      })
    })
  })
  return System.make("desk", { services: [Service.replicas(desk, replicas ?? 1)] })
}

/** A breaking point whose every point is the same desk under the same load. */
export const desk = (options: DeskOptions): BreakingPoint.BreakingPoint => {
  const { arrivals, levels, load, triggers } = options
  const { baseline, checkEvery, faults, limits, properties, turbulence } = options
  const system = systemOf(options)
  const trial = Object.fromEntries(
    Object.entries({ baseline, checkEvery, faults, limits, properties, turbulence }).filter(
      ([, value]) => value !== undefined
    )
  )
  return BreakingPoint.make("a desk", {
    axis: { unit: "requests/s", min: 1, max: 1_000 },
    at: () => ({
      ...trial,
      system,
      load: Load.make({
        operation: serve,
        arrivals,
        warmUp: "1 second",
        measure: "4 seconds",
        drain: "1 second",
        ...load
      })
    }),
    levels: levels ?? [Level.latency({ percentile: 99, atMost: "250 millis" })],
    ...(triggers === undefined ? {} : { triggers })
  })
}

/** Flies one probe of it; `x` is of no matter, but for triggers and cuts. */
export const probe = (
  point: BreakingPoint.BreakingPoint,
  seed = 42,
  setting: Partial<Stressed.Setting> = {}
): FlyProbe.Measured =>
  Effect.runSync(
    FlyProbe.flyProbe(Result.getOrThrow(Stressed.flyableAt(point, { x: 1, ...setting })), seed)
  )

/** A point as if it had been found in a file. */
export const placed = (stress: BreakingPoint.BreakingPoint): StressScenario => ({
  id: "toys/a-desk",
  file: "simulations/toys.ts",
  stress
})

const provenance = { runIndex: 0, commit: undefined, version: "0" }

/** Records a probe, and then flies what was recorded: the second from the first's cause alone. */
export const recordAndReplay = (
  point: BreakingPoint.BreakingPoint,
  seed = 42,
  setting: Partial<Stressed.Setting> = {}
): { readonly recorded: Recorded; readonly replayed: Recorded } => {
  const at = { x: 1, ...setting }
  const scenario = placed(point)
  const recorded = Effect.runSync(RecordProbe.recordProbe(scenario, at, seed, provenance))
  const replayed = Effect.runSync(
    Record.ofCause(Result.getOrThrow(pointOf(scenario, at)), recorded.header.cause, provenance)
  )
  return { recorded, replayed }
}
