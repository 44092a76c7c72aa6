/**
 * The words for what a search found: numbers with their units, intervals, resources, verdicts.
 *
 * Owns the wording of single things, for the terminal, the page and the summary alike; which of
 * them are told, and in which order, is for `StressFacts`. Everything from users is made visible
 * here. What belongs together is glued with no-break spaces.
 */
import { visible } from "../recording/VisibleText.ts"
import * as Axis from "../stress/Axis.ts"
import type { Bottleneck } from "../stress/Bottleneck.ts"
import { type DrivenAxis, numberText } from "../stress/DrivenAxis.ts"
import type { Estimate } from "../stress/Estimate.ts"
import type { Interval } from "../stress/Statistics.ts"
import type { Setting } from "../stress/Stressed.ts"
import type { EnvelopeResult, StressResult } from "../stress/StressResult.ts"
import { toText } from "../turbulence/Seed.ts"
import { countOf } from "./EventWords.ts"
import { glue } from "./Wrap.ts"

/** A load with its unit: `81.6 requests/s`. */
export const loadText = ({ unit }: { readonly unit: string }, load: number): string =>
  `${numberText(load)}${glue}${visible(unit)}`

/** Digits of what was estimated: its interval is seldom narrower than a few percent. */
const estimateDigits = 3

/** An estimated load, in fewer digits than one that was probed. */
export const estimateText = (load: number): string =>
  numberText(Number(load.toPrecision(estimateDigits)))

/** An estimated load with its unit: `81.6 requests/s`. */
export const estimateWithUnit = ({ unit }: { readonly unit: string }, load: number): string =>
  `${estimateText(load)}${glue}${visible(unit)}`

/** From where to where, as estimated: `79.9 to 83.1`. */
export const rangeText = ({ high, low }: Interval): string =>
  [estimateText(low), "to", estimateText(high)].join(glue)

/** From one load that was probed to another, with their unit. */
export const betweenText = (axis: { readonly unit: string }, { high, low }: Interval): string =>
  low === high ? loadText(axis, low) : [numberText(low), "to", loadText(axis, high)].join(glue)

const percentNumber = (share: number): string => {
  const percent = Math.round(share * 1_000) / 10
  // What is not all must not be read as all, and some not as none.
  const isRoundedAway = (percent === 100 && share < 1) || (percent === 0 && share > 0)
  return isRoundedAway ? numberText(share * 100) : `${percent}`
}

/** A share as people read it: `88.5 %`. */
export const percentText = (share: number): string => `${percentNumber(share)}${glue}%`

/** A range of shares: `88.5 to 99.6 %`. */
export const percentRangeText = ({ high, low }: Interval): string =>
  [percentNumber(low), "to", percentText(high)].join(glue)

/** How many times as much, in at most three digits: `1.27 times`. */
export const timesText = (factor: number): string => `${Number(factor.toPrecision(3))}${glue}times`

/** A number of the system's state in few digits; what is no number says so. */
export const stateText = (value: number): string =>
  Number.isFinite(value) ? numberText(value) : "no number"

/** A resource as people call it: `cores of desk`, `pool database of desk`, `link from a to b`. */
export const resourceText = ({
  kind,
  name,
  node
}: Pick<Bottleneck, "kind" | "name" | "node">): string => {
  const [what, where] = [visible(name), visible(node)]
  switch (kind) {
    case "cores":
    case "slots":
      return `${kind} of ${where}`
    case "pool":
      return `pool ${what} of ${where}`
    case "edge":
      return `calls from ${where} to ${what}`
    case "link":
      return `link from ${where} to ${what}`
  }
}

/** Where a probe was flown: `84.5 requests/s, 20 ms, after "slow store"`. */
export const settingText = (result: StressResult, { left, trigger, x, y }: Setting): string => {
  const axis = result.kind === "envelope" ? result.x : result.axis
  const parts = [
    loadText(axis, x),
    ...(y === undefined || result.kind !== "envelope" ? [] : [loadText(result.y, y)]),
    ...(trigger === undefined ? [] : [`after ${quoted(trigger)}`]),
    ...(left === undefined ? [] : [`with ${percentText(left)} of the load left for a while`])
  ]
  return parts.join(", ")
}

/** A user's name that may have blanks in it. */
export const quoted = (name: string): string => `"${visible(name)}"`

/** The command that searches again and comes to the same. */
export const searchAgainCommand = ({
  budget,
  id,
  seed
}: Pick<StressResult, "budget" | "id" | "seed">): string => {
  const flag = budget === "default" ? "" : ` --budget ${budget}`
  return `npx downforce fly ${id} --seed ${toText(seed)}${flag}`
}

const carriesText = ({ demonstrated }: Estimate): string =>
  demonstrated === undefined ? "" : `, carries ${numberText(demonstrated.load)}`

/** What came of one search along an axis, in one line and with no number that was not found. */
export const outcomeText = (axis: DrivenAxis, estimate: Estimate): string => {
  const { breaking, demonstrated, middle, verdict } = estimate
  switch (verdict._tag) {
    case "found":
      if (breaking !== undefined) {
        const at = `${estimateWithUnit(axis, breaking.load)} (${rangeText(breaking.interval)})`
        return `breaks at ${at}${carriesText(estimate)}`
      }
      return middle === undefined
        ? `breaks${carriesText(estimate)}`
        : `half of all probes pass at ${estimateWithUnit(axis, middle.load)} ` +
            `(${rangeText(middle.interval)})${carriesText(estimate)}`
    case "neverBroke":
      return demonstrated?.load === Axis.highest(axis)
        ? `never broke: carries ${loadText(axis, demonstrated.load)}, the highest there is`
        : `never broke up to ${loadText(axis, Axis.highest(axis))}${carriesText(estimate)}`
    case "failsAtOnce":
      return `fails at the lowest load, ${loadText(axis, verdict.load)}`
    case "notMonotone":
      return "passes again above loads at which it fails: there is no single breaking point"
    case "inconclusive":
      return `inconclusive: ${visible(verdict.reason)}`
    case "invalid":
      return `nothing is known: probes at ${loadText(axis, verdict.load)} say nothing (${visible(verdict.reason)})`
    case "open":
      return "nothing is known for sure: the search was ended before its end"
  }
}

const frontierText = ({ rows, x, y }: EnvelopeResult): string => {
  const found = rows.flatMap(({ estimate, y }) =>
    estimate.breaking === undefined ? [] : [{ y, load: estimate.breaking.load }]
  )
  const [first] = found
  const last = found.at(-1)
  const count = `found at ${found.length} of ${countOf(rows.length, "value")} of ${visible(y.unit)}`
  if (first === undefined || last === undefined) return `no frontier: ${count}`
  const end = (each: { readonly y: number; readonly load: number }): string =>
    `${estimateWithUnit(x, each.load)} with ${loadText(y, each.y)}`
  const whole = found.length === rows.length ? "" : `; ${count}`
  return first === last
    ? `breaks at ${end(first)}${whole}`
    : `breaks at ${end(first)}, at ${end(last)}${whole}`
}

/** What a result comes to, in one line. */
export const headline = (result: StressResult): string =>
  result.kind === "breaking-point"
    ? outcomeText(result.axis, result.estimate)
    : frontierText(result)

/** Why it is not as it should be, as far as the headline does not say it. */
export const reasonsBeside = (result: StressResult): ReadonlyArray<string> => {
  const said = headline(result)
  return result.reasons.map(visible).filter((reason) => !said.includes(reason))
}
