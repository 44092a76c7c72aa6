/**
 * The frame of a drawing in a page: its size, its axis along the bottom, and single strokes.
 *
 * Owns geometry that all drawings share, in the units of the view box; a browser scales it.
 */
import { numberText } from "../stress/DrivenAxis.ts"
import * as ChartScale from "./ChartScale.ts"
import { type Child, element, type Html } from "./Html.ts"

/** The width of all drawings. */
export const width = 720
/** Where what is drawn begins and ends; to the left of it stand numbers. */
export const left = 78
/** See `left`. */
export const right = 700
/** The height of a line of text, large as it is on a phone. */
export const lineHeight = 24

/** Numbers along an axis, at most. */
const ticksMax = 7

/** Where a load is, from the left. */
export const across = (scale: ChartScale.Scale, load: number): number =>
  left + ChartScale.placeOf(scale, load) * (right - left)

/** A piece of text; `role` is what it looks like. */
export const label = (x: number, y: number, role: string, text: string): Html =>
  element("text", { x, y, class: role }, text)

/** A straight stroke. */
export const stroke = (
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  role: string
): Html => element("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], class: role })

/** A filled rectangle; it says `title` when it is pointed at. */
export const box = (
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  role: string,
  title?: string
): Html =>
  element(
    "rect",
    { x: from[0], y: from[1], width: to[0] - from[0], height: to[1] - from[1], class: role },
    ...(title === undefined ? [] : [element("title", {}, title)])
  )

/** A dot that says `title` when it is pointed at. */
export const dot = (x: number, y: number, radius: number, role: string, title: string): Html =>
  element("circle", { cx: x, cy: y, r: radius, class: role }, element("title", {}, title))

/** A stroke through points. */
export const through = (
  points: ReadonlyArray<readonly [x: number, y: number]>,
  role: string
): Html =>
  element("polyline", {
    points: points.map(([x, y]) => `${Number(x.toFixed(2))},${Number(y.toFixed(2))}`).join(" "),
    class: role
  })

/** Light strokes at round loads from `top` to `bottom`. */
export const gridLines = (
  scale: ChartScale.Scale,
  top: number,
  bottom: number
): ReadonlyArray<Html> =>
  ChartScale.ticks(scale, ticksMax).map((tick) => {
    const x = across(scale, tick)
    return stroke([x, top], [x, bottom], "grid")
  })

/** Round loads along the bottom, then what they count. */
export const bottomAxis = (
  scale: ChartScale.Scale,
  bottom: number,
  unit: string
): ReadonlyArray<Html> => [
  ...ChartScale.ticks(scale, ticksMax).map((tick) =>
    label(across(scale, tick), bottom + 20, "quiet middle", numberText(tick))
  ),
  label(right, bottom + 20 + lineHeight, "quiet end", unit)
]

/** The height of a bottom axis. */
export const bottomHeight = 20 + lineHeight + 8

/** The whole drawing. `title` and `text` are what somebody hears who does not see it. */
export const drawing = (
  id: string,
  height: number,
  title: string,
  text: string,
  ...children: ReadonlyArray<Child>
): Html =>
  element(
    "svg",
    {
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      role: "img",
      "aria-labelledby": `${id}-title ${id}-text`
    },
    element("title", { id: `${id}-title` }, title),
    element("desc", { id: `${id}-text` }, text),
    ...children
  )
