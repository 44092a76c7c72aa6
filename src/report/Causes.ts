/**
 * Which events of a recording led to its failure: what is worth showing of it.
 */
import type { EventKind } from "../recording/Event.ts"
import type { Header } from "../recording/Header.ts"
import type { Recording } from "../recording/Recording.ts"

/**
 * The steps that led to the failure, in order of time.
 *
 * After shrinking nothing that is left can be taken away, so more than the chain of messages is
 * a cause: every fault and every deviation, also where nothing was sent that says so, as when an
 * answer that is lost lets a timeout end; and whatever changed the state of the node on which the
 * failure showed, since of two that race for it only one is in the chain.
 */
export const causesOf = (
  recording: Recording,
  isMinimal: boolean = looksMinimal(recording.header)
): ReadonlyArray<number> => {
  const { header, violation } = recording
  if (header.events === 0) return []
  const steps = new Set(recording.causalChain(violation))
  if (isMinimal) {
    const judged = judgedNode(recording)
    for (let step = 0; step <= violation; step++) {
      const { deviations, kind, node, state } = recording.event(step)
      const isNeeded = (deviations?.length ?? 0) > 0 || kind === "fault"
      const isJudged = state !== undefined && node === judged && !isBeginning(kind)
      if (!isNeeded && !isJudged) continue
      for (const cause of recording.causalChain(step)) {
        // What is sent after the change tells of it to others, and did not cause it.
        if (cause !== step || isNeeded || kind !== "send") steps.add(cause)
      }
    }
  }
  return [...steps].sort((one, other) => one - other)
}

/** A shrunk flight says what it needs; one that needs nothing unusual is shorter than it was. */
const looksMinimal = ({ cause, events, eventsBefore, needed }: Header): boolean => {
  const isCalm = cause.faults.length === 0 && cause.deviations.length === 0
  return needed.length > 0 || (isCalm && eventsBefore !== undefined && eventsBefore > events)
}

/** Every node begins with some state, and that says nothing. */
const isBeginning = (kind: EventKind): boolean => kind === "start" || kind === "up"

/** The node on which the failure showed. */
const judgedNode = (recording: Recording): string | undefined => {
  const [cause] = recording.causes(recording.violation)
  return cause === undefined ? undefined : recording.event(cause).node
}
