/**
 * A breaking point or an envelope with its place in the project, and its single points as scenarios
 * that fly like any other.
 *
 * Owns the name of a point, `checkout/request-rate@84.5`: recordings of probes are of that
 * scenario, so that replaying one needs nothing but the name.
 */
import { Result } from "effect"
import type { Scenario } from "../flight/Scenario.ts"
import type { InvalidScenario } from "../flight/WindTunnel.ts"
import type { BreakingPoint } from "./BreakingPoint.ts"
import type { Envelope } from "./Envelope.ts"
import * as Stressed from "./Stressed.ts"
import * as Trial from "./Trial.ts"

/** A scenario that is searched, as it was found in a file. */
export interface StressScenario {
  /** `<path under simulations, without extension>/<kebab-case name>`; unique in a project. */
  readonly id: string
  /** The file it was exported from, relative to the project, with forward slashes. */
  readonly file: string
  readonly stress: BreakingPoint | Envelope
}

/** Any scenario that a file may export. */
export type AnyScenario = Scenario | StressScenario

/** Whether a scenario is searched, not flown in a batch. */
export const isStress = (scenario: AnyScenario): scenario is StressScenario => "stress" in scenario

/** Whether a scenario is flown in a batch. */
export const isTunnel = (scenario: AnyScenario): scenario is Scenario => !isStress(scenario)

/** What a scenario is called, is about, and where it is declared. */
export const faceOf = (
  scenario: AnyScenario
): {
  readonly kind: "wind-tunnel" | "breaking-point" | "envelope"
  readonly name: string
  readonly system: string
  readonly source: string | undefined
} => {
  if (!isStress(scenario)) {
    const { kind, name, source, system } = scenario.tunnel
    return { kind, name, source, system: system.name }
  }
  const { kind, name, source, system } = scenario.stress
  return { kind, name, source, system }
}

/** A number without the sign of its exponent: `1e21`. */
const numberText = (value: number): string => `${value}`.replace("+", "")

/**
 * The id of a point: `id@x`, `id@x,y` or, with a trigger, `id@x+trigger` and `id@x+trigger+left`.
 */
export const pointId = (id: string, { left, trigger, x, y }: Stressed.Setting): string => {
  const at = y === undefined ? numberText(x) : `${numberText(x)},${numberText(y)}`
  if (trigger === undefined) return `${id}@${at}`
  // The load is cut after a trigger, and never without one.
  const cut = left === undefined ? "" : `+${numberText(left)}`
  return `${id}@${at}+${encodeURIComponent(trigger)}${cut}`
}

/** What is after the last `@` of the id of a point; names of triggers have none, encoded. */
const pointPattern =
  /^(?<id>.+)@(?<x>[^@,+]+)(?:,(?<y>[^@,+]+))?(?:\+(?<trigger>[^@+]+)(?:\+(?<left>[^@+]+))?)?$/u

const decoded = (trigger: string): string | undefined => {
  try {
    return decodeURIComponent(trigger)
  } catch {
    return undefined
  }
}

/** Reads the id of a point; `undefined` when it is none. */
export const parsePointId = (
  text: string
): { readonly id: string; readonly setting: Stressed.Setting } | undefined => {
  const { id, left, trigger, x, y } = pointPattern.exec(text)?.groups ?? {}
  if (id === undefined || x === undefined) return undefined
  const numbers = [x, y ?? "0", left ?? "0"]
  if (!numbers.every((number) => number.trim() !== "" && Number.isFinite(Number(number)))) {
    return undefined
  }
  const name = trigger === undefined ? undefined : decoded(trigger)
  if (trigger !== undefined && name === undefined) return undefined
  return {
    id,
    setting: {
      x: Number(x),
      ...(y === undefined ? {} : { y: Number(y) }),
      ...(name === undefined ? {} : { trigger: name }),
      ...(left === undefined ? {} : { left: Number(left) })
    }
  }
}

/** A point as a scenario of its own: judged by its levels, and flown from a recorded workload. */
export const pointOf = (
  { file, id, stress }: StressScenario,
  setting: Stressed.Setting
): Result.Result<Scenario, InvalidScenario> =>
  Result.map(Stressed.flyableAt(stress, setting), ({ trial }) => ({
    id: pointId(id, setting),
    file,
    tunnel: Trial.judged(trial, stress.levels)
  }))
