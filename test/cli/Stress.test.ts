import { Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { FlyReport } from "../../src/report/FlyReport.ts"
import { StressDocument } from "../../src/report/StressReport.ts"
import { makeProject, type Project, timeless } from "./Project.ts"

const projects: Array<Project> = []
const till = (files: Readonly<Record<string, string>> = {}): Project => {
  const project = makeProject(files, "till")
  projects.push(project)
  return project
}

afterAll(() => {
  for (const project of projects) project.remove()
})

const decodeReport = Schema.decodeUnknownSync(Schema.fromJsonString(FlyReport), {
  onExcessProperty: "error"
})
const decodeDocument = Schema.decodeUnknownSync(Schema.fromJsonString(StressDocument), {
  onExcessProperty: "error"
})

const small = ["--budget", "small", "--seed", "1"]

describe("a breaking point that is flown", () => {
  const project = till()

  it("prints its page when it is asked for, and saves it with a pair of recordings", async () => {
    const ended = await project.run("fly", "till/customer-rate", ...small)
    expect(ended.exitCode).toBe(0)
    expect(ended.stdout).toMatch(/breaks at +(?:49|50|51)\.?\d* customers\/s/u)
    expect(ended.stdout).toContain("right: cores of till")
    expect(ended.stdout).toMatch(/ok +till\/customer-rate/u)
    const refs = [...ended.stdout.matchAll(/npx downforce replay ([0-9a-f]{8})/gu)]
    expect(refs).toHaveLength(2)
    expect(project.read(".downforce/reports/till/customer-rate.html")).toContain("<svg")
  })

  it("has a replay of either side of the edge, which is exact", async () => {
    const document = decodeDocument(project.read(".downforce/reports/till/customer-rate.json"))
    if (document.kind !== "breaking-point") throw new Error("it is no breaking point")
    const refs = document.breakingPoint.edge.map(({ replay }) => replay?.split(" ").at(-1) ?? "")
    expect(refs).toHaveLength(2)
    for (const ref of refs) {
      const { exitCode, stdout } = await project.run("replay", ref)
      expect(stdout).toContain("replay exact")
      expect(exitCode).toBe(0)
    }
    const summary = await project.run("trace", "summary", refs[1] ?? "")
    expect(summary.stdout).toContain("till/customer-rate@")
    expect(summary.stdout).toContain("p95 ≤ 100ms")
  })

  it("gives the same report for the same seed, to the byte, on any number of threads", async () => {
    const files = ["till/customer-rate.html", "till/customer-rate.json"]
    const read = () => files.map((file) => project.read(`.downforce/reports/${file}`))
    const before = read()
    const again = await project.run("fly", "till/customer-rate", ...small, "--workers", "2")
    expect(again.exitCode).toBe(0)
    expect(read()).toEqual(before)
  })

  it("is inconclusive when its time is up", async () => {
    const ended = await project.run("fly", "till/customer-rate", "--time", "1ms", "--json")
    const { scenarios } = decodeReport(ended.stdout)
    expect(scenarios).toMatchObject([{ verdict: "unknown", kind: "breaking-point" }])
    expect(ended.exitCode).toBe(3)
  })

  it("is told in one line when all are flown, and by its page when it does not hold", async () => {
    const ended = await till().run("fly", ...small, "--record", "none")
    expect(ended.exitCode).toBe(1)
    const lines = timeless(ended.stdout).split("\n")
    const marks = lines.filter((line) => /^ (?:ok|FAIL|\?) +till\//u.test(line))
    expect(marks.map((line) => line.trim().split(/\s+/u).slice(0, 2).join(" "))).toEqual([
      "ok till/customer-rate",
      "FAIL till/too-many",
      "? till/too-few-hands",
      "ok till/customer-rate-by-pace"
    ])
    expect(ended.stdout).toContain("it does not carry its limit, 100 customers/s")
    expect(ended.stdout).toContain("the generator began")
    expect(ended.stdout).not.toContain("till › customer rate ")
  })
})

describe("the exit code", () => {
  it.each([
    ["till/too-many", 1, "violated"],
    ["till/too-few-hands", 3, "unknown"],
    ["till/customer-rate-by-pace", 0, "holds"]
  ])("says what it came to (%s)", async (id, exitCode, verdict) => {
    const ended = await till().run("fly", id, ...small, "--json", "--record", "none")
    const { scenarios } = decodeReport(ended.stdout)
    expect(scenarios).toMatchObject([{ id, verdict, failures: [] }])
    expect(ended.exitCode).toBe(exitCode)
  })

  it("is 2 for a declaration that is wrong, with all that is", async () => {
    const project = till({
      "simulations/wrong.ts": `
        import { BreakingPoint, Level } from "downforce"
        import { load, system } from "../system.ts"
        export default BreakingPoint.make("wrong", {
          axis: { unit: "customers/s", min: 10, max: 5 },
          at: (rate) => ({ system, load: load(rate) }),
          levels: [Level.latency({ percentile: 100, atMost: "1 second" })]
        })
      `
    })
    const { exitCode, stderr } = await project.run("fly", "wrong")
    expect(stderr).toContain("min 10 must be less than max 5")
    expect(stderr).toContain("the percentile 100 must be above 0 and below 100")
    expect(exitCode).toBe(2)
  })

  it("is 2 when the scenario's own code fails in a probe", async () => {
    const project = till({
      "simulations/odd.ts": `
        import { Always, BreakingPoint, Level } from "downforce"
        import { load, system } from "../system.ts"
        export default BreakingPoint.make("odd", {
          axis: { unit: "customers/s", min: 10, max: 50 },
          at: (rate) => ({
            system,
            load: load(rate),
            properties: [Always.make("odd", () => { throw new Error("boom") })]
          }),
          levels: []
        })
      `
    })
    const { exitCode, stderr } = await project.run("fly", "odd", "--workers", "2")
    expect(stderr).toContain('the check of property "odd" threw Error: boom')
    expect(exitCode).toBe(2)
  })

  it("is 4 where a point is asked for that is none", async () => {
    const ended = await till().run("doctor", "till")
    expect(ended.stderr).toContain("doctor compares wind tunnels alone")
    expect(ended.exitCode).toBe(4)
  })
})

describe("list", () => {
  it("names what is searched by its kind", async () => {
    const { exitCode, stdout } = await till().run("list")
    expect(stdout).toMatchInlineSnapshot(`
      "till/customer-rate          breaking-point  till  simulations/till.ts:8
      till/too-many               breaking-point  till  simulations/till.ts:16
      till/too-few-hands          breaking-point  till  simulations/till.ts:23
      till/customer-rate-by-pace  envelope        till  simulations/till.ts:29
      "
    `)
    expect(exitCode).toBe(0)
  })
})

describe("an interruption", () => {
  it("ends a search and tells what it found so far", async () => {
    const ended = await till().runUntil(
      "seed",
      (child) => void child.kill("SIGINT"),
      ...["fly", "till/customer-rate", "--seed", "1"]
    )
    expect(ended.exitCode).toBe(130)
    expect(ended.stderr).toContain("interrupted")
  })
})
