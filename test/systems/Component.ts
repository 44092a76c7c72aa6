/** Component tests: one real service, fakes of all it uses, in calm air and in turbulence. */
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import * as Turbulence from "../../src/turbulence/Turbulence.ts"
import { flySeed } from "../flight/Fly.ts"

const runs = 100

/** Flies a component scenario; what was violated or unclear by seed, and what was never reached. */
export const problemsIn = (tunnel: WindTunnel): ReadonlyArray<string> => {
  const unreached = new Set(
    tunnel.properties
      .filter((property) => property._tag === "Sometimes")
      .map((property) => property.name)
  )
  const problems: Array<string> = []
  for (let seed = 1; seed <= runs; seed++) {
    const { reached, threw, unknown, violation } = flySeed(tunnel, seed)
    if (violation !== undefined) problems.push(`${seed}: ${JSON.stringify(violation)}`)
    if (threw !== undefined) problems.push(`${seed}: ${threw.message}`)
    problems.push(...unknown.map((reason) => `${seed}: ${reason}`))
    for (const name of reached) unreached.delete(name)
  }
  return [...problems, ...[...unreached].map((name) => `never reached: ${name}`)]
}

/** Flies one run in calm air; how many operations were answered ok, and what went wrong. */
export const answersIn = (tunnel: WindTunnel) => {
  const { history, violation } = flySeed({ ...tunnel, turbulence: Turbulence.calm }, 1)
  return { ok: history.filter(({ outcome }) => outcome?._tag === "ok").length, violation }
}
