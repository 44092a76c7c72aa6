/**
 * One line of progress of a search: where it is, probes, the bracket so far, time left.
 */
import { visible } from "../recording/VisibleText.ts"
import { numberText } from "../stress/DrivenAxis.ts"
import type { StressProgress } from "../stress/Measure.ts"
import { countText } from "./EventWords.ts"
import { wallText } from "./Summary.ts"

/** What is needed to tell how far a search has come. */
export interface StressStanding {
  readonly id: string
  /** Which scenario it is, from 1, and of how many. */
  readonly place: number
  readonly places: number
  readonly progress: StressProgress
  /** Since the search began. */
  readonly wallMillis: number
}

const bracketText = ({ failed, passed }: StressProgress): ReadonlyArray<string> => {
  const parts = [
    ...(passed === undefined ? [] : [`passes ${numberText(passed)}`]),
    ...(failed === undefined ? [] : [`fails ${numberText(failed)}`])
  ]
  return parts.length === 0 ? [] : [parts.join(", ")]
}

/** The line. Time left is a guess from how many probes such a search usually takes. */
export const stressProgressLine = (standing: StressStanding): string => {
  const { id, place, places, progress, wallMillis } = standing
  const { phase, probesDone, probesExpected } = progress
  const left = (wallMillis / Math.max(1, probesDone)) * (probesExpected - probesDone)
  return [
    `[${place}/${places}] ${visible(id)}`,
    `${phase}: ${countText(probesDone)} of about ${countText(probesExpected)} probes`,
    ...bracketText(progress),
    ...(left > 0 ? [`about ${wallText(left)} left`] : [])
  ].join("  ")
}
