/**
 * The two clocks of a machine: the wall clock that people set, and the monotonic one that counts.
 *
 * Owns what each shows at any virtual time, and when a timer that runs by them is due. Which faults
 * act on a clock is the world's business. The clock belongs to the machine: it outlives every
 * incarnation of the process, and runs on while the process is paused.
 *
 * All times are whole microseconds. The monotonic clock shows `base + floor(elapsed × pace)`: what
 * has gone by since its pace last changed, and `base`, what it showed then. So a fraction of a
 * microsecond is dropped at each change of pace, and a reading never goes back. The wall clock is
 * the epoch, plus the monotonic clock, plus every offset and jump that acts; while frozen it takes
 * the monotonic clock as it was when the freeze began.
 */
import { durationText } from "../turbulence/ChoicePoint.ts"

/** What every wall clock shows when a flight begins: 2030-01-01T00:00:00Z, in milliseconds. */
export const epochMillis = 1_893_456_000_000

const epochMicros = epochMillis * 1_000

/**
 * The most by which a clock runs fast or slow, in millionths: half as fast again, or at half its
 * pace. Drifts add up, and are held to this together.
 */
export const paceMaxPpm = 500_000

const million = 1_000_000

/** The clocks of a machine. Only the functions of this module write to it. */
export interface NodeClock {
  /** The true virtual time, in microseconds since the flight began. */
  readonly now: () => number
  /** Both clocks show the true time and run at its pace: the quick way may be taken. */
  isTrue: boolean
  /** How far ahead the wall clock is by itself, from the beginning; below 0 it is behind. */
  offsetMicros: number
  /** The sum of the jumps that act. */
  jumpMicros: number
  /** How many freezes act. */
  freezes: number
  /** What the monotonic clock showed when the first of the freezes that act began. */
  frozenMicros: number
  /** The sum of the drifts that act. */
  driftPpm: number
  /** The drift as it is felt, held to `paceMaxPpm`. */
  pacePpm: number
  /** When the pace last changed, and what the monotonic clock showed then. */
  sinceMicros: number
  baseMicros: number
}

/** Makes a clock that is true. */
export const make = (now: () => number): NodeClock => ({
  now,
  isTrue: true,
  offsetMicros: 0,
  jumpMicros: 0,
  freezes: 0,
  frozenMicros: 0,
  driftPpm: 0,
  pacePpm: 0,
  sinceMicros: 0,
  baseMicros: 0
})

/** Both are safe integers, the divisor above 0; no fraction is ever made, so none is rounded. */
const floorDivide = (dividend: number, divisor: number): number => {
  const rest = dividend % divisor
  return (dividend - rest) / divisor - (rest < 0 ? 1 : 0)
}

/** What a drift adds to so many microseconds, rounded down; whole seconds apart, to stay exact. */
const gainOf = (elapsed: number, ppm: number): number => {
  const rest = elapsed % million
  return ((elapsed - rest) / million) * ppm + floorDivide(rest * ppm, million)
}

/** What the monotonic clock shows: microseconds since the flight began. Never goes back. */
export const monotonicMicros = (clock: NodeClock): number => {
  if (clock.isTrue) return clock.now()
  const elapsed = clock.now() - clock.sinceMicros
  const gain = clock.pacePpm === 0 ? 0 : gainOf(elapsed, clock.pacePpm)
  return clock.baseMicros + elapsed + gain
}

/** What the wall clock shows: microseconds since 1970. */
export const wallMicros = (clock: NodeClock): number => {
  if (clock.isTrue) return epochMicros + clock.now()
  const counted = clock.freezes > 0 ? clock.frozenMicros : monotonicMicros(clock)
  return epochMicros + clock.offsetMicros + clock.jumpMicros + counted
}

/** What the wall clock shows in whole milliseconds since 1970, as `Date.now`. */
export const wallMillis = (clock: NodeClock): number =>
  clock.isTrue
    ? epochMillis + Math.floor(clock.now() / 1_000)
    : floorDivide(wallMicros(clock), 1_000)

/**
 * The virtual time at which a timer ends that is started now: the first at which the monotonic
 * clock has gone on by so many microseconds. A timer keeps the length that this gives it: a change
 * of pace while it runs does not move it.
 */
export const dueAt = (clock: NodeClock, micros: number): number => {
  if (clock.pacePpm === 0) return clock.now() + micros
  const pace = million + clock.pacePpm
  const target = monotonicMicros(clock) + micros - clock.baseMicros
  const rest = target % pace
  const whole = ((target - rest) / pace) * million
  return clock.sinceMicros + whole - floorDivide(-rest * million, pace)
}

/** Works out whether the quick way may be taken again. */
const judge = (clock: NodeClock): void => {
  clock.isTrue =
    clock.offsetMicros + clock.jumpMicros === 0 &&
    clock.freezes === 0 &&
    clock.pacePpm === 0 &&
    clock.baseMicros === clock.sinceMicros
}

/** Sets how far the wall clock is off by itself. */
export const setOffset = (clock: NodeClock, micros: number): void => {
  clock.offsetMicros = micros
  judge(clock)
}

/** Lets the wall clock jump, back when below 0. It is undone by a jump of as much the other way. */
export const jump = (clock: NodeClock, micros: number): void => {
  clock.jumpMicros += micros
  judge(clock)
}

/**
 * Lets both clocks run fast, or slow when below 0. It is undone by as much the other way; what the
 * clocks have gained or lost until then they keep.
 */
export const drift = (clock: NodeClock, ppm: number): void => {
  const shown = monotonicMicros(clock)
  clock.baseMicros = shown
  clock.sinceMicros = clock.now()
  clock.driftPpm += ppm
  clock.pacePpm = Math.max(-paceMaxPpm, Math.min(paceMaxPpm, clock.driftPpm))
  judge(clock)
}

/** Stops the wall clock. */
export const freeze = (clock: NodeClock): void => {
  if (clock.freezes === 0) clock.frozenMicros = monotonicMicros(clock)
  clock.freezes++
  judge(clock)
}

/** Undoes a freeze: after the last of them the wall clock shows what it would show without. */
export const thaw = (clock: NodeClock): void => {
  clock.freezes--
  judge(clock)
}

/** Whether a jump, a drift or a freeze acts. What a drift has left behind is none. */
export const isDisturbed = (clock: NodeClock): boolean =>
  clock.jumpMicros !== 0 || clock.driftPpm !== 0 || clock.freezes !== 0

/** What the wall clock is now, in words: `right`, `2s ahead`, `frozen, 1.5s behind`. */
export const toText = (clock: NodeClock): string => {
  const off = wallMicros(clock) - epochMicros - clock.now()
  const { pacePpm } = clock
  const parts = [
    clock.freezes > 0 ? "frozen" : "",
    pacePpm === 0 ? "" : `${Math.abs(pacePpm)} ppm ${pacePpm < 0 ? "slow" : "fast"}`,
    off === 0 ? "" : `${durationText(Math.abs(off))} ${off < 0 ? "behind" : "ahead"}`
  ].filter((part) => part !== "")
  return parts.length === 0 ? "right" : parts.join(", ")
}
