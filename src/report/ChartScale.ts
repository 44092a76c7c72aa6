/**
 * Where a number lies between two others, on a linear or a log scale, and which round numbers to
 * write beside it.
 *
 * Owns the arithmetic of charts, for the terminal and for pages alike. Knows nothing of what is
 * drawn.
 */

/** From where to where, and how. `low` is below `high`; both are above 0 on a log scale. */
export interface Scale {
  readonly kind: "linear" | "log"
  readonly low: number
  readonly high: number
}

/** A span of one number alone is widened by this share of it to either side. */
const widening = 0.25

/** The scale that shows all these numbers; linear where a log scale cannot show one of them. */
export const fit = (values: ReadonlyArray<number>, kind: Scale["kind"]): Scale => {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return { kind: "linear", low: 0, high: 1 }
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity)
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity)
  const fitting = kind === "log" && low > 0 ? "log" : "linear"
  if (low < high) return { kind: fitting, low, high }
  const aside = fitting === "log" ? low * widening : Math.max(1, Math.abs(low) * widening)
  return { kind: fitting, low: low - aside, high: high + aside }
}

/** Where a number lies: 0 at the low end, 1 at the high end; what lies beyond is put at the end. */
export const placeOf = ({ high, kind, low }: Scale, value: number): number => {
  const place =
    kind === "log"
      ? Math.log(Math.max(value, Number.MIN_VALUE) / low) / Math.log(high / low)
      : (value - low) / (high - low)
  return Number.isFinite(place) ? Math.min(1, Math.max(0, place)) : value > low ? 1 : 0
}

/** The cell of `count` equal ones that a number lies in, from 0. */
export const cellOf = (scale: Scale, value: number, count: number): number =>
  Math.min(count - 1, Math.floor(placeOf(scale, value) * count))

/** A log scale from 1 to this is short. */
const shortFactor = 5

/** A decimal without the error that adding floats leaves. */
const clean = (value: number): number => Number(value.toPrecision(12))

/** A round step (1, 2, 2.5 or 5 times a power of ten) of which `span` has at most `count`. */
const roundStep = (span: number, count: number): number => {
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const times = [1, 2, 2.5, 5].find((times) => times * power >= rough * (1 - 1e-9)) ?? 10
  return clean(times * power)
}

const linearTicks = ({ high, low }: Scale, count: number): ReadonlyArray<number> => {
  const step = roundStep(high - low, count)
  const ticks: Array<number> = []
  // Counted, since adding up would not end where a step is below the distance of floats.
  for (let at = 0; at <= count; at++) {
    const tick = clean((Math.ceil(low / step - 1e-9) + at) * step)
    if (tick <= high * (1 + Math.sign(high) * 1e-12)) ticks.push(tick)
  }
  return ticks
}

const logTicks = ({ high, low }: Scale, times: ReadonlyArray<number>): ReadonlyArray<number> => {
  const ticks: Array<number> = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const each of times) {
      const tick = clean(each * 10 ** power)
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick)
    }
  }
  return ticks
}

/** Round numbers on the scale, the lowest first: at most `countMax`, and two where that can be. */
export const ticks = (scale: Scale, countMax: number): ReadonlyArray<number> => {
  const count = Math.max(1, countMax)
  if (scale.kind === "linear") return linearTicks(scale, count - 1)
  // On a short piece of a log scale equal steps are rounder numbers.
  if (scale.high / scale.low < shortFactor) return linearTicks(scale, count - 1)
  const choices = [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]
  for (const times of choices) {
    const found = logTicks(scale, times)
    if (found.length >= 2 && found.length <= count) return found
  }
  // Of many powers of ten every second, third, and so on.
  const powers = logTicks(scale, [1])
  if (powers.length <= count) return linearTicks(scale, count - 1)
  const every = Math.ceil(powers.length / count)
  return powers.filter((_, at) => at % every === 0)
}
