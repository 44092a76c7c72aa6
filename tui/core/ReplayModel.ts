/**
 * What the replay knows at any moment: the selected event, the panes, and what was typed so far.
 *
 * Owns the state and moving the selection. Which key does what is Actions' business, how it looks
 * the views'. No React, no Ink, no clock: the same inputs always come to the same screen.
 */
import type { ReplayCheck } from "../../src/flight/FlightService.ts"
import type { Recording } from "../../src/recording/Recording.ts"
import type { Filter } from "./Filter.ts"
import { layoutOf, type Layout, type Pane } from "./Layout.ts"
import { rowsOf, topRow, type Rows } from "./Rows.ts"

/** Jumps that `Ctrl-o` can go back. */
export const jumpsMax = 100

/** Looking for an event away from the selected one, over as many chunks as it takes. */
export interface Seek {
  readonly direction: 1 | -1
  /** The next step to look at. */
  readonly next: number
  /** A node's events, or with `undefined` events of trouble. */
  readonly node: string | undefined
  /** How many still to find, the last of which is the target. */
  readonly left: number
  /** The furthest found so far. */
  readonly found: number | undefined
}

/** The state of the replay. */
export interface ReplayModel {
  readonly recording: Recording
  readonly ascii: boolean
  readonly columns: number
  readonly rows: number
  /** The selected step. */
  readonly selected: number
  /** Rows between the top of the event list and the selected event. */
  readonly anchor: number
  readonly pane: Pane
  readonly zoomed: boolean
  readonly screen: "panes" | "keys"
  /** Whether the state pane shows what did not change, too. */
  readonly stateShown: "changed" | "all"
  /** First line shown of the state, why or keys pane, whichever has the focus. */
  readonly scroll: number
  /** Digits typed before a key. */
  readonly count: string
  /** The pane before a digit that may turn out to be a count rather than the number of a pane. */
  readonly paneBefore: Pane | undefined
  /** A key that waits for a letter. */
  readonly waiting: "setMark" | "goToMark" | undefined
  /** The filter being typed. */
  readonly prompt: string | undefined
  readonly filter: Filter | undefined
  readonly marks: ReadonlyMap<string, number>
  /** Where jumps began, the latest last. */
  readonly jumps: ReadonlyArray<number>
  readonly seek: Seek | undefined
  readonly replay: "unchecked" | "checking" | ReplayCheck
  /** A sentence for the footer, until the next key. */
  readonly notice: string
  readonly ended: boolean
}

/** What may happen to the replay. */
export type Input =
  | { readonly _tag: "Key"; readonly key: string }
  | { readonly _tag: "Resize"; readonly columns: number; readonly rows: number }
  /** There is time for one more chunk of work, see `isBusy`. */
  | { readonly _tag: "Tick" }
  /** No key followed a digit for a while: it meant a pane, see `isUndecided`. */
  | { readonly _tag: "Settle" }
  | { readonly _tag: "Checking" }
  | { readonly _tag: "Checked"; readonly check: ReplayCheck }

/** What a replay is opened with. */
export interface ReplayOptions {
  readonly columns: number
  readonly rows: number
  readonly ascii: boolean
}

/** The sizes of the parts of the screen. */
export const layout = (model: ReplayModel): Layout => layoutOf(model)

/** The rows of the event list. */
export const listRows = (model: ReplayModel): Rows =>
  rowsOf({
    events: model.recording.header.events,
    selected: model.selected,
    filter: model.filter
  })

/** The opened replay: at the violation, with what led to it above. */
export const initial = (recording: Recording, options: ReplayOptions): ReplayModel => {
  const last = Math.max(0, recording.header.events - 1)
  const model: ReplayModel = {
    recording,
    ascii: options.ascii,
    columns: options.columns,
    rows: options.rows,
    selected: Math.max(0, Math.min(last, recording.violation)),
    anchor: 0,
    pane: "events",
    zoomed: false,
    screen: "panes",
    stateShown: "changed",
    scroll: 0,
    count: "",
    paneBefore: undefined,
    waiting: undefined,
    prompt: undefined,
    filter: undefined,
    marks: new Map(),
    jumps: [],
    seek: undefined,
    replay: "unchecked",
    notice: "",
    ended: false
  }
  return settled({ ...model, anchor: layout(model).listRows - 3 })
}

/** The model with the anchor where the list really shows the selected event. */
export const settled = (model: ReplayModel): ReplayModel => {
  const height = layout(model).listRows
  const rows = listRows(model)
  const anchor = Math.max(0, Math.min(height - 1, model.anchor))
  const shownAt = rows.selected - topRow(rows, anchor, height)
  return shownAt === model.anchor ? model : { ...model, anchor: shownAt }
}

/** The model on another terminal size; the selected event stays as near to its place as it can. */
export const resized = (model: ReplayModel, columns: number, rows: number): ReplayModel =>
  settled({ ...model, columns, rows })

/**
 * The model with another event selected. The list stays where it is when the event is in view,
 * moves by a row when it is just outside, and centres it otherwise.
 */
export const select = (model: ReplayModel, step: number): ReplayModel => {
  const last = Math.max(0, model.recording.header.events - 1)
  const target = Math.max(0, Math.min(last, step))
  if (target === model.selected) return model
  const height = layout(model).listRows
  const top = topRow(listRows(model), model.anchor, height)
  const moved: ReplayModel = { ...model, selected: target, scroll: 0 }
  const offset = listRows(moved).selected - top
  const anchor =
    offset >= -1 && offset <= height
      ? Math.max(0, Math.min(height - 1, offset))
      : Math.floor(height / 2)
  return settled({ ...moved, anchor })
}

/** The same, remembering where the jump began. */
export const jump = (model: ReplayModel, step: number): ReplayModel => {
  const moved = select(model, step)
  return moved === model
    ? model
    : { ...moved, jumps: [...model.jumps, model.selected].slice(-jumpsMax) }
}

/** The model with a sentence in the footer. */
export const noticed = (model: ReplayModel, notice: string): ReplayModel => ({ ...model, notice })
