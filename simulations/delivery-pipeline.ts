/** How many commits an hour until the line is under yellow for longer than under green? */
import {
  Always,
  Arrivals,
  Baseline,
  BreakingPoint,
  Level,
  Load,
  Operation,
  type View
} from "downforce"
import * as fc from "fast-check"
import { Line, parts } from "../systems/delivery-pipeline/contracts.ts"
import { isDefective } from "../systems/delivery-pipeline/defects.ts"
import { Standing } from "../systems/delivery-pipeline/line.ts"
import { type Practice, usual, usualRate } from "../systems/delivery-pipeline/practice.ts"
import { pipeline } from "../systems/delivery-pipeline/system.ts"

const part = fc.nat(parts - 1)
const commit = fc.record({ commit: fc.record({ id: fc.nat(), luck: part, depth: part }) })
const make = Operation.make(Line, "commit", commit)

const standing = (view: View) => [...view.read(Standing).values()]
const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, each) => total + each, 0)

/** What a team with this practice does at so many commits an hour, for a day. */
export const dayOf = (practice: Practice, perHour: number) => ({
  system: pipeline(practice),
  load: Load.make({
    operation: make,
    arrivals: Arrivals.poisson(perHour / 3_600),
    warmUp: "2 hours",
    measure: "1 day",
    drain: "4 hours",
    timeout: "8 hours"
  }),
  properties: [
    Always.make("what is live has no defect of its own", (view) => {
      const live = Operation.entries(make, view.history).filter(
        ({ outcome }) => outcome?._tag === "ok" && outcome.value.fate === "live"
      )
      const bad = live.find(({ payload }) => isDefective(practice, payload.commit))
      if (bad === undefined) return true
      return { subject: "live", expected: "no defect", actual: `commit ${bad.payload.commit.id}` }
    })
  ],
  baseline: [
    Baseline.make("open defects", (view) => sum(standing(view).map((each) => each.openDefects))),
    Baseline.make("commits on the way", (view) => sum(standing(view).map((each) => each.onTheWay)))
  ],
  checkEvery: "30 minutes" as const
})

/** What is asked of a team: more green than yellow. */
export const moreGreenThanYellow = Level.average("share of time under yellow", {
  atMost: 0.5,
  of: (view) => (standing(view).some(({ openDefects }) => openDefects > 0) ? 1 : 0)
})

// No prediction: where it breaks no machine is short of anything. They wait for people.
export const commitRate = BreakingPoint.make("commit rate", {
  axis: { unit: "commits/hour", min: usualRate, max: 10 * usualRate },
  at: (perHour) => dayOf(usual, perHour),
  levels: [moreGreenThanYellow],
  target: { limit: usualRate }
})
