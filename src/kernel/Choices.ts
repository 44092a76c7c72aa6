/**
 * The choices of a flight as they are made: drawn, told to whoever records, and mixed into the
 * digest. Where outcomes come from is Entropy's; what they do is the business of who asks.
 *
 * Plain, fast code: the inner loop asks here for every task.
 */
import type { ChoiceKind } from "../turbulence/ChoicePoint.ts"
import { type Entropy, keyNumber } from "../turbulence/Entropy.ts"
import type { Task } from "./Task.ts"

/** A choice that was not calm, as it is made. */
export type ChoiceListener = (task: Task, kind: ChoiceKind, outcome: number, key: number) => void

/** The choices of one flight. */
export interface Choices {
  /** The outcome of a choice about a task. */
  readonly choose: (kind: ChoiceKind, task: Task) => number
  /**
   * A rank is drawn when a task becomes ready and told when it runs: it is about that task, not
   * about whatever happens next.
   */
  readonly drawRank: (task: Task) => number
  readonly tellRank: (task: Task) => void
  /** Tells the ranks of what never had its turn: it has drawn all the same. */
  readonly tellRest: () => void
}

/** Makes the choices of a flight; `note` mixes each outcome that is not calm into its digest. */
export const make = (
  entropy: Entropy,
  onChoice: ChoiceListener | undefined,
  note: (outcome: number) => void
): Choices => {
  // Kept while recording only.
  const untold = onChoice === undefined ? undefined : new Map<Task, number>()

  const draw = (kind: ChoiceKind, task: Task): number => {
    const outcome = entropy.choose(kind, task.high, task.low)
    if (outcome !== 0) note(outcome)
    return outcome
  }

  const tell = (kind: ChoiceKind, task: Task, outcome: number): void =>
    onChoice?.(task, kind, outcome, keyNumber(kind, task.high, task.low))

  const tellRank = (task: Task): void => {
    const rank = untold?.get(task)
    if (rank === undefined) return
    untold?.delete(task)
    tell("rank", task, rank)
  }

  return {
    choose: (kind, task) => {
      const outcome = draw(kind, task)
      if (outcome !== 0) tell(kind, task, outcome)
      return outcome
    },
    drawRank: (task) => {
      const rank = draw("rank", task)
      if (rank !== 0) untold?.set(task, rank)
      return rank
    },
    tellRank,
    tellRest: () => {
      for (const task of [...(untold?.keys() ?? [])]) tellRank(task)
    }
  }
}
