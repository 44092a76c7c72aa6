import { Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { DoctorReport } from "../../src/report/DoctorReport.ts"
import { FlyReport } from "../../src/report/FlyReport.ts"
import { makeProject, type Project } from "./Project.ts"

const projects: Array<Project> = []
const leaky = (files: Readonly<Record<string, string>> = {}): Project => {
  const project = makeProject(files, "leaky")
  projects.push(project)
  return project
}

afterAll(() => {
  for (const project of projects) project.remove()
})

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(DoctorReport), {
  onExcessProperty: "error"
})
const decodeFly = Schema.decodeUnknownSync(Schema.fromJsonString(FlyReport), {
  onExcessProperty: "error"
})

describe("doctor", () => {
  it("finds the same, also where globals were captured and effects run by themselves", async () => {
    const { exitCode, stderr, stdout } = await leaky().run(
      ...["doctor", "leaks/sound", "leaks/effects", "--seed", "1"]
    )
    expect(stderr).toBe("seed 00000001\n")
    expect(stdout).toMatchInlineSnapshot(`
      " ok    leaks/effects  same in 4 places (20 runs)
       ok    leaks/sound    same in 4 places (20 runs)

       2 scenarios: 2 the same · seed 00000001
      "
    `)
    expect(exitCode).toBe(0)
  })

  it("shows both sides of the first event that differs, and what probably leaked", async () => {
    const { exitCode, stdout } = await leaky().run(
      ...["doctor", "leaks/counted", "--seed", "1", "--runs", "3"]
    )
    expect(stdout).toMatchInlineSnapshot(`
      " DIFF  leaks/counted  differs here in another order (3 runs)
             run 0, first at event 5

         here     0.009500s  desk  → client-1 reply 1
                  value 1
         there    0.009500s  desk  → client-1 reply 11
                  value 11

         likely   state that outlives a run: a variable outside of the effect that builds the service; move it inside
         rerun    npx downforce doctor leaks/counted --seed 00000001

       1 scenario: 1 differing · seed 00000001
      "
    `)
    expect(exitCode).toBe(6)
  })

  it("tells by what differs what a module saw of the machine while it was loaded", async () => {
    const differing = [
      "clock",
      "founded",
      "hour",
      "money",
      "sorted",
      "order",
      "drawn",
      "process-id",
      "thread"
    ]
    const { exitCode, stdout } = await leaky().run(
      ...["doctor", ...differing.map((name) => `leaks/${name}`)],
      ...["--seed", "1", "--runs", "2", "--json"]
    )
    const { error, scenarios, seed } = decode(stdout)
    expect({ error, exitCode, seed }).toEqual({ error: undefined, exitCode: 6, seed: "00000001" })
    const told = scenarios.map(({ difference, id, verdict }) => {
      expect(difference?.here?.value).not.toEqual(difference?.there?.value)
      const { likely = "", place, step } = difference ?? {}
      return `${id} ${verdict} ${place} at ${step}: ${/^[^,;:]*/u.exec(likely)?.[0]}`
    })
    expect(told).toMatchInlineSnapshot(`
      [
        "leaks/clock differs in another process at 5: the real clock",
        "leaks/drawn differs in another process at 5: real chance",
        "leaks/founded differs in another process at 5: the real clock",
        "leaks/hour differs in another process at 5: the time zone of the machine",
        "leaks/money differs in another process at 5: the locale of the machine",
        "leaks/order differs in another process at 5: the order of a HashSet or HashMap of functions or objects",
        "leaks/process-id differs in another process at 5: what only this process has",
        "leaks/sorted differs in another process at 5: the locale of the machine",
        "leaks/thread differs in a worker thread at 5: what only the main thread has",
      ]
    `)
  })

  it("names calls that reach past the simulation, with their lines", async () => {
    const { exitCode, stdout } = await leaky().run(
      ...["doctor", "leaks/reading", "leaks/marking", "--seed", "1", "--runs", "2"]
    )
    expect(stdout).toMatchInlineSnapshot(`
      " LEAK  leaks/marking  reaches past the simulation (2 runs)
             desk called performance.mark at leaks.ts:41: use a span, which is recorded on virtual time
             desk called fs.readFileSync at leaks.ts:43: use FileSystem of Effect, which is simulated
       LEAK  leaks/reading  reaches past the simulation (2 runs)
             desk called fs.readFileSync at leaks.ts:38: use FileSystem of Effect, which is simulated

       2 scenarios: 2 with leaks · seed 00000001
      "
    `)
    expect(exitCode).toBe(6)
  })

  it("ends with one document also when it flies nothing", async () => {
    const throwing = `
      import { Always, WindTunnel } from "downforce"
      import { sound } from "./leaks.ts"
      export default WindTunnel.make("odd", {
        ...sound,
        properties: [Always.make("odd", () => { throw new Error("oops") })]
      })
    `
    const quitting = `
      import { answering } from "../desk.ts"
      if (process.send !== undefined) process.exit(3)
      export default answering("quits", () => 1)
    `
    const project = leaky({ "simulations/odd.ts": throwing, "simulations/quits.ts": quitting })
    const ends = await Promise.all(
      ["nope", "odd", "quits"].map(async (pattern) => {
        const ended = await project.run("doctor", pattern, "--json", "--runs", "2", "--seed", "1")
        const { error, scenarios } = decode(ended.stdout)
        expect(scenarios).toEqual([])
        expect(ended.stderr).toContain(`downforce: ${error?.message}\n`)
        expect(error?.exitCode).toBe(ended.exitCode)
        return `${ended.exitCode} ${error?.message}`
      })
    )
    expect(ends).toMatchInlineSnapshot(`
      [
        "4 nope: no scenario matches; \`downforce list\` shows all there are",
        "2 simulations/odd.ts: odd/odd: the check of property "odd" threw Error: oops; correct the scenario",
        "2 simulations/quits.ts: flying in another process failed: it ended with exit code 3; it has to fly wherever it is loaded",
      ]
    `)
  })

  it("says what it saw until it was interrupted", async () => {
    const { exitCode, stdout } = await leaky().runUntil(
      "seed 00000001",
      (child) => child.kill("SIGINT"),
      ...["doctor", "leaks/sound", "--seed", "1", "--runs", "1000", "--json"]
    )
    expect(decode(stdout).error).toEqual({
      exitCode: 130,
      message: "interrupted at leaks/sound"
    })
    expect(exitCode).toBe(130)
  })

  it("names the error of code that fails elsewhere alone, where nobody awaits it", async () => {
    const straying = `
      import { answering } from "../desk.ts"
      if (process.send !== undefined) void Promise.reject(new Error("lost"))
      export default answering("strays", () => 1)
    `
    const project = leaky({ "simulations/strays.ts": straying })
    const { exitCode, stderr } = await project.run("doctor", "strays", "--seed", "1")
    expect(stderr.split("\n").slice(1)).toEqual([
      "downforce: simulations/strays.ts: an error nobody handles: lost;" +
        " it has to fly wherever it is loaded",
      ""
    ])
    expect(exitCode).toBe(2)
  })
})

describe("fly", () => {
  it.each(["1", "2"])("names each leak on a line of its own (workers=%s)", async (workers) => {
    const { exitCode, stderr, stdout } = await leaky().run(
      ...["fly", "leaks/marking", "--seed", "1", "--json", "--workers", workers]
    )
    const { error } = decodeFly(stdout)
    expect(stderr.split("\n").slice(1)).toEqual([
      "downforce: leaks/marking: not deterministic: desk called performance.mark at" +
        " leaks.ts:41: use a span, which is recorded on virtual time",
      "downforce: leaks/marking: not deterministic: desk called fs.readFileSync at" +
        " leaks.ts:43: use FileSystem of Effect, which is simulated",
      ""
    ])
    expect(error?.leaks?.map(({ call, node, source }) => [call, node, source])).toEqual([
      ["performance.mark", "desk", "leaks.ts:41"],
      ["fs.readFileSync", "desk", "leaks.ts:43"]
    ])
    expect(exitCode).toBe(6)
  })

  it("sends whoever flies a run that differs to the doctor", async () => {
    const { exitCode, stderr } = await leaky().run(
      ...["fly", "leaks/counted", "--seed", "1", "--runs", "100"]
    )
    expect(stderr).toMatch(/differs when flown again; downforce doctor leaks\/counted --seed/)
    expect(exitCode).toBe(6)
  })
})
