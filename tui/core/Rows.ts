/**
 * The rows of the event list: all events, or with a filter its matches and the selected event.
 *
 * Owns the translation between rows and steps. Rows are counted from 0, like steps.
 */
import { firstFrom, type Filter } from "./Filter.ts"

/** What decides the rows. */
export interface RowsInput {
  readonly events: number
  readonly selected: number
  readonly filter: Filter | undefined
}

/** The rows of a list. */
export interface Rows {
  readonly count: number
  /** The row of the selected event. */
  readonly selected: number
  /** The step shown on a row, if there is such a row. */
  readonly stepAt: (row: number) => number | undefined
}

/** The rows for a model. Costs the same for ten events and for ten million. */
export const rowsOf = (input: RowsInput): Rows => {
  const { events, filter, selected } = input
  if (filter === undefined) {
    return {
      count: events,
      selected,
      stepAt: (row) => (row >= 0 && row < events ? row : undefined)
    }
  }
  const { matches } = filter
  const position = firstFrom(matches, selected)
  if (matches[position] === selected) {
    return { count: matches.length, selected: position, stepAt: (row) => matches[row] }
  }
  return {
    count: matches.length + 1,
    selected: position,
    stepAt: (row) =>
      row === position ? selected : row < position ? matches[row] : matches[row - 1]
  }
}

/** The first row to show so that the selected one is `anchor` rows below the top, if it can be. */
export const topRow = (rows: Rows, anchor: number, height: number): number =>
  Math.max(0, Math.min(rows.selected - anchor, rows.count - height))

/** The steps to show, from top to bottom: at most `height`. */
export const windowOf = (rows: Rows, anchor: number, height: number): ReadonlyArray<number> => {
  const top = topRow(rows, anchor, height)
  const steps: Array<number> = []
  for (let row = top; row < top + height; row++) {
    const step = rows.stepAt(row)
    if (step === undefined) break
    steps.push(step)
  }
  return steps
}
