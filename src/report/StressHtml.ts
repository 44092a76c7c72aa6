/**
 * The page of a breaking point or an envelope: one file that opens without a network, and runs no
 * code.
 *
 * Owns the order of the page. Facts, charts and tables are made elsewhere; looks are in
 * `StressStyle`.
 */
import type { BatchVerdict } from "../flight/BatchResult.ts"
import { visible } from "../recording/VisibleText.ts"
import type { BreakingResult, EnvelopeResult, StressResult } from "../stress/StressResult.ts"
import { toText } from "../turbulence/Seed.ts"
import { countOf } from "./EventWords.ts"
import type { Fact, Section } from "./Fact.ts"
import { envelopePlot, triggerPlot } from "./HeatMapPlot.ts"
import { type Child, element, type Html, join, styleSheet } from "./Html.ts"
import { chartOf } from "./StressChart.ts"
import { sectionsOf } from "./StressFacts.ts"
import { stressPlot } from "./StressPlot.ts"
import type { StressSaved } from "./StressSaved.ts"
import { stressStyle } from "./StressStyle.ts"
import * as Tables from "./StressTables.ts"
import {
  estimateText,
  headline,
  loadText,
  percentText,
  rangeText,
  reasonsBeside,
  resourceText
} from "./StressWords.ts"
import { cliffShare } from "./LoadFacts.ts"

const verdicts: { readonly [Verdict in BatchVerdict]: readonly [word: string, mood: string] } = {
  holds: ["holds", "good"],
  violated: ["violated", "bad"],
  unknown: ["unknown", "doubtful"]
}

/** A figure that a reader looks for first. */
const figure = (name: string, value: string, beside: string): Html =>
  element("li", {}, element("span", {}, name), element("b", {}, value), element("span", {}, beside))

const pointFigures = ({ axis, bottleneck, estimate, target }: BreakingResult): Array<Html> => {
  const { breaking, demonstrated, middle } = estimate
  const unit = visible(axis.unit)
  const share = middle === undefined ? undefined : cliffShare(middle)
  return [
    ...(demonstrated === undefined
      ? []
      : [
          figure(
            "carries",
            loadText({ unit: "" }, demonstrated.load),
            `${unit}, ${demonstrated.passes} of ${demonstrated.trials} pass`
          )
        ]),
    ...(breaking === undefined
      ? []
      : [
          figure(
            "breaks at",
            estimateText(breaking.load),
            `${unit}, ${rangeText(breaking.interval)}`
          )
        ]),
    ...(target === undefined || estimate.limit === undefined
      ? []
      : [
          figure("limit", loadText({ unit: "" }, target.limit), `${unit}, ${estimate.limit.answer}`)
        ]),
    ...(bottleneck === undefined
      ? []
      : [figure("breaks first", resourceText(bottleneck), percentText(bottleneck.utilization))]),
    ...(share === undefined ? [] : [figure("cliff", percentText(share), "wide")])
  ]
}

const figuresOf = (result: StressResult): ReadonlyArray<Html> => {
  const figures =
    result.kind === "breaking-point"
      ? pointFigures(result)
      : result.rows.flatMap(({ estimate: { breaking }, y }) =>
          breaking === undefined
            ? []
            : [
                figure(
                  `with ${loadText(result.y, y)}`,
                  estimateText(breaking.load),
                  `${visible(result.x.unit)}, ${rangeText(breaking.interval)}`
                )
              ]
        )
  return figures.length === 0 ? [] : [element("ul", { class: "figures" }, ...figures)]
}

const headOf = (result: StressResult): Html => {
  const [word, mood] = verdicts[result.verdict]
  return element(
    "header",
    {},
    element("p", { class: "place" }, `${result.kind} · ${result.id}`),
    element("h1", {}, `${result.system} › ${result.title}`),
    ...(result.source === undefined ? [] : [element("p", { class: "place" }, result.source)]),
    element(
      "p",
      { class: "headline" },
      element("span", { class: `verdict ${mood}` }, word),
      ` ${headline(result)}`
    ),
    ...reasonsBeside(result).map((reason) => element("p", {}, reason))
  )
}

const factOf = ({ command, label, lead, text }: Fact): Html => {
  const said: ReadonlyArray<Child> = [
    ...(lead === undefined ? [] : [element("strong", { class: lead.mood }, lead.text), " "]),
    text,
    ...(command === undefined ? [] : [text === "" ? "" : " ", element("code", {}, command)])
  ]
  return join([element("dt", {}, label), element("dd", {}, ...said)])
}

const sectionOf = ({ facts, title }: Section): Html =>
  element("section", {}, element("h2", {}, title), element("dl", {}, ...facts.map(factOf)))

const pictured = (picture: Html, caption: string): Html =>
  element("figure", {}, picture, element("figcaption", {}, caption))

const folded = (title: string, content: Html): Html =>
  element("details", {}, element("summary", {}, title), content)

const titled = (title: string, ...content: ReadonlyArray<Html>): Html =>
  element("section", {}, element("h2", {}, title), ...content)

/** A part that is there when it has something to show. */
const when = (isThere: boolean, make: () => Html): ReadonlyArray<Html> => (isThere ? [make()] : [])

const chartPart = (result: BreakingResult): ReadonlyArray<Html> => {
  const chart = chartOf(result)
  if (chart === undefined) return []
  const text = `${headline(result)}. All points are in the table below.`
  const caption = [
    "A dot is a load, the larger the more probes",
    "a thin line is the 95 % interval of the share that passes",
    ...chart.leftOut
  ].join("; ")
  return [
    titled(
      "Over the load",
      pictured(stressPlot(chart, text), `${caption}.`),
      folded(`All ${countOf(result.curve.length, "load")}`, Tables.curveTable(result))
    )
  ]
}

const pointParts = (result: BreakingResult): ReadonlyArray<Html> => [
  ...when(result.curve.length > 0, () => titled("Service levels", Tables.levelTable(result))),
  ...when(result.estimate.failed.length > 0, () =>
    titled("What failed, in order", Tables.ladderTable(result))
  ),
  ...when(result.amplification.length > 0, () =>
    titled("Calls for each request", Tables.amplificationTable(result))
  ),
  ...when(result.residues.length > 0, () =>
    titled("When the load has gone", Tables.residueTable(result))
  ),
  ...when(
    result.metastability.some(({ points }) => points.length > 0),
    () =>
      titled(
        "Triggers",
        pictured(
          triggerPlot(result, Tables.triggersInWords(result)),
          "Blue: it recovers. Orange: it stays down when the trigger has gone."
        ),
        folded("All loads", Tables.triggerTable(result))
      )
  )
]

const frontierPart = (result: EnvelopeResult): ReadonlyArray<Html> => [
  titled(
    "Frontier",
    ...when(
      result.rows.some(({ curve }) => curve.length > 0),
      () =>
        pictured(
          envelopePlot(result, `${headline(result)}. The frontier is in the table below.`),
          "Blue: probes pass. Orange: they fail. Line with rings: where it breaks, with its " +
            "95 % interval. Dashed line: what is demonstrated."
        )
    ),
    Tables.frontierTable(result)
  )
]

/** The whole page, as the text of its file. */
export const stressHtml = (result: StressResult, saved: StressSaved): string => {
  const isPoint = result.kind === "breaking-point"
  const page = element(
    "html",
    { lang: "en" },
    element(
      "head",
      {},
      element("meta", { charset: "utf-8" }),
      element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      element("title", {}, `${result.system} › ${result.title}: ${headline(result)}`),
      styleSheet(stressStyle)
    ),
    element(
      "body",
      {},
      element(
        "main",
        {},
        headOf(result),
        ...figuresOf(result),
        ...(isPoint ? chartPart(result) : frontierPart(result)),
        ...sectionsOf(result, saved).map(sectionOf),
        ...(isPoint ? pointParts(result) : []),
        element(
          "footer",
          {},
          element(
            "p",
            { class: "quiet" },
            `Seed ${toText(result.seed)}, budget ${result.budget}, digest ${result.digest}.`
          )
        )
      )
    )
  )
  return `<!doctype html>\n${page.markup}\n`
}
