/**
 * What is said of a breaking point or an envelope among other scenarios: one line, and its part of
 * the line for all.
 */
import type { BatchResult } from "../flight/BatchResult.ts"
import { visible } from "../recording/VisibleText.ts"
import type { StressResult } from "../stress/StressResult.ts"
import { countOf, padEnd } from "./EventWords.ts"
import type { Paint } from "./Paint.ts"
import { headline, reasonsBeside, resourceText } from "./StressWords.ts"
import { verdictMark } from "./VerdictMark.ts"
import { glue } from "./Wrap.ts"

const culprit = (result: StressResult): ReadonlyArray<string> =>
  result.kind === "breaking-point" && result.bottleneck !== undefined
    ? [resourceText(result.bottleneck)]
    : []

/** The line: mark, id, probes, why it is not as it should be, where it breaks, and what breaks. */
export const stressLine = (result: StressResult, idColumns: number, paint: Paint): string => {
  const probes = countOf(result.cost.probes, "probe").padStart(11)
  const said = [...reasonsBeside(result), headline(result), ...culprit(result)].join("; ")
  const start = ` ${verdictMark(result.verdict, paint)}  ${padEnd(visible(result.id), idColumns)}`
  return `${start} ${probes}   ${said}`.replaceAll(glue, " ")
}

/** What the line for all scenarios counts; probes are its runs. */
export const stressTotals = ({
  cost,
  verdict
}: StressResult): Pick<BatchResult, "verdict" | "runs" | "simulatedMicros"> => ({
  verdict,
  runs: cost.probes,
  simulatedMicros: cost.simulatedMicros
})
