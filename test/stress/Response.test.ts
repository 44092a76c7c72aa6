import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Graded from "../../src/stress/Graded.ts"
import * as Response from "../../src/stress/Response.ts"
import * as Seed from "../../src/turbulence/Seed.ts"

const anyShape: fc.Arbitrary<Response.Shape> = fc
  .constantFrom(0, 0.001, 0.01, 0.05, 0.3)
  .map((shareAllowed) => ({ shareAllowed }))

const anyCurve: fc.Arbitrary<Response.Curve> = fc.record({
  crossing: fc.double({ min: -1, max: 1, noNaN: true }),
  slope: fc.double({ min: 2, max: 60, noNaN: true })
})

/** Points on a curve, from far below to far above it. */
const on = (
  shape: Response.Shape,
  curve: Response.Curve,
  noise: (index: number) => number = () => 1
): ReadonlyArray<Response.Point> =>
  Array.from({ length: 41 }, (_, index) => {
    const place = curve.crossing + (index - 18.3) / 10 / curve.slope
    return { place, ratio: Response.height(shape, curve, place) * noise(index), weight: 1 }
  })

const around = ({ crossing, slope }: Response.Curve): Response.Bounds => ({
  crossing: { low: crossing - 3 / slope, high: crossing + 2 / slope },
  slope: { low: slope / 20, high: slope * 20 }
})

describe("a curve", () => {
  it("is 1 where it crosses what is allowed, grows, and a share ends at all requests", () => {
    fc.assert(
      fc.property(anyShape, anyCurve, (shape, curve) => {
        const at = (distance: number) =>
          Response.height(shape, curve, curve.crossing + distance / curve.slope)
        expect(at(0)).toBeCloseTo(1, 12)
        expect(at(-1)).toBeLessThan(at(0))
        expect(at(1)).toBeGreaterThan(at(0))
        const { shareAllowed } = shape
        if (shareAllowed > 0) expect(at(1e6) * shareAllowed).toBeCloseTo(1, 6)
        expect(Number.isFinite(at(1e9)) && at(-1e9) > 0).toBe(true)
      })
    )
  })

  it("is found again from points on it", () => {
    fc.assert(
      fc.property(anyShape, anyCurve, (shape, curve) => {
        const found = Response.fit(shape, on(shape, curve), around(curve))
        expect((found.crossing - curve.crossing) * curve.slope).toBeCloseTo(0, 3)
        expect(found.slope / curve.slope).toBeCloseTo(1, 2)
      })
    )
  })

  it("is at a bound when there is no crossing between them", () => {
    const shape = { shareAllowed: 0.01 }
    const curve = { crossing: 0, slope: 20 }
    const bounds = { crossing: { low: 0.1, high: 0.2 }, slope: { low: 1, high: 100 } }
    expect(Response.fit(shape, on(shape, curve), bounds).crossing).toBeCloseTo(0.1, 6)
  })
})

describe("the interval of a crossing", () => {
  const shape = { shareAllowed: 0.01 }
  const curve = { crossing: 0, slope: 20 }

  /** Mostly little, now and then much: the mean is 1. */
  const noise = (seed: number) => (index: number) => {
    const draw = ((Seed.mix(seed, index) >>> 0) + 0.5) / 2 ** 32
    return (-Math.log(draw)) ** 2 / 2
  }

  it("covers it about 95 times of 100, though values are skewed", () => {
    let covered = 0
    for (let seed = 0; seed < 400; seed++) {
      const points = on(shape, curve, noise(seed))
      const { high, low } = Response.intervalOf(shape, points, 20, { low: -0.3, high: 0.3 })
      if (low <= 0 && 0 <= high) covered++
    }
    expect(covered / 400).toBeGreaterThan(0.9)
    expect(covered / 400).toBeLessThan(0.995)
  })

  it("has the best crossing in it, and is wider with fewer points", () => {
    const within = { low: -0.5, high: 0.5 }
    const points = on(shape, curve, noise(5))
    const widths = [points, points.filter((_, index) => index % 3 === 0)].map((some) => {
      const best = Response.crossingOf(shape, some, 20, within)
      const { high, low } = Response.intervalOf(shape, some, 20, within)
      expect(low).toBeLessThan(best)
      expect(high).toBeGreaterThan(best)
      return high - low
    })
    expect(widths[1]).toBeGreaterThan((widths[0] ?? Infinity) * 1.2)
  })

  it("is wide when hardly a value is bad: a few bursts say little of how large they are", () => {
    // One of so many values is not nothing; the mean is 1 all the same.
    const rare = (seed: number, times: number) => (index: number) =>
      (Seed.mix(seed, index) >>> 0) / 2 ** 32 < 1 / times ? times : 0
    const width = (times: number): number => {
      let sum = 0
      for (let seed = 0; seed < 60; seed++) {
        const points = on(shape, curve, rare(seed, times))
        const { high, low } = Response.intervalOf(shape, points, 20, { low: -0.4, high: 0.4 })
        sum += (high - low) / 60
      }
      return sum
    }
    expect(width(12)).toBeGreaterThan(3 * width(3))
  })
})

describe("a level", () => {
  const scope: Graded.Scope = {
    bounds: { crossing: { low: -1, high: 1 }, slope: { low: 0.1, high: 200 } },
    middle: 0.01,
    width: 0.06
  }
  const values = (ratio: (place: number, index: number) => number) =>
    Graded.make(
      Array.from({ length: 60 }, (_, index) => {
        const place = (index - 30) / 100
        return { place, value: Math.min(1, 0.01 * ratio(place, index)), allowed: 0.01 }
      })
    )
  const grows = values((place, index) => Math.exp(15 * place) * (index % 2 === 0 ? 0.4 : 1.6))

  it("has an edge where its values grow over what is allowed", () => {
    const edge = Graded.edgeOf(grows, scope)
    expect(edge?.kind).toBe("curve")
    expect(edge?.place).toBeCloseTo(0, 1)
    expect(edge?.interval.low).toBeLessThan(edge?.place ?? NaN)
    expect(edge?.interval.high).toBeGreaterThan(edge?.place ?? NaN)
  })

  it("has an interval that covers it, though the slope is only known from the same values", () => {
    let covered = 0
    for (let seed = 0; seed < 200; seed++) {
      const draw = (key: number) => ((Seed.mix(seed, key) >>> 0) + 0.5) / 2 ** 32
      const edge = Graded.edgeOf(
        values((place, index) => (Math.exp(18 * place) * Math.log(draw(index)) ** 2) / 2),
        { ...scope, middle: 0.05 }
      )
      if (edge !== undefined && edge.interval.low <= 0 && 0 <= edge.interval.high) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(187)
  })

  it("has it where values cross, though their curve is no straight line", () => {
    // Some requests are slow at any load: what is above that grows the faster.
    const curved = Graded.make(
      Array.from({ length: 240 }, (_, index) => {
        const place = (Math.floor(index / 4) - 40) / 100
        const noise = 0.4 + 0.4 * (index % 4)
        return { place, value: noise * (0.4 + 0.6 * Math.exp(30 * place)), allowed: 1 }
      })
    )
    const edge = Graded.edgeOf(curved, scope)
    expect(edge?.place).toBeGreaterThan(-0.01)
    expect(edge?.place).toBeLessThan(0.01)
    const { high = 1, low = 0 } = edge?.interval ?? {}
    expect(high - low).toBeLessThan(0.03)
  })

  it("has it between nothing and much where hardly a value is between them", () => {
    const ratios = [
      ...[-0.22, -0.2, -0.2, -0.2, -0.02, -0.02, -0.02, -0.02, -0.02].map((place) => [place, 0]),
      ...[0.3, 1.4, 2.3, 0.1, 0.1].map((ratio, index) => [index < 4 ? -0.02 : 0.02, ratio]),
      ...[2.7, 11, 28, 54].map((ratio) => [0.06, ratio]),
      ...[64, 90].map((ratio) => [0.08, ratio])
    ]
    const level = Graded.make(
      ratios.map(([place = 0, ratio = 0]) => ({ place, value: 0.01 * ratio, allowed: 0.01 }))
    )
    const edge = Graded.edgeOf(level, {
      ...scope,
      bounds: { ...scope.bounds, crossing: { low: -0.25, high: 0.2 } }
    })
    expect(edge?.place).toBeGreaterThan(-0.03)
    expect(edge?.place).toBeLessThan(0.06)
  })

  it("has one between the loads of the third on either side where values jump", () => {
    const edge = Graded.edgeOf(
      values((place) => (place < 0.005 ? 0 : 60)),
      scope
    )
    expect(edge?.kind).toBe("step")
    expect(edge?.interval.low).toBeCloseTo(-0.02, 9)
    expect(edge?.interval.high).toBeCloseTo(0.03, 9)
  })

  it.each([
    ["holds everywhere", values(() => 0.4)],
    ["holds nowhere", values(() => 4)],
    ["is all or nothing", values((place, index) => (index % 30 < 15 + 40 * place ? 70 : 0))],
    ["is what is allowed beyond the bounds", values((_, index) => (index % 20 === 7 ? 1.5 : 0.01))]
  ])("has none when it %s", (_, level) => {
    expect(Graded.edgeOf(level, scope)).toBeUndefined()
  })

  it("is all or nothing when none breaks it by degree near the middle", () => {
    expect(Graded.isAllOrNothing(grows, scope)).toBe(false)
    const collapses = values((place) => (place < 0 ? 0 : place < 0.1 ? 60 : 5))
    expect(Graded.isAllOrNothing(collapses, scope)).toBe(true)
    expect(Graded.isAllOrNothing(collapses, { ...scope, middle: 0.1 })).toBe(false)
  })

  it("can only be graded when something is allowed", () => {
    expect([0, 0.01, Infinity].map((allowed) => Graded.isGradable({ allowed }))).toEqual([
      false,
      true,
      false
    ])
  })
})
