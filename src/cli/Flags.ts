/**
 * The flags and arguments of the commands: names, ranges, defaults, and what help says of them.
 */
import * as Option from "effect/Option"
import { Argument, Flag } from "effect/cli"
import { fromText } from "../turbulence/Seed.ts"

/** The default wall time for shrinking one failure, in milliseconds. */
export const shrinkMillisDefault = 10_000
/** The default of how many distinct failures of a scenario are shrunk before its batch ends. */
export const failuresMaxDefault = 3
/** The default of how many runs of a scenario `doctor` compares. */
export const comparedRunsDefault = 20
/** The longest time that can be asked for: a day. */
export const timeMillisMax = 86_400_000
/** The most worker threads that can be asked for. */
export const workersMax = 256

/** The milliseconds of a time as people type it: `10s`, `500ms`, `2min`, `1h`; seconds if bare. */
export const millisOf = (text: string): Option.Option<number> => {
  const match = /^(?<amount>\d+(?:\.\d+)?) ?(?<unit>ms|s|min|m|h)?$/.exec(text.trim())
  const { amount, unit } = match?.groups ?? {}
  if (amount === undefined) return Option.none()
  const factors: Readonly<Record<string, number>> = { ms: 1, min: 60_000, m: 60_000, h: 3_600_000 }
  const millis = Math.round(Number(amount) * (factors[unit ?? "s"] ?? 1_000))
  return millis >= 1 && millis <= timeMillisMax ? Option.some(millis) : Option.none()
}

const time = (name: string): Flag.Flag<number> =>
  Flag.String(name).pipe(
    Flag.withMetavar("time"),
    Flag.filterMap(millisOf, () => "Expected: a time such as 500ms, 10s, 2min or 1h, up to 24h")
  )

const count = (name: string, maximum: number): Flag.Flag<number> =>
  Flag.Int(name).pipe(
    Flag.withMetavar("n"),
    Flag.filterMap(
      (value) => (value >= 1 && value <= maximum ? Option.some(value) : Option.none()),
      () => `Expected: 1 to ${maximum}`
    )
  )

/** Prints one JSON document on stdout. */
export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print one JSON document on stdout, under every outcome"),
  Flag.withoutNegation,
  Flag.withDefault(false)
)

/** Draws messages as a diagram. */
export const mermaid = Flag.Boolean("mermaid").pipe(
  Flag.withDescription("Draw a Mermaid sequence diagram"),
  Flag.withoutNegation,
  Flag.withDefault(false)
)

/** Draws with the signs that every terminal and font has. */
export const ascii = Flag.Boolean("ascii").pipe(
  Flag.withDescription("Use no mark whose width differs between terminals"),
  Flag.withoutNegation,
  Flag.withDefault(false)
)

/** Which scenarios. */
export const patterns = Argument.String("pattern").pipe(
  Argument.withDescription(
    "An id, the beginning of one up to a slash, a pattern with *, or a file; all if none is given"
  ),
  Argument.variadic()
)

/** Which recording. */
export const ref = Argument.String("ref").pipe(
  Argument.withDescription("latest, a short id (the seed of the failure), or a file"),
  Argument.withDefault("latest")
)

/** The step of an event. */
export const step = (name: string): Argument.Argument<number> =>
  Argument.Int(name).pipe(
    Argument.withDescription("The step of an event, from 0"),
    Argument.filter(
      (value) => value >= 0,
      () => "Expected: a step, from 0"
    )
  )

const seed = Flag.String("seed").pipe(
  Flag.withMetavar("hex"),
  Flag.filterMap(
    (text) => Option.fromUndefinedOr(fromText(text)),
    () => "Expected: up to eight hexadecimal digits"
  ),
  Flag.withDescription(
    "The base seed, eight hexadecimal digits; drawn and printed first, with CI set the commit's"
  ),
  Flag.optional
)

/** The flags of `doctor`. */
export const doctor = {
  patterns,
  seed,
  runs: count("runs", 1_000).pipe(
    Flag.withDescription(`Runs of each scenario. Default: ${comparedRunsDefault}`),
    Flag.withDefault(comparedRunsDefault)
  ),
  json
}

/** The flags of `fly`. */
export const fly = {
  patterns,
  seed,
  runs: count("runs", 10_000_000).pipe(
    Flag.withDescription("Runs of each scenario, instead of what the scenario says"),
    Flag.optional
  ),
  time: time("time").pipe(
    Flag.withDescription("Fly each scenario for so long (10s, 2min), whatever its number of runs"),
    Flag.optional
  ),
  workers: count("workers", workersMax).pipe(
    Flag.withDescription(
      "Threads that fly; the result is the same for any number. Default: one for each processor"
    ),
    Flag.optional
  ),
  failuresMax: count("max-failures", 1_000).pipe(
    Flag.withDescription(
      `Distinct failures that end a scenario's batch. Default: ${failuresMaxDefault}`
    ),
    Flag.withDefault(failuresMaxDefault)
  ),
  shrink: Flag.Boolean("shrink").pipe(
    Flag.withDescription("Make failures small before showing them. Default: yes"),
    Flag.withDefault(true)
  ),
  shrinkTime: time("shrink-time").pipe(
    Flag.withDescription(
      `Time for shrinking one failure. Default: ${shrinkMillisDefault / 1_000}s`
    ),
    Flag.withDefault(shrinkMillisDefault)
  ),
  record: Flag.Literals("record", ["failures", "all", "none"]).pipe(
    Flag.withDescription(
      "What is saved: failures with their regressions, also the first runs, or nothing at all." +
        " Default: failures"
    ),
    Flag.withDefault("failures" as const)
  ),
  budget: Flag.Literals("budget", ["small", "default"]).pipe(
    Flag.withDescription(
      "How many probes a breaking point takes: small for a quick look with wide intervals"
    ),
    Flag.withDefault("default" as const)
  ),
  json,
  list: Flag.Boolean("list").pipe(
    Flag.withDescription("Only list what would be flown"),
    Flag.withoutNegation,
    Flag.withDefault(false)
  )
}
