/**
 * The JSON of what a search found: every number of a result, as plain documented data.
 *
 * Owns the schemas of estimates and of what stands beside them; the entries of `fly --json` and the
 * saved document are in `StressReport`. What is not known is `null`, never left out. *Loads* are in
 * the unit of the axis.
 */
import { Schema } from "effect"

/** A count. */
export const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
/** A share of all, 0 to 1. */
export const Share = Schema.Finite.check(
  Schema.isGreaterThanOrEqualTo(0),
  Schema.isLessThanOrEqualTo(1)
)
/** A seed: eight hexadecimal digits. */
export const SeedText = Schema.String.check(Schema.isPattern(/^[0-9a-f]{8}$/))

/** A range, both ends included. */
export const Interval = Schema.Struct({ low: Schema.Finite, high: Schema.Finite })

/** What is driven. */
export const Axis = Schema.Struct({
  /** What its loads count. */
  unit: Schema.String,
  scale: Schema.Literals(["linear", "log"]),
  /** The lowest and the highest load that may be probed. */
  min: Schema.Finite,
  max: Schema.Finite,
  /** Loads are `min` plus a multiple of this; null where any load may be probed. */
  step: Schema.NullOr(Schema.Finite),
  /** The first load that is probed. */
  start: Schema.Finite
})

/** The loads that are meant to be carried: levels hold at the limit, safety at the ultimate. */
export const Target = Schema.Struct({ limit: Schema.Finite, ultimate: Schema.Finite })

/** A load that was probed over and over. */
export const Demonstrated = Schema.Struct({
  load: Schema.Finite,
  passes: Natural,
  trials: Natural,
  /** Covers the probability to pass with a confidence of 95 % (Clopper and Pearson). */
  passProbability: Schema.Struct({ low: Share, high: Share })
})

/** How it did at a target. */
export const TargetAnswer = Schema.Struct({
  ...Demonstrated.fields,
  answer: Schema.Literals(["holds", "fails", "unknown"])
})

/** What came of a search along an axis. */
export const Estimate = Schema.Struct({
  /** Only `found` has a breaking point for sure; see `load` and `reason` for the others. */
  outcome: Schema.Struct({
    kind: Schema.Literals([
      "found",
      "neverBroke",
      "failsAtOnce",
      "notMonotone",
      "inconclusive",
      "invalid",
      "open"
    ]),
    /** The load that it fails at once at, or whose probes say nothing. */
    load: Schema.NullOr(Schema.Finite),
    reason: Schema.NullOr(Schema.String)
  }),
  /** Where a level is on average just what is allowed. */
  breaking: Schema.NullOr(
    Schema.Struct({
      load: Schema.Finite,
      /** Covers the breaking point with a confidence of 95 %. */
      interval: Interval,
      level: Schema.String
    })
  ),
  /** The load that half of all probes pass. */
  middle: Schema.NullOr(
    Schema.Struct({
      load: Schema.Finite,
      /** Covers the middle with a confidence of 95 %. */
      interval: Interval,
      /** The loads that 95 and 5 of 100 probes pass. */
      cliff: Interval
    })
  ),
  /** The load to quote: it was carried. */
  demonstrated: Schema.NullOr(Demonstrated),
  limit: Schema.NullOr(TargetAnswer),
  ultimate: Schema.NullOr(TargetAnswer),
  /** The first safety failure on the way up, or the highest load probed without one. */
  rupture: Schema.Struct({
    kind: Schema.Literals(["ruptured", "none", "notSought"]),
    load: Schema.NullOr(Schema.Finite),
    criterion: Schema.NullOr(Schema.String),
    /** Whether `load` is the highest of the axis. */
    isEndOfAxis: Schema.Boolean
  }),
  /** What failed, by the lowest load at which it did. */
  failed: Schema.Array(
    Schema.Struct({
      criterion: Schema.String,
      isSafety: Schema.Boolean,
      load: Schema.Finite,
      /** How many probes failed by it. */
      count: Natural
    })
  ),
  /** The tests for the demonstrated load, in their order. */
  attempts: Schema.Array(
    Schema.Struct({
      load: Schema.Finite,
      passes: Natural,
      trials: Natural,
      answer: Schema.Literals(["accepted", "rejected", "inconclusive"])
    })
  ),
  /** Loads that pass more often than lower ones, which chance does not explain; at most 2. */
  inversions: Natural,
  probes: Natural,
  /** Probes that said nothing. */
  invalids: Natural
})

/** All probes at one load; invalid ones left out. */
export const CurvePoint = Schema.Struct({
  load: Schema.Finite,
  passes: Natural,
  trials: Natural,
  /** Latencies in microseconds, medians over probes; null when there was no answer. */
  p50Micros: Schema.NullOr(Schema.Finite),
  p99Micros: Schema.NullOr(Schema.Finite),
  /** The share of requests that were answered ok. */
  okShare: Schema.NullOr(Share),
  /** By level, the mean of what must not exceed what is allowed: mostly a share of bad requests. */
  levels: Schema.Array(Schema.Struct({ level: Schema.String, mean: Schema.NullOr(Schema.Finite) }))
})

/** The resource that is exhausted just over the edge. */
export const Bottleneck = Schema.Struct({
  service: Schema.String,
  node: Schema.String,
  kind: Schema.Literals(["cores", "slots", "pool", "edge", "link"]),
  name: Schema.String,
  places: Schema.NullOr(Schema.Finite),
  /** The mean share of its places that is taken, 0 to 1. */
  utilization: Schema.NullOr(Schema.Finite),
  /** How many wait on average; for a link, seconds of messages. */
  waiting: Schema.NullOr(Schema.Finite),
  /** How many more wait in the last quarter of the time than in the first. */
  growth: Schema.NullOr(Schema.Finite),
  /** How many are turned away in a probe, on average. */
  refused: Schema.NullOr(Schema.Finite),
  /** What else is exhausted, and only waits for it. */
  behind: Schema.Array(Schema.String)
})

/** Whether the author was right about what breaks first. */
export const Prediction = Schema.Struct({
  component: Schema.String,
  resource: Schema.String,
  isRight: Schema.Boolean
})

/** What a trigger does: loads at which the system stays down when the trigger has gone. */
export const Trigger = Schema.Struct({
  trigger: Schema.String,
  points: Schema.Array(
    Schema.Struct({
      load: Schema.Finite,
      /** In how many probes it stayed down. */
      stuck: Natural,
      trials: Natural
    })
  ),
  /** The loads at which it stays down; `safe` is the highest below them at which it does not. */
  band: Schema.NullOr(
    Schema.Struct({
      low: Schema.Finite,
      safe: Schema.NullOr(Schema.Finite),
      high: Schema.Finite
    })
  ),
  /** The largest share of the load `band.high` at which it gets out, when left for a while. */
  cut: Schema.NullOr(Share),
  /** The shares that were tried. */
  cuts: Schema.Array(Schema.Struct({ left: Share, stuck: Natural, trials: Natural })),
  /** What did not hold where it stayed down, the most frequent first. */
  criteria: Schema.Array(Schema.String),
  /** False when the search was ended before its end. */
  isOver: Schema.Boolean
})

/** A probe just under or just over the edge, and how to look at it. */
export const EdgeProbe = Schema.Struct({
  side: Schema.Literals(["under", "over"]),
  /** Where it was flown; `y` is of the other axis of an envelope. */
  x: Schema.Finite,
  y: Schema.NullOr(Schema.Finite),
  trigger: Schema.NullOr(Schema.String),
  /** The share of the load that was left for a while after the trigger. */
  left: Schema.NullOr(Share),
  seed: SeedText,
  /** What failed; empty under the edge. */
  criteria: Schema.Array(Schema.String),
  /** Relative to the project; null when it was not saved. */
  recording: Schema.NullOr(Schema.String),
  replay: Schema.NullOr(Schema.String)
})

/** What breaking points and envelopes both say. */
const shared = {
  title: Schema.String,
  /** Where it is declared, as `path:line`. */
  source: Schema.NullOr(Schema.String),
  seed: SeedText,
  budget: Schema.Literals(["small", "default"]),
  /** Why it does not hold, one sentence each. */
  reasons: Schema.Array(Schema.String),
  /** Each level with the most that it may come to: mostly a share of bad requests. */
  levels: Schema.Array(
    Schema.Struct({ name: Schema.String, allowed: Schema.NullOr(Schema.Finite) })
  ),
  /** All probes, those of triggers among them. */
  cost: Schema.Struct({
    probes: Natural,
    invalid: Natural,
    requests: Natural,
    steps: Natural,
    simulatedMicros: Schema.Finite
  }),
  prediction: Schema.NullOr(Prediction),
  edge: Schema.Array(EdgeProbe),
  /** The page, relative to the project; null when it was not saved. */
  html: Schema.NullOr(Schema.String),
  rerun: Schema.String
}

/** Everything of a breaking point. */
export const BreakingPoint = Schema.Struct({
  ...shared,
  axis: Axis,
  target: Schema.NullOr(Target),
  estimate: Estimate,
  /** The lowest load first. */
  curve: Schema.Array(CurvePoint),
  bottleneck: Schema.NullOr(Bottleneck),
  /** Calls on each edge for each request, below the breaking point and above it. */
  amplification: Schema.Array(
    Schema.Struct({
      from: Schema.String,
      to: Schema.String,
      below: Schema.NullOr(Schema.Finite),
      above: Schema.NullOr(Schema.Finite)
    })
  ),
  /** What had to be as before when the load had gone. */
  residues: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      before: Schema.NullOr(Schema.Finite),
      after: Schema.NullOr(Schema.Finite),
      isBack: Schema.Boolean
    })
  ),
  metastability: Schema.Array(Trigger),
  /** What it came to at an earlier commit; null when none is known. */
  change: Schema.NullOr(
    Schema.Struct({
      commit: Schema.String,
      breaking: Schema.NullOr(Schema.Struct({ load: Schema.Finite, interval: Interval })),
      /** The demonstrated load. */
      demonstrated: Schema.NullOr(Schema.Finite)
    })
  )
})

/** See the schema of the same name. */
export type BreakingPoint = typeof BreakingPoint.Type

/** Everything of an envelope. */
export const Envelope = Schema.Struct({
  ...shared,
  /** What is searched along. */
  x: Axis,
  y: Schema.Struct({ unit: Schema.String, values: Schema.Array(Schema.Finite) }),
  /** One search for each value of `y`, in their order. */
  rows: Schema.Array(
    Schema.Struct({
      y: Schema.Finite,
      target: Schema.NullOr(Target),
      estimate: Estimate,
      curve: Schema.Array(CurvePoint),
      bottleneck: Schema.NullOr(Bottleneck)
    })
  )
})

/** See the schema of the same name. */
export type Envelope = typeof Envelope.Type
