/**
 * Judges the properties of a scenario over one flight, while it flies.
 *
 * The flight tells it what happened and when, and it answers what that means. Owns no flying, no
 * counting over a batch and no texts but those of bounds that ran out.
 *
 * The first finding ends the judging: from then on it is what every question is answered with,
 * and no check runs again. A check that throws, or answers what no check may answer, is a finding
 * of its own kind: `CheckThrew` is the author's error, neither a pass nor a violation. It is a
 * value, not a defect, so that the flight can name the property and end as wrongly written.
 */
import type { Counterexample, Verdict } from "./Verdict.ts"
import type { Always, Eventually, Property, Sometimes } from "./Property.ts"
import type { View } from "./View.ts"
import { Data } from "effect"
import { durationText } from "../turbulence/ChoicePoint.ts"
import { evidence } from "./Property.ts"
import { holds, unknown as unknownVerdict, violated } from "./Verdict.ts"

/** A property was violated. */
export interface Violation {
  readonly _tag: "Violation"
  readonly property: string
  readonly counterexample: Counterexample
}

/** A property could not be judged because its own code failed. */
export class CheckThrew extends Data.TaggedError("CheckThrew")<{
  readonly property: string
  /** What was thrown. */
  readonly thrown: unknown
}> {
  override get message(): string {
    const { thrown } = this
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return `the check of property "${this.property}" threw ${what}`
  }
}

/** What ends the judging of a flight. */
export type Finding = Violation | CheckThrew

/**
 * How a flight ended. `quiescent`: nothing is left that could ever happen. `settled`: it was ended
 * because nothing was left to wait for. `horizon`: its time, or another limit of it, was up.
 */
export type Ending = "quiescent" | "settled" | "horizon"

/** What a flight came to. */
export interface Conclusion {
  readonly finding: Finding | undefined
  /** What could not be decided and why, as `<property>: <reason>`, in order of declaration. */
  readonly unknown: ReadonlyArray<string>
}

/** The judge of one flight. Times never decrease from call to call. */
export interface Monitor {
  /**
   * Looks at the flight; to be called after every event that may have changed something, and once
   * right after `settle`. Every Always is checked, every Eventually that still waits and whose
   * anchor is known, and every Sometimes not yet reached.
   */
  readonly observe: (view: View) => Finding | undefined
  /** The workload is done and the last fault has healed. Only the first call counts. */
  readonly settle: (timeMicros: number) => void
  /**
   * The earliest virtual time at which a waiting Eventually will have failed: to be observed then
   * even if nothing happens. `undefined` when none waits.
   */
  readonly deadline: () => number | undefined
  /** Whether every Eventually is satisfied, so that the flight may end early. */
  readonly settled: () => boolean
  /** The flight is over: `view` is its last moment, and all that happens until then happened. */
  readonly finish: (view: View, ending: Ending) => Conclusion
  /** The names of the Sometimes reached so far, in order of declaration. */
  readonly reached: () => ReadonlyArray<string>
}

/** Makes the judge of one flight. */
export const make = (properties: ReadonlyArray<Property>): Monitor => {
  const judging: Judging = {
    always: properties.filter((property) => property._tag === "Always"),
    unreached: new Set(properties.filter((property) => property._tag === "Sometimes")),
    waiting: new Map(
      properties
        .filter((property) => property._tag === "Eventually")
        .map((property) => [property, { latest: undefined, missed: false }])
    ),
    settledAt: undefined
  }
  let finding: Finding | undefined
  const observe = (view: View): Finding | undefined => {
    finding ??= look(judging, view)
    return finding
  }
  return {
    observe,
    settle: (timeMicros) => {
      judging.settledAt ??= timeMicros
    },
    deadline: () => earliestFailure(judging),
    settled: () => judging.waiting.size === 0,
    finish: (view, ending) => {
      if (observe(view) !== undefined) return { finding, unknown: [] }
      const unknown: Array<string> = []
      for (const property of properties) {
        const judged = attempt(property.name, () => {
          const verdict = verdictAtEnd(judging, property, view, ending)
          if (verdict._tag === "violated") return violation(property.name, verdict.counterexample)
          if (verdict._tag === "unknown") unknown.push(`${property.name}: ${verdict.reason}`)
          return undefined
        })
        finding ??= judged
      }
      return { finding, unknown }
    },
    reached: () =>
      properties
        .filter((property) => property._tag === "Sometimes" && !judging.unreached.has(property))
        .map(({ name }) => name)
  }
}

/** What is known of an Eventually that is not satisfied yet. */
interface Wait {
  /** The evidence of the latest look at it; `undefined` before the first. */
  latest: Counterexample | undefined
  /** Nobody looked while there was time: whether it held then cannot be known any more. */
  missed: boolean
}

/** What changes while a flight is judged. */
interface Judging {
  readonly always: ReadonlyArray<Always>
  readonly unreached: Set<Sometimes>
  /** What is not satisfied yet, in order of declaration. */
  readonly waiting: Map<Eventually, Wait>
  settledAt: number | undefined
}

/** Looks at everything that is judged step by step; the first finding ends it. */
const look = (judging: Judging, view: View): Finding | undefined => {
  for (const { check, name } of judging.always) {
    const found = attempt(name, () => {
      const counterexample = evidence(name, check(view))
      return counterexample === undefined ? undefined : violation(name, counterexample)
    })
    if (found !== undefined) return found
  }
  for (const [property, wait] of judging.waiting) {
    const found = lookAtWaiting(judging, property, wait, view)
    if (found !== undefined) return found
  }
  for (const property of judging.unreached) {
    const found = attempt(property.name, () => {
      if (isReached(property.check(view))) judging.unreached.delete(property)
      return undefined
    })
    if (found !== undefined) return found
  }
  return undefined
}

const lookAtWaiting = (
  judging: Judging,
  property: Eventually,
  wait: Wait,
  view: View
): Finding | undefined => {
  const { check, name, withinMicros } = property
  const last = lastInstant(judging, property)
  if (last === undefined || wait.missed) return undefined
  if (view.time > last) {
    if (wait.latest !== undefined) return violation(name, wait.latest)
    wait.missed = true
    return undefined
  }
  return attempt(name, () => {
    const late = `it did not come to hold within ${durationText(withinMicros)}`
    wait.latest = evidence(name, check(view), late)
    if (wait.latest === undefined) judging.waiting.delete(property)
    return undefined
  })
}

/** The last instant at which an Eventually is in time; `undefined` while its anchor is unknown. */
const lastInstant = (
  { settledAt }: Judging,
  { after, withinMicros }: Eventually
): number | undefined => {
  if (after === "start") return withinMicros
  return settledAt === undefined ? undefined : settledAt + withinMicros
}

const earliestFailure = (judging: Judging): number | undefined => {
  let earliest: number | undefined
  for (const [property, { missed }] of judging.waiting) {
    const last = missed ? undefined : lastInstant(judging, property)
    if (last !== undefined && (earliest === undefined || last < earliest)) earliest = last
  }
  return earliest === undefined ? undefined : earliest + 1
}

const verdictAtEnd = (
  judging: Judging,
  property: Property,
  view: View,
  ending: Ending
): Verdict => {
  if (property._tag === "OfHistory") return understood(property.judge(view.history))
  if (property._tag !== "Eventually") return holds
  const wait = judging.waiting.get(property)
  if (wait === undefined) return holds
  const last = lastInstant(judging, property)
  if (last === undefined) return unknownVerdict("its bound never began to run")
  if (wait.latest === undefined) return unknownVerdict("nobody looked while there was time")
  // When nothing will ever happen again, what does not hold now will not hold in time either.
  if (last <= view.time || ending === "quiescent") return violated(wait.latest)
  return unknownVerdict(
    `the flight ended at ${durationText(view.time)}, its bound at ${durationText(last)}`
  )
}

/** The answer of a Sometimes, or a TypeError: no answer at all must not count as reached. */
const isReached = (answer: boolean): boolean => {
  if (typeof answer !== "boolean") throw new TypeError("a Sometimes must answer a boolean")
  return answer
}

const violation = (property: string, counterexample: Counterexample): Violation => ({
  _tag: "Violation",
  property,
  counterexample
})

/** Runs the code of a property; what it throws becomes a finding. */
const attempt = (property: string, run: () => Finding | undefined): Finding | undefined => {
  try {
    return run()
  } catch (thrown) {
    return new CheckThrew({ property, thrown })
  }
}

/** A verdict as it is, or a TypeError: a judge written without types may answer anything. */
const understood = (verdict: Verdict): Verdict => {
  switch (verdict?._tag) {
    case "holds":
    case "unknown":
    case "violated":
      return verdict
    default:
      throw new TypeError("a judge must return a verdict: holds, violated or unknown")
  }
}
