/**
 * What the zoo's flights come to for each animal: it is virtual, or `fly` or `doctor` says why not.
 *
 * Decided by how the flights went, in all places; there is no list of what is expected.
 */
import * as Elsewhere from "../../src/cli/Elsewhere.ts"
import { yearMillis } from "../../src/cli/YearMillis.ts"
import { partingOf } from "../../src/flight/Sameness.ts"
import { digest } from "../../src/recording/Digest.ts"
import { type Circumstances, likelyLeak } from "../../src/report/LikelyLeak.ts"
import type { Line, Seen } from "./fly.ts"

/** What came of an animal. */
export interface Outcome {
  readonly name: string
  /** `virtual`: the same in all places. `silent`: not the same, and nobody says so. */
  readonly found: "virtual" | "fly" | "doctor" | "silent"
  readonly said: string
}

/** The lines of an animal by place. */
export interface Places {
  readonly here: Line
  readonly elsewhere: Line
  readonly thread: Line
}

const circumstances = (place: Circumstances["place"]): Circumstances => {
  const here = Elsewhere.localityHere()
  const there = Elsewhere.localityElsewhere(here)
  const nowMillis = Date.now()
  return {
    place,
    nowMillis,
    laterMillis: yearMillis,
    minutesAhead: Elsewhere.minutesAhead(here, there, nowMillis),
    timeZones: [here.timeZone, there.timeZone],
    locales: [here.locale, there.locale]
  }
}

const isSame = (one: Seen, other: Seen): boolean =>
  one.digest === other.digest && digest(one.events) === digest(other.events)

/** What `doctor` says of the first place where a flight comes out differently. */
const diagnosis = ({ elsewhere, here, thread }: Places): string | undefined => {
  const others: ReadonlyArray<readonly [Circumstances["place"], Seen]> = [
    ["again", here.again ?? here.seen],
    ["process", elsewhere.seen],
    ["thread", thread.seen]
  ]
  const differing = others.find(([, seen]) => !isSame(here.seen, seen))
  if (differing === undefined) return undefined
  const [place, seen] = differing
  return likelyLeak(partingOf(here.seen.events, seen.events), circumstances(place))
}

/** Judges an animal. */
export const outcomeOf = (places: Places): Outcome => {
  const { elsewhere, here, thread } = places
  const { name } = here
  const reports = here.seen.reports.join("; ")
  const areAlike = [elsewhere, thread].every(({ seen }) => seen.reports.join("; ") === reports)
  // What comes after a leak is its doing, and differs from one time to the next.
  if (reports !== "") return { name, found: areAlike ? "fly" : "silent", said: reports }
  const differs = diagnosis(places)
  if (here.isCaught) {
    return { name, found: "fly", said: `comes out differently when flown again: ${differs}` }
  }
  if (differs !== undefined) return { name, found: "doctor", said: differs }
  const isVirtual = areAlike && here.unrecorded === here.seen.digest
  return { name, found: isVirtual ? "virtual" : "silent", said: "" }
}
