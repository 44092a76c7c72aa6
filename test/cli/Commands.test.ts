import { readFileSync } from "node:fs"
import { Schema } from "effect"
import * as fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { oneLine, problemLengthMax } from "../../src/cli/CommandError.ts"
import { type ExitCode, exitCodes, worst } from "../../src/cli/ExitCode.ts"
import { ListReport } from "../../src/report/ListReport.ts"
import { makeProject } from "./Project.ts"

const project = makeProject({}, "counter")
afterAll(() => project.remove())

const docs = readFileSync(new URL("../../docs/COMMANDS.md", import.meta.url), "utf8")

describe("docs/COMMANDS.md", () => {
  it("lists every exit code, and no other", () => {
    const listed = [...docs.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
    expect(listed).toEqual(Object.values(exitCodes).sort((one, other) => one - other))
  })

  it("shows the document of a command that could not begin", async () => {
    const [, quoted] = /```json\n([^`]*`[^`]*`[^`]*)```/.exec(docs) ?? []
    expect((await project.run("fly", "nope", "--json")).stdout).toBe(quoted)
  })

  it("says which exit code counts", () => {
    const order = /the first of ([\d, ]+) counts/.exec(docs)?.[1]?.split(", ").map(Number) ?? []
    // The text lists exit codes; the test above holds that there are no others.
    const codes = order as ReadonlyArray<ExitCode>
    expect(codes.map((_, at) => worst(codes.slice(at).toReversed()))).toEqual(order)
  })
})

describe("the commands", () => {
  it.each(["--help", "fly --help", "replay --help", "trace --help", "list --help"])(
    "explain themselves (%s)",
    async (words) => {
      const { exitCode, stderr, stdout } = await project.run(...words.split(" "))
      expect([exitCode, stderr]).toEqual([0, ""])
      expect(stdout).toContain("USAGE")
    }
  )

  it("say their release, and complete themselves", async () => {
    expect((await project.run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await project.run("--completions", "bash")).stdout).toContain("complete -F")
  })

  it("list what there is, in order of files and lines", async () => {
    expect((await project.run("list")).stdout).toMatchInlineSnapshot(`
      "counter/adds-up            wind-tunnel  counter  simulations/counter.ts:9
      counter/never-gets-rich    wind-tunnel  counter  simulations/counter.ts:18
      counter/broken/asks-again  wind-tunnel  counter  simulations/counter/broken.ts:7
      "
    `)
    const { stdout } = await project.run("list", "counter/broken", "--json")
    const report = Schema.decodeUnknownSync(Schema.fromJsonString(ListReport))(stdout)
    expect(report.scenarios).toEqual([
      {
        id: "counter/broken/asks-again",
        kind: "wind-tunnel",
        system: "counter",
        title: "asks again",
        source: "simulations/counter/broken.ts:7",
        runs: 200,
        broken: true
      }
    ])
  })
})

describe("the line of an error", () => {
  it("is one line of bounded length, whatever is said", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("\n", "- ", ":", "?", "a", " ") }), (text) => {
        const line = oneLine(text.repeat(20))
        expect(line).not.toContain("\n")
        expect(line.length).toBeLessThanOrEqual(problemLengthMax)
      })
    )
  })

  it("joins lists with semicolons, and flags keep their dashes", () => {
    expect(oneLine("it is wrong:\n- one\n- two")).toBe("it is wrong: one; two")
    expect(oneLine("Did you mean this?\n    --seed")).toBe("Did you mean this? --seed")
  })
})
