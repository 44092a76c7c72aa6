/** Flies single probes of a breaking point, without a search. */
import { Effect, Result } from "effect"
import * as Thread from "../../src/flight/Thread.ts"
import * as Guards from "../../src/kernel/Guards.ts"
import { flyProbe, type Measured } from "../../src/stress/FlyProbe.ts"
import * as Stressed from "../../src/stress/Stressed.ts"

// Around all flights of a file, as around those of a search: each would put them in place again.
Guards.install()

/** Flies one probe. */
export const probe = (
  stressed: Stressed.Stressed,
  setting: Stressed.Setting,
  seed: number
): Promise<Measured> => {
  const flyable = Result.getOrThrow(Stressed.flyableAt(stressed, setting))
  return Effect.runPromise(Thread.guarded(flyProbe(flyable, seed)))
}

/** What probes with these seeds came to: `pass`, or what failed first. */
export const outcomes = async (
  stressed: Stressed.Stressed,
  setting: Stressed.Setting,
  seeds: ReadonlyArray<number>
): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for (const seed of seeds) {
    const { authorError, outcome } = await probe(stressed, setting, seed)
    if (authorError !== undefined) found.push(authorError)
    else if (outcome._tag === "invalid") found.push(outcome.reason)
    else found.push(outcome._tag === "pass" ? "pass" : (outcome.criteria[0]?.name ?? "fail"))
  }
  return found
}
