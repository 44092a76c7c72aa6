/**
 * Drawing values from fast-check arbitraries, each from a stream of its own.
 *
 * fast-check generates and shrinks; the seed of each value is a mix of the run's seed and the
 * value's own name, so that drawing one value more or less changes no other.
 */
import * as fc from "fast-check"
import { hashText, mix } from "./Seed.ts"

/** A drawn value that fast-check can still shrink. */
export type Drawn<A> = fc.Value<A>

/** A generator in the form fast-check asks for. */
interface Generator {
  readonly clone: () => Generator
  readonly next: () => number
  readonly getState: () => ReadonlyArray<number>
}

/** Counts, and mixes each count with the seed. */
const generatorFrom = (seed: number, start = 0): Generator => {
  let counter = start
  return {
    clone: () => generatorFrom(seed, counter),
    next: () => mix(seed, ++counter),
    getState: () => [seed, counter]
  }
}

/**
 * How values are drawn. `edges`: edge cases in one draw of four, as fast-check's runner may do, for
 * that is where bugs are. `plain`: as the arbitrary has them, for what is measured.
 */
export type Bias = "edges" | "plain"

/** Draws the value named `name` in the run of `seed`. Small values are as likely as large ones. */
export const draw = <A>(
  arbitrary: fc.Arbitrary<A>,
  seed: number,
  name: string,
  bias: Bias = "edges"
): Drawn<A> => {
  const random = new fc.Random(generatorFrom(mix(seed, hashText(name))))
  return arbitrary.generate(random, bias === "edges" ? 4 : undefined)
}

/** Smaller values to try instead of a drawn one, most promising first, at most `triesMax`. */
export const smaller = <A>(
  arbitrary: fc.Arbitrary<A>,
  drawn: Drawn<A>,
  triesMax: number
): ReadonlyArray<Drawn<A>> => {
  const tries: Array<Drawn<A>> = []
  // `value_` is the value as generated, before any clone: the one its context belongs to.
  for (const candidate of arbitrary.shrink(drawn.value_, drawn.context)) {
    if (tries.length >= triesMax) break
    tries.push(candidate)
  }
  return tries
}
