/**
 * The tables of a stress page: what was probed, how levels did, what failed, what was exhausted.
 *
 * Owns which rows and columns there are. Everything in them is text.
 */
import { visible } from "../recording/VisibleText.ts"
import { numberText } from "../stress/DrivenAxis.ts"
import type { BreakingResult, CurvePoint, EnvelopeResult } from "../stress/StressResult.ts"
import { isAmplified, triggerFact } from "./CauseFacts.ts"
import { element, type Html } from "./Html.ts"
import { latencyText } from "./StressChart.ts"
import { frontierRows } from "./StressFacts.ts"
import { loadText, percentText, stateText, timesText } from "./StressWords.ts"

/** A column: its title, and whether numbers stand in it. */
interface Column {
  readonly title: string
  readonly kind: "text" | "number"
}

const text = (title: string): Column => ({ title, kind: "text" })
const number = (title: string): Column => ({ title, kind: "number" })

const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): Html => {
  const roleOf = (at: number): string | undefined =>
    columns[at]?.kind === "number" ? "number" : undefined
  const head = columns.map(({ title }, at) =>
    element("th", { scope: "col", class: roleOf(at) }, title)
  )
  const body = rows.map((cells) =>
    element("tr", {}, ...cells.map((cell, at) => element("td", { class: roleOf(at) }, cell)))
  )
  return element(
    "div",
    { class: "scroll" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body)
    )
  )
}

/** The point at a load, or the nearest to it on one side. */
const pointAt = (
  curve: ReadonlyArray<CurvePoint>,
  load: number | undefined,
  side: "at" | "above"
): CurvePoint | undefined => {
  if (load === undefined) return undefined
  return side === "at" ? curve.find(({ x }) => x === load) : curve.find(({ x }) => x > load)
}

/** A level's mean at a point: a share of requests, or an average of the author's own. */
const meanText = (point: CurvePoint | undefined, name: string, allowed: number): string => {
  const mean = point?.levels.find(({ level }) => level === name)?.mean
  if (mean === undefined) return "-"
  return allowed < 1 && mean >= 0 && mean <= 1 ? percentText(mean) : stateText(mean)
}

const allowedText = (allowed: number): string =>
  allowed < 1 ? percentText(allowed) : numberText(allowed)

/** How each level did where load is carried, and just over the edge. */
export const levelTable = ({ axis, curve, estimate, levels }: BreakingResult): Html => {
  const { breaking, demonstrated, middle } = estimate
  const under = pointAt(curve, demonstrated?.load, "at")
  const over = pointAt(curve, breaking?.load ?? middle?.load, "above")
  const at = (point: CurvePoint | undefined, word: string): string =>
    point === undefined ? word : `at ${loadText(axis, point.x)}`
  return table(
    [
      text("level"),
      number("allowed"),
      number(at(under, "carried load")),
      number(at(over, "over the edge"))
    ],
    levels.map(({ allowed, name }) => [
      visible(name),
      allowedText(allowed),
      meanText(under, name, allowed),
      meanText(over, name, allowed)
    ])
  )
}

/** Every load that was probed. */
export const curveTable = ({ axis, curve, levels }: BreakingResult): Html => {
  const micros = (value: number | null): string => (value === null ? "none" : latencyText(value))
  return table(
    [
      number(visible(axis.unit)),
      number("pass"),
      number("probes"),
      number("p50"),
      number("p99"),
      number("ok"),
      ...levels.map(({ name }) => number(`not ${visible(name)}`))
    ],
    curve.map((point) => [
      numberText(point.x),
      `${point.passes}`,
      `${point.trials}`,
      micros(point.p50Micros),
      micros(point.p99Micros),
      percentText(point.okShare),
      ...levels.map(({ allowed, name }) => meanText(point, name, allowed))
    ])
  )
}

/** Criteria in the order in which they fail. */
export const ladderTable = ({ axis, estimate }: BreakingResult): Html =>
  table(
    [text("criterion"), text("kind"), number("fails from"), number("probes")],
    estimate.failed.map(({ count, criterion, isSafety, load }) => [
      visible(criterion),
      isSafety ? "safety" : "service level",
      loadText(axis, load),
      `${count}`
    ])
  )

/** Calls for each request, edge by edge. */
export const amplificationTable = ({ amplification }: BreakingResult): Html =>
  table(
    [text("from"), text("to"), number("below the edge"), number("above"), text("")],
    amplification.map((edge) => [
      visible(edge.from),
      visible(edge.to),
      numberText(edge.below),
      numberText(edge.above),
      isAmplified(edge)
        ? edge.below > 0
          ? `amplified ${timesText(edge.above / edge.below)}`
          : "amplified"
        : ""
    ])
  )

/** What had to be back when the load had gone; what is not stands first. */
export const residueTable = ({ residues }: BreakingResult): Html =>
  table(
    [text("what"), number("before"), number("after"), text("")],
    residues
      .toSorted((one, other) => Number(one.isBack) - Number(other.isBack))
      .map(({ after, before, isBack, name }) => [
        visible(name),
        stateText(before),
        stateText(after),
        isBack ? "back" : "stays"
      ])
  )

/** What triggers do, load by load; then what is left of the highest load to get out again. */
export const triggerTable = ({ axis, metastability }: BreakingResult): Html =>
  table(
    [text("trigger"), text("load"), number("stays down"), number("probes")],
    metastability.flatMap(({ band, cuts, points, trigger }) => [
      ...points.map(({ load, stuck, trials }) => [
        visible(trigger),
        loadText(axis, load),
        `${stuck}`,
        `${trials}`
      ]),
      ...cuts.map(({ left, stuck, trials }) => [
        visible(trigger),
        `${band === undefined ? "" : `${loadText(axis, band.high)}, `}${percentText(left)} left`,
        `${stuck}`,
        `${trials}`
      ])
    ])
  )

/** What the drawing of triggers shows, in words. */
export const triggersInWords = ({ axis, metastability }: BreakingResult): string =>
  metastability
    .map((each) => {
      const { lead, text } = triggerFact(axis, each)
      return `It ${lead?.text ?? ""} ${text}.`
    })
    .join(" ")

/** The frontier of an envelope, value by value. */
export const frontierTable = (result: EnvelopeResult): Html => {
  const unit = visible(result.x.unit)
  return table(
    [
      number(visible(result.y.unit)),
      text("limit"),
      number(`carries, ${unit}`),
      text(`breaks at, ${unit}`),
      text("breaks first")
    ],
    frontierRows(result).map(({ breaks, culprit, demonstrated, target, y }) => [
      y,
      target,
      demonstrated,
      breaks,
      culprit
    ])
  )
}
