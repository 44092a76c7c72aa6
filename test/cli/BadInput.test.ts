import { Schema } from "effect"
import { gunzipSync, gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { FlyReport } from "../../src/report/FlyReport.ts"
import { type Ended, makeProject, type Project } from "./Project.ts"

const makers = "WindTunnel.make, BreakingPoint.make or Envelope.make"

const projects: Array<Project> = []
const projectOf = (files: Readonly<Record<string, string>>, fixture?: string): Project => {
  const project = makeProject(files, fixture)
  projects.push(project)
  return project
}

afterAll(() => {
  for (const project of projects) project.remove()
})

/** The one line of an error, without its beginning; everything else about it is checked. */
const lineOf = ({ stderr, stdout }: Ended): string => {
  expect(stdout).toBe("")
  expect(stderr).toMatch(/^downforce: [^\n]+\n$/)
  expect(stderr).not.toMatch(/\n\s+at /)
  return stderr.slice("downforce: ".length, -1)
}

describe("a file that holds no scenario", () => {
  it.each([
    {
      name: "throws",
      text: `interface A {\n  readonly a: string\n}\nthrow new TypeError("no\\nway")\n`,
      line: `simulations/a.ts:4: it threw TypeError: no way; correct the file`
    },
    {
      name: "throws no error",
      text: `throw null`,
      line: `simulations/a.ts: it threw null; correct the file`
    },
    {
      name: "does not compile",
      text: `const a: number =\n`,
      line: `simulations/a.ts:2: it does not compile: Unexpected end of file; correct the file`
    },
    {
      name: "imports what does not exist",
      text: `import "./nowhere.ts"`,
      line:
        `simulations/a.ts: it does not load: Cannot find module 'simulations/nowhere.ts' imported` +
        ` from simulations/a.ts; correct the file`
    },
    {
      name: "exports a number by default",
      text: `export default 42`,
      line:
        `simulations/a.ts: its default export is a number; export what ${makers} returns, or an` +
        ` array of them`
    },
    {
      name: "exports a list with a stranger in it",
      text: `export default [{ kind: "other" }]`,
      line:
        `simulations/a.ts: its default export contains an object that is no scenario; export what` +
        ` ${makers} returns, or an array of them`
    },
    {
      name: "exports nothing of use",
      text: `export const a = 1`,
      line:
        `simulations/a.ts: it exports no scenario; export what ${makers} returns, or move the` +
        ` file out of simulations/`
    },
    {
      name: "ends the process",
      text: `process.exit(0)`,
      line:
        `simulations/a.ts: it ended the process, or waits for ever, while it was loaded; correct` +
        ` the file`
    },
    {
      name: "waits for ever",
      text: `await new Promise(() => {})`,
      line:
        `simulations/a.ts: it ended the process, or waits for ever, while it was loaded; correct` +
        ` the file`
    },
    {
      name: "declares a system that cannot be",
      text: `import { System } from "downforce"\nSystem.make("a b", { services: [] })`,
      line:
        `simulations/a.ts:2: system "a b" cannot be flown: the name "a b" is not allowed: use` +
        ` letters and digits, joined by single . _ or -, beginning with a letter; the system has` +
        ` no services; correct the file`
    }
  ])("is told in one line ($name)", async ({ line, text }) => {
    const ended = await projectOf({ "simulations/a.ts": text }).run("fly", "--seed", "1")
    expect(lineOf(ended)).toBe(line)
    expect(ended.exitCode).toBe(2)
  })

  it("hinders no other file", async () => {
    const project = projectOf({ "simulations/a.ts": `throw new Error("no")` }, "counter")
    const { exitCode } = await project.run("fly", "counter/adds-up", "--seed", "1", "--runs", "1")
    expect(exitCode).toBe(0)
  })
})

describe("a name", () => {
  it("that two scenarios share is refused, naming both files", async () => {
    const again = `export { sound } from "./counter.ts"`
    const project = projectOf({ "simulations/counter.tsx": again }, "counter")
    const ended = await project.run("fly", "--seed", "1")
    expect(lineOf(ended)).toBe(
      "simulations/counter.tsx: two scenarios have the id counter/adds-up (the other is in" +
        " simulations/counter.ts); rename one of them"
    )
    expect(ended.exitCode).toBe(2)
  })

  it.each([
    {
      words: ["fly", "cuonter/adds-up"],
      line: "cuonter/adds-up: no scenario matches; did you mean counter/adds-up?"
    },
    {
      words: ["fly", "asks-again"],
      line: "asks-again: no scenario matches; did you mean counter/broken/asks-again?"
    },
    {
      words: ["list", "zebra"],
      line: "zebra: no scenario matches; `downforce list` shows all there are"
    },
    {
      words: ["fly", "simulations/conter.ts"],
      line:
        "simulations/conter.ts: there is no such file of scenarios under simulations/; did you" +
        " mean simulations/counter.ts or simulations/counter/broken.ts?"
    },
    {
      words: ["replay"],
      line: ".downforce/recordings has no recording; a failing `downforce fly` writes one"
    },
    {
      words: ["trace", "summary", "0badcafe"],
      line:
        "0badcafe: there is no such recording; name a file, or fly with the seed to record it" +
        " again"
    },
    {
      words: ["replay", "nowhere.ndjson.gz"],
      line: "nowhere.ndjson.gz: there is no such file; name another file or fly again"
    }
  ])("that nothing has ends with what is near ($words)", async ({ line, words }) => {
    const ended = await projectOf({}, "counter").run(...words)
    expect(lineOf(ended)).toBe(line)
    expect(ended.exitCode).toBe(4)
  })

  it("is asked for where there are no scenarios at all", async () => {
    const ended = await projectOf({}).run("fly")
    expect(lineOf(ended)).toContain("there is no scenario: simulations/ has no .ts")
    expect(ended.exitCode).toBe(4)
  })
})

describe("wrong usage", () => {
  it.each([
    {
      words: ["fly", "--sed", "1"],
      line:
        "Unrecognized flag: --sed in command downforce fly; Did you mean this? --seed; see" +
        " downforce fly --help"
    },
    {
      words: ["fly", "--seed", "xyz"],
      line:
        'Invalid value for flag --seed: "xyz". Expected: up to eight hexadecimal digits; see' +
        " downforce fly --help"
    },
    {
      words: ["fly", "--runs", "0"],
      line: 'Invalid value for flag --runs: "0". Expected: 1 to 10000000; see downforce fly --help'
    },
    {
      words: ["flee"],
      line:
        'Unknown subcommand "flee" for "downforce"; Did you mean this? fly; see downforce' +
        " --help"
    }
  ])("is told in one line ($words)", async ({ line, words }) => {
    const ended = await projectOf({}).run(...words)
    expect(lineOf(ended)).toBe(line)
    expect(ended.exitCode).toBe(2)
  })

  it.each([
    { words: ["fly", "--json", "--runs", "0"], exitCode: 2 },
    { words: ["fly", "--json"], exitCode: 4 },
    { words: ["list", "--json", "--nope"], exitCode: 2 }
  ])("is valid JSON when that was asked for ($words)", async ({ exitCode, words }) => {
    const ended = await projectOf({}).run(...words)
    const report = Schema.decodeUnknownSync(Schema.fromJsonString(FlyReport))(ended.stdout)
    expect(report.scenarios).toEqual([])
    expect(report.error?.exitCode).toBe(exitCode)
    expect(ended.exitCode).toBe(exitCode)
  })
})

describe("a recording that cannot be used", () => {
  let project: Project
  let good: Uint8Array
  let text: string

  beforeAll(async () => {
    project = projectOf({}, "counter")
    await project.run("fly", "counter/broken", "--seed", "1", "--runs", "40")
    const id = project.read(".downforce/recordings/latest").trim()
    good = project.bytes(`.downforce/recordings/${id}.ndjson.gz`)
    text = gunzipSync(good).toString()
  })

  it.each([
    {
      name: "other version",
      file: () => gzipSync(text.replace('"formatVersion":1', '"formatVersion":99')),
      line: /^r\.gz: format version 99 is not supported, only 1 is; use the release that wrote it/
    },
    {
      name: "truncated",
      file: () => good.slice(0, good.length / 2),
      line: /^r\.gz: the recording is truncated: .*; copy the file again or fly again/
    },
    {
      name: "no gzip",
      file: () => new TextEncoder().encode("hello"),
      line: /^r\.gz: not a readable recording: it is not gzip; copy the file again/
    },
    {
      name: "a prototype in a payload",
      file: () => gzipSync(text.replace('"payload":{', '"payload":{"__proto__":{},')),
      line: /^r\.gz: line 1 has the forbidden key "__proto__"; do not trust the file/
    },
    {
      name: "a path that leaves the project",
      file: () => gzipSync(text.replace(/"scenario":"[^"]+"/, '"scenario":"../../etc/passwd"')),
      line: /^r\.gz: line 1: scenario "\.\.\/\.\.\/etc\/passwd" leaves the folder; do not trust/
    }
  ])("is told in one line ($name)", async ({ file, line }) => {
    project.write("r.gz", file())
    const ended = await project.run("replay", "r.gz")
    expect(lineOf(ended)).toMatch(line)
    expect(ended.exitCode).toBe(2)
  })

  it("is a folder", async () => {
    const ended = await project.run("trace", "events", "./simulations")
    expect(lineOf(ended)).toBe(
      "./simulations: it cannot be read: it is a folder; name another file or fly again"
    )
    expect(ended.exitCode).toBe(2)
  })

  it("is a damaged regression, which hinders flying", async () => {
    project.write("regressions/counter/adds-up-00000001.json", "{")
    const ended = await project.run("fly", "counter/adds-up", "--seed", "1")
    expect(ended.stderr).toContain("regressions/counter/adds-up-00000001.json: line 1 is invalid")
    expect(ended.exitCode).toBe(2)
  })
})
