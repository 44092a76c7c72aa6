/**
 * The same seed flies the same flight, to the byte of its recording: twice in one process, in
 * another process, in a worker thread, in another zone and language, a year later, on other
 * releases of Node.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Effect, Result } from "effect"
import { beforeAll, describe, expect, it } from "vitest"
import { scenariosIn } from "../../src/cli/ScenarioFiles.ts"
import { isTunnel } from "../../src/stress/StressScenario.ts"
import * as Batch from "../../src/flight/Batch.ts"
import * as Crew from "../../src/flight/Crew.ts"
import { flyAll, type Line, type Report } from "./fly.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const program = "test/determinism/fly.ts"
const later = "./test/determinism/AYearLater.ts"

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const run = (
  command: string,
  parameters: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Promise<Run> =>
  new Promise((resolve) => {
    const child = spawn(command, parameters, {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "", ...environment }
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (part) => (stdout += String(part)))
    child.stderr.on("data", (part) => (stderr += String(part)))
    child.on("error", (error) => resolve({ code: -1, stdout, stderr: String(error) }))
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })

/** How Node is told to load the sources: `downforce` is the source, not the built package. */
const loading = ["-C", "downforce-source", "--import", "tsx"]

const reportOf = ({ code, stderr, stdout }: Run): Report => {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  // What the program prints is its own report.
  return JSON.parse(stdout) as Report
}

describe("a flight", () => {
  let here: ReadonlyArray<Line>
  beforeAll(async () => {
    here = await flyAll()
  })

  it("is the same twice in one process", async () => {
    expect(await flyAll()).toEqual(here)
    // Not because nothing happens, or all seeds fly alike.
    expect(new Set(here.map(({ bytes }) => bytes)).size).toBe(here.length)
  })

  it("is the same in another process", async () => {
    const report = reportOf(await run(process.execPath, [...loading, program]))
    expect(report.lines).toEqual(here)
  })

  it("is the same in a worker thread of another process", async () => {
    const report = reportOf(await run(process.execPath, [...loading, program, "thread"]))
    expect(report.lines).toEqual(here)
  })

  it("is the same in another zone and language, a year later", async () => {
    const parameters = [...loading, "--import", later, program]
    const elsewhere = { TZ: "Asia/Kathmandu", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" }
    const report = reportOf(await run(process.execPath, parameters, elsewhere))
    expect(report.zone).toMatch(/^Asia\/Kat/)
    const now = reportOf(await run(process.execPath, [...loading, program]))
    expect(report.year).toBe(now.year + 1)
    expect(report.lines).toEqual(here)
  })

  it("is the same under the command as under this test runner", async () => {
    const words = ["lease-lock", "--runs", "64", "--seed", "5eed", "--workers", "1", "--json"]
    const command = ["dist/src/cli/main.js", "fly", ...words]
    const { code, stdout } = await run(process.execPath, command)
    expect(code).toBe(0)
    const [scenario] = Result.getOrThrow(
      scenariosIn("simulations/lease-lock.ts", await import("../../simulations/lease-lock.ts"))
    )
    if (scenario === undefined || !isTunnel(scenario)) throw new Error("it has no wind tunnel")
    const batch = await Effect.runPromise(
      Batch.flyBatch(scenario, {
        seed: 0x5eed,
        runs: 64,
        timeMillis: undefined,
        shrinkMillis: 0,
        failuresMax: 1,
        regressions: [],
        crew: Crew.local(scenario),
        commit: undefined,
        version: "0",
        wallMillis: () => 0,
        onProgress: () => {},
        stopRequested: () => false
      })
    )
    expect(JSON.parse(stdout)).toMatchObject({ scenarios: [{ digest: batch.digest }] })
  })

  it.for([22, 24])("is the same on Node %i", async (major, { skip }) => {
    const npx = ["--yes", `--package=node@${major}`, "node"]
    const version = await run("npx", [...npx, "--version"])
    if (version.code !== 0 || !version.stdout.startsWith(`v${major}.`)) {
      // Only where that release cannot be had: without a network, say. The reason is printed.
      return skip(`npx cannot run Node ${major} here: ${version.stderr.trim().slice(0, 200)}`)
    }
    const report = reportOf(await run("npx", [...npx, ...loading, program]))
    expect(report.node).toMatch(new RegExp(`^v${major}\\.`))
    expect(report.lines).toEqual(here)
  })
})
