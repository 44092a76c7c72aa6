/**
 * The facts about causes: what is exhausted first, what failed in which order, what retries added,
 * and what stays when the load has gone.
 */
import { visible } from "../recording/VisibleText.ts"
import type { Bottleneck } from "../stress/Bottleneck.ts"
import { type DrivenAxis, numberText } from "../stress/DrivenAxis.ts"
import type { Failed } from "../stress/Estimate.ts"
import type * as Metastability from "../stress/Metastability.ts"
import type { Amplification, BreakingResult, PredictionAnswer } from "../stress/StressResult.ts"
import { countOf } from "./EventWords.ts"
import { type Fact, underOneLabel } from "./Fact.ts"
import {
  betweenText,
  loadText,
  percentText,
  quoted,
  resourceText,
  stateText,
  timesText
} from "./StressWords.ts"
import { glue } from "./Wrap.ts"

/** From this factor on, calls above the edge are more than those below it. */
export const amplifiedMin = 1.2

/** Fewer calls for each request than this are not worth a word, however many times more. */
const callsMin = 0.01

/** Changes of a queue's length below this are none. */
const growthMin = 0.05

/** How the resource is used: `97 % of 4 taken, 12.3 wait, growing by 8.1, 210 refused`. */
export const usageText = ({
  growth,
  kind,
  places,
  refused,
  utilization,
  waiting
}: Bottleneck): string => {
  const isLink = kind === "link"
  const amount = (value: number): string =>
    isLink ? `${numberText(value)}${glue}s of messages` : numberText(value)
  const grown = growth >= growthMin ? `, ${amount(growth)} more at the end than at first` : ""
  return [
    isLink
      ? `busy ${percentText(utilization)} of the time`
      : `${percentText(utilization)} of ${places} taken`,
    ...(waiting >= growthMin ? [`${amount(waiting)} ${isLink ? "wait" : "waiting"}${grown}`] : []),
    ...(refused > 0 ? [`${numberText(refused)} refused`] : [])
  ].join("; ")
}

/** What is exhausted first, and what only waits for it. */
export const bottleneckFacts = (bottleneck: Bottleneck | undefined): ReadonlyArray<Fact> => {
  if (bottleneck === undefined) {
    return [{ label: "breaks first", text: "nothing that is declared is exhausted" }]
  }
  const behind = bottleneck.behind.map(visible).join(", ")
  return [
    {
      label: "breaks first",
      lead: { text: `${resourceText(bottleneck)}:`, mood: "bad" },
      text: usageText(bottleneck)
    },
    ...(behind === "" ? [] : [{ label: "behind it", text: `waiting: ${behind}` }])
  ]
}

/** Whether the author was right. */
export const predictionFacts = (prediction: PredictionAnswer | undefined): ReadonlyArray<Fact> => {
  if (prediction === undefined) return []
  const { component, isRight, resource } = prediction
  return [
    {
      label: "predicted",
      lead: isRight ? { text: "right:", mood: "good" } : { text: "wrong:", mood: "bad" },
      text: `${visible(resource)} of ${visible(component)}`
    }
  ]
}

const ladderFacts = (axis: DrivenAxis, failed: ReadonlyArray<Failed>): ReadonlyArray<Fact> =>
  underOneLabel(
    "failed",
    failed.map(({ count, criterion, isSafety, load }) => {
      const safety = isSafety ? " (safety)" : ""
      const probes = countOf(count, "probe").replaceAll(" ", glue)
      return {
        text: `${visible(criterion)}${safety}: in ${probes}, from ${loadText(axis, load)}`
      }
    })
  )

/** Whether an edge carries so many more calls above the edge of the cliff that it counts. */
export const isAmplified = ({ above, below }: Amplification): boolean =>
  above >= callsMin && above > amplifiedMin * below

const amplificationFacts = (edges: ReadonlyArray<Amplification>): ReadonlyArray<Fact> => {
  if (edges.length === 0) return []
  const amplified = edges.filter(isAmplified)
  if (amplified.length === 0) {
    return [{ label: "retries", text: "no more calls a request above the edge than below it" }]
  }
  return underOneLabel(
    "retries",
    amplified.map(({ above, below, from, to }) => {
      const times = below > 0 ? `, ${timesText(above / below)}` : ""
      const calls = `${numberText(below)} calls a request below the edge, ${numberText(above)} above`
      return { text: `${visible(from)} → ${visible(to)}: ${calls}${times}` }
    })
  )
}

const residueFacts = ({ residues }: BreakingResult): ReadonlyArray<Fact> => {
  if (residues.length === 0) return []
  const left = residues.filter(({ isBack }) => !isBack)
  if (left.length === 0) {
    const numbers = countOf(residues.length, "number")
    return [
      {
        label: "residual",
        lead: { text: "none", mood: "good" },
        text: `of ${numbers} looked at when the load had gone`
      }
    ]
  }
  return underOneLabel(
    "residual",
    left.map(({ after, before, name }) => ({
      lead: { text: `${visible(name)}:`, mood: "bad" },
      text: `${stateText(before)} before the load, ${stateText(after)} after it`
    }))
  )
}

/** What gets a system out again: how much of the load may be left for a while. */
const cutText = (
  axis: DrivenAxis,
  load: number,
  { cut, cuts }: Metastability.TriggerResult
): string => {
  if (cuts.length === 0) return "no cut of the load was tried"
  return cut === undefined
    ? "no cut of the load that was tried gets it out"
    : `at ${loadText(axis, load)} a cut to ${percentText(cut)} for a while gets it out`
}

const stuckText = (
  axis: DrivenAxis,
  band: Metastability.Band,
  result: Metastability.TriggerResult
): string => {
  const below =
    band.safe === undefined ? "no lower load recovers" : `recovers up to ${numberText(band.safe)}`
  const [criterion] = result.criteria
  const what = criterion === undefined ? "" : `, where ${visible(criterion)} fails`
  return `at ${betweenText(axis, band)}${what}; ${below}; ${cutText(axis, band.high, result)}`
}

/** What is known of one trigger. */
export const triggerFact = (
  axis: DrivenAxis,
  result: Metastability.TriggerResult
): Omit<Fact, "label"> => {
  const { band, isOver, points, trigger } = result
  const after = `after ${quoted(trigger)}`
  const [stuck, trials] = [sumOf(points, "stuck"), sumOf(points, "trials")]
  if (band !== undefined) {
    const lead = { text: "stays down", mood: "bad" } as const
    return { lead, text: `${after} ${stuckText(axis, band, result)}` }
  }
  if (trials === 0 || !isOver) {
    const probes = trials === 0 ? "not tried" : `stuck in ${stuck} of ${countOf(trials, "probe")}`
    return { lead: { text: "unknown", mood: "doubtful" }, text: `${after}: ${probes}` }
  }
  const seldom = stuck === 0 ? "" : `; stuck in ${stuck} of ${countOf(trials, "probe")}`
  const text = `${after} at every load that was tried${seldom}`
  return { lead: { text: "recovers", mood: stuck === 0 ? "good" : "doubtful" }, text }
}

const sumOf = (points: ReadonlyArray<Metastability.Point>, of: "stuck" | "trials"): number =>
  points.reduce((sum, point) => sum + point[of], 0)

const metastableFacts = ({ axis, metastability }: BreakingResult): ReadonlyArray<Fact> =>
  underOneLabel(
    "metastable",
    metastability.map((each) => triggerFact(axis, each))
  )

/** All facts about causes, from what breaks first to what stays broken. */
export const causeFacts = (result: BreakingResult): ReadonlyArray<Fact> => [
  ...(result.bottleneck === undefined && result.estimate.failed.length === 0
    ? []
    : bottleneckFacts(result.bottleneck)),
  ...predictionFacts(result.prediction),
  ...ladderFacts(result.axis, result.estimate.failed),
  ...amplificationFacts(result.amplification),
  ...residueFacts(result),
  ...metastableFacts(result)
]
