/**
 * Results of breaking points and envelopes, as the search makes them, for tests of reports: a desk
 * that sells tickets, of which each core serves 25 a second.
 */
import type { Demonstrated, Estimate } from "../../src/stress/Estimate.ts"
import * as Statistics from "../../src/stress/Statistics.ts"
import type {
  BreakingResult,
  CurvePoint,
  EnvelopeResult,
  Row
} from "../../src/stress/StressResult.ts"
import type { StressSaved } from "../../src/report/StressSaved.ts"

const latencyLevel = "p99 ≤ 250ms"
const goodputLevel = "goodput ≥ 99%"

/** Loads with how many of how many probes pass. */
const counts: ReadonlyArray<readonly [x: number, passes: number, trials: number]> = [
  [10, 1, 1],
  [15, 1, 1],
  [22.5, 1, 1],
  [33.75, 1, 1],
  [50.63, 1, 1],
  [60, 27, 27],
  [72.2, 2, 2],
  [75.94, 4, 4],
  [76, 58, 60],
  [79.1, 7, 8],
  [81.4, 6, 8],
  [84.5, 5, 10],
  [87.9, 1, 5],
  [90, 2, 20],
  [92.4, 0, 2],
  [113.9, 0, 1],
  [170.9, 0, 1]
]

/** How long a request takes with one server of 100 a second: it grows without end near 100. */
const pointOf = ([x, passes, trials]: (typeof counts)[number]): CurvePoint => {
  const isOver = x >= 100
  const meanMicros = isOver ? 4_000_000 : 1_000_000 / (100 - x)
  const late = isOver ? 0.9 : Math.exp(-250_000 / meanMicros)
  return {
    x,
    passes,
    trials,
    p50Micros: Math.round(meanMicros * Math.LN2),
    p99Micros: x > 150 ? null : Math.round(meanMicros * 4.605),
    okShare: isOver ? 100 / x : 1,
    levels: [
      { level: latencyLevel, mean: late },
      { level: goodputLevel, mean: isOver ? 1 - 100 / x : 0 }
    ]
  }
}

/** The curve of a single server. */
export const curve: ReadonlyArray<CurvePoint> = counts.map(pointOf)

/** A load that was tried so often. */
export const demonstrated = (load: number, passes: number, trials: number): Demonstrated => ({
  load,
  passes,
  trials,
  interval: Statistics.clopperPearson(passes, trials)
})

/** A search that found what it looked for. */
export const estimate: Estimate = {
  verdict: { _tag: "found" },
  breaking: { load: 81.6, interval: { low: 79.93, high: 83.14 }, level: latencyLevel },
  middle: {
    load: 84.46,
    interval: { low: 82.91, high: 86.04 },
    cliff: { low: 77.9, high: 91.6 }
  },
  demonstrated: demonstrated(76, 58, 60),
  limit: { ...demonstrated(60, 27, 27), answer: "holds" },
  ultimate: { ...demonstrated(90, 20, 20), answer: "holds" },
  rupture: { _tag: "ruptured", load: 113.9, criterion: "no order is lost" },
  failed: [
    { criterion: latencyLevel, isSafety: false, load: 76, count: 31 },
    { criterion: "backlog does not grow", isSafety: false, load: 90, count: 12 },
    { criterion: goodputLevel, isSafety: false, load: 113.9, count: 2 },
    { criterion: "no order is lost", isSafety: true, load: 113.9, count: 1 }
  ],
  shares: curve.map(({ passes, trials, x }) => ({ load: x, passes, trials })),
  attempts: [{ load: 76, passes: 58, trials: 60, answer: "accepted" }],
  inversions: 0,
  probes: 153,
  invalids: 1
}

/** A breaking point with all there is to tell. */
export const found: BreakingResult = {
  kind: "breaking-point",
  id: "tickets/request-rate",
  title: "request rate",
  system: "tickets",
  source: "simulations/tickets.ts:41",
  seed: 0x5eed41c7,
  budget: "default",
  verdict: "holds",
  reasons: [],
  levels: [
    { name: latencyLevel, allowed: 0.01 },
    { name: goodputLevel, allowed: 0.01 }
  ],
  cost: {
    probes: 171,
    invalid: 1,
    requests: 412_345,
    steps: 9_876_543,
    simulatedMicros: 12_340_000_000
  },
  digest: "00c0ffee00c0ff",
  axis: { unit: "requests/s", scale: "log", min: 10, max: 1_000, start: 10 },
  target: { limit: 60, ultimate: 90 },
  estimate,
  curve,
  bottleneck: {
    service: "desk",
    node: "desk",
    kind: "cores",
    name: "cores",
    places: 4,
    utilization: 0.973,
    waiting: 12.31,
    growth: 8.12,
    refused: 0,
    behind: ["gateway slots", "gateway edge Tickets"]
  },
  prediction: { component: "desk", resource: "cores", isRight: true },
  amplification: [
    { from: "clients", to: "gateway", below: 1, above: 1.02 },
    { from: "gateway", to: "desk", below: 1.04, above: 3.31 }
  ],
  residues: [
    { name: "desk cores waiting", before: 0, after: 0, isBack: true },
    { name: "open holds", before: 0, after: 3, isBack: false }
  ],
  metastability: [
    {
      trigger: "slow store",
      points: [
        { load: 40, stuck: 0, trials: 6 },
        { load: 55, stuck: 4, trials: 6 },
        { load: 70, stuck: 6, trials: 6 }
      ],
      band: { low: 55, safe: 40, high: 70 },
      cut: 0.5,
      cuts: [
        { left: 0.75, stuck: 1, trials: 1 },
        { left: 0.5, stuck: 0, trials: 3 }
      ],
      criteria: [latencyLevel, goodputLevel],
      isOver: true
    },
    {
      trigger: "spike",
      points: [{ load: 76, stuck: 0, trials: 6 }],
      band: undefined,
      cut: undefined,
      cuts: [],
      criteria: [],
      isOver: true
    }
  ],
  edge: [
    { side: "under", setting: { x: 76 }, seed: 0x0000002a, criteria: [] },
    { side: "over", setting: { x: 87.9 }, seed: 0x1234abcd, criteria: [latencyLevel] }
  ]
}

/** Where its pieces are. */
export const saved: StressSaved = {
  html: ".downforce/reports/tickets-request-rate.html",
  pair: [
    { side: "under", ref: "2a00c1d2", recording: ".downforce/recordings/2a00c1d2.ndjson.gz" },
    { side: "over", ref: "77aa0b1c", recording: ".downforce/recordings/77aa0b1c.ndjson.gz" }
  ],
  change: {
    commit: "a1b2c3d4e5f60718",
    breaking: { load: 84.1, low: 82.2, high: 85.9 },
    demonstrated: 78
  }
}

/** Nothing that only a search that got far can know. */
const unknowing: Estimate = {
  ...estimate,
  breaking: undefined,
  middle: undefined,
  demonstrated: undefined,
  limit: undefined,
  ultimate: undefined,
  rupture: { _tag: "notSought" },
  failed: [],
  attempts: []
}

const withEstimate = (
  changes: Partial<Estimate>,
  more: Partial<BreakingResult> = {}
): BreakingResult => ({
  ...found,
  verdict: "unknown",
  target: undefined,
  bottleneck: undefined,
  prediction: undefined,
  amplification: [],
  residues: [],
  metastability: [],
  edge: [],
  estimate: { ...unknowing, ...changes },
  ...more
})

const sharesOf = (points: ReadonlyArray<CurvePoint>): Estimate["shares"] =>
  points.map(({ passes, trials, x }) => ({ load: x, passes, trials }))

const passing = [10, 100, 1_000].map((x) => ({ ...pointOf([10, 1, 1]), x }))
const islands = [
  pointOf([10, 3, 3]),
  pointOf([22.5, 0, 6]),
  pointOf([33.75, 1, 6]),
  pointOf([50.63, 6, 6]),
  pointOf([75.94, 0, 4])
]
const lowest = [pointOf([10, 0, 4])]

/** One result for each verdict but `found`. */
export const others: {
  readonly [Tag in Exclude<Estimate["verdict"]["_tag"], "found">]: BreakingResult
} = {
  neverBroke: withEstimate(
    {
      verdict: { _tag: "neverBroke" },
      demonstrated: demonstrated(1_000, 27, 27),
      rupture: { _tag: "none", load: 1_000, isEndOfAxis: true },
      attempts: [{ load: 1_000, passes: 27, trials: 27, answer: "accepted" }],
      shares: sharesOf(passing)
    },
    { verdict: "holds", curve: passing }
  ),
  failsAtOnce: withEstimate(
    {
      verdict: { _tag: "failsAtOnce", load: 10 },
      failed: [{ criterion: latencyLevel, isSafety: false, load: 10, count: 4 }],
      shares: sharesOf(lowest)
    },
    { verdict: "violated", curve: lowest, bottleneck: found.bottleneck }
  ),
  notMonotone: withEstimate(
    { verdict: { _tag: "notMonotone" }, shares: sharesOf(islands), inversions: 2 },
    { curve: islands }
  ),
  inconclusive: withEstimate({
    verdict: { _tag: "inconclusive", reason: "no load passes 95 of 100 probes for sure" },
    middle: estimate.middle,
    attempts: [
      { load: 76, passes: 12, trials: 17, answer: "rejected" },
      { load: 72.2, passes: 90, trials: 100, answer: "inconclusive" }
    ]
  }),
  invalid: withEstimate(
    {
      verdict: {
        _tag: "invalid",
        load: 500,
        reason: "the generator began 80 of 1000 requests late: too many were under way"
      },
      invalids: 3
    },
    { cost: { ...found.cost, invalid: 3 }, curve: [] }
  ),
  open: withEstimate({ verdict: { _tag: "open" } })
}

const rowOf = (y: number, load: number | undefined): Row => ({
  y,
  target: y === 0 ? { limit: 60, ultimate: 90 } : undefined,
  estimate:
    load === undefined
      ? { ...unknowing, verdict: { _tag: "failsAtOnce", load: 10 } }
      : {
          ...estimate,
          breaking: {
            load,
            interval: { low: load * 0.98, high: load * 1.02 },
            level: latencyLevel
          },
          demonstrated: demonstrated(Math.round(load * 0.93 * 10) / 10, 58, 60),
          limit: y === 0 ? estimate.limit : undefined
        },
  curve:
    load === undefined
      ? lowest
      : counts.map(([x, passes, trials]) =>
          pointOf([Math.round(((x * load) / 81.6) * 100) / 100, passes, trials])
        ),
  bottleneck: load === undefined ? undefined : found.bottleneck
})

/** An envelope of which one row has no breaking point. */
export const envelope: EnvelopeResult = {
  kind: "envelope",
  id: "tickets/rate-by-delay",
  title: "rate by delay",
  system: "tickets",
  source: "simulations/tickets.ts:60",
  seed: found.seed,
  budget: "small",
  verdict: "holds",
  reasons: [],
  levels: found.levels,
  cost: found.cost,
  digest: found.digest,
  x: found.axis,
  y: { unit: "ms of delay", values: [0, 20, 40, 80, 160] },
  rows: [rowOf(0, 81.6), rowOf(20, 66.2), rowOf(40, 51), rowOf(80, 23.4), rowOf(160, undefined)],
  prediction: found.prediction,
  edge: [
    { side: "under", setting: { x: 76, y: 0 }, seed: 0x0000002a, criteria: [] },
    { side: "over", setting: { x: 87.9, y: 0 }, seed: 0x1234abcd, criteria: [latencyLevel] }
  ]
}

/** Levels as a result may list them: with the bound of a latency. */
const levelsWithBounds = [
  { name: latencyLevel, allowed: 0.01, latency: { percentile: 99, atMostMicros: 250_000 } },
  { name: goodputLevel, allowed: 0.01 }
]

/** A breaking point whose chart shows latencies against their bound. */
export const withLatency: BreakingResult = { ...found, levels: levelsWithBounds }

const evil = "<script>alert(1)</script>\u001b[31m\r\n\u202e&\"'"

/** Everything that users name is out to harm. */
export const hostile: BreakingResult = {
  ...found,
  id: `tickets/${evil}`,
  title: evil,
  system: evil,
  source: evil,
  verdict: "violated",
  reasons: [evil],
  levels: [{ name: evil, allowed: 0.01 }],
  axis: { ...found.axis, unit: evil },
  estimate: {
    ...estimate,
    breaking: { load: 81.6, interval: { low: 79.93, high: 83.14 }, level: evil },
    rupture: { _tag: "ruptured", load: 113.9, criterion: evil },
    failed: [{ criterion: evil, isSafety: true, load: 76, count: 31 }]
  },
  curve: curve.map((point) => ({ ...point, levels: [{ level: evil, mean: 0.5 }] })),
  bottleneck: {
    service: evil,
    node: evil,
    kind: "pool",
    name: evil,
    places: 4,
    utilization: 1,
    waiting: 1,
    growth: 1,
    refused: 1,
    behind: [evil]
  },
  prediction: { component: evil, resource: evil, isRight: false },
  amplification: [{ from: evil, to: evil, below: 0, above: 3 }],
  residues: [{ name: evil, before: 0, after: 3, isBack: false }],
  metastability: found.metastability.map((each) => ({ ...each, trigger: evil, criteria: [evil] })),
  edge: [
    { side: "over", setting: { x: 87.9, trigger: evil, left: 0.5 }, seed: 1, criteria: [evil] }
  ]
}
