/**
 * A recording as text for pipes: its summary, its events, one event, why it happened.
 *
 * Pure text from data, one fact a line; everything from the recording is made visible.
 */
import type { Schema } from "effect"
import type { Event } from "../recording/Event.ts"
import type { Recording } from "../recording/Recording.ts"
import { visible } from "../recording/VisibleText.ts"
import { toText } from "../turbulence/Fault.ts"
import { countText, deviationText, eventLines, timeText } from "./EventWords.ts"
import { simulatedText } from "./Summary.ts"

/** The most characters of one value that are printed. */
export const valueCharactersMax = 10_000

/** A JSON value on one line, bounded and made visible. */
export const valueText = (value: Schema.Json): string => {
  const text = visible(JSON.stringify(value))
  return text.length <= valueCharactersMax ? text : `${text.slice(0, valueCharactersMax - 1)}…`
}

const row = (name: string, text: string): string => `${name.padEnd(11)} ${text}`.trimEnd()

/** Lines under one name: the name stands before the first. */
const rows = (name: string, texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.map((text, at) => row(at === 0 ? name : "", text))

/** What was flown, what failed, and what it needs. */
export const summaryText = (recording: Recording): string => {
  const { header } = recording
  const { cause, failure, twin } = header
  const commit = header.commit === undefined ? "" : `, commit ${visible(header.commit)}`
  const before =
    header.eventsBefore === undefined ? "" : `, ${countText(header.eventsBefore)} before`
  return [
    row("scenario", visible(header.scenario)),
    row("title", visible(header.title)),
    row("system", visible(header.system)),
    ...(header.source === undefined ? [] : [row("source", visible(header.source))]),
    row("recorded", `downforce ${visible(header.downforce)}${commit}`),
    row("seed", `${cause.seed}, run ${countText(header.runIndex)}`),
    row("nodes", header.nodes.map(({ name }) => visible(name)).join(", ")),
    row(
      "length",
      `${countText(header.events)} events${before}, ${simulatedText(header.simulatedMicros)}`
    ),
    row("digest", header.digest),
    ...(failure === undefined
      ? [row("verdict", "no property was violated")]
      : [
          row("verdict", `violated: ${visible(failure.property)}, at event ${failure.step}`),
          row("expected", visible(failure.expected)),
          row("got", visible(failure.actual)),
          row("signature", failure.signature)
        ]),
    ...rows(
      "workload",
      cause.workload.map(({ atMs, client, contract, id, payload, procedure }) =>
        visible(`${id} ${client} at ${atMs}ms: ${contract}.${procedure} ${JSON.stringify(payload)}`)
      )
    ),
    ...rows(
      "faults",
      cause.faults.map((fault) => visible(`${fault.id} at ${fault.atMs}ms: ${toText(fault)}`))
    ),
    ...rows(
      "deviations",
      cause.deviations.map(({ kind, outcome, path }) =>
        visible(`${deviationText(kind, outcome)}: ${path}`)
      )
    ),
    ...rows(
      "needed",
      header.needed.map(({ atLeast, what }) =>
        visible(atLeast === undefined ? what : `${what} (${atLeast} or more)`)
      )
    ),
    ...(twin === undefined
      ? []
      : [
          row(
            "twin",
            `${visible(twin.change)} passes; first difference at event ${twin.firstDifference}`
          )
        ])
  ].join("\n")
}

/** The lines of these steps. */
export const stepsText = (
  recording: Recording,
  steps: ReadonlyArray<number>,
  columns: number
): string =>
  eventLines(
    steps.map((step) => recording.event(step)),
    columns
  ).join("\n")

/** Everything about one event. */
export const eventText = (recording: Recording, step: number): string => {
  const event: Event = recording.event(step)
  const otherEnd = recording.otherEnd(step)
  const optional = (name: string, text: string | undefined): ReadonlyArray<string> =>
    text === undefined ? [] : [row(name, visible(text))]
  return [
    row("step", String(event.step)),
    row("time", timeText(event.time)),
    row("kind", event.kind),
    ...optional("node", event.node),
    ...optional("peer", event.peer),
    row("what", visible(event.what)),
    ...optional("source", event.source),
    ...(otherEnd === undefined ? [] : [row("other end", `event ${otherEnd}`)]),
    row("because", recording.causes(step).join(", ") || "nothing earlier"),
    ...(event.value === undefined ? [] : [row("value", valueText(event.value))]),
    ...rows(
      "state",
      recording.changes(step).map((change) => {
        const before = change.before === undefined ? "(nothing)" : valueText(change.before)
        const after = change.after === undefined ? "(gone)" : valueText(change.after)
        return `${visible(`${change.node}.${change.probe}`)}: ${before} → ${after}`
      })
    ),
    ...rows(
      "deviations",
      (event.deviations ?? []).map(({ key, kind, outcome, path }) =>
        visible(`${deviationText(kind, outcome)}: ${path} (${key})`)
      )
    )
  ].join("\n")
}

/** The state after an event: `node.probe: value`, one line each. */
export const stateText = (recording: Recording, step: number): string => {
  const lines: Array<string> = []
  for (const [node, probes] of recording.stateAfter(step)) {
    for (const [probe, value] of probes) {
      lines.push(`${visible(`${node}.${probe}`)}: ${valueText(value)}`)
    }
  }
  return lines.length === 0 ? "no probe has a value" : lines.join("\n")
}

/** What of the state differs after two events: `- before`, `+ after`. */
export const stateDifferenceText = (recording: Recording, from: number, to: number): string => {
  const flat = (step: number): ReadonlyMap<string, string> =>
    new Map(
      [...recording.stateAfter(step)].flatMap(([node, probes]) =>
        [...probes].map(([probe, value]): [string, string] => [
          visible(`${node}.${probe}`),
          valueText(value)
        ])
      )
    )
  const before = flat(from)
  const after = flat(to)
  const lines: Array<string> = []
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const old = before.get(name)
    const fresh = after.get(name)
    if (old === fresh) continue
    if (old !== undefined) lines.push(`- ${name}: ${old}`)
    if (fresh !== undefined) lines.push(`+ ${name}: ${fresh}`)
  }
  return lines.length === 0 ? "nothing differs" : lines.join("\n")
}
