/**
 * Which events of a recording led to its failure: what is worth showing of it.
 */
import type { Recording } from "../recording/Recording.ts"

/**
 * The steps that led to the failure, in order of time. After shrinking, every fault and every
 * deviation that is left is needed: they and what led to them are causes too, also where nothing
 * was sent that says so, as when an answer that is lost lets a timeout end.
 */
export const causesOf = (recording: Recording): ReadonlyArray<number> => {
  const { header, violation } = recording
  if (header.events === 0) return []
  const steps = new Set(recording.causalChain(violation))
  // Only a shrunk flight says what it needs.
  if (header.needed.length > 0) {
    for (let step = 0; step <= violation; step++) {
      const { deviations, kind } = recording.event(step)
      if ((deviations?.length ?? 0) === 0 && kind !== "fault") continue
      for (const cause of recording.causalChain(step)) steps.add(cause)
    }
  }
  return [...steps].sort((one, other) => one - other)
}
