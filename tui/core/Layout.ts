/**
 * Which parts of the replay there are on a terminal of a given size, and how large each is.
 *
 * Owns the arithmetic of rows and columns, and its limits. Knows no events and no text.
 */

/** The four panes. */
export const panes = ["events", "lanes", "state", "why"] as const

/** See `panes`. */
export type Pane = (typeof panes)[number]

/** Below so many columns or rows, four panes at once are too small: one pane with tabs. */
export const wideColumnsMin = 100
/** See `wideColumnsMin`. */
export const wideRowsMin = 20
/** Below so many columns or rows there is only a list, one line per event. */
export const tabsColumnsMin = 60
/** See `tabsColumnsMin`. */
export const tabsRowsMin = 15

/** What decides a layout. */
export interface LayoutInput {
  readonly columns: number
  readonly rows: number
  readonly zoomed: boolean
  readonly pane: Pane
}

/** Sizes in rows and columns. Parts that are absent have no rows. */
export interface Layout {
  readonly kind: "wide" | "tabs" | "small"
  readonly columns: number
  /** Rows of the whole frame: one less than the terminal has, see Replay. */
  readonly frameRows: number
  readonly headerRows: number
  /** Rows for what lies between the header and the footer, borders and tabs included. */
  readonly bodyRows: number
  readonly footerRows: number
  /** Rows of the events and lanes, with their heading. */
  readonly upperRows: number
  /** Rows of state and why; in tabs, of the strip below the pane. */
  readonly lowerRows: number
  readonly leftColumns: number
  readonly rightColumns: number
  /** Rows of the focused pane. */
  readonly paneRows: number
  /** Rows of events that can be seen at once, at least one. */
  readonly listRows: number
}

const stripRows = 3
const whyRowsMin = 4
const whyRowsMax = 14

const wide = (input: LayoutInput, frameRows: number): Layout => {
  const headerRows = 3
  const bodyRows = frameRows - headerRows - 1
  const inner = bodyRows - 3
  const lowerRows = input.zoomed
    ? 0
    : Math.max(whyRowsMin, Math.min(whyRowsMax, Math.floor(inner * 0.38)))
  const upperRows = input.zoomed ? bodyRows - 1 : inner - lowerRows
  const leftColumns = input.zoomed ? input.columns : Math.round(input.columns * 0.42)
  const isUpper = input.pane === "events" || input.pane === "lanes"
  return {
    kind: "wide",
    columns: input.columns,
    frameRows,
    headerRows,
    bodyRows,
    footerRows: 1,
    upperRows,
    lowerRows,
    leftColumns,
    rightColumns: input.zoomed ? input.columns : input.columns - leftColumns - 1,
    paneRows: input.zoomed || isUpper ? upperRows : lowerRows,
    listRows: Math.max(1, upperRows - 1)
  }
}

const tabs = (input: LayoutInput, frameRows: number): Layout => {
  const headerRows = input.zoomed ? 1 : input.rows >= wideRowsMin ? 3 : 2
  const bodyRows = frameRows - headerRows - 1
  const lowerRows = input.zoomed ? 0 : stripRows
  const upperRows = bodyRows - 1 - (lowerRows === 0 ? 0 : lowerRows + 1)
  return {
    kind: "tabs",
    columns: input.columns,
    frameRows,
    headerRows,
    bodyRows,
    footerRows: 1,
    upperRows,
    lowerRows,
    leftColumns: input.columns,
    rightColumns: input.columns,
    paneRows: upperRows,
    listRows: Math.max(1, upperRows - 1)
  }
}

const small = (input: LayoutInput, frameRows: number): Layout => {
  const headerRows = frameRows >= 4 ? 1 : 0
  const footerRows = frameRows >= 2 ? 1 : 0
  const bodyRows = frameRows - headerRows - footerRows
  return {
    kind: "small",
    columns: input.columns,
    frameRows,
    headerRows,
    bodyRows,
    footerRows,
    upperRows: bodyRows,
    lowerRows: 0,
    leftColumns: input.columns,
    rightColumns: input.columns,
    paneRows: bodyRows,
    listRows: Math.max(1, bodyRows)
  }
}

/** The layout for a terminal of that size. */
export const layoutOf = (input: LayoutInput): Layout => {
  const columns = Math.max(1, input.columns)
  const frameRows = Math.max(1, input.rows - 1)
  const sized = { ...input, columns }
  if (columns < tabsColumnsMin || input.rows < tabsRowsMin) return small(sized, frameRows)
  if (columns < wideColumnsMin || input.rows < wideRowsMin) return tabs(sized, frameRows)
  return wide(sized, frameRows)
}
