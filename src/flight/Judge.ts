/**
 * The judge of one flight: the properties of the scenario, and those that nobody has to ask for.
 *
 * Owns the first violation, the error of a property's own code, and the reasons why a flight cannot
 * be called a pass. The first violation ends the flight.
 */
import type { End } from "../kernel/End.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import * as Monitor from "../property/Monitor.ts"
import type { Counterexample } from "../property/Verdict.ts"
import type { View } from "../property/View.ts"
import type { Recorder } from "../recording/Recorder.ts"
import * as Unasked from "./Unasked.ts"
import type { WindTunnel } from "./WindTunnel.ts"

/** A property that was violated in a flight, and where in its recording (-1 without one). */
export interface Violation {
  readonly property: string
  readonly counterexample: Counterexample
  /** The service on which it showed, without replica numbers; `end` when judged after the end. */
  readonly where: string
  readonly step: number
}

/** What a flight was judged to be. */
export interface Judgement {
  readonly violation: Violation | undefined
  /** A property whose own code failed: neither a pass nor a violation. */
  readonly threw: Monitor.CheckThrew | undefined
  /** Why it cannot be called a pass; empty when it can. */
  readonly unknown: ReadonlyArray<string>
  /** The `Sometimes` that were reached, in order of declaration. */
  readonly reached: ReadonlyArray<string>
}

/** The judge of a flight under way. */
export interface Judge {
  /** A violation that nobody had to ask for. */
  readonly report: (violation: Unasked.Violation | undefined) => void
  /** Looks at the flight as it is now. */
  readonly observe: () => void
  /** The workload is done and the last fault has healed. */
  readonly settle: () => void
  /** Whether every Eventually is satisfied. */
  readonly isSettled: () => boolean
  /** When the flight must be looked at even if nothing happens. */
  readonly deadline: () => number | undefined
  /** Whether there is anything left to judge. */
  readonly isOver: () => boolean
  /** The flight has ended; `facts` are what only the flight knows. */
  readonly conclude: (end: End, facts: Facts) => Judgement
}

/** What the flight knows about its end. */
export interface Facts {
  readonly isDone: boolean
  /** What had to happen before it was, in the past perfect. */
  readonly doneWhen: string
  /** Services that never came up; asked only when nothing is left to happen. */
  readonly notUp: () => ReadonlyArray<string>
  /** What faults have left behind, one sentence each; asked only then, too. */
  readonly leaks: () => ReadonlyArray<string>
  /** Who waits on what, when nothing is left to happen. */
  readonly deadlock: () => Unasked.Violation | undefined
}

/** Makes the judge of a flight. `whereNow` names the service whose task is running. */
export const make = (
  scenario: WindTunnel,
  kernel: Kernel,
  view: View,
  recorder: Recorder | undefined,
  whereNow: () => string
): Judge => {
  const monitor = Monitor.make(scenario.properties)
  let violation: Violation | undefined
  let threw: Monitor.CheckThrew | undefined
  let hasEnded = false

  const report = (found: Unasked.Violation | undefined): void => {
    if (found === undefined || violation !== undefined) return
    const { counterexample, property } = found
    const { actual, expected } = counterexample
    const step =
      recorder?.record({
        time: kernel.now(),
        kind: "check",
        what: `${property}: expected ${expected}, got ${actual}`,
        because: [kernel.current().step]
      }) ?? -1
    violation = { property, counterexample, where: hasEnded ? "end" : whereNow(), step }
    kernel.stop()
  }

  const reportFinding = (finding: Monitor.Finding | undefined): void => {
    if (finding === undefined) return
    if (finding._tag === "Violation") return report(finding)
    threw ??= finding
    kernel.stop()
  }

  const isOver = (): boolean => violation !== undefined || threw !== undefined

  /** What the way in which the flight ended says by itself. */
  const judgeEnd = (end: End, facts: Facts): ReadonlyArray<string> => {
    if (end._tag === "limit") {
      if (end.limit === "stepsMax") return [`stepsMax reached: ${scenario.limits.stepsMax} steps`]
      report(Unasked.livelock(end))
      return []
    }
    if (end._tag === "horizon" && !facts.isDone) {
      return [`the horizon came before ${facts.doneWhen}`]
    }
    if (end._tag !== "quiescent") return []
    // A fault outlives the flight only by a mistake of ours, and then the flight proves nothing.
    const leaks = facts.leaks()
    if (leaks.length > 0) throw new Error(`a fault has leaked: ${leaks.join(", ")}`)
    report(facts.deadlock())
    const notUp = facts.notUp()
    if (notUp.length > 0) return [`never came up: ${notUp.join(", ")}`]
    return facts.isDone ? [] : ["nothing is left to happen and the workload is not done"]
  }

  return {
    report,
    observe: () => reportFinding(monitor.observe(view)),
    settle: () => monitor.settle(kernel.now()),
    isSettled: () => monitor.settled(),
    deadline: () => monitor.deadline(),
    isOver,
    conclude: (end, facts) => {
      hasEnded = true
      const unknown: Array<string> = []
      if (!isOver()) unknown.push(...judgeEnd(end, facts))
      if (!isOver() && end._tag !== "limit" && end._tag !== "turn") {
        const ending = end._tag === "stopped" ? "settled" : end._tag
        const conclusion = monitor.finish(view, ending)
        reportFinding(conclusion.finding)
        unknown.push(...conclusion.unknown)
      }
      return { violation, threw, unknown, reached: monitor.reached() }
    }
  }
}
