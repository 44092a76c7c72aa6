/**
 * From a cause to a recording: flies once more with everything written down.
 */
import { Effect } from "effect"
import { digest } from "../recording/Digest.ts"
import type { Event } from "../recording/Event.ts"
import * as Header from "../recording/Header.ts"
import * as Entropy from "../turbulence/Entropy.ts"
import * as Seed from "../turbulence/Seed.ts"
import type { Deviation } from "../turbulence/ChoicePoint.ts"
import type { DrawnRun } from "./Draw.ts"
import { signatureOf } from "./Explore.ts"
import * as Flight from "./Flight.ts"
import type { Scenario } from "./Scenario.ts"
import * as Workload from "./Workload.ts"

/** What only the caller knows of a recording. */
export interface Provenance {
  readonly runIndex: number
  readonly commit: string | undefined
  /** The release of Downforce. */
  readonly version: string
}

/** A recorded flight. */
export interface Recorded {
  readonly flown: Flight.Flown
  readonly header: Header.Header
  readonly events: ReadonlyArray<Event>
  /** Deviations of the cause whose choice point the flight did not come to. */
  readonly unreached: ReadonlyArray<Deviation>
}

const headerOf = (
  scenario: Scenario,
  cause: Header.Cause,
  flown: Flight.Flown,
  events: ReadonlyArray<Event>,
  provenance: Provenance
): Header.Header => {
  const { tunnel } = scenario
  const { violation } = flown
  const clients = Array.from({ length: tunnel.workload.clients }, (_, index) => ({
    name: Workload.clientName(index),
    role: "client" as const
  }))
  return {
    formatVersion: Header.formatVersion,
    downforce: provenance.version,
    ...(provenance.commit === undefined ? {} : { commit: provenance.commit }),
    scenario: scenario.id,
    title: tunnel.name,
    ...(tunnel.source === undefined ? {} : { source: sourceIn(scenario.file, tunnel.source) }),
    system: tunnel.system.name,
    nodes: [...tunnel.system.nodes.map(({ name, role }) => ({ name, role })), ...clients],
    runIndex: provenance.runIndex,
    cause,
    ...(violation === undefined
      ? {}
      : {
          failure: {
            property: violation.property,
            ...violation.counterexample,
            signature: signatureOf(violation),
            step: violation.step
          }
        }),
    events: events.length,
    simulatedMicros: flown.simulatedMicros,
    digest: digest(events),
    needed: []
  }
}

/** The declaration's line in the file it was found in: recordings hold no path of a machine. */
const sourceIn = (file: string, source: string): string => {
  const line = /:(\d+)$/.exec(source)?.[1]
  return line === undefined ? file : `${file}:${line}`
}

/**
 * Flies a plan with everything written down. The deviations of the cause are those that were made,
 * and its workload, where operations come from a source, those that were begun.
 */
export const ofPlan = Effect.fnUntraced(function* (
  scenario: Scenario,
  plan: Omit<Flight.Plan, "scenario" | "isRecorded">,
  provenance: Provenance
): Effect.fn.Return<Recorded> {
  const flown = yield* Flight.fly({ ...plan, scenario: scenario.tunnel, isRecorded: true })
  const events = flown.recorder?.events() ?? []
  const cause = {
    seed: Seed.toText(plan.seed),
    workload: plan.source === undefined ? plan.operations : flown.begun,
    faults: plan.faults,
    deviations: flown.recorder?.deviations() ?? []
  }
  const header = headerOf(scenario, cause, flown, events, provenance)
  return { flown, events, header, unreached: [] }
})

/** Flies a stored cause and records it. What the cause does not list is calm. */
export const ofCause = Effect.fnUntraced(function* (
  scenario: Scenario,
  cause: Header.Cause,
  provenance: Provenance
): Effect.fn.Return<Recorded> {
  const entropy = Entropy.fromDeviations(cause.deviations)
  const { faults, workload } = cause
  // Schemas have already refused seeds that are not hexadecimal.
  const seed = Seed.fromText(cause.seed) ?? 0
  const plan = { seed, operations: workload, faults, entropy }
  const recorded = yield* ofPlan(scenario, plan, provenance)
  return { ...recorded, unreached: entropy.unreached() }
})

/** Flies the run of a seed as it is drawn, and records it. */
export const ofDrawn = (
  scenario: Scenario,
  drawn: DrawnRun,
  provenance: Provenance
): Effect.Effect<Recorded> =>
  ofPlan(
    scenario,
    {
      seed: drawn.seed,
      operations: drawn.operations.map(({ operation }) => operation),
      faults: drawn.faults.map(({ fault }) => fault),
      entropy: drawn.entropy
    },
    provenance
  )
