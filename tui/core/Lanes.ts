/**
 * The lanes pane: a column per node, the same rows as the events, messages as arrows.
 *
 * Owns which nodes get a lane and the drawing of a row. Marks are in Look.
 */
import type { Event } from "../../src/recording/Event.ts"
import type { Recording } from "../../src/recording/Recording.ts"
import { isMessage, styleOf, whatText } from "./EventText.ts"
import { marksOf, shown, type Marks } from "./Look.ts"
import { clip, restyle, span, type Line } from "./Line.ts"
import type { ReplayModel } from "./ReplayModel.ts"
import { cutMiddle, cutTo, padTo, widthOf } from "./Width.ts"

/**
 * Events are looked at in aligned blocks of this size to tell idle nodes: lanes then stay put while
 * one scrolls within a block, and a recording of any length costs the same.
 */
const blockEvents = 256
const laneColumnsMin = 6
const laneColumnsMax = 12
/** Columns kept for the words at the right of the lanes. */
const wordsColumnsMin = 14
/** Columns before the first lane. */
const edgeColumns = 2

/** The lanes to draw. */
export interface LanePlan {
  readonly nodes: ReadonlyArray<string>
  /** Nodes of the system without a lane: idle around here, or there was no room. */
  readonly hidden: number
  readonly laneColumns: number
  readonly wordsColumns: number
}

/** Everyone who takes part in the events around those in view. */
const activeNodes = (recording: Recording, steps: ReadonlyArray<number>): ReadonlySet<string> => {
  const active = new Set<string>()
  const note = (step: number): void => {
    const event = recording.event(step)
    if (event.node !== undefined) active.add(event.node)
    if (event.peer !== undefined) active.add(event.peer)
  }
  const first = steps[0] ?? 0
  const last = steps.at(-1) ?? 0
  if (last - first > 2 * blockEvents) {
    for (const step of steps) note(step)
    return active
  }
  const start = first - (first % blockEvents)
  const end = Math.min(recording.header.events, last - (last % blockEvents) + blockEvents)
  for (let step = start; step < end; step++) note(step)
  return active
}

/** Chooses the lanes: active nodes; when there is no room for all, the selected event's first. */
export const planLanes = (
  model: ReplayModel,
  steps: ReadonlyArray<number>,
  width: number
): LanePlan => {
  const { header } = model.recording
  const empty = header.events === 0
  const active: ReadonlySet<string> = empty ? new Set() : activeNodes(model.recording, steps)
  const selected = empty ? undefined : model.recording.event(model.selected)
  const words = Math.max(wordsColumnsMin, Math.floor(width * 0.22))
  const room = Math.max(1, Math.floor((width - edgeColumns - words) / laneColumnsMin))
  // Clients call, so they stand at the left, where reading begins.
  const ordered = [
    ...header.nodes.filter(({ role }) => role === "client"),
    ...header.nodes.filter(({ role }) => role !== "client")
  ]
  const wanted = ordered.map(({ name }) => name).filter((name) => active.has(name))
  const isIn = (name: string): boolean => name === selected?.node || name === selected?.peer
  const kept =
    wanted.length <= room
      ? wanted
      : (() => {
          const first = [...wanted.filter(isIn), ...wanted.filter((name) => !isIn(name))]
          const chosen = new Set(first.slice(0, room))
          return wanted.filter((name) => chosen.has(name))
        })()
  const share = Math.floor((width - edgeColumns - words) / Math.max(1, kept.length))
  const laneColumns = Math.max(laneColumnsMin, Math.min(laneColumnsMax, share))
  return {
    nodes: kept,
    hidden: header.nodes.length - kept.length,
    laneColumns,
    wordsColumns: Math.max(0, width - edgeColumns - laneColumns * kept.length)
  }
}

/** The names above the lanes. */
export const lanesHeading = (model: ReplayModel, plan: LanePlan, width: number): Line => {
  const { more } = marksOf(model.ascii)
  const names = plan.nodes.map((name) => {
    const cut = cutMiddle(shown(name, model.ascii), plan.laneColumns - 1, more)
    const before = Math.floor((plan.laneColumns - widthOf(cut)) / 2)
    return padTo(" ".repeat(before) + cut, plan.laneColumns, "")
  })
  return clip([span(" ".repeat(edgeColumns) + names.join(""), "quiet")], width)
}

const drawMessage = (
  cells: Array<string>,
  event: Event,
  from: number,
  to: number,
  marks: Marks
): void => {
  // The arrow keeps one blank column on both sides, between the lanes of its two nodes.
  const left = Math.min(from, to) + 2
  const right = Math.max(from, to) - 2
  const never = event.kind !== "send" && event.kind !== "deliver"
  const [line, headRight, headLeft] = event.kind === "deliver" ? marks.arrived : marks.sent
  for (let column = left; column <= right; column++) cells[column] = line
  if (never) cells[Math.floor((left + right) / 2)] = marks.never
  else if (from < to) cells[right] = headRight
  else cells[left] = headLeft
}

const laneLine = (model: ReplayModel, plan: LanePlan, event: Event, width: number): Line => {
  const marks = marksOf(model.ascii)
  const centre = (lane: number): number =>
    lane * plan.laneColumns + Math.floor((plan.laneColumns - 1) / 2)
  const cells = Array.from({ length: plan.nodes.length * plan.laneColumns }, () => " ")
  for (const lane of plan.nodes.keys()) cells[centre(lane)] = marks.column
  const lane = event.node === undefined ? -1 : plan.nodes.indexOf(event.node)
  const peer = event.peer === undefined ? -1 : plan.nodes.indexOf(event.peer)
  if (isMessage(event.kind) && lane >= 0 && peer >= 0 && lane !== peer) {
    const [from, to] = event.kind === "deliver" ? [peer, lane] : [lane, peer]
    drawMessage(cells, event, centre(from), centre(to), marks)
  }
  const isCrossing = isMessage(event.kind) && lane >= 0 && peer >= 0 && lane !== peer
  if (lane >= 0) {
    if (event.state !== undefined) cells[centre(lane)] = marks.state
    else if (!isCrossing) cells[centre(lane)] = marks.event[event.kind]
  } else if (plan.nodes.length > 0 && event.node === undefined) {
    // What happens to no node in particular runs along the left edge.
    cells[0] = marks.event[event.kind]
  }
  const isSelected = event.step === model.selected
  const words = isMessage(event.kind) || event.kind === "log" ? "" : `${event.kind} `
  const line: Line = [
    span(isSelected ? `${marks.pointer} ` : "  ", "strong"),
    span(cells.join(""), styleOf(event)),
    span(
      cutTo(`${words}${whatText(event, model.ascii)}`, plan.wordsColumns, marks.more),
      styleOf(event)
    )
  ]
  const cut = clip(line, width)
  return isSelected ? restyle(cut, "selected") : cut
}

/** The rows of the lanes, for the same steps as the event list. */
export const laneLines = (
  model: ReplayModel,
  plan: LanePlan,
  steps: ReadonlyArray<number>,
  width: number
): ReadonlyArray<Line> => {
  if (model.recording.header.events === 0) return [[span(" no events", "quiet")]]
  return steps.map((step) => laneLine(model, plan, model.recording.event(step), width))
}
