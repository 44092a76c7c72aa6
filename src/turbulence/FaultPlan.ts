/**
 * Fault plans: which faults a graph admits, and how a run draws a few of them.
 *
 * A plan is a short list. Each fault is drawn by fast-check from a stream of its own and shrinks
 * by fast-check: earlier, shorter, smaller.
 */
import * as fc from "fast-check"
import { diskFaultKinds, type Fault, type FaultKind } from "./Fault.ts"
import * as Generate from "./Generate.ts"
import { hashText, mix } from "./Seed.ts"
import * as Swarm from "./Swarm.ts"

/** A fault that fast-check can still shrink. */
export interface DrawnFault {
  readonly fault: Fault
  readonly drawn: Generate.Drawn<Fault>
  readonly arbitrary: fc.Arbitrary<Fault>
}

/** What faults may be done to. */
export interface Targets {
  /** Services and fakes, in order. */
  readonly nodes: ReadonlyArray<string>
  /** Those of them that faults may act on themselves, not only their links. */
  readonly harmed: ReadonlyArray<string>
  /** Those of the harmed that have a disk. */
  readonly disks: ReadonlyArray<string>
  /** Links that calls use, both ways, clients included. */
  readonly links: ReadonlyArray<{ readonly from: string; readonly to: string }>
  readonly clients: ReadonlyArray<string>
}

/** What a scenario admits. */
export interface Admitted {
  readonly kinds: ReadonlyArray<FaultKind>
  /** Most faults in one run. */
  readonly faultsMax: number
  /** Faults begin within this time, in milliseconds. */
  readonly overMs: number
}

/** The longest a drawn fault lasts: 20 seconds, twice the default timeout of an edge. */
export const durationMsMax = 20_000

/** The farthest a drawn jump of a clock goes: an hour, as of a clock set for the wrong zone. */
export const clockJumpMsMax = 3_600_000

/** The most by which a drawn drift lets a clock run wrong: a twentieth, as in a bad container. */
export const clockDriftPpmMax = 50_000

const window = (id: string, overMs: number) => ({
  id: fc.constant(id),
  atMs: fc.nat({ max: overMs }),
  durationMs: fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: 2_000 }),
    fc.integer({ min: 1, max: durationMsMax })
  )
})

/**
 * A cut of the nodes into two sides, neither of them empty; the bridge, if there is one, is on
 * neither. The two are drawn apart: a choice that depended on the bridge would be drawn anew, and
 * with it start and length of the fault, whenever the bridge shrinks.
 */
const cut = (names: ReadonlyArray<string>, bridge: fc.Arbitrary<string | undefined>) =>
  fc
    .tuple(bridge, fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length }))
    .map(([bridge, sides]) => ({
      left: names.filter((name, index) => name !== bridge && sides[index] === true),
      right: names.filter((name, index) => name !== bridge && sides[index] !== true)
    }))
    .filter(({ left, right }) => left.length > 0 && right.length > 0)

const partition = (id: string, targets: Targets, overMs: number): fc.Arbitrary<Fault> => {
  const all = [...targets.nodes, ...targets.clients]
  const fields = { _tag: fc.constant("Partition" as const), ...window(id, overMs) }
  const pair = fc.constantFrom(...targets.links)
  const between = pair.map(({ from, to }) => ({ left: [from], right: [to] }))
  const shapes: Array<fc.Arbitrary<Fault>> = (["partial", "one-way"] as const).map((shape) =>
    fc
      .tuple(fc.record({ ...fields, shape: fc.constant(shape) }), between)
      .map(([base, sides]) => ({ ...base, ...sides }))
  )
  if (all.length >= 2) {
    shapes.push(
      fc
        .tuple(
          fc.record({ ...fields, shape: fc.constant("complete" as const) }),
          cut(all, fc.constant(undefined))
        )
        .map(([base, sides]) => ({ ...base, ...sides }))
    )
  }
  if (targets.nodes.length >= 3) {
    shapes.push(
      fc
        .tuple(
          fc.record({ ...fields, shape: fc.constant("bridge" as const) }),
          cut(all, fc.constantFrom(...targets.nodes))
        )
        .map(([base, sides]) => ({ ...base, ...sides }))
    )
  }
  return fc.oneof(...shapes)
}

type NodeFaultKind = Extract<Fault, { readonly node: string }>["_tag"]

/** An arbitrary for a fault of a node, one of these; the smallest value is the least harm. */
const ofNode = (
  kind: NodeFaultKind,
  base: ReturnType<typeof window>,
  nodes: ReadonlyArray<string>
): fc.Arbitrary<Fault> | undefined => {
  if (nodes.length === 0) return undefined
  const node = fc.constantFrom(...nodes)
  switch (kind) {
    case "Slow": {
      const stepMs = fc.integer({ min: 1, max: 500 })
      return fc.record({ _tag: fc.constant(kind), ...base, node, stepMs })
    }
    case "ClockJump": {
      const byMs = fc.oneof(
        fc.integer({ min: -1_000, max: 1_000 }),
        fc.integer({ min: -60_000, max: 60_000 }),
        fc.integer({ min: -clockJumpMsMax, max: clockJumpMsMax })
      )
      return fc.record({ _tag: fc.constant(kind), ...base, node, byMs })
    }
    case "ClockDrift": {
      const ppm = fc.oneof(
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: -clockDriftPpmMax, max: clockDriftPpmMax })
      )
      return fc.record({ _tag: fc.constant(kind), ...base, node, ppm })
    }
    case "SlowDisk": {
      const extraMs = fc.integer({ min: 1, max: 2_000 })
      return fc.record({ _tag: fc.constant(kind), ...base, node, extraMs })
    }
    default:
      return fc.record({ _tag: fc.constant(kind), ...base, node })
  }
}

/** An arbitrary for one kind of fault; `undefined` when the graph has nothing it could act on. */
export const ofKind = (
  kind: FaultKind,
  id: string,
  targets: Targets,
  overMs: number
): fc.Arbitrary<Fault> | undefined => {
  const base = window(id, overMs)
  switch (kind) {
    case "Crash":
    case "Restart":
    case "Pause":
    case "Slow":
    case "ClockJump":
    case "ClockDrift":
    case "ClockFreeze":
      return ofNode(kind, base, targets.harmed)
    case "SlowDisk":
    case "FailingDisk":
    case "FullDisk":
      return ofNode(kind, base, targets.disks)
    default:
      break
  }
  if (targets.links.length === 0) return undefined
  if (kind === "Partition") return partition(id, targets, overMs)
  const link = fc.constantFrom(...targets.links)
  if (kind === "SlowLink") {
    return fc
      .tuple(fc.record(base), link, fc.integer({ min: 1, max: 5_000 }))
      .map(([fields, ends, extraMs]) => ({ _tag: kind, ...fields, ...ends, extraMs }))
  }
  return fc
    .tuple(fc.record(base), link)
    .map(([fields, ends]) => ({ _tag: kind, ...fields, ...ends }))
}

/**
 * Draws the plan of a run: each kind on or off, then up to `faultsMax` faults of the kinds that
 * are on. One run in four has none, so that turbulence of the other sort is seen alone.
 */
export const drawPlan = (
  seed: number,
  targets: Targets,
  admitted: Admitted
): ReadonlyArray<DrawnFault> => {
  const on = admitted.kinds.filter(
    (kind) =>
      (targets.disks.length > 0 || !diskFaultKinds.includes(kind)) &&
      Swarm.isOn(seed, `fault ${kind}`)
  )
  const pick = (purpose: string, below: number): number =>
    (mix(seed, hashText(purpose)) >>> 0) % below
  if (on.length === 0 || admitted.faultsMax === 0 || pick("no faults", 4) === 0) return []
  const count = 1 + pick("fault count", admitted.faultsMax)
  const plan: Array<DrawnFault> = []
  for (let index = 0; index < count; index++) {
    const id = `f-${index + 1}`
    const kind = on[pick(`kind ${id}`, on.length)]
    if (kind === undefined) continue
    const arbitrary = ofKind(kind, id, targets, admitted.overMs)
    if (arbitrary === undefined) continue
    const drawn = Generate.draw(arbitrary, seed, `fault ${id}`)
    plan.push({ fault: drawn.value, drawn, arbitrary })
  }
  return plan
}
