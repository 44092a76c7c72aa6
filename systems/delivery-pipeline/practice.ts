/**
 * How a team delivers: how good its commits are, and how long its machines and its people take.
 *
 * Owns the numbers, all of them. Each may be an axis, and docs/PIPELINE.md is a table over some.
 */

/** A team's practice. Probabilities are from 0 to 1, times in minutes. */
export interface Practice {
  /** That a commit has a defect of its own. */
  readonly defectProbability: number
  /** That two commits, each of them good, break in the same batch: it has n (n - 1) / 2 pairs. */
  readonly interactionProbability: number
  /** The share of defects that tests find, ... */
  readonly foundByTests: number
  /** ... and the share that staging finds at the latest. Production finds the others. */
  readonly foundByStaging: number
  /** The most commits that go through a stage together. */
  readonly batchMax: number
  readonly buildMinutes: number
  readonly testMinutes: number
  /** To deploy to staging, and to watch it. */
  readonly stagingMinutes: number
  /** To deploy to production in steps, and to watch it. */
  readonly productionMinutes: number
  /** One step of the search for a culprit: part of a batch is built, and tried out. */
  readonly isolationMinutes: number
  /** Until somebody answers whether the culprit may be reverted. */
  readonly decisionMinutes: number
  /** To revert it, and to roll back what has it. */
  readonly revertMinutes: number
}

/** The commits an hour that such a team is used to. */
export const usualRate = 10

/** A good team with a good pipeline, as long as it makes ten commits an hour. */
export const usual: Practice = {
  defectProbability: 0.02,
  interactionProbability: 0.0002,
  foundByTests: 0.7,
  foundByStaging: 0.9,
  batchMax: 50,
  buildMinutes: 3,
  testMinutes: 6,
  stagingMinutes: 6,
  productionMinutes: 10,
  isolationMinutes: 5,
  decisionMinutes: 10,
  revertMinutes: 5
}
