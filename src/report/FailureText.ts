/**
 * What a failure prints: the most-read screen. Causes only, and the three lines of what to do.
 *
 * Owns the layout and the wording. Pure text from data: where it is printed is for others.
 */
import type { BatchResult, FoundFailure } from "../flight/BatchResult.ts"
import type { Event } from "../recording/Event.ts"
import type { Header } from "../recording/Header.ts"
import { fromEvents } from "../recording/RecordingReader.ts"
import { visible } from "../recording/VisibleText.ts"
import { causesOf } from "./Causes.ts"
import { atRight, countOf, countText, eventLines, whatText } from "./EventWords.ts"
import type { Paint } from "./Paint.ts"

/** Most causes shown of one failure; of a longer chain the latest, nearest to the failure. */
export const causesMax = 40

/** Most lines of what is needed. */
export const neededMax = 12

/** Where the pieces of a failure were saved; `undefined` for what was not. */
export interface Saved {
  /** The committed file, relative to the project. */
  readonly regression: string | undefined
  /** The recording, relative to the project. */
  readonly recording: string | undefined
  /** What `replay` takes to open the recording. */
  readonly ref: string | undefined
}

/** The command that opens a recording. */
export const replayCommand = (ref: string): string => `npx downforce replay ${ref}`

/** The command that flies the run of a failure again, not shrunk. */
export const rerunCommand = (header: Header): string =>
  `npx downforce fly ${header.scenario} --seed ${header.cause.seed}`

/** The whole text of a failure, lines without a last newline. */
export const failureText = (
  failure: FoundFailure,
  batch: Pick<BatchResult, "runs">,
  saved: Saved,
  look: { readonly columns: number; readonly paint: Paint }
): string => {
  const { paint } = look
  const { header } = failure
  const label = (name: string, text: string): string => `   ${name.padEnd(8)} ${text}`
  const unsaved = "(not saved: --record none)"
  return [
    heading(header, look),
    ...claimLines(header, paint),
    `       ${paint.quiet(sizeText(failure, batch))}`,
    "",
    ...causeLines(failure, look),
    "",
    ...neededLines(failure).map((text, at) => label(at === 0 ? "needed" : "", text)),
    ...twinLines(header).map((text) => label("twin", text)),
    ...maskedLines(header).map((text) => label("masked", text)),
    ...metLines(failure, batch).map((text) => label("met", text)),
    "",
    label(
      "saved",
      saved.regression === undefined ? unsaved : `${saved.regression}  (commit this file)`
    ),
    label("replay", saved.ref === undefined ? unsaved : replayCommand(saved.ref)),
    label("rerun", visible(rerunCommand(header)))
  ].join("\n")
}

const heading = (
  header: Header,
  look: { readonly columns: number; readonly paint: Paint }
): string => {
  const name = visible(`${header.system} › ${header.title}`)
  const line = ` FAIL  ${name}`
  const whole =
    header.source === undefined ? line : atRight(line, visible(header.source), look.columns)
  // Styles take no columns, so they are put in after the line is laid out.
  return whole
    .replace(" FAIL ", ` ${look.paint.bad(look.paint.strong("FAIL"))} `)
    .replace(name, () => look.paint.strong(name))
}

const claimLines = (header: Header, paint: Paint): ReadonlyArray<string> => {
  const { failure, title } = header
  if (failure === undefined) return []
  const { actual, expected, property } = failure
  const isNamed = property === title || expected.includes(property)
  const claim = `${visible(expected)}      ${paint.bad(`got ${visible(actual)}`)}`
  return isNamed ? [`       ${claim}`] : [`       ${visible(property)}`, `       ${claim}`]
}

const sizeText = (failure: FoundFailure, batch: Pick<BatchResult, "runs">): string => {
  const { header, isMinimal, shrinkFlights } = failure
  const events = countOf(header.events, "event")
  if (failure.regression !== undefined) {
    return `saved regression ${visible(failure.regression)}, ${events}`
  }
  const run = `run ${countText(header.runIndex)} of ${countText(batch.runs)}`
  if (shrinkFlights === 0) return `${run}, ${events}, not shrunk`
  const before = countText(header.eventsBefore ?? header.events)
  const shrunk = `${run}, shrunk ${before} → ${events} in ${countOf(shrinkFlights, "flight")}`
  return isMinimal ? shrunk : `${shrunk}; not yet minimal, --shrink-time gives it longer`
}

const causeLines = (
  failure: FoundFailure,
  look: { readonly columns: number; readonly paint: Paint }
): ReadonlyArray<string> => {
  const { events, header } = failure
  const recording = fromEvents(header, events)
  const chain = causesOf(recording, failure.isMinimal)
  const shown = chain.slice(-causesMax)
  const what = (event: Event): string => {
    if (header.failure === undefined || event.step !== header.failure.step) return whatText(event)
    return visible(header.failure.property)
  }
  const lines = eventLines(
    shown.map((step) => recording.event(step)),
    look.columns,
    what
  )
  const left = chain.length - shown.length
  return [
    ...(left === 0 ? [] : [`   … ${countOf(left, "earlier cause")} left out`]),
    ...lines.map((line, at) =>
      shown[at] === header.failure?.step ? `${line}  ${look.paint.bad("FAIL")}` : line
    )
  ]
}

const neededLines = (failure: FoundFailure): ReadonlyArray<string> => {
  const { cause, needed } = failure.header
  const operations = countOf(cause.workload.length, "operation")
  if (!failure.isMinimal) {
    const faults = countOf(cause.faults.length, "fault")
    return [
      `not known: ${operations}, ${faults} and ${countOf(cause.deviations.length, "deviation")}`
    ]
  }
  const parts = needed.map(({ atLeast, what }) =>
    atLeast === undefined ? visible(what) : `${visible(what)}  (${visible(atLeast)} or more)`
  )
  const shown = parts.slice(0, neededMax)
  const left = parts.length - shown.length
  if (failure.regression !== undefined && parts.length === 0) return []
  return [operations, ...shown, ...(left === 0 ? [] : [`and ${left} more`])]
}

const twinLines = (header: Header): ReadonlyArray<string> => {
  const { twin } = header
  return twin === undefined
    ? []
    : [`${visible(twin.change)} passes; first difference at event ${twin.firstDifference}`]
}

/** The later faults of the run that hid the failure. */
const maskedLines = ({ masked }: Header): ReadonlyArray<string> => {
  if (masked === undefined || masked.length === 0) return []
  const isOne = masked.length === 1
  return [`${masked.map(visible).join("; ")}: with ${isOne ? "it" : "them"} the run holds`]
}

/**
 * Clean runs after which a bug met in this share of runs is gone with 99 % certainty. One more run
 * is counted that did not meet it, so that a few runs are not taken for all there could be.
 */
export const cleanRunsNeeded = (met: number, runs: number): number =>
  Math.ceil(Math.log(0.01) / Math.log(1 - met / (runs + 1)))

const metLines = (
  failure: FoundFailure,
  batch: Pick<BatchResult, "runs">
): ReadonlyArray<string> => {
  if (failure.regression !== undefined || batch.runs === 0) return []
  const { metCount } = failure
  const clean = countOf(cleanRunsNeeded(metCount, batch.runs), "clean run")
  const runs = `${countText(metCount)} of ${countOf(batch.runs, "run")}`
  return [`in ${runs}; a fix is 99 % sure after ${clean}`]
}
