/**
 * The zoo of leaks, flown in several places at once. Each animal must be virtual, or be reported by
 * `fly` with its source line, or by `doctor` with its likely cause; none hangs, none goes unseen.
 *
 * The table in docs/LEAKS.md is what these flights came to. `UPDATE_GOLDEN=1` writes it anew.
 */
import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, it } from "vitest"
import * as Elsewhere from "../../src/cli/Elsewhere.ts"
import type { Line, Place } from "./fly.ts"
import { type Outcome, outcomeOf } from "./Outcome.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const page = `${root}docs/LEAKS.md`
/** Far more than any of them needs, and less than a person would wait. */
const flightsMillisMax = 120_000

interface Ended {
  readonly code: number | null
  readonly stderr: string
  readonly lines: ReadonlyArray<Line>
}

const loading = ["-C", "downforce-source", "--import", "tsx"]

const fly = (
  place: Place,
  options: ReadonlyArray<string> = [],
  environment: Readonly<Record<string, string>> = {}
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const parameters = [...loading, ...options, "test/zoo/fly.ts", place]
    const env = { ...process.env, NODE_OPTIONS: "", ...environment }
    const child = spawn(process.execPath, parameters, { cwd: root, env, timeout: flightsMillisMax })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (part: string) => (stdout += part))
    child.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part))
    child.on("error", reject)
    child.on("close", (code) => {
      // Animals write to the console as well. What begins like this is a line of the program.
      const lines = stdout.split("\n").filter((line) => line.startsWith('{"name"'))
      resolve({ code, stderr, lines: lines.map((line) => JSON.parse(line) as Line) })
    })
  })

const elsewhere = (): Promise<Ended> => {
  const { locale, timeZone } = Elsewhere.localityElsewhere(Elsewhere.localityHere())
  const language = `${locale.replace("-", "_")}.UTF-8`
  return fly("elsewhere", ["--import", "./src/cli/AYearLater.ts", "--stack-trace-limit=3"], {
    TZ: timeZone,
    LANG: language,
    LC_ALL: language,
    HOME: "/elsewhere",
    ELSEWHERE: "yes"
  })
}

const rowOf = ({ found, name, said }: Outcome): string =>
  `| ${name} | ${found} | ${said.replaceAll("|", "\\|")} |`

const tableOf = (outcomes: ReadonlyArray<Outcome>): string =>
  [
    "| what the service does | found | what is said |",
    "|---|---|---|",
    ...outcomes.map(rowOf)
  ].join("\n")

const table = /(?<=<!-- zoo -->\n\n)[^]*?(?=\n\n<!-- \/zoo -->)/u

describe("the zoo", () => {
  let places: { here: Ended; elsewhere: Ended; thread: Ended; endless: Ended }
  let outcomes: ReadonlyArray<Outcome>

  beforeAll(async () => {
    const [here, other, thread, endless] = await Promise.all([
      fly("here"),
      elsewhere(),
      fly("thread"),
      fly("endless")
    ])
    places = { here, elsewhere: other, thread, endless }
    outcomes = here.lines.flatMap((line, at) => {
      const there = other.lines[at]
      const inThread = thread.lines[at]
      return there === undefined || inThread === undefined
        ? []
        : [outcomeOf({ here: line, elsewhere: there, thread: inThread })]
    })
    const [said = ""] = endless.stderr.split("\n")
    outcomes = [
      ...outcomes,
      { name: "promises that settle each other without end", found: "fly", said }
    ]
    if (process.env["UPDATE_GOLDEN"] !== undefined) {
      const text = readFileSync(page, "utf8")
      writeFileSync(
        page,
        text.replace(table, () => tableOf(outcomes))
      )
    }
  }, 2 * flightsMillisMax)

  it.each(["here", "elsewhere", "thread"] as const)("flies to its end (%s)", (place) => {
    const { code, lines } = places[place]
    const last = lines.at(-1)?.name
    expect({ code, last }).toEqual({ code: 0, last: places.here.lines.at(-1)?.name })
    expect(lines.length).toBeGreaterThan(100)
  })

  it("has no animal that goes unseen", () => {
    expect(outcomes.filter(({ found }) => found === "silent")).toEqual([])
  })

  it("has animals of each kind", () => {
    const kinds = new Set(outcomes.map(({ found }) => found))
    expect([...kinds].sort()).toEqual(["doctor", "fly", "virtual"])
  })

  it("names the line of each leak", () => {
    const leaks = outcomes.filter(({ said }) => said.startsWith("cage called"))
    expect(leaks.length).toBeGreaterThan(25)
    expect(leaks.filter(({ said }) => !/ at [A-Z]\w+\.ts:\d+: /u.test(said))).toEqual([])
  })

  it("ends the thread that promises would never give back, and says where", () => {
    const { code, stderr } = places.endless
    expect(stderr).toMatch(
      /promises of cage, made at Timers\.ts:\d+ settle each other without end/u
    )
    expect(code).toBe(3)
  })

  it("is told in the documentation as it flies", () => {
    expect(table.exec(readFileSync(page, "utf8"))?.[0]).toBe(tableOf(outcomes))
  })
})
