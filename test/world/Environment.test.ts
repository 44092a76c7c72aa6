/** What a service reads of its configuration: production `Config` code, unchanged. */
import { Config, ConfigProvider, Duration, Effect, Exit, Option } from "effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Fault } from "../../src/turbulence/Fault.ts"
import * as Environment from "../../src/world/Environment.ts"
import { ask, flyWith, outcomes } from "../flight/Fly.ts"
import { Back, type BackHandlers, pair, type PairOptions, plainBack } from "../flight/toys.ts"

/** What a config reads on the front, as JSON. */
const read = <A>(config: Config.Config<A>, env: Readonly<Record<string, string>>): unknown => {
  const scenario = pair({
    front: () => Effect.map(config, (value) => JSON.stringify({ value })),
    env: { front: env }
  })
  const flown = flyWith(scenario, { operations: [ask("o-1", 10)] })
  expect(flown.violation).toBeUndefined()
  const answer = outcomes(flown)["o-1"] ?? ""
  return answer.startsWith("!") ? answer : JSON.parse(answer).value
}

describe("the configuration of a node", () => {
  it("is the environment that its service declares, by every kind of config", () => {
    const env = {
      HOST: "db.internal",
      POOL_MIN: "2",
      POOL_MAX: "10",
      POOL_IDLE_TIMEOUT: "30 seconds",
      TAGS_0: "a",
      TAGS_1: "b",
      RETRY: "true",
      EMPTY: ""
    }
    expect(read(Config.String("HOST"), env)).toBe("db.internal")
    expect(read(Config.Int("MAX").pipe(Config.nested("POOL")), env)).toBe(10)
    expect(read(Config.Int("POOL_MIN"), env)).toBe(2)
    expect(read(Config.Boolean("RETRY"), env)).toBe(true)
    const idle = Config.Duration("TIMEOUT").pipe(Config.nested("IDLE"), Config.nested("POOL"))
    expect(read(Config.map(idle, Duration.toSeconds), env)).toBe(30)
    const pool = Config.all({ min: Config.Int("MIN"), max: Config.Int("MAX") })
    expect(read(pool.pipe(Config.nested("POOL")), env)).toEqual({ min: 2, max: 10 })
    expect(read(Config.Int("PORT").pipe(Config.withDefault(8080)), env)).toBe(8080)
    expect(read(Config.String("EMPTY").pipe(Config.withDefault("none")), env)).toBe("none")
    const port = Config.option(Config.Int("PORT"))
    expect(read(Config.map(port, Option.isNone), env)).toBe(true)
    expect(read(Config.String("PORT"), env)).toMatch(/^! /)
    expect(read(Config.Int("HOST"), env)).toMatch(/^! /)
  })

  it("reads as the provider of a real environment does (environments, paths)", () => {
    const part = fc.constantFrom("A", "B", "0", "1", "")
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("_"))
    const paths = fc.array(fc.oneof(part, fc.nat({ max: 2 })), { maxLength: 3 })
    const load = (provider: ConfigProvider.ConfigProvider, path: ConfigProvider.Path) =>
      Effect.runSyncExit(provider.load(path))
    fc.assert(
      fc.property(fc.dictionary(name, fc.constantFrom("", "x", "7")), paths, (env, path) => {
        const real = ConfigProvider.fromEnv({ env: { ...env, HOSTNAME: "n-1" } })
        const ours = Environment.provider({ ...env, HOSTNAME: "n-1" })
        expect(load(ours, path)).toEqual(load(real, path))
        expect(load(ConfigProvider.constantCase(ours), path)).toEqual(
          load(ConfigProvider.constantCase(real), path)
        )
        const inner = [load(ConfigProvider.nested(ours, "A"), path)]
        expect(inner).toEqual([load(ConfigProvider.nested(real, "A"), path)])
      }),
      { numRuns: 300 }
    )
  })

  it("has what the program wrote to it before it first asked, as in production", () => {
    const env: Environment.Environment = { A: "1" }
    const provider = Environment.provider(env)
    const value = (name: string) =>
      Exit.map(Effect.runSyncExit(provider.load([name])), (node) => node?.value)
    env["B"] = "2"
    expect(value("B")).toEqual(Exit.succeed("2"))
    env["A"] = "3"
    env["C"] = "4"
    expect(value("A")).toEqual(Exit.succeed("1"))
    expect(value("C")).toEqual(Exit.succeed(undefined))
  })
})

/** A back that answers with what its environment says, as it read it at its start. */
const named: NonNullable<PairOptions["back"]> = Effect.gen(function* () {
  const name = yield* Config.String("HOSTNAME")
  const secret = yield* Config.option(Config.String("SECRET"))
  const front = yield* Config.option(Config.String("ONLY_FRONT"))
  const known = [name, Option.getOrElse(secret, () => "-"), Option.getOrElse(front, () => "-")]
  return { ...plainBack, echo: () => Effect.succeed(known.join(" ")) } satisfies BackHandlers
})

describe("an environment", () => {
  it("names the node, and is shared with no other service", () => {
    const scenario = pair({
      front: () =>
        Effect.gen(function* () {
          const own = yield* Config.String("HOSTNAME")
          const secret = yield* Config.option(Config.String("SECRET"))
          const answers = yield* Effect.forEach(yield* Back.addresses, (name) =>
            Effect.flatMap(Back.at(name), (back) => back.echo({ text: "" }))
          )
          return [own, Option.getOrElse(secret, () => "-"), ...answers].join(", ")
        }),
      back: named,
      replicas: 2,
      env: { front: { ONLY_FRONT: "f" }, back: { SECRET: "s", HOSTNAME: "not this" } }
    })
    const flown = flyWith(scenario, { operations: [ask("o-1", 10)] })
    expect(outcomes(flown)).toEqual({ "o-1": "front, -, back-1 s -, back-2 s -" })
  })

  it("begins anew with each life of the node, whatever the last one wrote", () => {
    const crash: Fault = { _tag: "Crash", id: "f-1", atMs: 20, durationMs: 10, node: "back" }
    const lives: Array<string> = []
    const scenario = pair({
      back: Effect.gen(function* () {
        const provider = yield* ConfigProvider.ConfigProvider
        const hosts = yield* Config.String("HOSTNAME")
        lives.push(`${hosts} ${(yield* provider.load(["PATH"]))?.value ?? "no PATH"}`)
        return plainBack
      })
    })
    flyWith(scenario, { operations: [ask("o-1", 50)], faults: [crash] })
    // Nothing of the machine that flies is to be seen either.
    expect(lives).toEqual(["back no PATH", "back no PATH"])
    const node = { name: "back", service: undefined }
    const first = Environment.make(node)
    first["HOSTNAME"] = "changed"
    expect(Environment.make(node)).toEqual({ HOSTNAME: "back" })
  })
})
