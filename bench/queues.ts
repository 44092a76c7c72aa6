/**
 * `npm run queues`: searches again and again for the known limits of queues, and prints how exact
 * it was, beside a ramp. All of it takes about an hour of processor time:
 *
 * - `--repetitions 100` of each queue, `--ramps 20` of them with a ramp beside them;
 * - `--queues M/M/1,tandem`: those alone;
 * - `--part 1/2`: every second repetition, so that two processes share the work;
 * - `--into file`: keeps each repetition as a line of JSON, and flies none that the file has;
 * - file names: their lines are in the table, too. `--repetitions 0 a b` only prints a table.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { Effect } from "effect"
import * as Queues from "../test/acceptance/Queues.ts"
import { accuracies, table } from "./Accuracy.ts"
import { type Repetition, repeat } from "./Repetition.ts"

/** So many requests in each probe: enough, and no more, as the figures show. */
const size: Queues.Size = { warmUpSeconds: 2, measureSeconds: 7 }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    repetitions: { type: "string", default: "100" },
    ramps: { type: "string", default: "20" },
    queues: { type: "string", default: "" },
    part: { type: "string", default: "1/1" },
    into: { type: "string", default: "" }
  }
})

const read = (file: string): ReadonlyArray<Repetition> =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    // The lines are those that this program wrote.
    .map((line) => JSON.parse(line) as Repetition)

const wanted = values.queues.split(",").filter((name) => name !== "")
const [part = 1, parts = 1] = values.part.split("/").map(Number)
const into = values.into
const known = [...positionals, ...(into !== "" && existsSync(into) ? [into] : [])].flatMap(read)
const isKnown = (name: string, at: number): boolean =>
  known.some(({ queue, repetition }) => queue === name && repetition === at)

const queues = Queues.all(size).filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const flown: Array<Repetition> = [...known]
// Repetition by repetition, so that all queues have about as many whenever it is ended.
for (let at = 0; at < Number(values.repetitions); at++) {
  if (at % parts !== part - 1) continue
  for (const queue of queues) {
    if (isKnown(queue.name, at)) continue
    const repetition = await Effect.runPromise(repeat(queue, at, at < Number(values.ramps)))
    flown.push(repetition)
    if (into !== "") appendFileSync(into, `${JSON.stringify(repetition)}\n`)
    process.stderr.write(`${queue.name} ${at + 1} of ${values.repetitions}\n`)
  }
}
process.stdout.write(table(accuracies(flown)))
