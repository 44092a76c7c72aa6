import { Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { FlyReport } from "../../src/report/FlyReport.ts"
import { makeProject, type Project, timeless } from "./Project.ts"

const projects: Array<Project> = []
const counter = (files: Readonly<Record<string, string>> = {}): Project => {
  const project = makeProject(files, "counter")
  projects.push(project)
  return project
}

afterAll(() => {
  for (const project of projects) project.remove()
})

const decodeReport = Schema.decodeUnknownSync(Schema.fromJsonString(FlyReport), {
  onExcessProperty: "error"
})

const scenario = (body: string): string => `
  import { Always, Turbulence, WindTunnel, Workload } from "downforce"
  import { add, careful } from "../system.ts"
  export default WindTunnel.make("odd", {
    system: careful,
    workload: Workload.make({ clients: 1, operations: 1, operation: add }),
    turbulence: Turbulence.calm,
    runs: 20_000,
    properties: [Always.make("odd", () => { ${body}; return true })]
  })
`

describe("fly", () => {
  it("prints a line for each scenario that held and for all", async () => {
    const { exitCode, stderr, stdout } = await counter().run(
      ...["fly", "counter/adds-up", "--seed", "1", "--runs", "25"]
    )
    expect(stderr).toBe("seed 00000001\n")
    expect(timeless(stdout)).toMatchInlineSnapshot(`
      " ok    counter/adds-up     25 runs   the sum reached 1 25x

       1 scenario: 1 held · 25 runs in TIME · 12.7 min simulated · seed 00000001
      "
    `)
    expect(exitCode).toBe(0)
  })

  it("prints a violation with its causes, and saves it", async () => {
    const project = counter()
    const { exitCode, stdout } = await project.run("fly", "counter/broken", "--seed", "1")
    expect(timeless(stdout)).toMatchInlineSnapshot(`
      " FAIL  counter › asks again                      simulations/counter/broken.ts:7
             adds no more than was asked
             sum ≤ 1      got 2
             run 3 of 200, shrunk 28 → 18 events in 24 flights

          4     0.000s  client-3   operation add o-7 1
          5     0.000s  client-3   → desk add 1
          6  0.000500s  desk       ← client-3 add 1
          7  0.000500s  desk       → counter add 1
          8     0.001s  counter    ← desk add 1
          9     0.001s  counter    ✗ lost desk reply 1  !lose
         10  1.000500s  desk       timer timeout after 1s: add
         13  1.100500s  desk       timer slept 100ms
         14  1.100500s  desk       → counter add 1
         15     1.101s  counter    ← desk add 1
         17     1.101s  check      adds no more than was asked  FAIL

         needed   1 operation
                  lose counter>desk reply
         twin     without: lose counter>desk reply passes; first difference at event 9
         met      in 43 of 200 runs; a fix is 99 % sure after 20 clean runs

         saved    regressions/counter/broken/asks-again-8cd15407.json  (commit this file)
         replay   npx downforce replay 8cd15407
         rerun    npx downforce fly counter/broken/asks-again --seed 8cd15407

       FAIL  counter/broken/asks-again    200 runs   1 failure

       1 scenario: 1 violated · 200 runs in TIME · 1.1 h simulated · seed 00000001
      "
    `)
    expect(exitCode).toBe(1)
    const [, regression = ""] = /saved +(\S+)/.exec(stdout) ?? []
    const [, ref = ""] = /downforce replay (\S+)/.exec(stdout) ?? []
    expect(project.read(regression)).toContain('"scenario": "counter/broken/asks-again"')
    expect(project.read(".downforce/recordings/latest")).toBe(`${ref}\n`)
    expect(project.bytes(`.downforce/recordings/${ref}.ndjson.gz`).length).toBeGreaterThan(100)
  })

  it("skips broken twins, and is inconclusive about what was never reached", async () => {
    const { exitCode, stdout } = await counter().run("fly", "--seed", "1", "--runs", "10")
    expect(stdout).not.toContain("broken")
    expect(stdout).toContain("never reached: the sum reached 1000000")
    expect(exitCode).toBe(3)
  })

  it("flies saved regressions first, and does not save the same failure twice", async () => {
    const project = counter()
    const first = await project.run("fly", "counter/broken", "--seed", "1")
    const [, regression = "?"] = /saved +(\S+)/.exec(first.stdout) ?? []
    const again = await project.run("fly", "counter/broken", "--seed", "2")
    expect(again.stdout).toContain(`saved    ${regression}  (commit this file)`)
    expect(again.stdout.match(/^ FAIL {2}counter ›/gm)).toHaveLength(1)
    const alone = await project.run(
      ...["fly", "counter/broken", "--seed", "1", "--runs", "1", "--record", "none"]
    )
    expect(alone.stdout).toContain(`saved regression ${regression}`)
    expect(alone.exitCode).toBe(1)
  })

  it("saves nothing with --record none, and does not shrink with --no-shrink", async () => {
    const project = counter()
    const { exitCode, stdout } = await project.run(
      ...["fly", "counter/broken", "--seed", "1", "--record", "none", "--no-shrink"]
    )
    expect(stdout).toContain("not saved: --record none")
    expect(stdout).toMatch(/run \d+ of 200, \d+ events, not shrunk/)
    expect(() => project.read(".downforce/recordings/latest")).toThrow("ENOENT")
    expect(exitCode).toBe(1)
  })

  it("records the first runs with --record all", async () => {
    const project = counter()
    await project.run(
      ...["fly", "counter/adds-up", "--seed", "7", "--runs", "3", "--record", "all"]
    )
    const { exitCode, stdout } = await project.run("trace", "summary", "00000007")
    expect(stdout).toContain("no property was violated")
    expect(exitCode).toBe(0)
  })

  it("prints the same JSON whatever the number of workers (1, 2)", async () => {
    const reports = await Promise.all(
      ["1", "2"].map(async (workers) => {
        const { exitCode, stdout } = await counter().run(
          ...["fly", "counter", "counter/broken", "--seed", "1", "--runs", "400"],
          ...["--json", "--workers", workers]
        )
        expect(exitCode).toBe(1)
        return stdout
      })
    )
    const [one = "", two = ""] = reports
    expect(timeless(two)).toBe(timeless(one))
    const report = decodeReport(one)
    expect(report.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["counter/adds-up", "holds"],
      ["counter/never-gets-rich", "unknown"],
      ["counter/broken/asks-again", "violated"]
    ])
    const [failure] = report.scenarios[2]?.failures ?? []
    expect(failure?.workload).toHaveLength(1)
    expect((failure?.deviations.length ?? 0) + (failure?.faults.length ?? 0)).toBe(1)
    expect(failure?.eventsAfter).toBeLessThan(failure?.eventsBefore ?? 0)
  })

  it("keeps stdout for data when users' code prints", async () => {
    const body = "console.log('loud'); process.stdout.write('louder\\n')"
    const project = counter({ "simulations/odd.ts": scenario(body) })
    const { exitCode, stderr, stdout } = await project.run(
      ...["fly", "odd", "--json", "--runs", "2", "--seed", "1"]
    )
    expect(decodeReport(stdout).scenarios).toHaveLength(1)
    expect(stderr).toContain("louder")
    expect(exitCode).toBe(0)
  })

  it("names the check that throws", async () => {
    const project = counter({ "simulations/odd.ts": scenario("throw new Error('oops')") })
    const { exitCode, stderr, stdout } = await project.run("fly", "odd", "--json", "--seed", "1")
    expect(stderr.split("\n")[1]).toMatchInlineSnapshot(
      `"downforce: simulations/odd.ts: odd/odd: the check of property "odd" threw Error: oops; correct the scenario"`
    )
    expect(decodeReport(stdout).error?.exitCode).toBe(2)
    expect(exitCode).toBe(2)
  })

  it("names the worker that dies", async () => {
    const project = counter({
      "simulations/odd.ts": `
        import { isMainThread } from "node:worker_threads"
        if (!isMainThread) process.exit(3)
        ${scenario("")}
      `
    })
    const { exitCode, stderr } = await project.run(
      ...["fly", "odd", "--workers", "2", "--seed", "1", "--time", "2min"]
    )
    expect(stderr).toMatch(/simulations\/odd\.ts: worker \d of 2 died: it ended with exit code 3/)
    expect(exitCode).toBe(2)
  })

  it("never takes an early end of the process for a pass (process.exit in a check)", async () => {
    const project = counter({ "simulations/odd.ts": scenario("process.exit(0)") })
    const { exitCode, stderr, stdout } = await project.run(
      ...["fly", "odd", "--seed", "1", "--workers", "1", "--json"]
    )
    expect(stderr).toMatch(/the check of property "odd" threw .*process\.exit at odd\.ts:\d+/)
    expect(decodeReport(stdout).error?.exitCode).toBe(2)
    expect(exitCode).toBe(2)
  })

  it("reports what was found when interrupted", async () => {
    const { exitCode, stdout } = await counter().runUntil(
      "seed 00000001",
      (child) => child.kill("SIGINT"),
      ...["fly", "--seed", "1", "--time", "2min", "--json"]
    )
    expect(decodeReport(stdout).error).toEqual({
      exitCode: 130,
      message: "interrupted; 1 of 2 scenarios were not flown"
    })
    expect(exitCode).toBe(130)
  })

  it("stops at a regression that names what the system no longer has", async () => {
    const project = counter()
    await project.run("fly", "counter/broken", "--seed", "1")
    const system = project.read("system.ts")
    project.write("system.ts", system.replace('Service.make("counter"', 'Service.make("tally"'))
    const { exitCode, stdout } = await project.run(
      ...["fly", "counter/broken", "--seed", "1", "--runs", "1"]
    )
    expect(stdout).toMatch(/is stale: choice point .* \(lose\): counter has no node counter/)
    expect(exitCode).toBe(6)
  })
})
