/** Component tests: one real service, fakes of all it uses, in calm air and in turbulence. */
import { expect } from "vitest"
import type { WindTunnel } from "../../src/flight/WindTunnel.ts"
import * as Turbulence from "../../src/turbulence/Turbulence.ts"
import { flySeed } from "../flight/Fly.ts"

const runs = 100

/** Flies a component scenario and expects that it holds and that every `Sometimes` was reached. */
export const expectHolds = (tunnel: WindTunnel): void => {
  const reached = new Set<string>()
  for (let seed = 1; seed <= runs; seed++) {
    const flown = flySeed(tunnel, seed)
    expect({
      seed,
      violation: flown.violation,
      threw: flown.threw,
      unknown: flown.unknown
    }).toEqual({
      seed,
      violation: undefined,
      threw: undefined,
      unknown: []
    })
    for (const name of flown.reached) reached.add(name)
  }
  const asked = tunnel.properties.filter((property) => property._tag === "Sometimes")
  expect([...reached].sort()).toEqual(asked.map(({ name }) => name).sort())
}

/** Flies a component scenario in calm air and expects that every operation is answered ok. */
export const expectAnswers = (tunnel: WindTunnel): void => {
  const flown = flySeed({ ...tunnel, turbulence: Turbulence.calm }, 1)
  expect(flown.violation).toBeUndefined()
  expect(flown.history.map(({ outcome }) => outcome?._tag)).toEqual(
    Array.from({ length: tunnel.workload.operations }, () => "ok")
  )
}
