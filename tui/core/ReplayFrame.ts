/**
 * The whole screen as styled lines: exactly as many as the layout says, none wider than it says.
 *
 * Owns putting the panes beside and below each other, with their borders and titles.
 */
import { listHeading, listLines, oneEventLine } from "./EventList.ts"
import { footerLine } from "./Footer.ts"
import { headerLines } from "./HeaderLines.ts"
import { keysLength, keysPane } from "./KeysPane.ts"
import { laneLines, lanesHeading, planLanes } from "./Lanes.ts"
import { panes, type Layout, type Pane } from "./Layout.ts"
import { marksOf, said, type Marks } from "./Look.ts"
import { blank, clip, fit, span, type Frame, type Line } from "./Line.ts"
import { layout, listRows, type ReplayModel } from "./ReplayModel.ts"
import { windowOf } from "./Rows.ts"
import { statePane } from "./StatePane.ts"
import { whyPane } from "./WhyPane.ts"
import { widthOf } from "./Width.ts"

const names: Record<Pane, string> = {
  events: "Events",
  lanes: "Lanes",
  state: "State",
  why: "Why"
}

const numberOf = (pane: Pane): number => panes.indexOf(pane) + 1

/** What is said at the right of a pane's title. */
const remark = (model: ReplayModel, pane: Pane, steps: ReadonlyArray<number>): string => {
  switch (pane) {
    case "events": {
      const { events } = model.recording.header
      const first = steps[0]
      const last = steps.at(-1)
      if (first === undefined || last === undefined) return ""
      return model.filter === undefined
        ? `${first}-${last} of ${events}`
        : `filtered, ${first}-${last} of ${events}`
    }
    case "lanes": {
      const { hidden } = planLanes(model, steps, layout(model).rightColumns)
      const idle = hidden === 1 ? "1 node" : `${hidden} nodes`
      return hidden === 0 ? "same rows as Events" : `same rows as Events; ${idle} hidden`
    }
    case "state":
      return model.stateShown === "all" ? "all" : "changed only"
    case "why":
      return "w steps back along causes"
  }
}

/** A border with the title of the pane below it: `─ 1 Events ───── 24-39 of 41 ─`. */
const border = (
  model: ReplayModel,
  pane: Pane,
  steps: ReadonlyArray<number>,
  width: number,
  marks: Marks
): Line => {
  const isFocused = pane === model.pane
  const after = pane === "state" ? ` after ${model.selected}` : ""
  const name = `${numberOf(pane)} ${names[pane]}${after}`
  const title = isFocused ? `${marks.row}[${name}]` : `${marks.row} ${name} `
  const words = ` ${said(remark(model, pane, steps), model.ascii)} ${marks.row}`
  const room = width - widthOf(title)
  const right = widthOf(words) < room && words.trim() !== marks.row ? words : ""
  const line = marks.row.repeat(Math.max(0, room - widthOf(right)))
  return clip(
    [span(title, isFocused ? "strong" : "quiet"), span(`${line}${right}`, "quiet")],
    width
  )
}

/** The lines of one pane, heading included. */
const paneLines = (
  model: ReplayModel,
  pane: Pane,
  steps: ReadonlyArray<number>,
  width: number,
  height: number,
  heading: "heading" | "none"
): ReadonlyArray<Line> => {
  switch (pane) {
    case "events": {
      const lines = listLines(model, steps, width)
      return heading === "none" ? lines : [listHeading(model, width), ...lines]
    }
    case "lanes": {
      const plan = planLanes(model, steps, width)
      const lines = laneLines(model, plan, steps, width)
      return heading === "none" ? lines : [lanesHeading(model, plan, width), ...lines]
    }
    case "state":
      return statePane(model, width, height)
    case "why":
      return whyPane(model, width, height)
  }
}

const sideBySide = (
  left: ReadonlyArray<Line>,
  right: ReadonlyArray<Line>,
  height: number,
  sizes: Layout,
  marks: Marks
): ReadonlyArray<Line> =>
  Array.from({ length: height }, (_, row) => [
    ...fit(left[row] ?? blank, sizes.leftColumns),
    span(marks.column, "quiet"),
    ...clip(right[row] ?? blank, sizes.rightColumns)
  ])

const joined = (left: Line, joint: string, right: Line): Line => [
  ...left,
  span(joint, "quiet"),
  ...right
]

const wideBody = (
  model: ReplayModel,
  sizes: Layout,
  steps: ReadonlyArray<number>,
  marks: Marks
): ReadonlyArray<Line> => {
  const { columns, leftColumns, lowerRows, rightColumns, upperRows } = sizes
  if (model.zoomed) {
    return [
      border(model, model.pane, steps, columns, marks),
      ...paneLines(model, model.pane, steps, columns, upperRows, "heading")
    ]
  }
  const of = (pane: Pane, width: number, height: number): ReadonlyArray<Line> =>
    paneLines(model, pane, steps, width, height, "heading")
  const edge = (pane: Pane, width: number): Line => border(model, pane, steps, width, marks)
  return [
    joined(edge("events", leftColumns), marks.teeDown, edge("lanes", rightColumns)),
    ...sideBySide(
      of("events", leftColumns, upperRows),
      of("lanes", rightColumns, upperRows),
      upperRows,
      sizes,
      marks
    ),
    joined(edge("state", leftColumns), marks.cross, edge("why", rightColumns)),
    ...sideBySide(
      of("state", leftColumns, lowerRows),
      of("why", rightColumns, lowerRows),
      lowerRows,
      sizes,
      marks
    ),
    [span(marks.row.repeat(leftColumns) + marks.teeUp + marks.row.repeat(rightColumns), "quiet")]
  ]
}

/** The names of the panes, the focused one in brackets. */
const tabBar = (model: ReplayModel, steps: ReadonlyArray<number>, width: number): Line => {
  const tabs = panes.flatMap((pane) => {
    const isFocused = pane === model.pane
    const name = `${numberOf(pane)} ${names[pane]}`
    return [span(isFocused ? `[${name}]` : ` ${name} `, isFocused ? "strong" : "quiet")]
  })
  const used = tabs.reduce((columns, tab) => columns + widthOf(tab.text), 0)
  const words = ` ${said(remark(model, model.pane, steps), model.ascii)} `
  const room = width - used
  const right = widthOf(words) > room ? "" : words
  return clip(
    [...tabs, span(" ".repeat(Math.max(0, room - widthOf(right))) + right, "quiet")],
    width
  )
}

/** Three lines below a pane: what changed, or below the state which event this is, and why. */
const strip = (model: ReplayModel, sizes: Layout): ReadonlyArray<Line> => {
  const { columns, lowerRows } = sizes
  if (model.recording.header.events === 0) return []
  return model.pane === "state"
    ? [oneEventLine(model, model.selected, columns), ...whyPane(model, columns, lowerRows).slice(1)]
    : statePane(model, columns, lowerRows)
}

const tabsBody = (
  model: ReplayModel,
  sizes: Layout,
  steps: ReadonlyArray<number>,
  marks: Marks
): ReadonlyArray<Line> => {
  const { columns, lowerRows, upperRows } = sizes
  const main = paneLines(model, model.pane, steps, columns, upperRows, "heading")
  const body = Array.from({ length: upperRows }, (_, row) => main[row] ?? blank)
  if (lowerRows === 0) return [tabBar(model, steps, columns), ...body]
  const other = model.pane === "state" ? "events" : "state"
  const title =
    other === "state"
      ? `${marks.row} State after ${model.selected} `
      : `${marks.row} Event ${model.selected} `
  const line = marks.row.repeat(Math.max(0, columns - widthOf(title)))
  return [
    tabBar(model, steps, columns),
    ...body,
    clip([span(title + line, "quiet")], columns),
    ...strip(model, sizes).slice(0, lowerRows)
  ]
}

const keysBorder = (model: ReplayModel, shown: number, columns: number, marks: Marks): Line => {
  const title = `${marks.row} Keys `
  const all = keysLength(model)
  const words =
    shown < all
      ? ` ${model.scroll + 1}-${model.scroll + shown} of ${all}, j k scroll ${marks.row}`
      : ""
  const room = Math.max(0, columns - widthOf(title) - widthOf(words))
  return clip([span(title, "strong"), span(marks.row.repeat(room) + words, "quiet")], columns)
}

/** The screen of a model. */
export const frameOf = (model: ReplayModel): Frame => {
  const sizes = layout(model)
  const marks = marksOf(model.ascii)
  const { bodyRows, columns, frameRows } = sizes
  const steps = windowOf(listRows(model), model.anchor, sizes.listRows).filter(
    (step) => step < model.recording.header.events
  )
  const body = ((): ReadonlyArray<Line> => {
    if (model.screen === "keys") {
      const shown = keysPane(model, columns, bodyRows - 1)
      return [keysBorder(model, shown.length, columns, marks), ...shown]
    }
    switch (sizes.kind) {
      case "wide":
        return wideBody(model, sizes, steps, marks)
      case "tabs":
        return tabsBody(model, sizes, steps, marks)
      case "small":
        return paneLines(model, model.pane, steps, columns, bodyRows, "none")
    }
  })()
  const lines = [
    ...headerLines(model, columns, sizes.headerRows),
    ...Array.from({ length: bodyRows }, (_, row) => body[row] ?? blank),
    ...(sizes.footerRows === 0 ? [] : [footerLine(model, columns)])
  ]
  return Array.from({ length: frameRows }, (_, row) => clip(lines[row] ?? blank, columns))
}
