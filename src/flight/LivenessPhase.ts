/**
 * The liveness phase of a flight: a core stays, the rest is faulty for good, and the core must go
 * on.
 *
 * Faults mask bugs: a restart or a healed partition repairs what was wedged. So when the faults of
 * the plan are over, some nodes stay out for good, as many as the system says it can do without.
 * Once the faults are over nothing else goes wrong: only the order in which things run varies.
 *
 * Owns when it begins, and whether the core makes progress. Who is out is drawn by Outages.
 */
import type { Kernel } from "../kernel/Kernel.ts"
import { makeLabel, type Task } from "../kernel/Task.ts"
import { durationText, type ChoiceKind, type Manner } from "../turbulence/ChoicePoint.ts"
import type { Entropy } from "../turbulence/Entropy.ts"
import * as Outages from "../world/Outages.ts"
import type { History, HistoryEntry } from "../property/History.ts"
import type { Node } from "../world/Node.ts"
import type * as Clients from "./Clients.ts"
import { type Liveness, patienceMicros } from "./Liveness.ts"
import * as Unasked from "./Unasked.ts"
import type { Workload } from "./Workload.ts"

/** The phase of a flight. */
export interface LivenessPhase {
  /** The workload is done and the faults are over: the phase will begin. Only the first counts. */
  readonly approach: () => void
  /** The nodes that are out for good. */
  readonly out: () => Outages.Outages
  /** Whether the core has shown its progress on every contract, so that the flight may end. */
  readonly isDone: () => boolean
}

/** Kinds of choices that go on: they say in which order things run, and break nothing. */
const scheduling: ReadonlySet<ChoiceKind> = new Set(["rank", "cede", "hold", "outage"])

/** A source of outcomes that is calm, but for the order of things, from a moment on. */
export const calmable = (
  entropy: Entropy
): { readonly entropy: Entropy; readonly calm: () => void } => {
  let isCalm = false
  return {
    entropy: {
      choose: (kind, high, low) =>
        isCalm && !scheduling.has(kind) ? 0 : entropy.choose(kind, high, low)
    },
    calm: () => {
      isCalm = true
    }
  }
}

/** What the phase works with. */
export interface Options extends Outages.Options {
  readonly kernel: Kernel
  readonly liveness: Liveness
  readonly workload: Workload
  readonly clients: Clients.Clients
  readonly history: History
  /** Makes all but scheduling calm. */
  readonly calm: () => void
  /** The phase has begun. */
  readonly onBegin: () => void
  readonly report: (violation: Unasked.Violation) => void
}

const beginLabel = makeLabel("liveness")
const progressLabel = makeLabel("progress")

const answerText = ({ id, outcome, procedure }: HistoryEntry): string => {
  switch (outcome?._tag) {
    case undefined:
      return `${procedure} ${id} is not answered`
    case "ok":
      return `${procedure} ${id} ok`
    case "fail":
      return `${procedure} ${id} fail ${String(outcome.error)}`
    case "info":
      return `${procedure} ${id} info ${outcome.reason}`
  }
}

const outText = ([{ name }, manner]: readonly [Node, Manner]): string =>
  manner === "cut off" ? `${name} is cut off` : `${name} has ${wordOf(manner)}`

const wordOf = (manner: Manner): string => (manner === "frozen" ? "frozen" : manner)

/** Makes the phase of a flight; nothing happens before `approach`. */
export const make = (options: Options): LivenessPhase => {
  const { calm, clients, history, kernel, liveness, onBegin, report, workload, world } = options
  let out: Outages.Outages = new Map()
  let state: "safety" | "approached" | "begun" | "done" = "safety"
  let deadline: Task | undefined

  const coreOf = (): ReadonlyArray<string> =>
    world.nodes.filter((node) => node.role !== "client" && !out.has(node)).map(({ name }) => name)

  /** No operation on a contract was answered ok in time. */
  const fail = (): void => {
    const [contract] = clients.unanswered()
    if (contract === undefined) return
    const tries = history.filter(
      (entry) => entry.contract === contract && clients.isLater(entry.id)
    )
    const within = durationText(liveness.withinMicros)
    const rest = [...out].map(outText)
    const core = Outages.namesText(coreOf())
    report({
      property: Unasked.names.progress,
      counterexample: {
        subject: `operations on ${contract}`,
        expected: `the core (${core}) answers an operation on ${contract} within ${within}`,
        actual: `${tries.map(answerText).join("; ")}; for good ${Outages.namesText(rest)}`
      }
    })
  }

  const onAnswer = (): void => {
    if (state !== "begun" || clients.unanswered().length > 0) return
    state = "done"
    if (deadline !== undefined) kernel.cancel(deadline)
  }

  const begin = (task: Task): void => {
    state = "begun"
    out = Outages.begin(options, task)
    const at = kernel.now() + liveness.withinMicros
    deadline = kernel.scheduleUnder(kernel.root, at, progressLabel, undefined, fail, undefined)
    const timeoutMicros = patienceMicros(liveness, workload)
    clients.goOn({ among: coreOf(), timeoutMicros, onAnswer })
    onAnswer()
    onBegin()
  }

  return {
    approach: () => {
      if (state !== "safety") return
      state = "approached"
      // A system gets back on its feet in calm air: whoever is lost here would be one too many.
      calm()
      const at = kernel.now() + liveness.afterMicros
      kernel.scheduleUnder(kernel.root, at, beginLabel, undefined, begin, undefined)
    },
    out: () => out,
    isDone: () => state === "done"
  }
}
