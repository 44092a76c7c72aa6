/**
 * An axis as an author declares it: what is driven until the system breaks, in which unit, from
 * where to where.
 */
import type * as Axis from "./Axis.ts"

/** An axis with what people call it. */
export interface DrivenAxis extends Axis.Axis {
  /** What its numbers count: `requests/s`, `replicas down`, `ms`. */
  readonly unit: string
  /** The first load that is probed; the lowest by default. */
  readonly start: number
}

/** The declaration of an axis. More of it must be worse for the system. */
export interface Options {
  readonly unit: string
  readonly min: number
  readonly max: number
  /** Rates and sizes are searched on a log scale, which is the default when `min` is above 0. */
  readonly scale?: "linear" | "log"
  /** Set for what is counted: 1 for replicas or clients. */
  readonly step?: number
  /** The first load that is probed. Default: the lowest. */
  readonly start?: number
}

/** Fills in what is left out. */
export const resolve = ({ max, min, scale, start, step, unit }: Options): DrivenAxis => ({
  unit,
  min,
  max,
  scale: scale ?? (min > 0 ? "log" : "linear"),
  start: start ?? min,
  ...(step === undefined ? {} : { step })
})

/** A point of the axis with its unit, in few digits. */
export const pointText = ({ unit }: Pick<DrivenAxis, "unit">, value: number): string =>
  `${numberText(value)} ${unit}`

/** A number in at most four digits, without a tail of zeros. */
export const numberText = (value: number): string => {
  if (value === 0 || !Number.isFinite(value)) return `${value}`
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))))
  return `${Number(value.toFixed(Math.min(digits, 12)))}`
}
