/**
 * Systems with known breaking points, and flying searches against them without a clock.
 *
 * A system is the probability to pass at each load; whether one probe passes is a keyed draw of
 * (seed, load, repetition), as it is in a flight.
 */
import type * as Estimate from "../../src/stress/Estimate.ts"
import type * as Options from "../../src/stress/Options.ts"
import type * as Probe from "../../src/stress/Probe.ts"
import * as Search from "../../src/stress/Search.ts"
import * as Statistics from "../../src/stress/Statistics.ts"
import * as Seed from "../../src/turbulence/Seed.ts"

/** What a probe at a load comes to; `draw` is uniform between 0 and 1. */
export type System = (load: number, draw: number) => Probe.Outcome

/** A fail without readings, by criteria of which those named `lost` are about safety. */
export const failing = (...names: ReadonlyArray<string>): Probe.Outcome => ({
  _tag: "fail",
  readings: [],
  criteria: names.map((name) => ({ name, isSafety: name === "lost" }))
})

export const pass: Probe.Outcome = { _tag: "pass", readings: [] }
export const late: Probe.Outcome = failing("p99")
export const lost: Probe.Outcome = failing("lost")
export const invalid: Probe.Outcome = { _tag: "invalid", reason: "generator too slow" }

/** A system that passes with a probability. */
export const chance =
  (probability: (load: number) => number): System =>
  (load, draw) =>
    draw < probability(load) ? pass : late

/** How many pass at a load, if half do at `middle` and the logarithm is normal. */
export const logNormalShare =
  (middle: number, spread: number) =>
  (load: number): number =>
    Statistics.normal(-Math.log(load / middle) / spread)

/** Half pass at `middle`; the load that is just carried is normal in the logarithm. */
export const logNormal = (middle: number, spread: number): System =>
  chance(logNormalShare(middle, spread))

/** The same with the logistic distribution of an equal standard deviation. */
export const logLogistic = (middle: number, spread: number): System =>
  chance((load) => 1 / (1 + (load / middle) ** (Math.PI / (Math.sqrt(3) * spread))))

/** The draw of a probe under a seed, from 0 to 1. */
export const draw = (seed: number, { load, repetition }: Probe.Ask): number =>
  (Seed.mix(Seed.mix(seed, Seed.hashText(`${load}`)), repetition) >>> 0) / 2 ** 32

/** The outcome of a probe of a system under a seed. */
export const fly = (system: System, seed: number, ask: Probe.Ask): Probe.Outcome =>
  system(ask.load, draw(seed, ask))

/** Searches to the end, one probe after another. */
export const search = (
  options: Options.Options,
  system: System,
  seed: number
): Estimate.Estimate => {
  let state = Search.start(options)
  for (;;) {
    const ask = Search.next(state)
    if (ask === undefined) return Search.result(state)
    state = Search.tell(state, ask, fly(system, seed, ask))
  }
}
