/**
 * The messages of a recording: who sent what to whom, and how it ended, as text or as a diagram.
 */
import type { Event } from "../recording/Event.ts"
import type { Recording } from "../recording/Recording.ts"
import { visible } from "../recording/VisibleText.ts"
import { causesOf } from "./Causes.ts"
import { padEnd, timeText, widthOf } from "./EventWords.ts"

/** Most messages in one diagram: more of them nobody reads. */
export const diagramMessagesMax = 40

/** A message and its ends. */
export interface Message {
  readonly sent: Event
  /** How it ended; `undefined` when the flight ended first. Several ends when it was duplicated. */
  readonly ends: ReadonlyArray<Event>
}

/** All messages, in the order in which they left. */
export const messagesOf = (recording: Recording): ReadonlyArray<Message> => {
  const messages = new Map<number, { readonly sent: Event; readonly ends: Array<Event> }>()
  for (let step = 0; step < recording.header.events; step++) {
    const event = recording.event(step)
    if (event.message === undefined) continue
    const known = messages.get(event.message)
    if (known !== undefined) known.ends.push(event)
    else {
      // A message that is lost as it leaves has one event that is both of its ends.
      const ends = event.kind === "send" ? [] : [event]
      messages.set(event.message, { sent: event, ends })
    }
  }
  return [...messages.values()]
}

const endText = (end: Event): string => {
  const how = end.kind === "deliver" ? "arrives" : end.kind
  return `${how} ${timeText(end.time)} #${end.step}`
}

/** One line for each message: step, time, from, to, what, how it ended. */
export const messagesText = (recording: Recording): string => {
  const rows = messagesOf(recording).map(({ ends, sent }) => [
    String(sent.step),
    timeText(sent.time),
    `${visible(sent.node ?? "?")} → ${visible(sent.peer ?? "?")}`,
    visible(sent.what),
    ends.length === 0 ? "still under way" : ends.map(endText).join(", ")
  ])
  const widths = [0, 1, 2, 3].map((column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? "")), 0)
  )
  if (rows.length === 0) return "no message was sent"
  return rows
    .map((row) => row.map((text, column) => padEnd(text, widths[column] ?? 0)).join("  "))
    .join("\n")
}

/** Text that Mermaid takes literally: its own signs and line ends are written as entities. */
const mermaidText = (text: string): string =>
  visible(text).replaceAll(/[#;<>"&`]/g, (sign) => `#${sign.charCodeAt(0)};`)

/**
 * A Mermaid sequence diagram of the last messages that caused the failure, or, when nothing failed,
 * of the last messages of all.
 */
export const messagesMermaid = (recording: Recording): string => {
  const { failure } = recording.header
  const wanted = failure === undefined ? undefined : new Set(causesOf(recording))
  const all = messagesOf(recording).filter(
    ({ ends, sent }) =>
      wanted === undefined || wanted.has(sent.step) || ends.some(({ step }) => wanted.has(step))
  )
  const shown = all.slice(-diagramMessagesMax)
  const involved = new Set(shown.flatMap(({ sent }) => [sent.node, sent.peer]))
  const names = recording.header.nodes.map(({ name }) => name).filter((name) => involved.has(name))
  const alias = (name: string | undefined): string => `n${names.indexOf(name ?? "")}`
  const left = all.length - shown.length
  return [
    "sequenceDiagram",
    ...names.map((name) => `  participant ${alias(name)} as ${mermaidText(name)}`),
    ...(left === 0 || names.length === 0
      ? []
      : [`  Note over ${alias(names[0])}: ${left} earlier messages left out`]),
    ...shown
      .filter(({ sent }) => names.includes(sent.node ?? "") && names.includes(sent.peer ?? ""))
      .map(({ ends, sent }) => {
        const arrives = ends.some(({ kind }) => kind === "deliver")
        const arrow = arrives ? "->>" : "-x"
        const how = arrives ? "" : ` (${ends[0]?.kind ?? "under way"})`
        const what = mermaidText(`${sent.what}${how}`)
        return `  ${alias(sent.node)}${arrow}${alias(sent.peer)}: ${what}`
      })
  ].join("\n")
}
