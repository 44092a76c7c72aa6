/**
 * The package as a user gets it: built, packed, unpacked elsewhere, imported, run and compiled.
 *
 * The project it is used from has neither Ink nor React: only `replay` may need them.
 */
import { beforeAll, describe, expect, it } from "vitest"
import * as Consumer from "./package/Consumer.ts"

const echo = `
import { Always, Contract, Operation, Service, System, Turbulence, WindTunnel, Workload } from "downforce"
import { Effect, Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import * as fc from "fast-check"

export class Echo extends Contract.make<Echo>()("Echo", RpcGroup.make(
  Rpc.make("say", { payload: { text: Schema.String }, success: Schema.String })
)) {}

export class Nobody extends Contract.make<Nobody>()("Nobody", RpcGroup.make(
  Rpc.make("say", { payload: { text: Schema.String }, success: Schema.String })
)) {}

export const echo = Service.make("echo", {
  provides: Echo,
  uses: {},
  handlers: Effect.succeed(Echo.of({ say: ({ text }) => Effect.succeed(text) }))
})

const say = fc.record({ text: fc.string() })

export const answers = WindTunnel.make("answers", {
  system: System.make("echoes", { services: [echo] }),
  workload: Workload.make({ clients: 2, operations: 5, operation: Operation.make(TARGET, "say", say) }),
  turbulence: Turbulence.calm,
  horizon: "1 minute",
  properties: []
})
`

const right = echo.replaceAll("TARGET", "Echo")
const wrong = echo.replaceAll("TARGET", "Nobody")

const imported = `
import * as downforce from "downforce"
console.log(JSON.stringify(Object.keys(downforce)))
`

describe("the packed package", () => {
  let consumer: Consumer.Consumer

  beforeAll(async () => {
    consumer = await Consumer.make((name) => ["downforce", "ink", "react"].includes(name))
    return () => consumer.remove()
  })

  it("holds the built code, its types and three texts, and nothing else", () => {
    const others = consumer.packed.filter(
      (path) => !/^dist\/(src|tui)\/.+\.(js|d\.ts)$/u.test(path)
    )
    expect(others.toSorted()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json"])
    expect(consumer.packed).toEqual(
      expect.arrayContaining(["dist/src/index.js", "dist/src/index.d.ts", "dist/src/cli/main.js"])
    )
  })

  it("can be imported where there is no Ink and no React", async () => {
    await consumer.write("import.js", imported)
    const ran = await consumer.run(process.execPath, "import.js")
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" })
    expect(JSON.parse(ran.stdout)).toEqual(
      expect.arrayContaining(["Contract", "Service", "System", "WindTunnel", "Always"])
    )
  })

  it("brings types: a scenario compiles, and so do all declarations it reaches", async () => {
    await consumer.write("simulations/right.ts", right)
    expect(await consumer.compile("simulations/right.ts")).toMatchObject({
      exitCode: 0,
      stdout: ""
    })
  })

  it("brings types: an operation on a contract the system does not have does not", async () => {
    await consumer.write("simulations/wrong.ts", wrong)
    const ran = await consumer.compile("simulations/wrong.ts", "--skipLibCheck")
    expect(ran.exitCode).not.toBe(0)
    expect(ran.stdout).toContain("simulations/wrong.ts")
    expect(ran.stdout).toContain("Nobody")
  })

  it("brings the command", async () => {
    const ran = await consumer.run("npx", "--no-install", "downforce", "--help")
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(ran.stdout).toContain("fly")
    expect(ran.stdout).toContain("replay")
  })

  it("flies a scenario written in TypeScript, with the one copy of itself", async () => {
    await consumer.write("simulations/echo.ts", right)
    const ran = await consumer.run(
      "npx",
      ...["--no-install", "downforce", "fly", "simulations/echo.ts", "--runs", "20", "--json"]
    )
    expect(ran.exitCode, ran.stderr).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({ scenarios: [{ runs: 20, verdict: "holds" }] })
  })
})
