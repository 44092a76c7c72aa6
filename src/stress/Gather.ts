/**
 * From the probes of a search to what its report says of them: the curve, what is exhausted, which
 * calls multiply, what is left, and the pair on either side of the edge.
 *
 * Pure. Works on the probes whose answers the search used, so it is the same for any crew.
 */
import * as Bottleneck from "./Bottleneck.ts"
import type { Flown } from "./Drive.ts"
import type { Residue } from "./Baseline.ts"
import type { EdgeUse } from "./Meter.ts"
import * as Percentile from "./Percentile.ts"
import type { System } from "../system/System.ts"
import type { Amplification, Cost, CurvePoint, EdgeProbe } from "./StressResult.ts"
import { mix } from "../turbulence/Seed.ts"
import { keyText } from "../turbulence/Entropy.ts"

/** So many probes on each side of the edge say what is exhausted, and what was not yet. */
export const edgeProbes = 5

const isValid = ({ measured }: Flown): boolean => measured.outcome._tag !== "invalid"
const isFail = ({ measured }: Flown): boolean => measured.outcome._tag === "fail"
const isPass = ({ measured }: Flown): boolean => measured.outcome._tag === "pass"

const median = (values: ReadonlyArray<number | null>): number | null => {
  // No answer is slower than any.
  const all = values.map((value) => value ?? Number.POSITIVE_INFINITY)
  const middle = Percentile.of(all, 50)
  return middle === undefined || !Number.isFinite(middle) ? null : middle
}

const sumOf = (flights: ReadonlyArray<Flown>, of: (flown: Flown) => number): number =>
  flights.reduce((sum, flown) => sum + of(flown), 0)

const pointOf = (x: number, flights: ReadonlyArray<Flown>): CurvePoint => {
  const levels = flights[0]?.measured.levels ?? []
  const offered = sumOf(flights, ({ measured }) => measured.offered)
  return {
    x,
    passes: flights.filter(isPass).length,
    trials: flights.length,
    p50Micros: median(flights.map(({ measured }) => measured.latencyMicros.p50)),
    p99Micros: median(flights.map(({ measured }) => measured.latencyMicros.p99)),
    okShare: sumOf(flights, ({ measured }) => measured.ok) / Math.max(1, offered),
    levels: levels.map(({ level }, at) => ({
      level,
      mean: sumOf(flights, ({ measured }) => measured.levels[at]?.value ?? 0) / flights.length
    }))
  }
}

/** All valid probes by their point, the lowest first. */
export const curve = (flights: ReadonlyArray<Flown>): ReadonlyArray<CurvePoint> => {
  const byPoint = new Map<number, Array<Flown>>()
  for (const flown of flights.filter(isValid)) {
    const known = byPoint.get(flown.setting.x)
    if (known === undefined) byPoint.set(flown.setting.x, [flown])
    else known.push(flown)
  }
  return [...byPoint]
    .sort(([one], [other]) => one - other)
    .map(([x, flights]) => pointOf(x, flights))
}

/** By their distance from the edge, the nearest first; of equals the first that was flown. */
const nearest = (flights: ReadonlyArray<Flown>, edge: number): ReadonlyArray<Flown> =>
  flights.toSorted(
    (one, other) => Math.abs(one.setting.x - edge) - Math.abs(other.setting.x - edge)
  )

/** The failing probes just over an edge; those nearest to it if none is over it. */
export const over = (flights: ReadonlyArray<Flown>, edge: number): ReadonlyArray<Flown> => {
  const fails = flights.filter(isFail)
  const beyond = fails.filter(({ setting }) => setting.x >= edge)
  return nearest(beyond.length > 0 ? beyond : fails, edge).slice(0, edgeProbes)
}

/** The passing probes just under an edge. */
export const under = (flights: ReadonlyArray<Flown>, edge: number): ReadonlyArray<Flown> => {
  const passes = flights.filter(isPass)
  const below = passes.filter(({ setting }) => setting.x <= edge)
  return nearest(below.length > 0 ? below : passes, edge).slice(0, edgeProbes)
}

/** What is exhausted in these probes, and nothing behind it is. */
export const bottleneck = (
  system: System,
  flights: ReadonlyArray<Flown>
): Bottleneck.Bottleneck | undefined =>
  Bottleneck.find(system, Bottleneck.mean(flights.map(({ measured }) => measured.resources)))

const callsOf = (flights: ReadonlyArray<Flown>): ReadonlyMap<string, EdgeUse> => {
  const means = new Map<string, EdgeUse>()
  for (const { measured } of flights) {
    for (const { callsPerRequest, from, to } of measured.edges) {
      const key = `${from}>${to}`
      const sum = means.get(key)?.callsPerRequest ?? 0
      means.set(key, { from, to, callsPerRequest: sum + callsPerRequest / flights.length })
    }
  }
  return means
}

/** How many calls each edge makes for a request, under the edge of the cliff and over it. */
export const amplification = (
  below: ReadonlyArray<Flown>,
  above: ReadonlyArray<Flown>
): ReadonlyArray<Amplification> => {
  const usual = callsOf(below)
  return [...callsOf(above)].map(([key, { callsPerRequest, from, to }]) => ({
    from,
    to,
    below: usual.get(key)?.callsPerRequest ?? 0,
    above: callsPerRequest
  }))
}

/** What was not back in some of these probes, by name; the worst of each. */
export const residues = (flights: ReadonlyArray<Flown>): ReadonlyArray<Residue> => {
  const worst = new Map<string, Residue>()
  for (const residue of flights.flatMap(({ measured }) => measured.residues)) {
    const known = worst.get(residue.name)
    if (residue.isBack || (known !== undefined && known.after >= residue.after)) continue
    worst.set(residue.name, residue)
  }
  return [...worst.values()]
}

/** The probes to look at: the nearest on either side of the edge. */
export const edgePair = (
  below: ReadonlyArray<Flown>,
  above: ReadonlyArray<Flown>
): ReadonlyArray<EdgeProbe> => {
  const [passing] = below
  const [failing] = above
  const probe = (side: EdgeProbe["side"], { measured, seed, setting }: Flown): EdgeProbe => ({
    side,
    setting,
    seed,
    criteria:
      measured.outcome._tag === "fail" ? measured.outcome.criteria.map(({ name }) => name) : []
  })
  return [
    ...(passing === undefined ? [] : [probe("under", passing)]),
    ...(failing === undefined ? [] : [probe("over", failing)])
  ]
}

/** What probes cost, all together. */
export const cost = (flights: ReadonlyArray<Flown>): Cost => ({
  probes: flights.length,
  invalid: flights.filter((flown) => !isValid(flown)).length,
  requests: sumOf(flights, ({ measured }) => measured.requests),
  steps: sumOf(flights, ({ measured }) => measured.steps),
  simulatedMicros: sumOf(flights, ({ measured }) => measured.simulatedMicros)
})

/** A digest of probes in their order, 14 hexadecimal digits. */
export const digest = (flights: ReadonlyArray<Flown>): string => {
  let high = 0
  let low = 0
  for (const { measured } of flights) {
    high = mix(high, measured.digest >>> 0)
    low = mix(low, Math.floor(measured.digest / 0x1_0000_0000) ^ high)
  }
  return keyText((high & 0x1fffff) * 0x1_0000_0000 + (low >>> 0))
}
