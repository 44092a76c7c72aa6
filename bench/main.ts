/**
 * `npm run bench`: measures every budget of the design and prints it beside its figure.
 *
 * `--json` prints the figures as one JSON document and nothing else. The exit code is 0 whether or
 * not the budgets hold: a machine that others use as well must not fail a build.
 */
import { fileURLToPath } from "node:url"
import * as Calls from "./Calls.ts"
import type { Figure } from "./Figure.ts"
import * as Memory from "./Memory.ts"
import * as Messages from "./Messages.ts"
import * as Nodes from "./Nodes.ts"
import * as Recordings from "./Recordings.ts"
import * as Sleeps from "./Sleeps.ts"
import * as StartUp from "./StartUp.ts"
import { table } from "./Table.ts"
import * as Workers from "./Workers.ts"

/** This repository, seen from `dist/bench/`. */
const root = fileURLToPath(new URL("../../", import.meta.url))

type Measure = () => ReadonlyArray<Figure> | Promise<ReadonlyArray<Figure>>

const groups: ReadonlyArray<readonly [name: string, measure: Measure]> = [
  ["sleeps", Sleeps.measure],
  ["messages", Messages.measure],
  ["nodes", Nodes.measure],
  ["calls", Calls.measure],
  ["start-up", () => StartUp.measure(root)],
  ["workers", () => Workers.measure(root)],
  ["recordings", Recordings.measure],
  // Last, because from here on collections can be asked for, which V8 pays for.
  ["memory", Memory.measure]
]

const wanted = process.argv.slice(2).filter((argument) => argument !== "--json")
const unknown = wanted.find((name) => groups.every(([group]) => group !== name))
if (unknown === undefined) {
  const figures: Array<Figure> = []
  for (const [name, measure] of groups) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    process.stderr.write(`measuring ${name}\n`)
    figures.push(...(await measure()))
  }
  const isJson = process.argv.includes("--json")
  process.stdout.write(isJson ? `${JSON.stringify(figures, null, 2)}\n` : table(figures))
} else {
  const names = groups.map(([name]) => name).join(", ")
  process.stderr.write(`there is no figure ${JSON.stringify(unknown)}; there are ${names}\n`)
  process.exitCode = 2
}
