/**
 * The pace of a load: at which of its parts it comes faster or slower than the axis says.
 *
 * A spike is a part at a factor above 1, a load cut one below 1. Owns the passage from load time to
 * the time of the flight: arrivals keep their pattern, and are pressed together or pulled apart.
 */

/** From `fromMicros` of the flight's load on, arrivals come `factor` times as fast. */
export interface Part {
  readonly fromMicros: number
  readonly untilMicros: number
  /** 0 is no arrivals at all. */
  readonly factor: number
}

/** Parts in order, without overlap; between them the factor is 1. */
export type Pace = ReadonlyArray<Part>

/** The pace of a load that is what the axis says throughout. */
export const even: Pace = []

/** When, since the load began, an arrival at this load time comes. */
export const timeOf = (pace: Pace, loadMicros: number): number => {
  // How far the walk has come, on either scale.
  let time = 0
  let load = 0
  for (const { factor, fromMicros, untilMicros } of pace) {
    const before = fromMicros - time
    if (loadMicros < load + before) return time + (loadMicros - load)
    load += before
    time = fromMicros
    const during = (untilMicros - fromMicros) * factor
    if (loadMicros < load + during) return time + (loadMicros - load) / factor
    load += during
    time = untilMicros
  }
  return time + (loadMicros - load)
}
