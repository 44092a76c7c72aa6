/**
 * Memory of a recording under way: what the heap holds for each event of a recorded flight of the
 * toy system, from which everything but the recorder was let go. Events hold the payloads.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { type Figure, judge } from "./Figure.ts"
import { median } from "./Rounds.ts"
import { flightOf } from "./Toy.ts"

const operations = 2_000
const rounds = 3

/** A full collection; V8 hands it out only to a context made after the flag. */
const makeCollect = (): (() => void) => {
  setFlagsFromString("--expose-gc")
  const collect: unknown = runInNewContext("gc")
  if (typeof collect !== "function") throw new Error("this engine has no gc")
  return () => void collect()
}

/** Measures the memory of a recorded event. */
export const measure = (): ReadonlyArray<Figure> => {
  const collect = makeCollect()
  const fly = flightOf(operations)
  fly(true)
  const bytes: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    collect()
    const before = process.memoryUsage().heapUsed
    const { recorder } = fly(true)
    collect()
    const after = process.memoryUsage().heapUsed
    bytes.push((after - before) / (recorder?.events().length ?? 0))
  }
  return [judge("memory per recorded event", median(bytes), "bytes", "at most", 400)]
}
