/**
 * A measured figure with its budget, and what it is compared with in the same run.
 */

/** What a figure is compared with: something else that did the same work in the same rounds. */
export interface Against {
  readonly name: string
  readonly figure: number
  /** The figure divided by this one. */
  readonly ratio: number
}

/** A figure beside its budget; the JSON of `npm run bench` is a list of these. */
export interface Figure {
  readonly name: string
  readonly figure: number
  readonly unit: string
  readonly budget: number
  readonly holds: boolean
  readonly against: ReadonlyArray<Against>
}

/** Which side of its budget a figure has to be on. */
export type Side = "at least" | "at most"

/** Judges a figure. `others` did the same work in the same rounds. */
export const judge = (
  name: string,
  figure: number,
  unit: string,
  side: Side,
  budget: number,
  others: Readonly<Record<string, number>> = {}
): Figure => ({
  name,
  figure: rounded(figure),
  unit,
  budget,
  holds: side === "at least" ? figure >= budget : figure <= budget,
  against: Object.entries(others).map(([other, value]) => ({
    name: other,
    figure: rounded(value),
    ratio: rounded(figure / value)
  }))
})

/** Three digits are all that a measurement on a shared machine is good for. */
const rounded = (value: number): number => Number(value.toPrecision(3))
