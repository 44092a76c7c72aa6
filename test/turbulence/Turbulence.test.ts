import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type ChoiceKind, kindNames } from "../../src/turbulence/ChoicePoint.ts"
import { type FaultKind, faultKinds } from "../../src/turbulence/Fault.ts"
import * as Turbulence from "../../src/turbulence/Turbulence.ts"

describe("turbulence", () => {
  it("admits every kind and three faults by default", () => {
    expect(Turbulence.swarm()).toEqual({
      kinds: kindNames,
      faults: faultKinds,
      faultsMax: 3,
      spared: [],
      atlas: "keeps-a-copy"
    })
  })

  it("admits nothing when calm", () => {
    expect(Turbulence.problems(Turbulence.calm)).toEqual([])
    expect(Turbulence.calm).toEqual({
      kinds: [],
      faults: [],
      faultsMax: 0,
      spared: [],
      atlas: "keeps-a-copy"
    })
  })

  it("is the same in whatever order and however often kinds are named", () => {
    const chosen = fc.array(fc.constantFrom(...kindNames))
    const faults = fc.array(fc.constantFrom(...faultKinds))
    fc.assert(
      fc.property(chosen, faults, (kinds, faults) => {
        const turbulence = Turbulence.swarm({ kinds, faults })
        expect(turbulence.kinds).toEqual(kindNames.filter((kind) => kinds.includes(kind)))
        expect(turbulence.faults).toEqual(faultKinds.filter((fault) => faults.includes(fault)))
        expect(Turbulence.problems(turbulence)).toEqual([])
      })
    )
  })

  it("reports unknown kinds and a number of faults out of range", () => {
    // Names from a configuration file are texts that nobody has checked yet.
    const kinds = ["lose", "gain"] as ReadonlyArray<string> as ReadonlyArray<ChoiceKind>
    const faults = ["Flood"] as ReadonlyArray<string> as ReadonlyArray<FaultKind>
    expect(Turbulence.problems(Turbulence.swarm({ kinds, faults, faultsMax: 0.5 }))).toEqual([
      'turbulence: "gain" is no kind of choice',
      'turbulence: "Flood" is no kind of fault',
      "turbulence: faultsMax is 0.5; allowed are 0 to 100"
    ])
  })

  it("is steady at the rates that are asked for, without any fault", () => {
    const turbulence = Turbulence.steady({ lose: 0.01, rank: 1, delay: 0 })
    expect(turbulence).toEqual({
      ...Turbulence.calm,
      kinds: ["rank", "delay", "lose"],
      rates: { lose: 0.01, rank: 1, delay: 0 }
    })
    expect(Turbulence.problems(turbulence)).toEqual([])
    expect(Turbulence.steady({})).toEqual({ ...Turbulence.calm, rates: {} })
  })

  it("reports each rate that is none, and kinds that are not known", () => {
    // Rates from a configuration file are names that nobody has checked yet.
    const rates = { lose: 1.5, delay: -0.1, rank: Number.NaN, gain: 0.5 } as { lose: number }
    expect(Turbulence.problems(Turbulence.steady(rates))).toEqual([
      'turbulence: "gain" is no kind of choice',
      "turbulence: the rate of lose is 1.5; allowed are 0 to 1",
      "turbulence: the rate of delay is -0.1; allowed are 0 to 1",
      "turbulence: the rate of rank is NaN; allowed are 0 to 1"
    ])
  })
})
