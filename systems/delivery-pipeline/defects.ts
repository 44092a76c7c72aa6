/**
 * Which batches are red, and why: the truth that the pipeline has to find out.
 *
 * Pure. What is drawn comes with the commits, so a batch is red each time that it is tried out, and
 * the same commits have the same defects under every practice.
 */
import { type Commit, parts, type Stage } from "./contracts.ts"
import type { Practice } from "./practice.ts"

/** Where a defect of this depth shows. */
const stageOf = ({ foundByStaging, foundByTests }: Practice, depth: number): Stage => {
  if (depth < foundByTests * parts) return "test"
  return depth < foundByStaging * parts ? "staging" : "production"
}

/** The last step of the hash MurmurHash3, by Austin Appleby: close inputs come out far apart. */
const scatter = (input: number): number => {
  const first = Math.imul(input ^ (input >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

/** The luck and the depth of two commits that come together, in so many parts each. */
const together = (one: Commit, other: Commit): Pick<Commit, "luck" | "depth"> => {
  const luck = scatter(scatter(one.luck ^ (one.depth << 12)) ^ (other.luck ^ (other.depth << 11)))
  return { luck: luck % parts, depth: scatter(luck) % parts }
}

/** Whether a commit has a defect of its own, whoever it meets. */
export const isDefective = ({ defectProbability }: Practice, { luck }: Commit): boolean =>
  luck < defectProbability * parts

/**
 * The commit, by its place in the batch, at which a stage turns red; `undefined` while it is green.
 * Of two that break together it is the later one.
 */
export const firstRed = (
  practice: Practice,
  stage: Stage,
  commits: ReadonlyArray<Commit>
): number | undefined => {
  const shows = ({ depth }: Pick<Commit, "depth">) => stageOf(practice, depth) === stage
  const pairsMax = practice.interactionProbability * parts
  const at = commits.findIndex(
    (commit, at) =>
      (isDefective(practice, commit) && shows(commit)) ||
      commits.slice(0, at).some((earlier) => {
        const pair = together(earlier, commit)
        return pair.luck < pairsMax && shows(pair)
      })
  )
  return at < 0 ? undefined : at
}

/** Whether a batch is red at a stage. */
export const isRed = (practice: Practice, stage: Stage, commits: ReadonlyArray<Commit>): boolean =>
  firstRed(practice, stage, commits) !== undefined
