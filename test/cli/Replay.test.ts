import { gunzipSync, gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeProject, type Project } from "./Project.ts"

let project: Project
let id: string

beforeAll(async () => {
  project = makeProject({}, "counter")
  await project.run("fly", "counter/broken", "--seed", "1", "--runs", "40")
  id = project.read(".downforce/recordings/latest").trim()
})

afterAll(() => project.remove())

/** Runs something with a file changed, and puts the file back. */
const withChange = async (
  file: string,
  change: (text: string) => string,
  act: () => Promise<void>
): Promise<void> => {
  const before = project.read(file)
  const after = change(before)
  expect(after).not.toBe(before)
  project.write(file, after)
  try {
    await act()
  } finally {
    project.write(file, before)
  }
}

describe("replay without a terminal", () => {
  it("tells the recording and flies it again, exactly (latest, short id, file)", async () => {
    const told = await Promise.all(
      [[], [id], [`.downforce/recordings/${id}.ndjson.gz`]].map((ref) =>
        project.run("replay", ...ref)
      )
    )
    for (const { exitCode, stdout } of told) {
      expect(stdout).toContain("FAIL  counter › asks again")
      expect(stdout).toMatch(/\nreplay exact\n$/)
      expect(exitCode).toBe(0)
    }
  })

  it("stops loudly at a choice point that is gone (a renamed node)", () =>
    withChange(
      "system.ts",
      (text) => text.replace('Service.make("counter"', 'Service.make("tally"'),
      async () => {
        const { exitCode, stdout } = await project.run("replay")
        expect(stdout).toMatch(
          /\nreplay differs at step \d+: choice point operation .* \(lose\): counter has no node/
        )
        expect(exitCode).toBe(6)
      }
    ))

  it("names the event at which the code now does something else", () =>
    withChange(
      "system.ts",
      (text) => text.replace("sum += amount", "sum += amount + 1"),
      async () => {
        const { exitCode, stdout } = await project.run("replay")
        expect(stdout).toMatch(/\nreplay differs at step \d+: choice point /)
        expect(exitCode).toBe(6)
      }
    ))

  it("opens what the code cannot fly any more, and says that it was not checked", () =>
    withChange(
      "simulations/counter/broken.ts",
      () => "throw new Error('gone')",
      async () => {
        const { exitCode, stdout } = await project.run("replay")
        expect(stdout).toContain("FAIL  counter › asks again")
        expect(stdout).toMatch(/\nreplay not checked: simulations\/counter\/broken\.ts:1: it threw/)
        expect(exitCode).toBe(3)
      }
    ))

  it("flies a saved regression", async () => {
    const file = `regressions/counter/broken/asks-again-${id}.json`
    const { exitCode, stdout } = await project.run("replay", file)
    expect(stdout).toContain(`regression ${file} still fails`)
    expect(exitCode).toBe(0)
  })

  it("shows escape sequences of a recording and obeys none", async () => {
    const text = gunzipSync(project.bytes(`.downforce/recordings/${id}.ndjson.gz`)).toString()
    const hostile = text
      .replaceAll('"counter/broken', '"counter/broken')
      .replaceAll("adds no more than was asked", "\\u001b]0;owned\\u0007\\u001b[2J")
    project.write("hostile.gz", gzipSync(hostile))
    for (const words of [["replay"], ["trace", "summary"], ["trace", "events"]]) {
      const { stdout } = await project.run(...words, "./hostile.gz")
      expect(stdout).toContain("␛]0;owned␇␛[2J")
      expect([...stdout].filter((character) => character < " " && character !== "\n")).toEqual([])
    }
  })
})

describe("trace", () => {
  it("answers every question about a recording", async () => {
    const answers: Record<string, string> = {}
    const questions = ["summary", "event 9", "state 9", "why 9", "diff 4 17", "messages"]
    for (const question of [...questions, "messages --mermaid"]) {
      const { exitCode, stderr, stdout } = await project.run("trace", ...question.split(" "))
      expect([exitCode, stderr]).toEqual([0, ""])
      answers[question] = stdout.replace(/digest {6}[0-9a-f]{14}/, "digest      DIGEST")
    }
    expect(answers).toMatchInlineSnapshot(`
      {
        "diff 4 17": "- counter.sum: 0
      + counter.sum: 2
      ",
        "event 9": "step        9
      time        0.001s
      kind        lost
      node        counter
      peer        desk
      what        reply 1
      because     8
      deviations  lose: operation o-7 › client-3>desk add › desk>counter add › counter>desk reply (03096ebf9b235c)
      ",
        "messages": "5   0.000s     client-3 → desk  add 1       arrives 0.000500s #6
      7   0.000500s  desk → counter   add 1       arrives 0.001s #8
      9   0.001s     counter → desk   reply 1     lost 0.001s #9
      11  1.000500s  desk → counter   cancel add  arrives 1.001s #12
      14  1.100500s  desk → counter   add 1       arrives 1.101s #15
      16  1.101s     counter → desk   reply 2     still under way
      ",
        "messages --mermaid": "sequenceDiagram
        participant n0 as desk
        participant n1 as counter
        participant n2 as client-3
        n2->>n0: add 1
        n0->>n1: add 1
        n1-xn0: reply 1 (lost)
        n0->>n1: add 1
      ",
        "state 9": "counter.sum: 1
      ",
        "summary": "scenario    counter/broken/asks-again
      title       asks again
      system      counter
      source      simulations/counter/broken.ts:7
      recorded    downforce 0.1.0
      seed        8cd15407, run 3
      nodes       desk, counter, client-1, client-2, client-3
      length      18 events, 28 before, 1.1 s
      digest      DIGEST
      verdict     violated: adds no more than was asked, at event 17
      expected    sum ≤ 1
      got         2
      signature   9ce93e1e
      workload    o-7 client-3 at 0ms: Desk.add {"amount":1}
      deviations  lose: operation o-7 › client-3>desk add › desk>counter add › counter>desk reply
      needed      lose counter>desk reply
      twin        without: lose counter>desk reply passes; first difference at event 9
      ",
        "why 9": "    4     0.000s  client-3   operation add o-7 1
          5     0.000s  client-3   → desk add 1
          6  0.000500s  desk       ← client-3 add 1
          7  0.000500s  desk       → counter add 1
          8     0.001s  counter    ← desk add 1
          9     0.001s  counter    ✗ lost desk reply 1  !lose
      ",
      }
    `)
  })

  it("tells all events, one line each", async () => {
    const { stdout } = await project.run("trace", "events")
    const lines = stdout.trimEnd().split("\n")
    expect(lines.map((line) => Number(line.trim().split(" ")[0]))).toEqual(
      lines.map((_, step) => step)
    )
  })

  it("refuses a step that the recording does not have", async () => {
    const { exitCode, stderr } = await project.run("trace", "why", "4000")
    expect(stderr).toMatch(/^downforce: latest: there is no event 4000; steps go from 0 to \d+\n$/)
    expect(exitCode).toBe(2)
  })
})
