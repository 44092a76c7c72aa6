/** What `npm run queues` makes of repetitions. */
import { describe, expect, it } from "vitest"
import { accuracies, table } from "../../bench/Accuracy.ts"
import type { Repetition } from "../../bench/Repetition.ts"

const repetition = (load: number | null, more: Partial<Repetition> = {}): Repetition => ({
  queue: "M/M/1",
  limit: 100,
  repetition: 0,
  verdict: load === null ? "inconclusive" : "found",
  load,
  low: load === null ? null : load - 3,
  high: load === null ? null : load + 3,
  middle: null,
  demonstrated: null,
  probes: 120,
  requests: 80_000,
  ramp: null,
  ...more
})

describe("accuracy", () => {
  it("counts what is near the limit and what covers it, and what found nothing as neither", () => {
    const ramp = { load: 120, probes: 70, requests: 30_000 }
    const [row] = accuracies([
      repetition(102),
      repetition(96, { ramp }),
      repetition(106),
      repetition(null)
    ])
    expect(row).toMatchObject({ repetitions: 4, found: 3, near: 2, covered: 1 })
    expect(row).toMatchObject({ ramps: 1, rampsNear: 0, probes: 120, requests: 80_000 })
    expect(row?.meanError).toBeCloseTo(0.04 / 3, 10)
    expect(row?.worstError).toBeCloseTo(0.06, 10)
    expect(row?.halfWidth).toBeCloseTo(0.03, 10)
    expect(row?.rampError).toBeCloseTo(0.2, 10)
  })

  it("is a table with a row for each queue", () => {
    const rows = accuracies([repetition(102), repetition(99, { queue: "tandem" })])
    expect(table(rows)).toMatchInlineSnapshot(`
      "| queue | limit/s | within 5 % | covered | mean error | worst | ± interval | probes | requests | ramp within 5 % | ramp error | ramp requests |
      | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | M/M/1 | 100.00 | 1 of 1 | 1 of 1 | +2.0 % | 2.0 % | 3.0 % | 120 | 80 k |  |  |  |
      | tandem | 100.00 | 1 of 1 | 1 of 1 | −1.0 % | 1.0 % | 3.0 % | 120 | 80 k |  |  |  |
      "
    `)
  })
})
