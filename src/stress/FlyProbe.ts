/**
 * One probe: flies a trial at one point, from a seed, and says what it came to.
 *
 * Owns the judgement. A probe passes when every service level holds, the backlog does not grow,
 * every safety property holds, and everything is as before when the load has gone. It is *invalid*
 * when the load was not what it should have been: then it says nothing about the system.
 */
import { Effect } from "effect"
import * as Flight from "../flight/Flight.ts"
import type { Leak } from "../kernel/Surroundings.ts"
import type { HistoryEntry } from "../property/History.ts"
import * as Entropy from "../turbulence/Entropy.ts"
import * as FaultPlan from "../turbulence/FaultPlan.ts"
import * as Swarm from "../turbulence/Swarm.ts"
import { targetsOf } from "../flight/Draw.ts"
import type { Fault } from "../turbulence/Fault.ts"
import * as Backlog from "./Backlog.ts"
import type { Residue } from "./Baseline.ts"
import * as Level from "./Level.ts"
import * as LoadSource from "./LoadSource.ts"
import * as Meter from "./Meter.ts"
import * as Percentile from "./Percentile.ts"
import type { Criterion, Outcome } from "./Probe.ts"
import type { Trial } from "./Trial.ts"

/** A trial with what is done to its load, ready to be flown. */
export interface Flyable {
  readonly trial: Trial
  readonly levels: ReadonlyArray<Level.Level>
  readonly timetable: LoadSource.Timetable
  /** Faults of a trigger, besides those of the trial. */
  readonly faults: ReadonlyArray<Fault>
}

/** What a probe came to. Plain data: it crosses from worker threads. */
export interface Measured {
  readonly outcome: Outcome
  readonly levels: ReadonlyArray<Level.Read>
  /** Of the requests measured, in microseconds; `null` where there is none or no answer. */
  readonly latencyMicros: {
    readonly p50: number | null
    readonly p90: number | null
    readonly p99: number | null
  }
  /** Requests measured, and how many of them were answered ok. */
  readonly offered: number
  readonly ok: number
  /** All requests of the flight. */
  readonly requests: number
  readonly resources: ReadonlyArray<Meter.ResourceUse>
  readonly edges: ReadonlyArray<Meter.EdgeUse>
  readonly residues: ReadonlyArray<Residue>
  readonly steps: number
  readonly simulatedMicros: number
  readonly digest: number
  /** The author's own code failed: a sentence. Nothing else counts then. */
  readonly authorError: string | undefined
  readonly leaks: ReadonlyArray<Leak>
}

/** A request that begins later than this was not made as it should have been, in microseconds. */
export const lateMicrosMax = 1_000
/** The share of measured requests that may be late before a probe is invalid. */
export const lateShareMax = 0.01
/** A probe of fewer measured requests than this says nothing. */
export const requestsMin = 10
/** What failing to get over a load is called. */
export const baselineCriterion = "returns to baseline"
/** What a backlog that grows is called. */
export const backlogCriterion = "backlog does not grow"

/** How a flight of a flyable is planned; a recorded one flies what an unrecorded one did. */
export const planOf = (
  { faults, timetable, trial }: Flyable,
  seed: number,
  isRecorded: boolean
): { readonly plan: Flight.Plan; readonly source: LoadSource.LoadSource } => {
  const { tunnel } = trial
  const { kinds, rates } = tunnel.turbulence
  const source = LoadSource.make(trial.load, timetable, seed)
  const plan: Flight.Plan = {
    scenario: tunnel,
    seed,
    operations: [],
    faults: [...trial.faults, ...faults, ...drawnFaults(trial, seed)],
    entropy: Entropy.fromSeed(seed, rates ?? Swarm.rates(seed, kinds)),
    isRecorded,
    source
  }
  return { plan, source }
}

/** The faults that a swarm draws for this probe, anywhere within the load. */
const drawnFaults = ({ load, tunnel }: Trial, seed: number): ReadonlyArray<Fault> => {
  const { faults, faultsMax } = tunnel.turbulence
  if (faults.length === 0) return []
  const overMs = Math.floor((load.warmUpMicros + load.measureMicros) / 1_000)
  const drawn = FaultPlan.drawPlan(seed, targetsOf(tunnel), { kinds: faults, faultsMax, overMs })
  return drawn.map(({ fault }) => ({ ...fault, id: `s-${fault.id}` }))
}

/** Flies a probe. */
export const flyProbe = Effect.fnUntraced(function* (
  flyable: Flyable,
  seed: number
): Effect.fn.Return<Measured> {
  const { levels, timetable, trial } = flyable
  const { plan, source } = planOf(flyable, seed, false)
  const averages = levels.filter((level) => level._tag === "average")
  const meter = Meter.make(source, timetable, averages, trial.baseline)
  const watched: typeof source = {
    ...source,
    first: (now) => {
      meter.onBegin()
      return source.first(now)
    }
  }
  const { onLanding, onTakeOff } = meter
  const flown = yield* Flight.fly({ ...plan, source: watched, onTakeOff, onLanding })
  const metered = meter.read()
  const measured = flown.history.filter(LoadSource.isMeasured)
  const reads = levels.map((level) => Level.read(level, measured, metered.averages))
  const latencies = Percentile.make(measured.map(Level.latencyMicros))
  const finite = (percent: number): number | null => {
    const micros = latencies.at(percent)
    return micros === undefined || !Number.isFinite(micros) ? null : micros
  }
  const stranger = flown.strangers[0]
  return {
    outcome: judge(flown, measured, reads, metered, source, timetable),
    levels: reads,
    latencyMicros: { p50: finite(50), p90: finite(90), p99: finite(99) },
    offered: measured.length,
    ok: measured.filter(({ outcome }) => outcome?._tag === "ok").length,
    requests: flown.history.length,
    resources: metered.resources,
    edges: edgesOf(metered, measured.length, trial),
    residues: metered.residues,
    steps: flown.steps,
    simulatedMicros: flown.simulatedMicros,
    digest: flown.digest,
    authorError:
      source.authorError() ??
      metered.authorError ??
      flown.threw?.message ??
      (stranger === undefined ? undefined : `${stranger.where}: ${stranger.reason}`),
    leaks: flown.leaks
  }
})

/** Why a probe says nothing; `undefined` when it does say something. */
const invalidity = (
  flown: Flight.Flown,
  measured: ReadonlyArray<HistoryEntry>,
  source: LoadSource.LoadSource
): string | undefined => {
  // A flight that a violation ended is cut short, and says enough.
  if (flown.violation !== undefined) return undefined
  if (source.begunAt() === undefined) return flown.unknown[0] ?? "the system never came up"
  const shortage = source.shortage()
  if (shortage !== undefined) return shortage
  const limit = flown.unknown.find((reason) => reason.startsWith("stepsMax"))
  if (limit !== undefined) return limit
  const late = measured.filter(
    ({ intendedAt, startedAt }) => startedAt - intendedAt > lateMicrosMax
  ).length
  if (late > lateShareMax * measured.length) {
    return `the generator began ${late} of ${measured.length} requests late: too many were under way`
  }
  if (measured.length < requestsMin) {
    return `only ${measured.length} requests were measured, at least ${requestsMin} are needed`
  }
  return undefined
}

const judge = (
  flown: Flight.Flown,
  measured: ReadonlyArray<HistoryEntry>,
  reads: ReadonlyArray<Level.Read>,
  metered: Meter.Metered,
  source: LoadSource.LoadSource,
  timetable: LoadSource.Timetable
): Outcome => {
  const reason = invalidity(flown, measured, source)
  if (reason !== undefined) return { _tag: "invalid", reason }
  const { violation } = flown
  const criteria: Array<Criterion> = []
  if (violation !== undefined) criteria.push({ name: violation.property, isSafety: true })
  const isBack = metered.residues.every((residue) => residue.isBack) && flown.unknown.length === 0
  if (violation === undefined && !isBack) {
    criteria.push({ name: baselineCriterion, isSafety: true })
  }
  const readings = reads.map(({ allowed, level, value }) => ({ level, value, allowed }))
  if (violation === undefined) {
    for (const { allowed, level, value } of readings) {
      // What is no number is no service.
      if (!(value <= allowed)) criteria.push({ name: level, isSafety: false })
    }
    const begunAt = source.begunAt() ?? 0
    const from = begunAt + timetable.fromMicros
    const until = begunAt + timetable.untilMicros
    if (Backlog.hasGrown(flown.history, from, until, measured.length)) {
      criteria.push({ name: backlogCriterion, isSafety: false })
    }
  }
  return criteria.length === 0
    ? { _tag: "pass", readings }
    : { _tag: "fail", readings: violation === undefined ? readings : [], criteria }
}

/** Calls from service to service, clients together, for each request. */
const edgesOf = (
  { calls }: Meter.Metered,
  requests: number,
  { tunnel }: Trial
): ReadonlyArray<Meter.EdgeUse> => {
  const services = new Map(tunnel.system.nodes.map(({ name, service }) => [name, service.name]))
  const sums = new Map<string, { from: string; to: string; calls: number }>()
  for (const { calls: begun, from, to } of calls) {
    const ends = { from: services.get(from) ?? "clients", to: services.get(to) ?? to }
    const key = `${ends.from}>${ends.to}`
    const sum = sums.get(key) ?? { ...ends, calls: 0 }
    sums.set(key, { ...sum, calls: sum.calls + begun })
  }
  return [...sums.values()].map(({ calls, from, to }) => ({
    from,
    to,
    callsPerRequest: calls / Math.max(1, requests)
  }))
}
