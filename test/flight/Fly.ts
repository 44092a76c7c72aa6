/** Short ways for tests to fly a scenario, and sources of outcomes that a test controls. */
import { Effect, Result } from "effect"
import { drawRun, type DrawnRun } from "../../src/flight/Draw.ts"
import * as Flight from "../../src/flight/Flight.ts"
import type { Scenario } from "../../src/flight/Scenario.ts"
import * as Guards from "../../src/kernel/Guards.ts"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import type { Event } from "../../src/recording/Event.ts"
import type * as Header from "../../src/recording/Header.ts"
import type { ChoiceKind } from "../../src/turbulence/ChoicePoint.ts"
import { calm, type Entropy } from "../../src/turbulence/Entropy.ts"
import type { Fault } from "../../src/turbulence/Fault.ts"

/** A question of client 1 to the front of a pair, as recordings keep it. */
export const ask = (id: string, atMs: number, text = id, client = 1): Header.Operation => ({
  id,
  client: `client-${client}`,
  atMs,
  contract: "Front",
  procedure: "ask",
  payload: { text }
})

/** What may be set for one flight. */
export interface Setting {
  readonly operations: ReadonlyArray<Header.Operation>
  readonly faults?: ReadonlyArray<Fault>
  readonly entropy?: Entropy
  readonly seed?: number
  readonly isRecorded?: boolean
  readonly onTakeOff?: (flying: Flight.Flying) => void
}

// Around all flights of a file, as around those of a batch: each would put them in place again.
Guards.install()

const planOf = (scenario: WindTunnel, setting: Setting): Flight.Plan => ({
  scenario,
  seed: setting.seed ?? 1,
  operations: setting.operations,
  faults: setting.faults ?? [],
  entropy: setting.entropy ?? calm,
  isRecorded: setting.isRecorded ?? false,
  ...(setting.onTakeOff === undefined ? {} : { onTakeOff: setting.onTakeOff })
})

/** Flies a scenario with just these operations, by default in calm air. It makes no promise. */
export const flyWith = (scenario: WindTunnel, setting: Setting): Flight.Flown =>
  Effect.runSync(Flight.fly(planOf(scenario, setting)))

/** The same where the code of the flight makes promises. */
export const flyTurning = (scenario: WindTunnel, setting: Setting): Promise<Flight.Flown> =>
  Effect.runPromise(Flight.fly(planOf(scenario, setting)))

/** By the id of an operation, its outcome in a few words. */
export const outcomes = (flown: Flight.Flown): Record<string, string> =>
  Object.fromEntries(
    flown.history.map(({ id, outcome }) => {
      switch (outcome?._tag) {
        case "ok":
          return [id, String(outcome.value)]
        case "fail":
          return [id, "fail"]
        case "info":
          return [id, `info: ${outcome.reason}`]
        default:
          return [id, "none"]
      }
    })
  )

/** The events of a recorded flight. */
export const eventsOf = (flown: Flight.Flown): ReadonlyArray<Event> =>
  flown.recorder?.events() ?? []

/** By kind of choice, which of them (from 0, in the order they are made) have which outcome. */
export type Script = { readonly [Kind in ChoiceKind]?: Readonly<Record<number, number>> }

/** Calm but for the choices of a script. */
export const scripted = (script: Script): Entropy => {
  const made = new Map<ChoiceKind, number>()
  return {
    choose: (kind) => {
      const index = made.get(kind) ?? 0
      made.set(kind, index + 1)
      return script[kind]?.[index] ?? 0
    }
  }
}

/** A scenario as if it had been found in a file. */
export const placed = (tunnel: WindTunnel): Scenario => ({
  id: "toys/scenario",
  file: "simulations/toys.ts",
  tunnel
})

/** Draws a run; the toys' own workloads can always be drawn. */
export const drawn = (tunnel: WindTunnel, seed: number): DrawnRun =>
  Result.getOrThrow(drawRun(tunnel, seed))

/** Flies the run of a seed as its batch would. */
export const flySeed = (tunnel: WindTunnel, seed: number, isRecorded = false): Flight.Flown => {
  const { entropy, faults, operations } = drawn(tunnel, seed)
  return Effect.runSync(
    Flight.fly({
      scenario: tunnel,
      seed,
      operations: operations.map(({ operation }) => operation),
      faults: faults.map(({ fault }) => fault),
      entropy,
      isRecorded
    })
  )
}
